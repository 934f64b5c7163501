"""Which rows of a split are taken down: by the record's own name, or by that of a picture in it."""

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.rules.columns import Mask
from pipelines.screen.decode import DecodedIds, decode_content
from schemas.identifier_columns import media_forms
from schemas.takedowns import record_forms
from schemas.vocabulary import TakedownType


@dataclass(frozen=True)
class TakenDown:
    """Rows that are taken down, sorted, among those of :class:`DecodedIds`."""

    rows: npt.NDArray[np.int64]

    def digest(self) -> str:
        """SHA-256 over the rows: what a split key holds of them, and nothing that names a record."""
        return hashlib.sha256(self.rows.astype("<i8").tobytes()).hexdigest()

    def among(self, rows: npt.NDArray[np.int64]) -> Mask:
        """Whether each of these rows is one of them."""
        return np.isin(rows, self.rows)


def find_taken_down(ids: DecodedIds, takedowns: pa.Table) -> TakenDown:
    """The rows of a split that a TAKEDOWN table hits; without one, nothing more is decoded.

    A takedown of a record names its id, or an address: that may be its id, or the ``uri`` of a picture in
    it. One of a picture hits every record that holds a copy of it, byte for byte.
    """
    if not len(takedowns):
        return TakenDown(np.zeros(0, np.int64))
    records, pictures = (_forms(takedowns, kind) for kind in (TakedownType.RECORD, TakedownType.MEDIA))
    content = decode_content(ids)
    media = content.column("media").combine_chunks()
    parents = pc.list_parent_indices(media).to_numpy().astype(np.int64)
    uri, digest = (media.flatten().field(name) for name in ("uri", "sha256"))
    own = content.column("record_id").combine_chunks()
    found = [
        np.flatnonzero(_hit(record_forms(own), records)),
        parents[_hit(record_forms(_addresses(uri)), records)],
        parents[_hit(_media_forms(digest), pictures)],
    ]
    return TakenDown(np.unique(np.concatenate(found)))


def _forms(takedowns: pa.Table, kind: TakedownType) -> pa.StringArray:
    chosen = pc.equal(takedowns.column("type"), kind.value)
    return takedowns.column("form").filter(chosen).combine_chunks()


def _hit(values: pa.StringArray, forms: pa.StringArray) -> Mask:
    return np.asarray(pc.and_(pc.is_valid(values), pc.is_in(values, value_set=forms)))


def _addresses(uris: pa.StringArray) -> pa.StringArray:
    """Those that are addresses: a path inside an export names another file in the next one."""
    return pc.if_else(pc.match_substring(uris, "://"), uris, pa.scalar(None, pa.string()))


def _media_forms(digests: pa.StringArray) -> pa.StringArray:
    different = digests.dictionary_encode()
    forms = pa.array(media_forms(different.dictionary), pa.binary()).cast(pa.string())
    return forms.take(different.indices)
