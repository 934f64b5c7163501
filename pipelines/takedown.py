"""What is taken down, opened for one build: the staged look-up table of records and pictures."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from operator import itemgetter

import pyarrow as pa
import pyarrow.compute as pc

from schemas.errors import BadInput
from schemas.identifier_columns import subjects
from schemas.identifiers import media_message
from schemas.pseudonyms import pseudonyms
from schemas.snapshots import RegistrySnapshot
from schemas.tables import TAKEDOWN
from schemas.takedowns import unseal
from schemas.vocabulary import TakedownType


@dataclass
class Unsealed:
    """What one build has opened: once, however often it plans."""

    forms: dict[tuple[TakedownType, bytes], dict[str, str | None]] = field(default_factory=dict)
    """By type and sealed target, its normal form on each platform; None where it is not of that one."""
    last: tuple[pa.Table, pa.Table] | None = None
    """The sealed rows that were opened last, and the TAKEDOWN table of them."""


def sealed_rows(objections: pa.Table) -> pa.Table:
    """The rows of a SNAPSHOT table that are takedowns."""
    return objections.filter(pc.is_valid(objections.column("sealed")))


def open_takedowns(
    snapshot: RegistrySnapshot,
    platform: str,
    others: Iterable[str],
    target_key: Callable[[], bytes],
    lineage_key: bytes,
    known: Unsealed | None = None,
) -> pa.Table:
    """The TAKEDOWN table of a snapshot, sorted: raw ids, so it lies in staging and ends with the build.

    ``others``: platforms whose records the registry holds, too; those hit nothing here. The key is asked
    for by the first takedown. ``known``: what was opened before, with the same arguments; what is missing in
    it is added.

    Raises:
        BadInput: a target that the key does not open. It is never ignored: nobody knows what it names.
        ConfigurationError: there are takedowns, and no key.
    """
    held = sealed_rows(snapshot.objections)
    if not len(held):
        return TAKEDOWN.empty_table()
    known = known or Unsealed()
    if known.last is not None and known.last[0].equals(held):
        return known.last[1]
    key, shut = target_key(), 0
    opened: set[tuple[str, str]] = set()
    for row in held.select(["type", "sealed"]).to_pylist():
        kind = TakedownType(row["type"])
        forms = known.forms.get((kind, row["sealed"]))
        if forms is None:
            forms = {name: unseal(key, kind, name, row["sealed"]) for name in (platform, *others)}
            known.forms[kind, row["sealed"]] = forms
        shut += not any(form is not None for form in forms.values())
        form = forms[platform]
        if form is not None:
            opened.add((kind.value, form))
    if shut:
        raise BadInput(
            "takedowns of the registry",
            expected=f"{len(held)} targets sealed under the target key, of {platform} "
            "or a platform that registry.other_platforms of the policy names",
            found=f"{shut} that it does not open",
            remedy="restore the target key from its backup, or correct keys.target in optout.yaml: "
            "nobody else can tell what was to be taken down",
        )
    rows = sorted(opened)
    named = (media_message(""), [form.encode() for kind, form in rows if kind == TakedownType.MEDIA.value])
    keyed = iter(subjects(pseudonyms((lineage_key,), *named)).tolist())
    table = pa.table(
        {
            "type": list(map(itemgetter(0), rows)),
            "form": list(map(itemgetter(1), rows)),
            "subject": [next(keyed) if kind == TakedownType.MEDIA.value else None for kind, _ in rows],
        },
        TAKEDOWN,
    )
    known.last = held, table
    return table
