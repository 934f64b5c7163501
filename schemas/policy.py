"""policy.yaml: who and what may be used."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from schemas.canonical import canonical_json, sha256
from schemas.errors import ConfigurationError
from schemas.faults import Faults, unknown
from schemas.model import Model
from schemas.release import RELEASE_COLUMNS, release_schema
from schemas.signs import WEAK_POINTS, Kind
from schemas.third_party import ThirdPartyPolicy
from schemas.vocabulary import ALL_PURPOSES, PURPOSE_OF_LABEL, SURFACE_OF_LABEL, AccountKind

Share = Annotated[float, Field(ge=0, le=1)]
PresetName = Literal["strict", "meta-2025"]


def _known_surface(label: str) -> str:
    if label not in SURFACE_OF_LABEL:
        raise ValueError(unknown("surface", label, SURFACE_OF_LABEL))
    return label


SurfaceLabel = Annotated[str, AfterValidator(_known_surface)]


def _known_purpose(label: str) -> str:
    if label not in PURPOSE_OF_LABEL:
        raise ValueError(unknown("purpose", label, PURPOSE_OF_LABEL))
    return label


PurposeLabel = Annotated[str, AfterValidator(_known_purpose)]


class SurfaceRule(Model):
    """What a record of one surface needs to be used. A need that is not listed here is not asked."""

    use: bool = True
    """Whether the surface is used at all."""
    public: bool = True
    """Account, record and container are all public."""
    adult_now: bool = True
    """The author is of age at the as-of instant."""
    adult_at_posting: bool = True
    """The author was of age when it was published."""
    notice: bool = True
    """The author was told `notice_days` before."""
    region: bool = True
    """The author's region is one of `regions`, where that is set."""


class RegistryPolicy(Model):
    """What is asked of the registry of objections."""

    allow_empty: bool = False
    """An empty registry is more often a fault than a fact: say so when it is a fact."""
    max_quiet_days: Annotated[int, Field(ge=1)] | None = 31
    """Days since its last event after which a registry stops the build: it is rather a copy that nobody
    writes to, or a door that is shut, than a month in which nobody objects. Null: it may be quiet."""
    other_platforms: tuple[str, ...] = ()
    """Platforms besides the source's whose account ids and handles the registry may hold. Objections under
    another name than the source's hit nobody in it: more often a fault than a registry of several sources."""
    max_newly_linked_share: Share = 0.1
    """Accounts that a build may find objections to reach besides one for each, in all accounts. An account
    counts once for each objection, and up to 100 always may. More is rather a person id that everybody shares
    by mistake, and they would stay excluded."""


class PicturePolicy(Model):
    """What becomes of pictures."""

    unassessed: Literal["withhold", "remove", "keep"] = "withhold"
    """A picture whose metadata and words say nothing a rule can read: take it out of its record,
    take the record out, or keep both."""
    weak: dict[Kind, Annotated[int, Field(ge=0, le=10)]] = WEAK_POINTS
    """Points of weak evidence, by what it is about; several rules of one kind count once."""
    suspected_from: int = Field(default=2, ge=1)
    """Points from which on weak evidence is enough. Strong evidence always is."""

    @field_validator("weak")
    @classmethod
    def _all_kinds(cls, given: dict[Kind, int]) -> dict[Kind, int]:
        return WEAK_POINTS | given


class ReleasePolicy(Model):
    """What a shard holds."""

    columns: tuple[str, ...] = tuple(column.name for column in RELEASE_COLUMNS)
    """Columns of a shard, in order."""
    mask: tuple[Literal["handle", "email", "phone", "number"], ...] = (
        "handle", "email", "phone", "number",
    )  # fmt: skip
    """What is masked in released text: @handles, e-mail addresses, phone numbers, long numbers."""

    @field_validator("columns")
    @classmethod
    def _releasable(cls, columns: tuple[str, ...]) -> tuple[str, ...]:
        try:
            release_schema(columns)
        except ConfigurationError as error:
            msg = f"{error.found}: {error.remedy}"
            raise ValueError(msg) from error
        return columns


class SourceThresholds(Model):
    """The source gate: what a dataset must look like before it is worth filtering."""

    max_duplicate_record_share: Share = 0.0
    """Of records, those whose id occurred before."""
    max_duplicate_account_share: Share = 0.05
    """Of account rows, those whose id occurred before."""
    max_malformed_share: Share = 0.05
    """Of records, and of account rows, those that did not conform."""
    max_unknown_birth_share: Share = 0.5
    """Of accounts, those without a known birth date."""
    max_unknown_visibility_share: Share = 0.5
    """Of records, those whose visibility is not known."""
    max_unmatched_author_share: Share = 0.5
    """Of records, those whose author the accounts do not name."""
    max_implausible_date_share: Share = 0.05
    """Of records, those whose date of publication cannot be."""
    max_unknown_value_share: Share = 0.05
    """Of all rows, those with a value outside its vocabulary."""


class ReleaseThresholds(Model):
    """The release gate, absolute part: it judges a version by itself."""

    min_kept_rows: int = Field(default=1, ge=0)
    """Rows a version keeps at least."""
    max_rejected_share: Share = 0.1
    """Of all rows, those that could not be read or judged."""
    max_removed_share: Share = 1.0
    """Of all rows, those removed."""


