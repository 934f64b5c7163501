"""The words about pictures: what was written of each, in which language and year."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.rules.packs import Packs
from schemas.pack import Written

Mask = npt.NDArray[np.bool_]
OF_PICTURE: tuple[Written, ...] = (
    "alt_text",
    "auto_alt_text",
    "caption",
    "keywords",
    "description",
    "people",
)
"""What is about one picture alone. The text of its record is about all pictures of the record."""
_PROPERTIES = {
    "keywords": (
        "dc:subject", "iim:Keywords", "iim:SupplementalCategories", "lr:hierarchicalSubject",
        "lr:weightedFlatSubject", "digiKam:TagsList", "exif:XPKeywords", "MicrosoftPhoto:LastKeywordXMP",
        "pdf:Keywords", "photoshop:SupplementalCategories", "acdsee:keywords", "acdsee:categories",
        "acdsee:collections", "comment:Keywords", "mediapro:CatalogSets",
        "mwg-coll:Collections/CollectionName",
    ),
    "description": (
        "dc:description", "dc:title", "exif:ImageDescription", "exif:ImageTitle", "exif:UserComment",
        "exif:XPTitle", "exif:XPComment", "exif:XPSubject", "tiff:ImageDescription", "iim:Caption-Abstract",
        "iim:Headline", "iim:ObjectName", "photoshop:Headline", "Iptc4xmpCore:AltTextAccessibility",
        "Iptc4xmpCore:ExtDescrAccessibility", "Iptc4xmpExt:Event", "mediapro:Event", "acdsee:caption",
        "acdsee:notes", "comment:Title", "comment:Description", "comment:Comment", "comment:Caption",
        "comment:Subject",
    ),
    "people": (
        "Iptc4xmpExt:ModelAge", "Iptc4xmpExt:AddlModelInfo",
        "Iptc4xmpExt:PersonInImageWDetails/PersonDescription",
        "Iptc4xmpExt:PersonInImageWDetails/PersonCharacteristic/CvTermName",
        "mwg-rs:RegionList/FaceDescription",
    ),
}  # fmt: skip
"""Properties of image files: by which a picture is filed, that describe it, that describe people in it."""
OF_FILES: tuple[Written, ...] = ("keywords", "description", "people")
"""Fields that are from the metadata of image files."""


@dataclass(frozen=True)
class PictureWords:
    """Texts about pictures: those of each picture, field after field; then those of the records."""

    texts: pa.StringArray
    language: pa.StringArray
    """Of each text: primary subtag, in small letters; null: not known."""
    year: npt.NDArray[np.int64]
    """Of each text: in which the picture was taken, or else published; 0: not known."""
    pictures: int
    record_of: npt.NDArray[np.intp]
    """Of each picture: which of the records' texts is its own."""

    @property
    def from_files(self) -> Mask:
        """Of each text: whether it is from the metadata of an image file."""
        of_fields = [np.full(self.pictures, name in OF_FILES) for name in OF_PICTURE]
        return np.concatenate([*of_fields, np.zeros(len(self.texts) - len(OF_PICTURE) * self.pictures, bool)])

    def span(self, name: str) -> slice:
        """The texts of one field, a picture each."""
        start = OF_PICTURE.index(name) * self.pictures
        return slice(start, start + self.pictures)

    def of_pictures(self, hit: Mask, fields: tuple[str, ...]) -> Mask:
        """From texts to pictures: those of which any text in one of these fields is hit."""
        about, told = np.split(hit, [len(OF_PICTURE) * self.pictures])
        chosen = np.array([[name in fields] for name in OF_PICTURE])
        found: Mask = np.logical_or.reduce(chosen & about.reshape(len(OF_PICTURE), -1), axis=0)
        return found | told[self.record_of] if "text" in fields else found


def picture_words(
    records: pa.Table, pictures: pa.StructArray, row: npt.NDArray[np.int64], packs: Packs
) -> PictureWords:
    """Collect the words about pictures of a RECORDS table; ``row`` is the record of each."""
    # A record's text is read once, however many pictures it has.
    shown, record_of = np.unique(row, return_inverse=True)
    rows, shown_rows = pa.array(row), pa.array(shown)
    written = {
        "alt_text": pictures.field("alt_text"),
        "auto_alt_text": without_writing(packs, pictures.field("auto_alt_text")),
        "caption": pictures.field("caption"),
        **{name: _values(pictures, properties) for name, properties in _PROPERTIES.items()},
    }
    language = primary_subtag(records.column("language").combine_chunks())
    published = _year(records.column("created_at").combine_chunks())
    taken = _year(pictures.field("taken_at"))
    year = np.where(taken > 0, taken, published[row])
    texts = [
        *(written[name] for name in OF_PICTURE),
        records.column("text").combine_chunks().take(shown_rows),
    ]
    return PictureWords(
        texts=pa.concat_arrays(texts),
        language=pa.concat_arrays([*[language.take(rows)] * len(OF_PICTURE), language.take(shown_rows)]),
        year=np.concatenate([*[year] * len(OF_PICTURE), published[shown]]),
        pictures=len(row),
        record_of=record_of,
    )


def without_writing(packs: Packs, automatic: pa.StringArray) -> pa.StringArray:
    """Automatic alternative text, cut where it begins to quote writing: that shows no person."""
    if automatic.null_count == len(automatic):
        return automatic
    marks = [mark for pack in packs.packs for mark in pack.ocr_marks]
    if not marks:
        return automatic
    return pc.replace_substring_regex(automatic, rf"(?is)(?:{'|'.join(marks)}).*", "")


def _values(pictures: pa.StructArray, properties: tuple[str, ...]) -> pa.StringArray:
    """The values of some properties of each picture, as one text. They end as sentences do."""
    owner, values = values_of(pictures, properties)
    offsets = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(pictures)))])
    listed = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values.fill_null(""))
    return pc.binary_join(listed, " ; ")


def values_of(
    pictures: pa.StructArray, properties: tuple[str, ...]
) -> tuple[npt.NDArray[np.int64], pa.StringArray]:
    """Every value of some properties, and of each the picture that has it, in the order of pictures."""
    metadata = pictures.field("metadata")
    entries = metadata.flatten()
    chosen = pc.is_in(entries.field("property"), value_set=pa.array(properties))
    picture = pc.list_parent_indices(metadata).filter(chosen)
    values = entries.field("values").filter(chosen)
    return picture.take(pc.list_parent_indices(values)).to_numpy(), values.flatten()


def primary_subtag(language: pa.Array) -> pa.StringArray:
    """The language of BCP 47 tags, in small letters: ``de`` of ``de-AT``."""
    encoded = language.dictionary_encode()
    entries = pc.replace_substring_regex(encoded.dictionary.cast(pa.string()), r"[-_].*", "")
    return pc.utf8_lower(entries).take(encoded.indices)


def _year(moments: pa.Array) -> npt.NDArray[np.int64]:
    return np.asarray(pc.year(moments).fill_null(0)).astype(np.int64)
