"""source.yaml: how foreign files map to the canonical tables."""

import csv
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Discriminator, Field, StringConstraints, Tag, field_validator, model_validator

from schemas.faults import Faults, Place
from schemas.fields import ACCOUNT_FIELDS, RECORD_FIELDS
from schemas.fields import Field as CanonicalField
from schemas.model import Model
from schemas.source_checks import check_path, check_zone, coarser_than_said, field_faults

Character = Annotated[str, StringConstraints(min_length=1, max_length=1)]
Text = Annotated[str, StringConstraints(min_length=1)]


class CsvFormat(Model):
    """Delimited text. ``quote: null`` says that a quote character inside a cell is data."""

    type: Literal["csv"] = "csv"
    """The format."""
    delimiter: Character = ","
    """Between two cells."""
    quote: Character | None = '"'
    """Encloses cells that hold delimiters or line ends."""
    escape: Character | None = None
    """Before a character that is meant literally."""
    null_literal: Text | None = None
    """A cell that is written exactly so, without quotes, is null: ``\\N`` in dumps of MySQL."""
    encoding: str = "utf-8"
    """Of the text."""
    header: Literal[True] | tuple[Text, ...] = True
    """True: the first line names the columns. A list: it names them, and the files have no header."""

    @model_validator(mode="after")
    def _dialect(self) -> Self:
        try:
            csv.reader((), **self.dialect())
        except (TypeError, ValueError, csv.Error) as error:
            msg = str(error)
            raise ValueError(msg) from error
        special = [one for one in (self.delimiter, self.quote, self.escape, "\n", "\r") if one is not None]
        if len(set(special)) < len(special):
            msg = "delimiter, quote and escape are three different characters, and no line ends"
            raise ValueError(msg)
        literal = self.null_literal or ""
        if set(literal) & {self.delimiter, self.quote, "\n", "\r"}:
            msg = "null_literal holds no delimiter, quote or line end"
            raise ValueError(msg)
        return self

    def dialect(self) -> dict[str, Any]:
        """What the standard library's csv.reader takes."""
        return {
            "delimiter": self.delimiter,
            "quotechar": self.quote,
            "quoting": csv.QUOTE_NONE if self.quote is None else csv.QUOTE_MINIMAL,
            "escapechar": self.escape,
            "strict": True,
        }

    @field_validator("encoding")
    @classmethod
    def _text_encoding(cls, name: str) -> str:
        try:
            decoded = b"a".ljust(4, b"\0").decode(name, "ignore")
        except (LookupError, ValueError) as error:
            msg = f"no text encoding is called {name!r}"
            raise ValueError(msg) from error
        if not isinstance(decoded, str):
            msg = f"{name!r} does not decode to text"
            raise TypeError(msg)
        return name


class JsonlFormat(Model):
    """One JSON object per line, UTF-8; plain, gzip and zstd are told apart by their first bytes."""

    type: Literal["jsonl"] = "jsonl"
    """The format."""


class ParquetFormat(Model):
    """Parquet of any schema."""

    type: Literal["parquet"] = "parquet"
    """The format."""


class Scalar(Model):
    """One value: from a column or path, or a constant; then cast to the type of its field."""

    source: Text | None = Field(default=None, alias="from")
    """Column name (CSV), or path such as ``a.b[0].c`` (JSON Lines, Parquet); ``.`` is the item itself."""
    constant: str | None = None
    """The value itself, the same in every row."""
    date: Text | None = None
    """``iso8601`` (default), or a strptime format."""
    timestamp: Text | None = None
    """``iso8601`` (default), ``unix_s``, ``unix_ms``, ``unix_us``, or a strptime format."""
    zone: str | None = None
    """IANA zone of local times that carry no offset; without it they are defects."""
    values: dict[str, str | None] | None = None
    """Value in the file -> canonical value."""
    otherwise: str | None = "defect"
    """What becomes of a value that is not in ``values`` or cannot be cast: a defect, null, or a value."""
    empty: Literal["keep", "absent"] | None = None
    """What an empty string is. Default: absent (null) in CSV, kept elsewhere."""
    separator: Text | None = None
    """Splits one cell into a list, where the field is a list of strings."""

    @model_validator(mode="before")
    @classmethod
    def _written_forms(cls, value: Any) -> Any:  # noqa: ANN401
        if not isinstance(value, dict):
            return value
        given = dict(value)
        constant = given.get("constant")
        if isinstance(constant, (date, datetime)):  # YAML reads unquoted dates as dates
            given["constant"] = constant.isoformat()
        elif isinstance(constant, int) and not isinstance(constant, bool):
            given["constant"] = str(constant)
        if isinstance(given.get("values"), dict):
            given["values"] = {_map_key(key): result for key, result in given["values"].items()}
        return given

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.source is None) == (self.constant is None):
            msg = "exactly one of `from` and `constant`; a field that is left out is null"
            raise ValueError(msg)
        if self.zone is not None:
            check_zone(self.zone)
        return self


