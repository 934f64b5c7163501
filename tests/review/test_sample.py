"""A sample of kept pictures: drawn alike by everybody, each picture as likely as any other, counted as it is."""

from collections import Counter

import pyarrow.parquet as pq
import pytest
from review.test_decisions import logged
from review.versions import built
from review.waits import NOW, at, entry, place

from pipelines.corpus.chain import load_version
from pipelines.review.candidates import Candidate, find_candidates
from pipelines.review.decisions import decided
from pipelines.review.drawing import _indices, draw_sample
from pipelines.review.sample import check_pick, enter_draw, samples_of, view_pick
from schemas.canonical import canonical_json, sha256
from schemas.errors import BadInput, ConfigurationError
from schemas.policy import Policy
from schemas.review_log import Check, Draw, ReviewEntry

CONTENT = "44" * 32


@pytest.fixture(scope="module")
def lakes(tmp_path_factory):
    """A Place with one version, and that version."""
    place = built(tmp_path_factory.mktemp("lakes"))
    return place, load_version(place.store)


def picture_at(source, where):
    """The picture of the source that a place points to."""
    rows = pq.read_table(source / where.path, columns=["media"])
    return rows.column("media")[where.row].as_py()[where.medium]


def test_all_released_pictures_and_no_others_can_be_drawn(lakes):
    place, version = lakes
    draw, picks = draw_sample(place.store, version, 18, seed=0)
    assert (draw.universe, draw.kept, len(picks)) == (18, 18, 18)
    assert [pick.number for pick in picks] == list(range(18))
    key = place.keys["lineage"].secret
    found = [find_candidates(place.folder / "canonical", pick, key) for pick in picks]
    assert {one.place.split for (one,) in found} == {0, 1}
    pictures = [picture_at(place.folder / "canonical", one.place) for (one,) in found]
    assert sorted(int(picture["sha256"], 16) for picture in pictures) == [
        10 * n + m for n in range(9) for m in range(1 + n % 3)
    ]
    assert all(one.copies for (one,) in found)


def test_the_same_is_drawn_again_and_a_smaller_sample_is_its_beginning(lakes):
    place, version = lakes
    draw, picks = draw_sample(place.store, version, 12, seed=5)
    assert draw_sample(place.store, version, 12, seed=5) == (draw, picks)
    assert draw_sample(place.store, version, 7, seed=5)[1] == picks[:7]
    assert draw_sample(place.store, version, 12, seed=6)[1] != picks


def test_a_draw_says_what_it_was_drawn_from_and_what_came(lakes):
    place, version = lakes
    draw, picks = draw_sample(place.store, version, 3, seed=1)
    assert (draw.content, draw.seed) == (version.envelope.content.digest, 1)
    # a record's row in its shard is in no pick: the three are told by their shard
    assert draw.picks != draw_sample(place.store, version, 3, seed=2)[0].picks
    assert len({(pick.record.split, pick.record.row, pick.position) for pick in picks}) == 3


@pytest.mark.parametrize("kept", [19, 1000])
def test_more_than_there_are_cannot_be_drawn(lakes, kept):
    place, version = lakes
    with pytest.raises(ConfigurationError, match="at most 18"):
        draw_sample(place.store, version, kept, seed=0)


def test_a_version_that_releases_no_picture_has_no_sample(tmp_path):
    place = built(tmp_path, policy=Policy.model_validate({"release": {"columns": ["text"]}}))
    with pytest.raises(ConfigurationError, match="--kept"):
        draw_sample(place.store, load_version(place.store), 1, seed=0)


def test_each_picture_is_as_likely_as_any_other():
    """4,000 samples of 3 of 8: each of the 336 orders is due 11.9 times."""
    orders = Counter(tuple(_indices(CONTENT, seed, 8, 3)) for seed in range(4000))
    assert len(orders) == 8 * 7 * 6
    due = 4000 / 336
    chi_squared = sum((count - due) ** 2 / due for count in orders.values())
    assert chi_squared < 420  # 335 degrees of freedom: exceeded by chance once in a thousand


@pytest.mark.parametrize(("universe", "kept"), [(1, 1), (5, 5), (1000, 999), (10**12, 50)])
def test_no_picture_is_drawn_twice(universe, kept):
    drawn = _indices(CONTENT, 0, universe, kept)
    assert len(set(drawn)) == kept
    assert all(0 <= index < universe for index in drawn)


def test_the_counter_is_what_the_documents_say():
    """By hand: the first step takes SHA-256 of the words below, modulo the number of pictures."""
    digest = int(sha256(f"optout review sample\0{CONTENT}\0{3}\0{0}".encode()), 16)
    assert _indices(CONTENT, 3, 1000, 1) == [digest % 1000]


def drawn(kept=3, *, seed=0, number_of_events=0, content=CONTENT, picks=b"[]"):
    draw = Draw(content=content, seed=seed, kept=kept, universe=90, picks=sha256(picks))
    before = [entry()] * number_of_events
    return [*before, ReviewEntry(at=NOW, actor="anna", what="drawn", version=1, draw=draw)]


def checked(pick, minor, *, draw=1, medium=0, candidates=1, actor="anna"):
    check = Check(draw=draw, pick=pick, medium=medium, candidates=candidates, minor=minor)
    return ReviewEntry(at=NOW, actor=actor, what="checked", version=1, check=check)


