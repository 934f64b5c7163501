"""Law 1 on arbitrary tables: each row of a split has one outcome, and those of all splits add up."""

from collections import Counter

from hypothesis import example, given
from hypothesis import strategies as st
from screened import screened, shard_of, split_bytes, table_of, verdicts

from builders import account, at, declared, malformed, medium, objection, record
from pipelines.corpus.assemble import total
from pipelines.screen.decode import SplitBytes, decode, decode_ids
from schemas.outcomes import REASON_OF_LABEL, Outcome

words = st.none() | st.sampled_from(["", " ", "two kids", "a hill", "mail a@example.org", "\u200b", "\0"])
pictures = st.builds(
    lambda alt, minor, sha: medium(
        alt_text=alt, sha256=sha, metadata=[declared("plus:MinorModelAgeDisclosure", minor)] if minor else []
    ),
    words,
    st.sampled_from([None, "AG-UNK", "AG-A25", "AG-U14"]),
    st.none() | st.sampled_from(["aa" * 32, "bb" * 32]),
)
OTHER = st.none() | st.fixed_dictionaries({
    "role": st.none() | st.sampled_from(["mention", "tag", "follows"]),
    "account": st.none() | st.sampled_from(["kid", "ana", "who"]),
})  # fmt: skip
records = st.builds(
    record,
    record_id=st.none() | st.text(max_size=3),
    account_id=st.none() | st.sampled_from(["a1", "kid", "who", ""]),
    surface=st.none() | st.sampled_from(["post", "message", "hologram"]),
    created_at=st.none() | st.sampled_from([at("1800-01-01"), at("2024-01-01"), at("2200-01-01")]),
    visibility=st.none() | st.sampled_from(["public", "private", "?"]),
    text=words,
    language=st.none() | st.sampled_from(["en", "en-GB", "de"]),
    others=st.none()
    | st.lists(OTHER, max_size=3),
    media=st.none() | st.lists(pictures, max_size=3),
) | st.just(malformed())  # fmt: skip
ACCOUNTS = [
    account(),
    account(account_id="kid", birth_date=at("2012-01-01").date()),
    account(account_id="ana"),
]
OBJECTIONS = [objection(value="ana")]
EMPTY = []
REJECTED = [malformed(), malformed(position=8)]
NOTHING_KEPT = [record(visibility="private"), record(account_id="kid"), record(text=None)]
KEPT = [record(record_id="k0"), record(record_id="k1")]


@example(EMPTY, 1)
@example(REJECTED, 1)
@example(NOTHING_KEPT, 2)
@given(st.lists(records, max_size=12), st.integers(1, 5))
def test_every_row_has_one_outcome_and_the_numbers_agree(rows, group):
    result = screened(rows, ACCOUNTS, OBJECTIONS, row_group_rows=group)
    found = verdicts(result)
    outcomes = [REASON_OF_LABEL[reason].outcome for reason, _ in found]
    ledger = table_of(result.ledger).to_pylist()
    shard = shard_of(result)
    assert len(found) == len(rows) == result.result.rows == sum(e.rows for e in result.result.tally)
    places = [row["place"] for row in ledger if row["place"] is not None]
    assert sorted(places) == list(range(len(shard)))
    assert [row["place"] is not None for row in ledger] == [o is Outcome.KEPT for o in outcomes]
    for row, source in zip(ledger, rows, strict=True):
        if row["place"] is not None:
            kept = shard[row["place"]]
            assert kept["surface"] == source["surface"]
            assert kept["text"] is None or kept["text"].replace("⟦email⟧", "a@example.org") == source["text"]


@example([EMPTY])
@example([REJECTED, REJECTED])
@example([EMPTY, NOTHING_KEPT])
@example([KEPT, EMPTY, REJECTED, NOTHING_KEPT, KEPT])
@given(st.lists(st.lists(records, max_size=6), max_size=5))
def test_the_outcomes_of_all_splits_add_up_to_their_rows(splits):
    """In total, by outcome, by reason and by surface, as the ledgers and shards have them one by one."""
    screenings = [screened(rows, ACCOUNTS, OBJECTIONS) for rows in splits]
    counts = total([screening.result for screening in screenings])
    found = Counter(reason for screening in screenings for reason, _ in verdicts(screening))
    outcomes = Counter(REASON_OF_LABEL[reason].outcome for reason in found.elements())
    assert counts.rows == sum(map(len, splits)) == sum(counts.outcomes.values())
    assert counts.reasons == {reason: found[reason] for reason in counts.reasons}
    assert counts.outcomes == {outcome: outcomes[outcome] for outcome in Outcome}
    assert counts.outcomes[Outcome.KEPT] == sum(len(shard_of(screening)) for screening in screenings)
    assert sum(rows for of_surface in counts.surfaces.values() for rows in of_surface.values()) == counts.rows


def test_the_examples_are_what_they_are_called():
    outcomes = [
        {REASON_OF_LABEL[reason].outcome for reason, _ in verdicts(screened(rows, ACCOUNTS, OBJECTIONS))}
        for rows in (EMPTY, REJECTED, NOTHING_KEPT, KEPT)
    ]
    assert outcomes == [set(), {Outcome.REJECTED}, {Outcome.REMOVED}, {Outcome.KEPT}]


@given(st.lists(records, max_size=12), st.integers(1, 5))
def test_row_groups_change_no_verdict(rows, group):
    whole, cut = (
        screened(rows, ACCOUNTS, OBJECTIONS),
        screened(rows, ACCOUNTS, OBJECTIONS, row_group_rows=group),
    )
    assert verdicts(whole) == verdicts(cut)
    assert whole.result.tally == cut.result.tally
    assert table_of(whole.footprint) == table_of(cut.footprint)


@given(st.lists(records, max_size=8))
def test_screening_is_a_function(rows):
    assert screened(rows, ACCOUNTS, OBJECTIONS) == screened(rows, ACCOUNTS, OBJECTIONS)


def test_a_group_that_cannot_be_decoded_is_unreadable_row_by_row():
    source = split_bytes([record(record_id=f"r{n}") for n in range(9)], row_group_rows=3)
    blocks = list(source.blocks)
    blocks[1] = b"\xff" * len(blocks[1])
    decoded = decode(decode_ids(SplitBytes(source.split, source.metadata, blocks)))
    assert decoded.rows == 9
    assert decoded.place.tolist() == [0, 1, 2, 6, 7, 8]
