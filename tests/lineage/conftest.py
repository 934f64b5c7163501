"""A network of six accounts, judged by hand and published twice."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from lineage.tiny_version import Verdict, publish_tiny

from builders import account, malformed, medium, record, write_canonical
from pipelines.corpus.store import open_store
from schemas.outcomes import Reason

PICTURE = "ab" * 32
ACCOUNTS = [
    # ana and bea are linked by p1, bea and cleo by p2 (a second row of bea)
    account(account_id="ana", person_id="p1", identifiers=[{"type": "email", "value": "Ana@Example.org"}]),
    account(account_id="bea", person_id="p1", identifiers=[{"type": "handle", "value": "@Bea"}]),
    account(account_id="bea", person_id="p2"),
    account(account_id="cleo", person_id="p2", identifiers=[{"type": "phone", "value": "06 12 34 56 78"}]),
    account(account_id="dov", region="DE", identifiers=[{"type": "phone", "value": "06 12 34 56 78"}]),
    account(account_id="ÿves", identifiers=[{"type": "did", "value": "did:web:yves.example"}]),
]
RECORDS = [
    record(record_id="r0", account_id="ana"),
    record(record_id="r1", account_id="ana", surface="photo", media=[medium(sha256=PICTURE)]),
    record(record_id="r2", account_id="bea", others=[{"role": "mention", "account": "ana"}]),
    record(record_id="r3", account_id="cleo", surface="story"),
    record(record_id="r4", account_id="dov", surface="comment"),
    record(record_id="r5", account_id="dov", others=[{"role": "quote", "account": "cleo"}]),
    record(record_id="r6", account_id="ÿves"),
    malformed(),
    record(record_id="r8", account_id=None),
    record(record_id="r9", account_id="nobody", surface="newly invented"),
    record(record_id="r10", account_id="cleo", surface="photo",
           media=[medium(sha256=PICTURE), medium(sha256="cd" * 32)]),
    record(record_id="r0", account_id="dov", text="an id that occurs twice"),
    record(record_id="r12", account_id="ÿves", text="alone in its split"),
]  # fmt: skip
FIRST = {
    "r3": Verdict(Reason.OBJECTION, also=(Reason.NOT_PUBLIC,)),
    "r4": Verdict(Reason.MINOR_ACCOUNT, also=(Reason.MINOR_AT_POSTING, Reason.NOT_PUBLIC)),
    None: Verdict(Reason.MALFORMED),
    "r8": Verdict(Reason.ACCOUNT_UNKNOWN),
    "r9": Verdict(Reason.ACCOUNT_UNKNOWN, also=(Reason.SURFACE_EXCLUDED,)),
    "r10": Verdict(Reason.MINOR_IMAGE_SUSPECTED, rules=(1, 0)),
}
# ana objects, and somebody has looked at the picture
SECOND = {
    **{name: verdict for name, verdict in FIRST.items() if name != "r10"},
    "r0": Verdict(Reason.OBJECTION),
    "r1": Verdict(Reason.OBJECTION),
}
VERDICTS = {1: FIRST, 2: SECOND}


@dataclass(frozen=True)
class Corpus:
    store: Any
    folder: Path
    source: Path


@pytest.fixture(scope="session")
def corpus(tmp_path_factory):
    """Two published versions over four splits: rows 0-3, 4-7, 8-11 and 12."""
    folder = tmp_path_factory.mktemp("lineage")
    source = write_canonical(folder, ACCOUNTS, RECORDS)
    store = open_store((folder / "corpus").as_uri())
    for number, verdicts in VERDICTS.items():
        assert publish_tiny(store, source, verdicts, registry_event=number) == number
    return Corpus(store, folder, source)
