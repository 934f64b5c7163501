"""A DuckDB file for one version that any DuckDB shell can query, without this project.

What is small is copied into tables. Rows and subjects stay where they are: ``ledger``,
``footprint`` and ``eligibility`` are views over the Parquet objects of the store, so whoever may
not read those learns nothing from the file, and what is erased there is not kept here.
"""

import string
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from pipelines.corpus.chain import Version
from pipelines.corpus.objects import read_object
from pipelines.corpus.store import Store
from pipelines.lineage.parts import split_rows
from pipelines.lineage.session import scan
from pipelines.lineage.views import RELATIONS
from schemas.documents import ObjectRef
from schemas.errors import ConfigurationError
from schemas.outcomes import Reason
from schemas.vocabulary import Role

_VIEWS = {
    "ledger": string.Template("""
        SELECT s.split, p.file_row_number::BIGINT AS row, r.outcome, r.reason,
            [l.reason FOR l IN $reasons IF (p.reasons & l.bit) <> 0] AS reasons,
            [($rules)[i + 1] FOR i IN coalesce(p.rules, [])] AS rules,
            p.place::BIGINT AS place,
            CASE WHEN p.place IS NOT NULL THEN s.shard END AS shard,
            lpad(lower(to_hex(f.subject)), 16, '0') AS subject
        FROM read_parquet($ledgers, filename = true, file_row_number = true) p
        JOIN parts o ON o.ledger_file = p.filename
        JOIN splits s ON s.split = o.split
        LEFT JOIN reasons r ON r.code = p.reason
        LEFT JOIN read_parquet($footprints, filename = true, file_row_number = true) f
            ON f.filename = o.footprint_file AND f.file_row_number = p.footprint
    """),
    "footprint": string.Template("""
        SELECT o.split, lpad(lower(to_hex(p.subject)), 16, '0') AS subject, ($roles)[p.role + 1] AS role,
            p.rows::BIGINT AS rows, p.kept::BIGINT AS kept, p.removed::BIGINT AS removed,
            p.quarantined::BIGINT AS quarantined,
            p.rows::BIGINT - p.kept - p.removed - p.quarantined AS rejected
        FROM read_parquet($footprints, filename = true) p JOIN parts o ON o.footprint_file = p.filename
    """),
    "eligibility": string.Template("""
        SELECT lpad(lower(to_hex(subject)), 16, '0') AS subject, lpad(lower(to_hex(state)), 16, '0') AS state
        FROM read_parquet($eligibility)
    """),
}


def write_database(store: Store, version: Version, path: Path) -> list[dict[str, Any]]:
    """Write the file and return what it holds: {name, kind, meaning} of each table and view.

    Every object a view reads is checked against its digest once, now. Views name the objects where
    the store keeps them: a corpus that is moved needs a new file.

    Raises:
        ConfigurationError: ``path`` exists or its folder cannot be written. BadInput: an object is
            missing or damaged.
    """
    if path.exists():
        raise ConfigurationError(
            str(path), expected="no file of that name", found="one that exists", remedy="choose another name"
        )
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        held = _fill(store, version, unfinished)
        unfinished.replace(path)
    except duckdb.OutOfMemoryException as error:
        raise ConfigurationError(
            str(path),
            expected="memory for what the file is to hold",
            found="less",
            remedy="use a machine with more memory",
        ) from error
    except (OSError, duckdb.OperationalError) as error:
        raise ConfigurationError(
            str(path),
            expected="a file that can be written",
            found=type(error).__name__,
            remedy="choose another folder",
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return held


def _fill(store: Store, version: Version, path: Path) -> list[dict[str, Any]]:
    splits = split_rows(store, version)
    views = {name: view.substitute(_values(store, version, splits)) for name, view in _VIEWS.items()}
    held = [
        {"name": r.name, "kind": "view" if r.name in views else "table", "meaning": r.meaning}
        for r in RELATIONS
    ]
    held += [
        {"name": "parts", "kind": "table", "meaning": "the files that the views read, by split"},
        {"name": "about", "kind": "table", "meaning": "what this file holds"},
    ]
    # What is on its way into the file is spilt nowhere else.
    connection = duckdb.connect(":memory:", config={"temp_directory": ""})
    try:
        # The oldest layout: shells of DuckDB 1.x open it, too.
        connection.execute(f"ATTACH {_literal(str(path))} AS held (STORAGE_VERSION 'v1.0.0')")
        connection.execute("USE held")
        for relation in RELATIONS:
            if relation.name not in views:
                connection.register("incoming", scan(relation, store, version))
                connection.execute(f"CREATE TABLE {relation.name} AS FROM incoming")
                connection.unregister("incoming")
        connection.execute("CREATE TABLE parts (split BIGINT, ledger_file VARCHAR, footprint_file VARCHAR)")
        connection.executemany("INSERT INTO parts VALUES (?, ?, ?)", _files(store, splits))
        for name, view in views.items():
            connection.execute(f"CREATE VIEW {name} AS {view}")
        connection.execute("CREATE TABLE about (version BIGINT, name VARCHAR, kind VARCHAR, meaning VARCHAR)")
        about = [(version.number, row["name"], row["kind"], row["meaning"]) for row in held]
        connection.executemany("INSERT INTO about VALUES (?, ?, ?, ?)", about)
        connection.execute("USE memory")
        connection.execute("DETACH held")
    finally:
        connection.close()
    return held


def _values(store: Store, version: Version, splits: list[dict[str, Any]]) -> dict[str, str]:
    for split in splits:
        for part in ("ledger", "footprint"):
            _check(store, ObjectRef(digest=split[part], bytes=split[f"{part}_bytes"]))
    _check(store, version.content.eligibility)
    reasons = ", ".join(
        f"{{'reason': {_literal(r.label)}, 'bit': {r.bit}}}" for r in Reason if r is not Reason.KEPT
    )
    files = _files(store, splits)
    return {
        "reasons": f"[{reasons}]",
        "rules": f"CAST({_list(version.content.rules)} AS VARCHAR[])",
        "roles": _list(role.name.lower() for role in sorted(Role)),
        "ledgers": _list(sorted({_pattern(ledger) for _, ledger, _ in files})),
        "footprints": _list(sorted({_pattern(footprint) for _, _, footprint in files})),
        "eligibility": _list([_pattern(_location(store, version.content.eligibility.digest))]),
    }


def _files(store: Store, splits: list[dict[str, Any]]) -> list[tuple[int, str, str]]:
    return [(s["split"], _location(store, s["ledger"]), _location(store, s["footprint"])) for s in splits]


def _location(store: Store, digest: str) -> str:
    return store.location(store.object_name("lineage", digest, "parquet"))


def _check(store: Store, ref: ObjectRef) -> None:
    read_object(store, "lineage", ref, "parquet")


def _pattern(path: str) -> str:
    # read_parquet takes patterns: a bracket or an asterisk in a folder's name stands for itself.
    return "".join(f"[{c}]" if c in "*?[" else c for c in path)


def _list(values: Iterable[str]) -> str:
    return f"[{', '.join(map(_literal, values))}]"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
