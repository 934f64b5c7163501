"""Text held folded, as indices into a dictionary: a small file can say one long text many times."""

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq


def folded_leaves(metadata: pq.FileMetaData, row_groups: Iterable[int]) -> list[str]:
    """Leaf columns that have a dictionary of text in any of the row groups: for ``read_dictionary``."""
    leaves = set()
    for index in row_groups:
        group = metadata.row_group(index)
        for position in range(group.num_columns):
            chunk = group.column(position)
            if chunk.physical_type == "BYTE_ARRAY" and chunk.has_dictionary_page:
                leaves.add(chunk.path_in_schema)
    return sorted(leaves)


def unfolded_bytes(array: pa.Array | pa.ChunkedArray) -> int:
    """Bytes that the values take up when each is written out."""
    if isinstance(array, pa.ChunkedArray):
        return sum(unfolded_bytes(chunk) for chunk in array.chunks)
    kind = array.type
    if pa.types.is_dictionary(kind) and (
        pa.types.is_string(kind.value_type) or pa.types.is_binary(kind.value_type)
    ):
        lengths = pc.binary_length(array.dictionary)
        return int(pc.sum(lengths.take(array.indices)).as_py() or 0)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return unfolded_bytes(array.flatten())
    if pa.types.is_struct(kind):
        return sum(unfolded_bytes(child) for child in array.flatten())
    return int(array.nbytes)
