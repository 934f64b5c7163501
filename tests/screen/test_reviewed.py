"""What decisions on suspected pictures mean for the rows of a split."""

import pytest
from screened import eligibility, packs, screened, shard_of, split_bytes, table_of, takedowns, verdicts

from builders import LINEAGE_KEY, PLATFORM, account, declared, medium, record, reviews_table
from pipelines.screen.lookup import Lookup
from pipelines.screen.screen import Inputs, open_split
from schemas.identifiers import media_message, subject
from schemas.policy import Policy
from schemas.reviews import Decision, record_message

BOY = medium(sha256="ab" * 32, alt_text="A toddler on a swing")
COPY = medium(sha256="ab" * 32, alt_text="An empty swing in the rain")
HILL = medium(sha256="cd" * 32, alt_text="A hill in the fog")
PLACED = medium(sha256=None, alt_text="A toddler on a slide")
BOYS_KEY = subject(LINEAGE_KEY, media_message("ab" * 32))


def queue_of(result):
    return [] if result.queue is None else table_of(result.queue).to_pylist()


def decide(entry, decision, *, seen=None, **changes):
    """A decision on an entry of a queue; ``seen``: rules that the persons saw, all that fired if not given."""
    rules = sorted(packs().rules[n] for n in entry["rules"]) if seen is None else seen
    by_words = decision != Decision.REFUSED
    return {
        "picture": entry["picture"],
        "copies": entry["copies"],
        "decision": decision.value,
        "words": entry["words"] if by_words else None,
        "rules": rules if decision == Decision.RELEASED else None,
        **changes,
    }


def reasons(result):
    return [reason for reason, _ in verdicts(result)]


ROWS = [
    record(record_id="r0", surface="photo", media=[HILL, BOY]),
    record(record_id="r1", surface="photo", media=[COPY]),
    record(record_id="r2", surface="photo", media=[BOY]),
    record(record_id="r3", surface="photo", media=[HILL]),
]


def test_suspected_pictures_wait_and_copies_have_one_name():
    result = screened(ROWS)
    assert reasons(result) == ["minor_image_suspected", "kept", "minor_image_suspected", "kept"]
    queue = queue_of(result)
    assert [(e["row"], e["medium"], e["picture"], e["copies"]) for e in queue] == [
        (0, 1, BOYS_KEY, True),
        (2, 0, BOYS_KEY, True),
    ]
    assert queue[0]["words"] == queue[1]["words"]
    assert queue[0]["strong"]
    assert {packs().rules[n].split(".")[0] for n in queue[0]["rules"]} <= {"en", "any"}
    assert result.result.queue.rows == 2


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({"alt_text": "A toddler on swings"}, False),
        ({"caption": "in May"}, False),
        ({"auto_alt_text": "May be an image of 1 person"}, False),
        ({"metadata": [declared("dc:subject", "swing")]}, False),
        ({"mime": "image/png"}, True),
        ({"uri": "elsewhere.jpg"}, True),
    ],
)
def test_words_are_all_that_is_written(changed, same):
    (one,), (other,) = (queue_of(screened([record(media=[picture])])) for picture in (BOY, BOY | changed))
    assert (one["words"] == other["words"]) is same


def test_words_hold_the_text_of_the_record():
    (one,), (other,) = (queue_of(screened([record(text=text, media=[BOY])])) for text in ("One.", "Two."))
    assert one["words"] != other["words"]


@pytest.mark.parametrize(
    ("row", "objects"),
    [
        (record(media=[BOY], visibility="private"), "not_public"),
        (record(media=[BOY, medium(metadata=[declared("plus:MinorModelAgeDisclosure", "AG-A15")])]), "minor_image_declared"),
    ],
)  # fmt: skip
def test_what_something_else_removes_does_not_wait(row, objects):
    result = screened([row])
    assert (reasons(result), queue_of(result)) == ([objects], [])


def test_a_refusal_holds_in_every_copy_whatever_is_written():
    entry = queue_of(screened(ROWS))[0]
    result = screened(ROWS, reviews=[decide(entry, Decision.REFUSED)])
    assert reasons(result) == ["review_refused", "review_refused", "review_refused", "kept"]
    assert queue_of(result) == []


def test_a_release_holds_for_picture_and_words():
    first = queue_of(screened(ROWS))[0]
    result = screened(ROWS, reviews=[decide(first, Decision.RELEASED)])
    assert reasons(result) == ["kept"] * 4
    assert queue_of(result) == []
    digests = sorted([m["sha256"] for m in row["media"]] for row in shard_of(result))
    assert digests == [["ab" * 32], ["ab" * 32], ["cd" * 32], ["cd" * 32, "ab" * 32]]
    counts = {entry.name: entry.count for entry in result.result.pictures}
    assert (counts["suspected"], counts["released"]) == (2, 5)


