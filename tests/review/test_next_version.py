"""From the queue of a version through decisions to the next one: what was decided is so, and waits no more."""

from review.test_decisions import logged
from review.versions import built
from review.waits import NOW, at

from pipelines.corpus.chain import load_version
from pipelines.review.decisions import Decided, confirm_release, decided, propose_release, refuse, reviews_of
from pipelines.review.queue import read_queue


def reasons(place):
    return load_version(place.store).content.counts.reasons


def test_a_release_and_a_refusal_reach_every_copy_in_the_next_version(tmp_path):
    place = built(tmp_path)
    first, second = read_queue(place.store, load_version(place.store), ())
    # two pictures, each in two records; the copies of one lie in different splits
    assert [item.records for item in (first, second)] == [2, 2]
    assert {len({one.split for one in item.places}) for item in (first, second)} == {1, 2}
    assert (reasons(place)["minor_image_suspected"], reasons(place)["kept"]) == (4, 9)

    (refusal,) = refuse(Decided(), first, "anna", NOW)
    proposal = propose_release(Decided(), second, "anna", NOW)
    one_person = logged(refusal, proposal)
    assert read_queue(place.store, load_version(place.store), one_person) == (second,)
    events = logged(refusal, proposal, confirm_release(decided(one_person), second, "bert", at(1)))
    assert read_queue(place.store, load_version(place.store), events) == ()

    place.decisions = reviews_of(events).to_pylist()
    place.build()
    assert (reasons(place)["review_refused"], reasons(place)["kept"]) == (2, 11)
    assert read_queue(place.store, load_version(place.store), events) == ()
    assert place.verify() == ()

    # without the release it waits again, since when it did before; without the refusal nothing is built
    place.decisions = reviews_of(logged(refusal)).to_pylist()
    place.build()
    assert (reasons(place)["minor_image_suspected"], reasons(place)["kept"]) == (2, 9)
    (again,) = read_queue(place.store, load_version(place.store), logged(refusal))
    assert (again.picture, again.words, again.since) == (second.picture, second.words, second.since)
