"""A redaction takes with it what an objection reached, and what its target was sealed as."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from registry.constants import LOG_SECRET, NOW, PROOF
from registry.links import reached
from registry.rotations import rotated

from builders import PLATFORM
from optout_registry.extract import export
from optout_registry.inherited import record_reached
from optout_registry.opening import open_registry
from optout_registry.redaction import forget, redact


@pytest.fixture
def ended(registry, objection):
    """Two objections, each of which has reached an account; and a takedown. The first and third are withdrawn."""
    for name in ("a1", "a2"):
        registry.add(objection(name), recorded_at=NOW)
    registry.add(objection("post-1", kind="record"), recorded_at=NOW)
    record_reached(registry, reached((1, "b1"), (2, "b2")), PLATFORM, recorded_at=NOW)
    for name in ("a1", "post-1"):
        registry.withdraw(
            f"request-{name}", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True
        )
    return registry


def _found(registry):
    return {(finding.what, finding.number) for finding in registry.verify().findings}


def test_the_accounts_it_reached_are_erased_with_it(ended, sql):
    assert redact(ended, "request-a1", recorded_at=NOW).erased == (1, 4, 6)
    assert sql("SELECT event, pseudonym IS NULL, nonce IS NULL FROM inherited ORDER BY event") == [
        (4, 1, 1),
        (5, 0, 0),
    ]
    assert ended.verify().findings == ()


def test_what_was_sealed_is_in_no_byte(ended, sql, tmp_path):
    (sealed,) = next(iter(sql("SELECT sealed FROM objection WHERE event = 3")))
    redact(ended, "request-post-1", recorded_at=NOW)
    forget(ended)
    assert sql("SELECT sealed FROM objection WHERE event = 3") == [(None,)]
    assert not any(sealed in path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert ended.verify().findings == ()


@pytest.mark.parametrize("event", [5, 6, 7], ids=["before the end", "after one", "after both"])
def test_the_past_is_as_it_was_but_for_what_was_redacted(ended, event):
    before = ended.snapshot(event).objections
    for name in ("a1", "post-1"):
        redact(ended, f"request-{name}", recorded_at=NOW)
    again = ended.snapshot(event)
    assert again.was(before)
    assert again.erased.num_rows == len(before) - len(again.objections) == {5: 3, 6: 1, 7: 0}[event]
    # What is left was there; what is gone had a scope that was redacted.
    still = pc.is_in(before.column("pseudonym"), value_set=again.objections.column("pseudonym").slice(0, 1))
    assert not again.was(before.filter(pc.invert(still)))
    other = pa.array([1] * len(before), pa.uint16())
    narrow = before.set_column(
        before.schema.get_field_index("surfaces"), before.schema.field("surfaces"), other
    )
    assert not again.was(pa.concat_tables([before, narrow.slice(0, 1)]))


_OTHER = "(SELECT o.{0} FROM inherited AS o WHERE o.event = 5)"
_TAMPERED = {
    "an account it reached is kept": (
        "inherited",
        f"UPDATE inherited SET pseudonym = {_OTHER.format('pseudonym')}, nonce = {_OTHER.format('nonce')} WHERE event = 4",
        ("objection redacted", 4),
    ),
    "an account goes over to another": ("inherited", "UPDATE inherited SET origin = 2 WHERE event = 4", ("redaction", 8)),
    "the account of another is erased": (
        "event", "UPDATE event SET body = NULL, nonce = NULL WHERE number = 5", ("event erased", 5),
    ),
    "an account is removed": ("inherited", "DELETE FROM inherited WHERE event = 4", ("linked account missing", 4)),
}  # fmt: skip


@pytest.mark.parametrize(("table", "statement", "finding"), _TAMPERED.values(), ids=_TAMPERED)
def test_what_was_changed_is_named(ended, unguarded, table, statement, finding):
    redact(ended, "request-a1", recorded_at=NOW)
    unguarded(table, statement)
    assert finding in _found(ended)


def test_it_can_be_redacted_and_rotated_in_any_order(url, ended):
    redact(ended, "request-a1", recorded_at=NOW)
    rotated(url)
    with open_registry(url, LOG_SECRET) as registry:
        assert registry.verify().findings == ()
        redact(registry, "request-post-1", recorded_at=NOW)
        assert registry.verify().findings == ()
        assert registry.snapshot().objections.num_rows == 2


def test_an_extract_shows_what_it_reached_and_what_a_takedown_names(ended, case_key, calendar):
    given = export(ended, ["request-a1", "request-post-1"], case_key, calendar, recorded_at=NOW)
    accounts, takedown = given.requests
    assert [proven.number for proven in accounts.events] == [1, 4, 6, 8]
    assert "found to be the same person's" in accounts.events[1].in_words
    assert "against the use of one record" in takedown.events[0].in_words
    assert takedown.target_type == "record"
