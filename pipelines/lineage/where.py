"""Where a person or a picture occurs: a scan of what every published version holds."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.corpus.chain import Version, find_entry, load_entry, read_chain
from pipelines.corpus.store import Store
from pipelines.keys import Key
from pipelines.lineage.parts import footprint_part, label_footprint, split_rows
from pipelines.lineage.people import has_accounts, linked_accounts, named_accounts
from schemas.errors import ConfigurationError
from schemas.identifiers import account_message, has_numbers, media_message, normalise, subject
from schemas.vocabulary import IdentifierType

MEDIA = "media"
_SHA256 = re.compile(r"[0-9a-f]{64}")
TARGETS = (*(kind.value for kind in IdentifierType), MEDIA)
"""What may be asked for: a type of identifier, or ``media`` with the SHA-256 of a picture."""


def where(
    store: Store,
    kind: str,
    value: str,
    key: Key,
    source: Path,
    number: int | None = None,
    region: str | None = None,
) -> list[dict[str, Any]]:
    """Every split of every published version (or of one) in which the target occurs.

    One flat object per version, split, subject and role: {version, split, path, shard, subject,
    relation, role, rows, kept, removed, quarantined, rejected}. ``relation`` is ``itself`` for
    what was asked for, ``linked`` for another account of the same person. ``shard`` is given where
    rows were kept. The list is empty if the target occurs nowhere. It comes from the footprint
    parts alone, whatever the registry says. Identifiers other than account ids, and links, need
    the canonical accounts below ``source``. ``region`` (ISO 3166-1 alpha-2) completes a phone number
    without country code; without it, the number is read in each account's own.

    Raises:
        ConfigurationError: no such version, or none at all; an unknown type or region, an empty value;
            another lineage key than a version's.
        BadInput: the accounts are needed and missing, or an object is damaged.
    """
    targets = _targets(kind, value, source, region)
    matches: dict[tuple[str, str], pa.Table] = {}  # versions share parts: each is read once
    result = []
    for version in _versions(store, number):
        _check_key(version, key)
        platform = version.content.source.platform
        relations = _subjects(targets, key, platform)
        wanted = pa.array(sorted(relations), pa.uint64())
        for split in split_rows(store, version):
            part = matches.get((platform, split["footprint"]))
            if part is None:
                part = footprint_part(store, split)
                part = matches[platform, split["footprint"]] = part.filter(
                    pc.is_in(part.column("subject"), wanted)
                )
            found = zip(
                part.column("subject").to_pylist(), label_footprint(part, split).to_pylist(), strict=True
            )
            result += [_row(version, split, relations[who], counts) for who, counts in found]
    return result


def summary(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of :func:`where` added up by version, relation and role.

    A row that names two accounts of one relation in one role counts for each of them.
    """
    names = ("rows", "kept", "removed", "quarantined", "rejected")
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["version"], row["relation"], row["role"]), []).append(row)
    return [
        {
            "version": version,
            "relation": relation,
            "role": role,
            "splits": len({row["split"] for row in group}),
            "shards": len({row["shard"] for row in group} - {None}),
            **{name: sum(row[name] for row in group) for name in names},
        }
        for (version, relation, role), group in groups.items()
    ]


def _targets(kind: str, value: str, source: Path, region: str | None) -> dict[str, list[str]]:
    """Relation -> normal account ids, or the digest of a picture."""
    if kind not in TARGETS:
        raise ConfigurationError(
            "type", expected=f"one of {', '.join(TARGETS)}", found="another", remedy="choose one of them"
        )
    if kind == MEDIA:
        digest = value.strip().lower()
        if not _SHA256.fullmatch(digest):
            raise _no_value("the SHA-256 of a picture, 64 hexadecimal digits")
        return {MEDIA: [digest]}
    identifier = IdentifierType(kind)
    if region is not None and not has_numbers(region):
        raise ConfigurationError(
            "region",
            expected="a country by two letters that has telephone numbers, such as GB or FR",
            found="another",
            remedy="correct it; without one, a number is read in the region of each account",
        )
    own = normalise(identifier, value, region)
    if not own:
        raise _no_value(f"an identifier of type {kind}")
    accounts = {own} if identifier is IdentifierType.ACCOUNT else set[str]()
    if identifier is not IdentifierType.ACCOUNT or has_accounts(source):
        accounts |= named_accounts(source, identifier, value, region)
        return {"itself": sorted(accounts), "linked": sorted(linked_accounts(source, accounts))}
    return {"itself": sorted(accounts)}


def _subjects(targets: dict[str, list[str]], key: Key, platform: str) -> dict[int, str]:
    return {
        subject(
            key.secret, media_message(value) if relation == MEDIA else account_message(platform, value)
        ): "itself" if relation == MEDIA else relation
        for relation, values in targets.items()
        for value in values
    }


def _row(version: Version, split: dict[str, Any], relation: str, counts: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": version.number,
        "split": split["split"],
        "path": split["path"],
        "shard": split["shard"] if counts["kept"] else None,
        "subject": counts["subject"],
        "relation": relation,
        **{name: counts[name] for name in ("role", "rows", "kept", "removed", "quarantined", "rejected")},
    }


def _versions(store: Store, number: int | None) -> Iterator[Version]:
    chain = read_chain(store)
    find_entry(chain, number)  # an empty corpus is no answer
    for entry in chain:
        if entry.kind == "publish" and number in {None, entry.number}:
            yield load_entry(store, entry)


def _check_key(version: Version, key: Key) -> None:
    made_with = version.content.keys.get("lineage")
    if made_with != key.id:
        raise ConfigurationError(
            f"lineage key for version {version.number}",
            expected=f"the key {made_with}, which its subjects were made with",
            found=key.id,
            remedy="point keys.lineage in optout.yaml at that key, or ask other versions with --version",
        )


def _no_value(expected: str) -> ConfigurationError:
    return ConfigurationError("value", expected=expected, found="something else", remedy="correct the value")