class Each(Model):
    """One element for every item of a list: ``{each: "photos[*]", fields: {…}}``.

    Paths in ``fields`` start at the item; ``.`` is the item itself.
    """

    each: Text
    """Path of the list."""
    separator: Text | None = None
    """Splits a cell that holds several values into items."""
    fields: "dict[str, FieldMapping]"
    """Field of the element -> what it is made of."""


def _map_key(key: Any) -> str:  # noqa: ANN401
    if isinstance(key, bool) or key is None:
        msg = f"YAML reads the key {key!r} as something else than text: put it in quotes"
        raise ValueError(msg)
    return str(key)


def _element_kind(value: Any) -> str:  # noqa: ANN401
    is_each = isinstance(value, Each) or (isinstance(value, dict) and "each" in value)
    return "each" if is_each else "element"


def _mapping_kind(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, Listed) or (isinstance(value, dict) and "list" in value):
        return "list"
    return "each" if _element_kind(value) == "each" else "value"


class Listed(Model):
    """A list put together of single elements and of ``each`` entries, in this order."""

    list: "tuple[Element, ...]"
    """Its elements."""


FieldMapping = Annotated[
    Annotated[Scalar, Tag("value")] | Annotated[Each, Tag("each")] | Annotated[Listed, Tag("list")],
    Discriminator(_mapping_kind),
]
Element = Annotated[
    Annotated[Each, Tag("each")] | Annotated[dict[str, FieldMapping], Tag("element")],
    Discriminator(_element_kind),
]
Each.model_rebuild()
Listed.model_rebuild()


class Entry(Model):
    """Files of one format and one shape, and what each canonical field is made of."""

    TABLE: ClassVar[tuple[CanonicalField, ...]] = ()
    REQUIRED: ClassVar[str] = ""

    files: tuple[Text, ...]
    """Paths or globs relative to source.yaml, or absolute; ``${NAME}`` is an environment variable."""
    format: Annotated[CsvFormat | JsonlFormat | ParquetFormat, Field(discriminator="type")]
    """How the files are written."""
    fields: dict[str, FieldMapping]
    """Canonical field -> what it is made of; a field that is left out is null."""

    @model_validator(mode="before")
    @classmethod
    def _written_forms(cls, value: Any) -> Any:  # noqa: ANN401
        if not isinstance(value, dict):
            return value
        given = dict(value)
        if isinstance(given.get("files"), str):
            given["files"] = (given["files"],)
        if isinstance(given.get("format"), str):
            given["format"] = {"type": given["format"]}
        return given

    @model_validator(mode="after")
    def _fits_the_table(self) -> Self:
        found = field_faults(self.fields, self.TABLE, partial(check_path, self.format.type))
        faults: list[tuple[Place, str]] = [(("fields", *place), fault) for place, fault in found]
        if not self.files:
            faults.append((("files",), "at least one path"))
        if self.REQUIRED not in self.fields:
            faults.append((("fields",), f"{self.REQUIRED} is not mapped; no row can do without it"))
        if "birth_date" in self.fields and "birth_precision" not in self.fields:
            faults.append((
                ("fields",),
                "birth_date without birth_precision proves no age: add birth_precision: {constant: day}",
            ))  # fmt: skip
        vague = coarser_than_said(self.fields.get("birth_date"), self.fields.get("birth_precision"))
        if vague is not None:
            faults.append((("fields", "birth_precision"), vague))
        if faults:
            raise Faults(faults)
        return self


class AccountEntry(Entry):
    """Files of accounts. ``platform`` is filled in from the description."""

    TABLE: ClassVar = tuple(field for field in ACCOUNT_FIELDS if field.name not in {"platform", "defect"})
    REQUIRED: ClassVar = "account_id"


class RecordEntry(Entry):
    """Files of records."""

    TABLE: ClassVar = tuple(field for field in RECORD_FIELDS if field.name != "defect")
    REQUIRED: ClassVar = "record_id"


class SourceDescription(Model):
    """source.yaml. Environment variables stay unexpanded here: no machine's path is part of it."""

    platform: Annotated[str, StringConstraints(pattern=r"^[^\s\x00]+$")]
    """The platform, which scopes account ids and handles."""
    accounts: tuple[AccountEntry, ...] = Field(min_length=1)
    """Where accounts come from."""
    records: tuple[RecordEntry, ...] = Field(min_length=1)
    """Where records come from."""
    media_root: Text | None = None
    """Folder of the pictures that records name by a relative ``uri``, relative to source.yaml, or absolute;
    ``${NAME}`` is an environment variable. What their files say is read into the records."""
    row_group_rows: int | None = Field(default=None, ge=1)
    """Rows of a row group, at most; always at most a split's worth of bytes."""
    part_rows: int | None = Field(default=None, ge=1)
    """Rows of a canonical file, at most. A split never spans files."""
