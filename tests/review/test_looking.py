"""The picture itself: sent when somebody asks for it on its page, each time logged, and to nobody else."""

import pytest
from review.desks import asked, decide, fields_of, look, png, words

from pipelines.review.log import read_log


@pytest.fixture
def drawn(reviewed):
    """The page, all three kept pictures drawn."""
    reviewed.draw(3)
    return reviewed


LISTS = {"the queue": "/", "the sample": "/sample"}


@pytest.fixture(params=LISTS.values(), ids=LISTS)
def way(request):
    """Where the first picture of a list is found."""
    return request.param


def seen(reviewed):
    """What was logged of views and pictures, as (what, actor)."""
    return [event for event in reviewed.events() if event[0] in {"viewed", "looked"}]


VIEW, LOOK = ("viewed", "anna"), ("looked", "anna")


def test_a_page_holds_no_picture_until_somebody_asks(drawn, way):
    browser = drawn.browser("anna")
    first = browser.get(way)
    assert "<img" not in first.text
    assert browser.get(f"{first.url.path}/picture").status_code == 404
    assert seen(drawn) == [VIEW]
    shown = asked(browser, first)
    assert shown.url.path == first.url.path
    assert f'<img src="{first.url.path}/picture"' in shown.text
    assert seen(drawn) == [VIEW, LOOK]  # before it is sent
    assert browser.get(f"{first.url.path}/picture").status_code == 200
    event, before = read_log(drawn.log)[-1], read_log(drawn.log)[-2]
    said = ("picture", "copies", "words", "rules", "first_queued", "version", "actor")
    assert [getattr(event, name) for name in said] == [getattr(before, name) for name in said]


def test_a_page_that_is_loaded_again_hides_it_and_the_view_goes_on(drawn, way):
    browser = drawn.browser("anna")
    first = browser.get(way)
    look(browser, first)
    assert "<img" not in browser.get(first.url).text
    assert look(browser, first).status_code == 200
    assert seen(drawn) == [VIEW, LOOK]


def sent(browser, path):
    return browser.get(f"{path}/picture").status_code == 200


ENDS = {
    "a skip": lambda browser, shown: decide(browser, shown, "skip"),
    "a form that decides nothing": lambda browser, shown: decide(browser, shown, "perhaps"),
    "another picture": lambda browser, _: browser.get("/sample/2"),
    "the other list": lambda browser, shown: browser.get("/sample" if "queue" in str(shown.url) else "/"),
    "a page that is gone": lambda browser, _: browser.get("/queue/0/0"),
    "keys turned off": lambda browser, shown: browser.post("/keys", data={"form": fields_of(shown)["form"]}),
    "signing out": lambda browser, shown: browser.post("/sign-out", data={"form": fields_of(shown)["form"]}),
}


@pytest.mark.parametrize("case", ENDS)
def test_a_view_that_ended_sends_nothing_more(drawn, way, case):
    browser = drawn.browser("anna")
    shown = browser.get(way)
    look(browser, shown)
    assert sent(browser, shown.url.path)
    ENDS[case](browser, shown)
    assert browser.get(f"{shown.url.path}/picture").content[:4] != png(1)[:4]
    if case != "signing out":
        browser.get(shown.url)
        assert not sent(browser, shown.url.path)  # viewed anew, and not asked for
        assert look(browser, shown).status_code == 200
        assert [what for what, _ in seen(drawn)][-2:] == ["viewed", "looked"]


def test_who_did_not_open_the_page_is_sent_nothing(drawn, way):
    browser = drawn.browser("anna")
    shown = browser.get(way)
    other = drawn.browser("anna")
    form = fields_of(other.get("/" if way == "/sample" else "/sample"))["form"]
    before = seen(drawn)
    answer = other.post(f"{shown.url.path}/picture", data={"form": form})
    assert "<img" not in answer.text  # the page, for a start
    assert not sent(other, shown.url.path)
    assert seen(drawn) == [*before, VIEW]
    look(browser, shown)
    assert not sent(other, shown.url.path)


def test_what_cannot_be_logged_is_not_sent(drawn, way):
    browser = drawn.browser("anna")
    shown = browser.get(way)
    kept = drawn.log.read_bytes()
    drawn.log.unlink()
    drawn.log.mkdir()
    assert asked(browser, shown).status_code == 409
    drawn.log.rmdir()
    drawn.log.write_bytes(kept)
    assert not sent(browser, shown.url.path)
    assert look(browser, shown).status_code == 200


def gone(path):
    """Out of the picture's page and back."""

    def go(browser, shown):
        look(browser, shown)
        browser.get(path)
        browser.get(shown.url)

    return go


NOT_SEEN = {
    "nothing": lambda _browser, _shown: None,
    "the picture unasked": lambda browser, shown: sent(browser, shown.url.path),
    "asked for and not loaded": asked,
    "seen in a view before": gone("/queue/0/0"),
    "another picture": gone("/sample/1"),
    "another picture, beside it": lambda browser, _: look(browser, browser.get("/sample/1")),
    "seen before a form": lambda browser, shown: (look(browser, shown), decide(browser, shown, "perhaps")),
}


@pytest.mark.parametrize("case", NOT_SEEN)
def test_a_release_is_not_proposed_unseen_whatever_the_form_says(drawn, case):
    browser = drawn.browser("anna")
    shown = browser.get("/")
    NOT_SEEN[case](browser, shown)
    answer = decide(browser, shown, "propose", looks=False, looked="yes")
    assert (answer.status_code, "look at it, and decide then" in words(answer)) == (409, True)
    assert "<img" not in answer.text
    answer = decide(browser, answer, "propose")  # in the view that began then
    assert "Release proposed" in words(answer)


def test_a_release_is_not_confirmed_unseen(drawn):
    anna, bert = drawn.browser("anna"), drawn.browser("bert")
    decide(anna, anna.get("/"), "propose")
    shown = bert.get("/")
    assert decide(bert, shown, "confirm", looks=False, looked="yes").status_code == 409
    assert ("released", "bert") not in drawn.events()
    assert "Released" in words(decide(bert, bert.get(shown.url), "confirm"))


def test_what_another_session_saw_was_not_seen_here(drawn):
    here, there = drawn.browser("anna"), drawn.browser("anna")
    shown = here.get("/")
    look(there, there.get("/"))
    assert decide(here, shown, "propose", looks=False).status_code == 409


@pytest.mark.parametrize("case", NOT_SEEN)
def test_nobody_says_what_a_picture_shows_unseen(drawn, case):
    browser = drawn.browser("anna")
    shown = browser.get("/sample/2")
    NOT_SEEN[case](browser, shown)
    answer = decide(browser, shown, "none", looks=False, looked="yes")
    assert (answer.status_code, "look at the picture first" in words(answer)) == (409, True)
    assert "No minor." in words(decide(browser, answer, "none"))
