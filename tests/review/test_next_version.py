"""From the queue of a version through decisions to the next one: what was decided is so, and waits no more."""

from datetime import timedelta
from itertools import count

from builds import Place
from review.test_decisions import logged
from review.versions import built
from review.waits import NOW, at

from builders import AS_OF
from pipelines.corpus.chain import load_version
from pipelines.review.decisions import Decided, confirm_release, decided, propose_release, refuse, reviews_of
from pipelines.review.exchange import Queued, export_lines, import_lines
from pipelines.review.queue import ever_queued, read_queue


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


def test_what_expired_can_be_refused_by_a_line_of_an_earlier_export(tmp_path):
    place = built(tmp_path)
    version = load_version(place.store)
    expired, _ = export_lines(read_queue(place.store, version, ()), Decided())
    days = timedelta(days=40)
    late = Place(place.folder, place.objections, ticks=count(41 * 86_400), recorded_at=AS_OF + days)
    late.build(as_of=AS_OF + days)
    assert reasons(place)["review_expired"] == 4
    after = load_version(place.store)
    queue = Queued(after.number, read_queue(place.store, after, ()), ever_queued(place.store, after))
    assert queue.waiting == ()
    line = expired.model_copy(update={"decision": "refused"}).to_canonical_json()
    (entry,) = import_lines(line, "x.jsonl", queue, Decided(), "anna", NOW)
    assert (entry.what, entry.picture, entry.copies, entry.version) == ("refused", expired.picture, True, 2)
    assert entry.first_queued == expired.since
    late.decisions = reviews_of(logged(entry)).to_pylist()
    late.build(as_of=AS_OF + days)
    assert (reasons(place)["review_refused"], reasons(place)["review_expired"]) == (2, 2)
    assert late.verify() == ()
