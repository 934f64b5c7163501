"""What of the kept rows goes into the shard: the policy's columns, masked, pictures withheld."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.screen.mask import mask
from schemas.fields import LANGUAGE_FORM, MIME_FORM, SHA256_FORM
from schemas.policy import ReleasePolicy
from schemas.release import RELEASED_MEDIA, release_schema


@dataclass(frozen=True)
class Released:
    """The rows of a shard in its order, and the masks set in them by kind."""

    table: pa.Table
    masked: Counter[str]


def release(
    records: pa.Table, order: npt.NDArray[np.int64], releasable: npt.NDArray[np.bool_], policy: ReleasePolicy
) -> Released:
    """Take the rows in ``order`` out of ``records`` and make them fit to be read by a trainer.

    ``releasable`` has one entry per picture of ``records``, in order; the others are left out.
    """
    masked: Counter[str] = Counter()

    def masking(words: pa.Array) -> pa.Array:
        result, counts = mask(words, policy.mask)
        masked.update(counts)
        return result

    rows = pa.array(order)
    makers: dict[str, Callable[[], pa.Array]] = {
        "text": lambda: masking(_plain(records, "text").take(rows)),
        "language": lambda: _formed(_plain(records, "language").take(rows), LANGUAGE_FORM),
        "surface": lambda: _plain(records, "surface").take(rows),
        "created_month": lambda: _months(_plain(records, "created_at").take(rows)),
        "media": lambda: _media(_plain(records, "media"), rows, releasable, masking),
    }
    schema = release_schema(policy.columns)
    columns = [makers[name]().cast(schema.field(name).type) for name in policy.columns]
    return Released(pa.Table.from_arrays(columns, schema=schema), masked)


def _plain(records: pa.Table, name: str) -> pa.Array:
    return records.column(name).combine_chunks()


def _formed(values: pa.Array, form: str) -> pa.Array:
    """Strings, null where they are not of a field's form: whatever else stands there, nobody masked it."""
    if isinstance(values, pa.DictionaryArray):
        return _formed(values.dictionary, form).take(values.indices)
    return pc.if_else(pc.match_substring_regex(values, f"^(?:{form})$"), values, None)


def _months(instants: pa.TimestampArray) -> pa.Array:
    """Year and month of each instant, UTC; each different month is written once."""
    months = instants.cast(pa.int64()).fill_null(0).to_numpy().view("M8[us]").astype("M8[M]")
    different, index = np.unique(months, return_inverse=True)
    written = pc.strftime(pa.array(different.astype("M8[us]")), format="%Y-%m")
    return written.take(pa.array(index, mask=np.asarray(instants.is_null())))


def _media(
    media: pa.ListArray,
    rows: pa.Array,
    releasable: npt.NDArray[np.bool_],
    masking: Callable[[pa.Array], pa.Array],
) -> pa.Array:
    """Released pictures of each row, in their order; null where none is left."""
    numbered = pa.array(np.arange(len(releasable)))
    offsets = np.concatenate([[0], np.cumsum(pc.list_value_length(media).fill_null(0).to_numpy())])
    places = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), numbered).take(rows)
    parents = pc.list_parent_indices(places).to_numpy()
    chosen = places.flatten().to_numpy()
    keep = releasable[chosen]
    parents, chosen = parents[keep], chosen[keep]
    pictures = media.flatten().take(pa.array(chosen))
    values = pa.StructArray.from_arrays(
        [
            _formed(pictures.field("sha256"), SHA256_FORM),
            _formed(pictures.field("mime").dictionary_encode(), MIME_FORM),
            masking(pictures.field("alt_text")),
            masking(pictures.field("caption")),
        ],
        fields=list(RELEASED_MEDIA.value_type),
    )
    lengths = np.bincount(parents, minlength=len(rows))
    ends = np.concatenate([[0], np.cumsum(lengths)])
    nulls = np.append(lengths == 0, False)
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32(), mask=nulls), values, type=RELEASED_MEDIA)