class RelativeThresholds(Model):
    """The release gate, relative part: it judges a version against its parent."""

    max_removed_share_rise: Share = 0.25
    """How much the share of removed rows may exceed the parent's."""


class Quality(Model):
    """All thresholds."""

    source: SourceThresholds = SourceThresholds()
    """What a source must look like."""
    release: ReleaseThresholds = ReleaseThresholds()
    """What a version must look like."""
    relative: RelativeThresholds = RelativeThresholds()
    """What it must look like next to its parent."""


def _strict() -> dict[str, SurfaceRule]:
    rules = {label: SurfaceRule() for label in SURFACE_OF_LABEL}
    rules["ai_interaction"] = SurfaceRule(use=False, public=False)
    rules["message"] = SurfaceRule(use=False)
    return rules


def _meta_2025() -> dict[str, SurfaceRule]:
    rules = {label: SurfaceRule(adult_at_posting=False) for label in SURFACE_OF_LABEL}
    rules["ai_interaction"] = SurfaceRule(public=False, adult_now=False, adult_at_posting=False)
    rules["message"] = SurfaceRule(use=False)
    return rules


PRESETS: dict[str, dict[str, SurfaceRule]] = {"strict": _strict(), "meta-2025": _meta_2025()}
"""`strict`: adults at posting and now, on every surface, chats with the assistant off.
`meta-2025`: the programme as announced in April 2025: chats at any age, no age at posting."""


class Policy(Model):
    """Who and what may be used. After loading, ``surfaces`` names every surface in full."""

    preset: PresetName = "strict"
    """What `surfaces` starts from."""
    purposes: tuple[PurposeLabel, ...] = Field(default=tuple(PURPOSE_OF_LABEL), min_length=1)
    """What the corpus is to be used for. An objection against other purposes alone does not count for it."""
    min_age: int = Field(default=18, ge=1, le=99)
    """Age from which a person may be used, in years."""
    max_age: int = Field(default=110, ge=100, le=130)
    """Ages over this are unknown, not adult."""
    placeholder_birth_dates: tuple[date, ...] = (date(1900, 1, 1),)
    """Birth dates that stand for unknown."""
    notice_days: int = Field(default=30, ge=0, le=3650)
    """Days between the notice to a person and the first use of what the person wrote."""
    kinds: tuple[AccountKind, ...] = (AccountKind.PERSON,)
    """Kinds of account that may be used."""
    regions: tuple[str, ...] | None = None
    """Regions (ISO 3166-1 alpha-2) whose people may be used; null: no restriction."""
    surfaces: dict[SurfaceLabel, SurfaceRule] = Field(default_factory=dict)
    """What a record of each surface needs; unnamed surfaces are as in the preset."""
    third_party: ThirdPartyPolicy = ThirdPartyPolicy()
    """What becomes of records because of people whom they name or show."""
    registry: RegistryPolicy = RegistryPolicy()
    """What is asked of the registry."""
    pictures: PicturePolicy = PicturePolicy()
    """What becomes of pictures."""
    release: ReleasePolicy = ReleasePolicy()
    """What a shard holds."""
    quality: Quality = Quality()
    """The thresholds of the gates."""

    @field_validator("regions")
    @classmethod
    def _assigned(cls, regions: tuple[str, ...] | None) -> tuple[str, ...] | None:
        import phonenumbers  # knows them all, and is here anyway

        known = phonenumbers.SUPPORTED_REGIONS
        strange = [n for n, region in enumerate(regions or ()) if region not in known]
        if strange:
            said = "no region of ISO 3166-1, such as GB or FR: nobody would live there"
            raise Faults(((n,), said) for n in strange)
        return regions

    @model_validator(mode="before")
    @classmethod
    def _apply_preset(cls, value: Any) -> Any:  # noqa: ANN401
        if not isinstance(value, dict):
            return value
        preset = PRESETS.get(str(value.get("preset", "strict")))
        given = value.get("surfaces") or {}
        if preset is None or not isinstance(given, dict):
            return value
        surfaces = dict(given)  # a surface that there is not is refused below, with all else that is wrong
        for label, default in preset.items():
            override = given.get(label, {})
            if isinstance(override, SurfaceRule):
                override = override.model_dump()
            if isinstance(override, dict):
                surfaces[label] = {**default.model_dump(), **override}
        return {**value, "surfaces": surfaces}

    @model_validator(mode="after")
    def _masks_mentions(self) -> Self:
        tables = {"objected": self.third_party.objected, "unknown": self.third_party.unknown}
        asked = [
            f"third_party.{table}.{role}"
            for table, roles in tables.items()
            for role in sorted(roles.masked())
        ]
        if asked and "handle" not in self.release.mask:
            said = f"handle is missing, and {', '.join(asked)} say mask: add handle, or say drop there"
            raise Faults([(("release", "mask"), said)])
        return self

    def purpose_set(self) -> int:
        """Purposes against which an objection counts, as bits: all but those that the corpus is not for.

        Those not yet invented count: nobody can say that the corpus is not for them.
        """
        excluded = sum(
            purpose.bit for label, purpose in PURPOSE_OF_LABEL.items() if label not in self.purposes
        )
        return ALL_PURPOSES & ~excluded

    def screening_digest(self) -> str:
        """Digest of what ``screen`` reads of the policy; the rest is in eligibility or in the gates."""
        return sha256(
            canonical_json(
                self.model_dump(mode="json", include={"surfaces", "third_party", "pictures", "release"})
            )
        )
