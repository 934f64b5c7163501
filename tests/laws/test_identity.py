"""Law 6: an objection hits the person however the identifier is written, on either side; and nobody else."""

import unicodedata

import pytest
from commands import workspace

from builders import account, record


def nfd(text):
    return unicodedata.normalize("NFD", text)


# Type, as the account carries it, as the objection names it. A region completes a number without country.
SAME = [
    ("handle", "Ana1", "@Ana1"),
    ("handle", "@ana2", "ana2 "),
    ("handle", " ANA3", "Ana3"),
    ("handle", "José4", nfd("@José4")),
    ("handle", nfd("ÅSE5"), "åse5"),
    ("handle", "ａｎａ6", "@ana6"),  # noqa: RUF001
    ("handle", "straße7", "STRASSE7"),
    ("email", "ANA8@Example.org", " ana8@example.ORG"),
    ("email", "ana9@bücher.example", "ana9@xn--bcher-kva.example"),
    ("email", "mailto:ana10@example.org", "Ana <ana10@example.org>"),
    ("phone", "+33 6 12 34 50 11", "+33612345011"),
    ("phone", "06 12 34 50 12", "+33 6 12 34 50 12"),
    ("phone", "+33612345013", "06.12.34.50.13"),
    ("phone", "0033 6 12 34 50 14", "tel:+33-6-12-34-50-14"),
    ("account", "100015", 100015),
    ("account", "100016", "100016 "),
    ("account", "José17", nfd("José17")),
    ("account", "0018", "0018"),
    ("did", "did:plc:abc19", "at://did:plc:ABC19"),
    ("did", "did:web:Ana20.example", "did:web:ana20.EXAMPLE"),
]
OTHERS = [
    ("handle", "bob1", "bob_1"),
    ("handle", "bob2", "@bob"),
    ("email", "bob3@example.org", "bob3@example.com"),
    ("email", "faß4@example.org", "fas4@example.org"),
    ("phone", "+33 6 12 34 60 05", "+33 6 12 34 60 50"),
    ("phone", "06 12 34 60 06", "+49 6 12 34 60 06"),
    ("account", "0200007", 200007),
    ("account", "Bob8", "bob8"),
    ("did", "did:key:zBob9", "did:key:zbob9"),
]


def carrying(kind, value, n):
    if kind == "account":
        return account(account_id=value)
    return account(account_id=f"carrier{n}", identifiers=[{"type": kind, "value": value}])


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    """The primary reason of each row, in order: one row of each pair's account."""
    pairs = SAME + OTHERS
    accounts = [carrying(kind, value, n) for n, (kind, value, _) in enumerate(pairs)]
    place = workspace(
        tmp_path_factory.mktemp("identity") / "w",
        accounts,
        [record(record_id=f"r{n}", account_id=row["account_id"]) for n, row in enumerate(accounts)],
        objections=[{"type": kind, "value": value, "region": "FR"} for kind, _, value in pairs],
        row_group_rows=len(pairs),
    )
    place.build().done()
    place.run("verify").done()
    return place.run("lineage", "--sql", "SELECT reason FROM ledger ORDER BY row", "--json").done().json


@pytest.mark.parametrize("n", range(len(SAME)), ids=[f"{kind} {value}" for kind, value, _ in SAME])
def test_every_spelling_hits(ledger, n):
    assert ledger[n] == {"reason": "objection"}


@pytest.mark.parametrize("n", range(len(OTHERS)), ids=[f"{kind} {value}" for kind, value, _ in OTHERS])
def test_nobody_else_is_hit(ledger, n):
    assert ledger[len(SAME) + n] == {"reason": "kept"}