@pytest.mark.parametrize("change", [{"words": b"w" * 32}, {"picture": 7}])
def test_a_release_of_other_words_or_of_another_picture_releases_nothing(change):
    first = queue_of(screened(ROWS))[0]
    result = screened(ROWS, reviews=[decide(first, Decision.RELEASED, **change)])
    assert reasons(result) == ["minor_image_suspected", "kept", "minor_image_suspected", "kept"]


def test_a_release_holds_as_long_as_no_other_rule_fires():
    first = queue_of(screened(ROWS))[0]
    names = sorted(packs().rules[n] for n in first["rules"])
    fewer = decide(first, Decision.RELEASED, seen=names[1:])
    more = decide(first, Decision.RELEASED, seen=sorted([*names, "en.no.longer.there"]))
    assert reasons(screened(ROWS, reviews=[fewer]))[0] == "minor_image_suspected"
    assert reasons(screened(ROWS, reviews=[more]))[0] == "kept"


def test_what_nobody_decided_in_time_is_removed_and_waits_no_longer():
    first = queue_of(screened(ROWS))[0]
    result = screened(ROWS, reviews=[decide(first, Decision.EXPIRED)])
    assert reasons(result) == ["review_expired", "kept", "review_expired", "kept"]
    assert queue_of(result) == []


def test_a_picture_nobody_digested_is_named_by_its_record():
    rows = [record(record_id=f"r{n}", media=[HILL, PLACED]) for n in range(2)]
    queue = queue_of(screened(rows))
    keys = [subject(LINEAGE_KEY, record_message(f"r{n}")) for n in range(2)]
    assert [(e["picture"], e["copies"]) for e in queue] == [(key, False) for key in keys]
    result = screened(rows, reviews=[decide(queue[1], Decision.REFUSED)])
    assert reasons(result) == ["minor_image_suspected", "review_refused"]


@pytest.mark.parametrize(
    "media",
    [[PLACED | {"sha256": "ee" * 32}], [HILL, PLACED], [medium(sha256=None, alt_text="A hill in the fog")]],
    ids=["digested since", "elsewhere in its record", "other words"],
)
def test_a_refusal_of_what_nobody_had_digested_holds_in_its_record(media):
    (entry,) = queue_of(screened([record(media=[PLACED])]))
    assert reasons(screened([record(media=media)], reviews=[decide(entry, Decision.REFUSED)])) == [
        "review_refused"
    ]


def test_what_nobody_digested_is_not_released():
    """Nobody can tell whether what stands there now is what the persons saw."""
    (entry,) = queue_of(screened([record(media=[PLACED])]))
    result = screened([record(media=[PLACED])], reviews=[decide(entry, Decision.RELEASED)])
    assert reasons(result) == ["minor_image_suspected"]


def test_metadata_without_an_entry_is_written_down_as_such():
    one, other = (
        queue_of(screened([record(media=[BOY | {"metadata": metadata}])])) for metadata in ([None], [])
    )
    assert one[0]["words"] != other[0]["words"]


def test_a_release_clears_no_other_picture_of_the_record():
    both = [record(media=[BOY, medium(sha256="ef" * 32, alt_text="A baby asleep")])]
    queue = queue_of(screened(both))
    result = screened(both, reviews=[decide(queue[0], Decision.RELEASED)])
    assert reasons(result) == ["minor_image_suspected"]
    assert [e["picture"] for e in queue_of(result)] == [queue[1]["picture"]]


def test_a_release_makes_no_declared_minor_usable():
    minor = BOY | {"metadata": [declared("plus:MinorModelAgeDisclosure", "AG-A15")]}
    entry = queue_of(screened([record(media=[BOY])]))[0]
    seen = list(packs().rules)
    result = screened([record(media=[minor])], reviews=[decide(entry, Decision.RELEASED, seen=seen)])
    assert reasons(result) == ["minor_image_declared"]


def key_of(rows, reviews=()):
    lookup = Lookup(eligibility([account()]).lookup, PLATFORM, LINEAGE_KEY)
    inputs = Inputs(lookup, takedowns(), reviews_table(reviews), Policy(), packs(), "lineage-0", "engine")
    return open_split(split_bytes(rows), inputs).key


def test_a_split_key_holds_the_decisions_on_its_own_pictures():
    entry = queue_of(screened(ROWS))[0]
    other = [record(record_id="elsewhere", media=[PLACED])]
    (placed,) = queue_of(screened(other))
    plain = key_of(ROWS)
    elsewhere = [decide(entry, Decision.REFUSED, picture=7), decide(placed, Decision.REFUSED)]
    assert key_of(ROWS, elsewhere) == plain
    keys = {key_of(ROWS, [decide(entry, decision)]) for decision in Decision}
    assert len({*keys, plain}) == 4
    assert key_of(other, [decide(placed, Decision.REFUSED)]) != key_of(other)
