"""The reference: every table, document and vocabulary as rows of text, and as Markdown pages.

Rendered from the definitions themselves, so that what is printed is what is checked.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from schemas import documents, ingest_plans, labelled, pack, plans, policy, review_log, source, workspace
from schemas.fields import ACCOUNT_FIELDS, RECORD_FIELDS, Field
from schemas.manifest import SourceManifest, SourceNumbers
from schemas.media_table import BLOCK_MEANINGS, DOUBT_MEANINGS, MEDIA_TABLE, UNREAD_MEANINGS
from schemas.model import Model
from schemas.outcomes import OUTCOME_MEANINGS, REASON_MEANINGS, Outcome, Reason
from schemas.policy import PRESETS, SurfaceRule
from schemas.profile import PROFILE_TABLE
from schemas.release import RELEASE_COLUMNS
from schemas.reviews import QUEUE_TABLE, QUEUED_TABLE, REVIEWS_TABLE
from schemas.tables import (
    ELIGIBILITY_TABLE,
    FOOTPRINT_TABLE,
    LEDGER_TABLE,
    LOOKUP_TABLE,
    OBSERVED_TABLE,
    SHARDS_TABLE,
    SNAPSHOT_TABLE,
    SPLITS_TABLE,
    TAKEDOWN_TABLE,
    Table,
)
from schemas.third_party import RoleActions, ThirdPartyPolicy, UnknownActions
from schemas.types_in_words import in_words
from schemas.vocabulary import Role, Surface

Row = dict[str, str]


@dataclass(frozen=True)
class Topic:
    """One thing that has a schema: its rows for people, and a JSON value for programs."""

    name: str
    meaning: str
    rows: tuple[Row, ...]
    machine: Any


@dataclass(frozen=True)
class Page:
    """A page of the reference."""

    name: str
    title: str
    meaning: str
    topics: tuple[Topic, ...]


def pages() -> tuple[Page, ...]:
    """The whole reference, in reading order."""
    return (
        Page("canonical", "Canonical tables", "What `ingest` writes and `build` reads.", (
            _fields("accounts", "One row per account of the platform.", ACCOUNT_FIELDS),
            _fields("records", "One row per record: what one author put on one surface.", RECORD_FIELDS),
        )),
        Page("media", "Table of pictures", "What `media scan` writes.", (
            _table(MEDIA_TABLE), *_media_words(),
        )),
        Page("packs", "Rule packs", "YAML: what points to a minor, of one language or of metadata.", _models(
            pack.Pack, pack.WordRule, pack.DeclaredRule, pack.DeclaredWords, pack.CircumstanceRule,
        )),
        Page("labelled", "Labelled captions", "What `rules evaluate` reads: JSON Lines.", _models(
            labelled.LabelledCaption,
        )),
        Page("source", "Source description", "`source.yaml`: what the source is.", _models(
            source.SourceDescription, source.AccountEntry, source.RecordEntry, source.CsvFormat,
            source.JsonlFormat, source.ParquetFormat, source.Scalar, source.Each, source.Listed,
            SourceManifest, SourceNumbers, ingest_plans.IngestPlan, ingest_plans.IngestUnit,
            ingest_plans.SourceFile, ingest_plans.MediaRoot, ingest_plans.UnitResult,
            ingest_plans.DefectCount, ingest_plans.PictureCount,
        )),
        Page("policy", "Policy", "`policy.yaml`: who and what may be used. Unknown keys are refused.", (
            *_models(
                policy.Policy, SurfaceRule, ThirdPartyPolicy, RoleActions, UnknownActions,
                policy.RegistryPolicy, policy.PicturePolicy, policy.ReleasePolicy, policy.Quality,
                policy.SourceThresholds, policy.ReleaseThresholds, policy.RelativeThresholds,
            ),
            _presets(),
        )),
        Page("outcomes", "Outcomes and reasons", "What may become of a record, and why.", (
            _outcomes(), _reasons(), _codes(),
        )),
        Page("tables", "Tables of a version", "Parquet (the look-up: Arrow), exact types, no statistics.", (
            *(_table(table) for table in (
                LEDGER_TABLE, FOOTPRINT_TABLE, ELIGIBILITY_TABLE, SNAPSHOT_TABLE, SPLITS_TABLE, SHARDS_TABLE,
                PROFILE_TABLE, OBSERVED_TABLE, LOOKUP_TABLE, TAKEDOWN_TABLE,
                QUEUE_TABLE, REVIEWS_TABLE, QUEUED_TABLE,
            )),
            _release(),
        )),
        Page("documents", "Documents of a version", "JSON, canonical (RFC 8785).", _models(
            documents.Envelope, documents.Parent, documents.Runner, documents.ContentDocument,
            documents.SourceDigests, documents.AccountCounts, documents.SnapshotRef, documents.EngineRef,
            documents.Counts, documents.ObjectRef, documents.Finding, plans.Plan, plans.KeyRef,
            plans.SplitResult, plans.TallyEntry, plans.Counted, plans.Refusal,
        )),
        Page("reviews", "Reviews", "The log, and what `review export` writes: JSON Lines.", _models(
            review_log.ReviewEvent, review_log.Draw, review_log.Check, review_log.ReviewLine,
        )),
        Page("workspace", "Workspace", "`optout.yaml`: where everything is.", _models(
            workspace.Workspace, workspace.Keys, workspace.Officer, workspace.DoorSettings,
            workspace.MailServer,
        )),
    )  # fmt: skip


def markdown(page: Page) -> str:
    """A page as Markdown."""
    parts = [f"# {page.title}", page.meaning]
    for topic in page.topics:
        parts += [f"## {topic.name}", topic.meaning, _markdown_table(topic.rows)]
    return "\n\n".join(parts) + "\n"


def _fields(name: str, meaning: str, fields: tuple[Field, ...]) -> Topic:
    rows = tuple(_flattened(fields, ""))
    machine = [
        {**row, "null": row["null"] == "yes", "values": row["values"].split(", ") if row["values"] else []}
        for row in rows
    ]
    return Topic(name, meaning, rows, machine)


def _flattened(fields: Iterable[Field], prefix: str) -> Iterable[Row]:
    for field in fields:
        yield {
            "field": prefix + field.name,
            "type": "list of struct" if field.children else str(field.type),
            "null": "yes" if field.nullable else "no",
            "class": field.field_class.value,
            "unit": field.unit,
            "meaning": field.meaning,
            "values": ", ".join(field.values),
        }
        yield from _flattened(field.children, f"{prefix}{field.name}.")


def _models(*models: type[Model]) -> tuple[Topic, ...]:
    return tuple(_model(model) for model in models)


def _model(model: type[Model]) -> Topic:
    schema = model.model_json_schema(mode="serialization")
    definitions = schema.get("$defs", {})
    properties = schema.get("properties") or definitions[model.__name__]["properties"]
    rows = []
    for name, field in model.model_fields.items():
        written = properties[field.serialization_alias or field.alias or name]
        nested = isinstance(field.default, Model)
        default = "" if nested else _json(written.get("default", {}))
        rows.append({
            "field": field.alias or name,
            "type": in_words(written, definitions),
            "default": "required" if field.is_required() else default,
            "meaning": _sentence(field.description),
        })  # fmt: skip
    for name, computed in model.model_computed_fields.items():
        rows.append({
            "field": name,
            "type": in_words(properties[name], definitions),
            "default": "computed",
            "meaning": _sentence(computed.description),
        })  # fmt: skip
    return Topic(model.__name__, _sentence(model.__doc__), tuple(rows), model.model_json_schema())


def _presets() -> Topic:
    rows = tuple(
        {"surface": label, **{name: _needs(preset[label]) for name, preset in PRESETS.items()}}
        for label in PRESETS["strict"]
    )
    machine = {
        name: {label: rule.model_dump() for label, rule in preset.items()} for name, preset in PRESETS.items()
    }
    return Topic("presets", "What a record of each surface needs under each preset.", rows, machine)


def _needs(rule: SurfaceRule) -> str:
    if not rule.use:
        return "not used"
    return ", ".join(name for name, asked in rule.model_dump().items() if asked and name != "use")


def _outcomes() -> Topic:
    rows = tuple({"outcome": outcome.value, "meaning": OUTCOME_MEANINGS[outcome]} for outcome in Outcome)
    return Topic("outcomes", "Every record has exactly one.", rows, rows)


def _reasons() -> Topic:
    rows = tuple(
        {
            "reason": reason.label,
            "code": str(reason.code),
            "outcome": reason.outcome.value,
            "stage": reason.stage.value,
            "meaning": REASON_MEANINGS[reason],
        }
        for reason in Reason
    )
    machine = [{**row, "code": int(row["code"])} for row in rows]
    return Topic("reasons", "In order of precedence: the first that holds is primary.", rows, machine)


def _codes() -> Topic:
    surfaces = ({"of": "surface", "code": str(surface.bit), "name": surface.label} for surface in Surface)
    roles = ({"of": "role", "code": str(role.value), "name": role.name.lower()} for role in Role)
    rows = (*surfaces, *roles)
    machine = [{**row, "code": int(row["code"])} for row in rows]
    return Topic("codes", "What tables store: surfaces as bits of a set, roles as numbers.", rows, machine)


def _table(table: Table) -> Topic:
    rows = tuple(
        {
            "column": column.name,
            "type": str(column.type),
            "null": "yes" if column.nullable else "no",
            "meaning": column.meaning,
        }
        for column in table.columns
    )
    machine = [{**row, "null": row["null"] == "yes"} for row in rows]
    return Topic(table.name, table.meaning, rows, machine)


def _media_words() -> tuple[Topic, ...]:
    return tuple(
        Topic(name, meaning, rows, rows)
        for name, meaning, words in (
            ("unread", "Why nothing is known of a file.", UNREAD_MEANINGS),
            ("doubts", "Why what was read of a file is not all of it, or not certain.", DOUBT_MEANINGS),
            ("blocks", "Where in a file, or beside it, something is declared.", BLOCK_MEANINGS),
        )
        for rows in [tuple({"word": word.value, "meaning": said} for word, said in words.items())]
    )


def _release() -> Topic:
    rows = tuple(
        {"column": column.name, "type": str(column.type), "from": column.source, "meaning": column.meaning}
        for column in RELEASE_COLUMNS
    )
    return Topic("shard", "Columns a shard may have; `release.columns` of the policy chooses.", rows, rows)


def _json(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return json.dumps(value, ensure_ascii=False)


def _sentence(text: str | None) -> str:
    return " ".join((text or "").replace("``", "`").split())


def _markdown_table(rows: tuple[Mapping[str, str], ...]) -> str:
    columns = [name for name in rows[0] if any(row[name] for row in rows)] if rows else []
    lines = [columns, ["---"] * len(columns), *([row[name] for name in columns] for row in rows)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
