"""Small row groups are judged together; what is found, and what is counted, does not depend on how many."""

import pytest
from builds import Place
from changed_objects import screen_with

from builders import account, objection, record
from pipelines.jobs import screening
from pipelines.lineage.verify import row_groups
from schemas.outcomes import Reason

ROWS = 11
GROUP = 2
WRONG = 9
"""In the fifth of six row groups."""


def _misjudge(made):
    """A row that is kept is said to be removed, and the counts say so, too."""
    entry = made.ledger[WRONG]
    del made.shard[entry["place"]]
    for other in made.ledger:
        if other["place"] is not None and other["place"] > entry["place"]:
            other["place"] -= 1
    entry.update(place=None, reason=Reason.NOT_PUBLIC.code, reasons=Reason.NOT_PUBLIC.bit)
    made.tally("post", Reason.KEPT)["rows"] -= 1
    made.counts["tally"].append({"surface": "post", "reason": Reason.NOT_PUBLIC.code, "rows": 1})
    made.footprint[entry["footprint"]]["kept"] -= 1
    made.footprint[entry["footprint"]]["removed"] += 1


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Two versions of one source: as it is screened, and with one row misjudged."""
    accounts = [account(account_id="a1")]
    rows = [record(record_id=f"r{n}", text=f"Line {n}, ana@example.org") for n in range(ROWS)]
    places = {}
    for name, change in {"right": lambda _: None, "wrong": _misjudge}.items():
        place = places[name] = Place(tmp_path_factory.mktemp(name), [objection(value="other")])
        place.write(accounts, rows, row_group_rows=GROUP)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(screening, "screen", screen_with([change], {}))
            place.build()
    return places


@pytest.mark.parametrize(
    ("name", "limit"), [("JOINED_ROWS", n) for n in (1, 3, 4, 8_192)] + [("BATCH_BYTES", 1)]
)
def test_findings_do_not_depend_on_it(built, monkeypatch, name, limit):
    monkeypatch.setattr(row_groups, name, limit)
    assert built["right"].verify() == ()
    found = {(finding.object, finding.law) for finding in built["wrong"].verify()}
    assert (f"split 0 row {WRONG}", 2) in found
    assert {named for named, _ in found if "row" in named} == {f"split 0 row {WRONG}"}


@pytest.mark.parametrize(
    ("lengths", "together"),
    [
        ([], []),
        ([5], [[5]]),
        ([9, 1], [[9], [1]]),
        ([4, 4, 4], [[4, 4], [4]]),
        ([0, 0, 8, 1], [[0, 0, 8], [1]]),
    ],
)
def test_they_are_taken_in_order_up_to_the_limit(monkeypatch, lengths, together):
    monkeypatch.setattr(row_groups, "JOINED_ROWS", 8)

    class Footer:
        def row_group(self, number):
            return type("RowGroup", (), {"num_rows": lengths[number]})

    found = list(row_groups.joined(Footer(), range(len(lengths))))
    assert [[group.rows for group in groups] for groups in found] == together
    flat = [group for groups in found for group in groups]
    assert [group.number for group in flat] == list(range(len(lengths)))
    assert [group.offset for group in flat] == [sum(lengths[:n]) for n in range(len(lengths))]
