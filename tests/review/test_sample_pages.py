"""The sample of kept pictures on the page: what is asked, what is answered, what it comes to."""

import re

import pytest
from review.desks import decide, fields_of, look, words

from pipelines.review.log import read_log


@pytest.fixture
def drawn(reviewed):
    """The page, all three kept pictures drawn."""
    reviewed.draw(3)
    return reviewed


def checks(reviewed):
    """(pick, place in the record, minor) of each check, in order."""
    found = [event.check for event in read_log(reviewed.log) if event.check is not None]
    return [(check.pick, check.medium, check.minor) for check in found]


def test_without_a_sample_the_page_says_how_one_is_drawn(reviewed):
    answer = reviewed.browser("anna").get("/sample")
    assert "None was drawn. optout review sample --kept 300 draws one." in words(answer)


def test_every_pick_is_checked_once_and_then_there_is_a_result(drawn):
    browser = drawn.browser("anna")
    answer, titles = browser.get("/sample"), []
    for _ in range(3):
        titles.append(re.search(r"<h1>([^<]*)", answer.text)[1])
        assert "checked" in words(answer)
        answer = decide(browser, answer, "none")
    assert titles == [f"Sample, picture {n} of 3" for n in (1, 2, 3)]
    assert "checked all 3, 0 minors: at most 63.2 % of the kept pictures (95 %)" in words(answer)
    assert [(pick, minor) for pick, _, minor in checks(drawn)] == [(0, False), (1, False), (2, False)]
    assert [what for what, _ in drawn.events()] == ["drawn"] + ["viewed", "looked", "checked"] * 3


def test_a_minor_is_refused_in_every_copy(drawn):
    browser = drawn.browser("anna")
    answer = decide(browser, browser.get("/sample"), "minor")
    assert "A minor: the picture is refused, in every copy." in words(answer)
    events = read_log(drawn.log)
    assert [event.what for event in events] == ["drawn", "viewed", "looked", "checked", "refused", "viewed"]
    assert events[4].picture == events[2].picture == events[1].picture
    assert checks(drawn) == [(0, checks(drawn)[0][1], True)]
    assert "checked 1 of 3, 1 minor: so far at most 100.0 %" in words(answer)


def test_a_minor_that_was_missed_is_added_and_none_is_taken_back(drawn):
    anna, bert = drawn.browser("anna"), drawn.browser("bert")
    address = anna.get("/sample").url
    decide(anna, anna.get(address), "none")
    again = bert.get(address)
    assert "It was checked: it shows none." in words(again)
    assert decide(bert, again, "none").status_code == 409
    assert "refused, in every copy" in words(decide(bert, again, "minor"))
    last = anna.get(address)
    assert "it shows a minor" in words(last)
    assert 'value="minor"' not in last.text
    assert 'value="none"' not in last.text
    assert decide(anna, last, "none").status_code == 409
    assert [minor for _, _, minor in checks(drawn)] == [False, True]


@pytest.mark.parametrize(
    ("answer", "looks"), [("none", False), ("minor", False), ("perhaps", True), ("", True)]
)
def test_what_was_not_looked_at_is_not_answered(drawn, answer, looks):
    browser = drawn.browser("anna")
    ended = decide(browser, browser.get("/sample"), answer, looks=looks, looked="yes")
    assert ended.status_code == 409
    assert checks(drawn) == []


def test_who_was_not_shown_it_says_nothing_of_it(drawn):
    anna, bert = drawn.browser("anna"), drawn.browser("bert")
    address = anna.get("/sample").url
    own = {**fields_of(bert.get("/")), "looked": "yes", "answer": "none"}
    assert bert.post(address, data=own).status_code == 409
    assert checks(drawn) == []


def test_the_picture_is_the_one_that_was_drawn(drawn, published):
    browser = drawn.browser("anna")
    assert browser.get("/sample/1/0/picture").status_code == 404  # not shown yet
    sent, answer = set(), browser.get("/sample")
    for _ in range(3):
        sent.add(look(browser, answer).content)
        answer = decide(browser, answer, "skip")
    assert sent == {(published.folder / f"media/k{n}.png").read_bytes() for n in (1, 8, 9)}
    assert "3 pictures are not checked: you skipped them." in words(answer)
    form = re.search(r'name="form" value="([^"]+)"', answer.text)[1]
    assert "picture 1 of 3" in words(browser.post("/sample/unskip", data={"form": form}))


def test_queue_and_sample_are_skipped_apart(drawn):
    browser = drawn.browser("anna")
    answer = browser.get("/")
    for _ in range(3):
        answer = decide(browser, answer, "skip")
    first = browser.get("/sample")
    form = fields_of(first)["form"]
    assert decide(browser, first, "skip").url != first.url
    browser.post("/unskip", data={"form": form})
    assert browser.get("/sample").url != first.url  # still skipped
    decide(browser, browser.get("/"), "skip")
    second = browser.get("/").url
    browser.post("/sample/unskip", data={"form": form})
    assert (browser.get("/sample").url, browser.get("/").url) == (first.url, second)


def test_a_pick_that_is_shown_again_is_logged_unless_it_is_a_reload(drawn):
    browser = drawn.browser("anna")
    shown = browser.get("/sample")
    for path in (shown.url, f"{shown.url.path}/picture", shown.url):
        browser.get(path)
    assert drawn.events() == [("drawn", "anna"), ("viewed", "anna")]
    browser.get("/")
    browser.get(shown.url)
    assert drawn.events() == [("drawn", "anna")] + [("viewed", "anna")] * 3


@pytest.mark.parametrize("path", ["0", "4", "1/7", "x", "-1", "1/0/x"])
def test_there_is_no_other_pick(drawn, path):
    assert drawn.browser("anna").get(f"/sample/{path}").status_code == 404


def test_a_changed_source_is_said_to_be(drawn, published):
    browser = drawn.browser("anna")
    shown = browser.get("/sample")
    parts = {path: path.read_bytes() for path in (published.folder / "canonical/records").iterdir()}
    try:
        for path, data in parts.items():
            path.write_bytes(data[:-30])
        answers = [browser.get(path) for path in ("/sample", "/sample/1", shown.url)]
        answers += [decide(browser, answers[0], "skip"), decide(browser, shown, "none")]
    finally:
        for path, data in parts.items():
            path.write_bytes(data)
    assert [answer.status_code for answer in answers] == [409] * 5
    assert ["The source has changed" in words(answer) for answer in answers] == [True] * 4 + [False]
    assert "no file that can be read" in words(answers[4])
    assert checks(drawn) == []


def test_the_latest_sample_is_the_one_that_is_checked(drawn):
    drawn.draw(1, seed=2)
    assert "Sample, picture 1 of 1" in words(drawn.browser("anna").get("/sample"))
