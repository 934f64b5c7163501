"""The canonical tables: every field with its type, nullability, class, unit and meaning."""

from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

from schemas.vocabulary import (
    OTHER_ROLES,
    AccountKind,
    AccountStatus,
    AgeAssurance,
    BirthPrecision,
    ContainerVisibility,
    IdentifierType,
    Surface,
    Visibility,
)

TIMESTAMP = pa.timestamp("us", tz="UTC")


class FieldClass(StrEnum):
    """What a field may do: only ``content`` and ``context`` can ever be released."""

    IDENTIFIER = "identifier"
    PERSONAL = "personal"
    CONTENT = "content"
    CONTEXT = "context"


@dataclass(frozen=True)
class Field:
    """One field of a canonical table. ``values`` closes a vocabulary; ``children`` nests.

    ``form`` is a regular expression, read alike by Python and RE2, that a whole value matches.
    """

    name: str
    type: pa.DataType | None
    field_class: FieldClass
    meaning: str
    unit: str = ""
    nullable: bool = True
    values: tuple[str, ...] = ()
    form: str = ""
    children: tuple["Field", ...] = ()

    @property
    def arrow_type(self) -> pa.DataType:
        """The Arrow type; a field with children is a list of structs."""
        if not self.children:
            return self.type
        return pa.list_(pa.field("element", pa.struct([child.arrow for child in self.children])))

    @property
    def arrow(self) -> pa.Field:
        """The Arrow field."""
        return pa.field(self.name, self.arrow_type, self.nullable)


_ID, _PERSONAL = FieldClass.IDENTIFIER, FieldClass.PERSONAL
_CONTENT, _CONTEXT = FieldClass.CONTENT, FieldClass.CONTEXT


def _values(vocabulary: type[StrEnum]) -> tuple[str, ...]:
    return tuple(member.value for member in vocabulary)


_DEFECT_TYPE = pa.struct(
    [pa.field("file", pa.string()), pa.field("position", pa.int64()), pa.field("field", pa.string())]
)

LANGUAGE_FORM = (
    r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{3}){0,3}(?:[-_][A-Za-z]{4})?(?:[-_](?:[A-Za-z]{2}|[0-9]{3}))?"
    r"(?:[-_](?:[A-Za-z][0-9A-Za-z]{4,7}|[0-9]{4}(?:[A-Za-z]{4})?))*"
)
"""Language, extensions, script, region, variants (RFC 5646, 2.1), also with underscores. Extensions of other
kinds and private use are no language, and room for anything."""
MIME_FORM = (
    r"(?i:application|audio|font|image|message|model|multipart|text|video)/[0-9A-Za-z][0-9A-Za-z.+_-]{0,99}"
)
"""Type and subtype (RFC 6838, 4.2), without parameters."""
SHA256_FORM = "[0-9A-Fa-f]{64}"

ACCOUNT_FIELDS: tuple[Field, ...] = (
    Field("account_id", pa.string(), _ID, "the platform's id; leading zeros count"),
    Field("platform", pa.string(), _CONTEXT, "the platform; a source has one"),
    Field("person_id", pa.string(), _ID, "joins the accounts of one person; null: not linked"),
    Field("birth_date", pa.date32(), _PERSONAL, "date of birth; unknown parts as the first day"),
    Field("birth_precision", pa.string(), _PERSONAL, "how much of birth_date is known; null: nothing is",
          values=_values(BirthPrecision)),
    Field("age_assurance", pa.string(), _PERSONAL, "how the platform knows the birth date",
          values=_values(AgeAssurance)),
    Field("kind", pa.string(), _CONTEXT, "what stands behind the account", values=_values(AccountKind)),
    Field("region", pa.string(), _PERSONAL, "where the person lives", unit="ISO 3166-1 alpha-2"),
    Field("visibility", pa.string(), _CONTEXT, "who can see the account", values=_values(Visibility)),
    Field("status", pa.string(), _CONTEXT, "state of the account", values=_values(AccountStatus)),
    Field("created_at", TIMESTAMP, _PERSONAL, "when the account was opened", unit="UTC"),
    Field("notified_at", TIMESTAMP, _PERSONAL, "when the person was told about the training", unit="UTC"),
    Field("identifiers", None, _ID, "what else names the person", children=(
        Field("type", pa.string(), _CONTEXT, "kind of identifier", values=_values(IdentifierType)),
        Field("value", pa.string(), _ID, "as the platform holds it; normalised when it is matched"),
    )),
    Field("defect", _DEFECT_TYPE, _CONTEXT,
          "why the source row did not conform; what says who it is stays, what cannot be read is null"),
)  # fmt: skip