STANDINGS = {
    "nothing was checked": ([], "checked 0 of 3, 0 minors: so far at most 100.0 % of the kept pictures (95 %)"),
    "one of three": (
        [checked(1, False)], "checked 1 of 3, 0 minors: so far at most 95.0 % of the kept pictures (95 %)",
    ),
    "all": (
        [checked(n, False) for n in range(3)],
        "checked all 3, 0 minors: at most 63.2 % of the kept pictures (95 %)",  # 1 - 0.05 ** (1 / 3) = 0.6316
    ),
    "one twice": (
        [checked(0, False), checked(0, False, actor="bert")],
        "checked 1 of 3, 0 minors: so far at most 95.0 % of the kept pictures (95 %)",
    ),
    "a minor, whom another one does not see": (
        [checked(0, True), checked(0, False, actor="bert"), checked(1, False)],
        "checked 2 of 3, 1 minor: so far at most 97.5 % of the kept pictures (95 %)",  # 0.95 ** 0.5 = 0.9747
    ),
    "a minor, whom the first one does not see": (
        [checked(0, False), checked(0, True, actor="bert"), checked(1, False)],
        "checked 2 of 3, 1 minor: so far at most 97.5 % of the kept pictures (95 %)",
    ),
    "one of two pictures that it may be": (
        [checked(0, False, candidates=2)],
        "checked 0 of 3, 0 minors: so far at most 100.0 % of the kept pictures (95 %)",
    ),
    "both pictures that it may be": (
        [checked(0, False, candidates=2), checked(0, False, medium=1, candidates=2)],
        "checked 1 of 3, 0 minors: so far at most 95.0 % of the kept pictures (95 %)",
    ),
    "a minor on one of two pictures that it may be": (
        [checked(0, True, candidates=2)],
        "checked 1 of 3, 1 minor: so far at most 100.0 % of the kept pictures (95 %)",
    ),
    "another sample's": (
        [checked(0, True, draw=9)],
        "checked 0 of 3, 0 minors: so far at most 100.0 % of the kept pictures (95 %)",
    ),
    "a pick that the sample has not": (
        [checked(3, True)], "checked 0 of 3, 0 minors: so far at most 100.0 % of the kept pictures (95 %)",
    ),
    "all, with minors alone": (
        [checked(n, True) for n in range(3)],
        "checked all 3, 3 minors: at most 100.0 % of the kept pictures (95 %)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", STANDINGS)
def test_where_a_sample_stands(case):
    checks, sentence = STANDINGS[case]
    (sample,) = samples_of(logged(*drawn(), *checks), CONTENT)
    assert str(sample) == sentence


def test_the_share_of_300_is_said_as_one_percent():
    (sample,) = samples_of(logged(*drawn(300), *(checked(n, False) for n in range(300))), CONTENT)
    assert str(sample) == "checked all 300, 0 minors: at most 1.0 % of the kept pictures (95 %)"
    (half,) = samples_of(logged(*drawn(300), *(checked(n, False) for n in range(120))), CONTENT)
    assert str(half) == "checked 120 of 300, 0 minors: so far at most 2.5 % of the kept pictures (95 %)"


def test_the_share_is_rounded_up():
    """0 of 50: 1 - 0.05 ** (1 / 50) = 0.0582."""
    (sample,) = samples_of(logged(*drawn(50), *(checked(n, False) for n in range(50))), CONTENT)
    assert str(sample) == "checked all 50, 0 minors: at most 5.9 % of the kept pictures (95 %)"


def test_samples_of_one_content_do_not_mix():
    events = logged(*drawn(1), *drawn(2, seed=1), *drawn(1, content="55" * 32), checked(1, True, draw=2))
    first, second = samples_of(events, CONTENT)
    assert [(one.event.number, one.draw.kept, one.minors) for one in (first, second)] == [
        (1, 1, 0),
        (2, 2, 1),
    ]


def test_what_was_drawn_before_is_not_entered_again():
    (given,) = drawn()
    assert enter_draw((), given.draw, 1, "anna", NOW) == (given,)
    samples = samples_of(logged(given), CONTENT)
    assert enter_draw(samples, given.draw, 1, "bert", at(1)) == ()
    other = given.draw.model_copy(update={"seed": 4})
    assert [entry.draw for entry in enter_draw(samples, other, 1, "bert", at(1))] == [other]


def test_what_comes_to_other_pictures_than_before_is_no_sample():
    samples = samples_of(logged(*drawn()), CONTENT)
    (other,) = drawn(picks=canonical_json([[0, 0, 1]]))
    with pytest.raises(BadInput, match="others than the log of reviews says"):
        enter_draw(samples, other.draw, 1, "anna", NOW)


CANDIDATES = (
    Candidate(place(medium=0), "0" * 15 + "a", False),
    Candidate(place(medium=2), "0" * 15 + "b", False),
)


def test_what_somebody_sees_is_entered_and_a_minor_is_refused_too():
    events = logged(*drawn())
    (sample,) = samples_of(events, CONTENT)
    given = {"actor": "bert", "at": NOW}
    none = check_pick(decided(events), sample, 2, CANDIDATES, 2, minor=False, **given)
    assert none == (checked(2, False, medium=2, candidates=2, actor="bert"),)
    minor = check_pick(decided(events), sample, 2, CANDIDATES, 2, minor=True, **given)
    refused = ReviewEntry(
        at=NOW, actor="bert", what="refused", version=1, picture="0" * 15 + "b", copies=False
    )
    assert minor == (checked(2, True, medium=2, candidates=2, actor="bert"), refused)
    again = check_pick(decided(logged(refused)), sample, 2, CANDIDATES, 2, minor=True, **given)
    assert again == minor[:1]
    for what in ("viewed", "looked"):
        assert view_pick(sample, CANDIDATES[0], what, "bert", NOW) == ReviewEntry(
            at=NOW, actor="bert", what=what, version=1, picture="0" * 15 + "a", copies=False
        )