RECORD_FIELDS: tuple[Field, ...] = (
    Field("record_id", pa.string(), _ID, "the platform's id of the record"),
    Field("account_id", pa.string(), _ID, "the author's account"),
    Field("surface", pa.string(), _CONTEXT, "where the record comes from",
          values=tuple(surface.label for surface in Surface)),
    Field("created_at", TIMESTAMP, _CONTEXT, "when it was published; released cut to the month", unit="UTC"),
    Field("visibility", pa.string(), _CONTEXT, "who can see the record", values=_values(Visibility)),
    Field("container_visibility", pa.string(), _CONTEXT, "who can see its album, group or page",
          values=_values(ContainerVisibility)),
    Field("text", pa.string(), _CONTENT, "what the author wrote"),
    Field("quoted_text", pa.string(), _PERSONAL, "what others wrote, carried along; never released"),
    Field("language", pa.string(), _CONTEXT, "language of the text", unit="BCP 47, no extensions",
          form=LANGUAGE_FORM),
    Field("others", None, _ID, "other people the record names", children=(
        Field("role", pa.string(), _CONTEXT, "how the record names them", values=OTHER_ROLES),
        Field("account", pa.string(), _ID, "their account id"),
    )),
    Field("media", None, _CONTENT, "the pictures and films of the record", children=(
        Field("media_id", pa.string(), _ID, "the platform's id of the medium"),
        Field("uri", pa.string(), _ID, "where the bytes are; never released"),
        Field("mime", pa.string(), _CONTEXT, "type of the bytes", unit="media type, no parameters",
              form=MIME_FORM),
        Field("sha256", pa.string(), _CONTENT, "digest of the bytes: all a trainer gets of where they are",
              unit="64 hexadecimal digits", form=SHA256_FORM),
        Field("alt_text", pa.string(), _CONTENT, "description written by a person"),
        Field("auto_alt_text", pa.string(), _CONTEXT, "description written by the platform's machine"),
        Field("caption", pa.string(), _CONTENT, "caption of this medium alone"),
        Field("taken_at", TIMESTAMP, _PERSONAL, "when it was taken", unit="UTC"),
        Field("metadata", None, _PERSONAL, "what the file itself declares", children=(
            Field("property", pa.string(), _CONTEXT, "prefix and name: plus:MinorModelAgeDisclosure;"
                  " optout:Unread: what could not be read"),
            Field("values", pa.list_(pa.field("element", pa.string())), _PERSONAL, "its values, as written"),
            Field("block", pa.string(), _CONTEXT, "where in the file it stood: exif, iim, xmp, sidecar;"
                  " of optout:Unread null: the file as a whole"),
        )),
    )),
    Field("defect", _DEFECT_TYPE, _CONTEXT, "why the source row did not conform; all else is then null"),
)  # fmt: skip


def arrow_schema(fields: tuple[Field, ...]) -> pa.Schema:
    """The exact Arrow schema of a table of these fields."""
    return pa.schema([field.arrow for field in fields])


ACCOUNTS = arrow_schema(ACCOUNT_FIELDS)
RECORDS = arrow_schema(RECORD_FIELDS)
