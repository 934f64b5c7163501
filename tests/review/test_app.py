"""The page of reviews: what is shown, what is decided, by whom, and what the log says of it."""

import re
from datetime import timedelta

import pytest
from review.desks import Reviewed, decide, fields_of, look, png, words

from pipelines.review.log import read_log


def test_the_worst_is_shown_first_with_its_evidence(reviewed):
    answer = reviewed.browser("anna").get("/")
    assert answer.status_code == 200
    said = words(answer)
    assert "Picture 1 of 3" in said
    assert "en.child strong: a word for a minor in: Keywords in the file" in said
    assert "en.kinship weak: somebody&#39;s child in: Caption" in said
    assert "<mark>My daughter</mark>" in answer.text
    assert "beach ; <mark>child</mark>" in answer.text
    assert "1 record in 1 split" in said
    assert "2 July 2026, in 29 days" in said


def test_a_view_is_logged_with_what_was_shown(reviewed):
    browser = reviewed.browser("anna")
    first = browser.get("/")
    assert browser.get(first.url).status_code == 200
    (event,) = read_log(reviewed.log)
    item = reviewed.desk.queue().items[0]
    assert (event.what, event.actor, event.version) == ("viewed", "anna", 1)
    assert (event.picture, event.words, event.rules) == (item.picture, item.words, item.rules)
    reviewed.browser("anna").get("/")
    assert reviewed.events() == [("viewed", "anna")] * 2


BETWEEN = {
    "nothing": ((), 1),
    "its picture": (("{first}/picture",), 1),
    "files of the page": (("/review.css", "/review.js", "/favicon.ico"), 1),
    "the way to the worst, which it is": (("/",), 1),
    "another item": (("{second}",), 3),
    "another item, its own picture last": (("{second}", "{first}/picture"), 3),
    "the sample's page": (("/sample",), 2),
    "an item that is gone": (("/queue/0/0",), 2),
}


@pytest.mark.parametrize("case", BETWEEN)
def test_what_is_shown_again_is_logged_unless_it_is_a_reload(reviewed, case):
    paths, views = BETWEEN[case]
    first, second = (f"/queue/{one.picture}/{one.words}" for one in reviewed.desk.queue().items[:2])
    browser = reviewed.browser("anna")
    for path in ("{first}", *paths, "{first}"):
        browser.get(path.format(first=first, second=second))
    assert reviewed.events() == [("viewed", "anna")] * views


def test_what_is_shown_again_after_a_form_is_logged(reviewed):
    browser = reviewed.browser("anna")
    shown = browser.get("/")
    browser.post("/keys", data={"form": fields_of(shown)["form"]})
    assert reviewed.events() == [("viewed", "anna")] * 2


def test_another_session_does_not_make_a_reload(reviewed):
    browsers = [reviewed.browser("anna"), reviewed.browser("anna"), reviewed.browser("bert")]
    for _ in range(2):
        for browser in browsers:
            browser.get("/")
    assert reviewed.events() == [("viewed", "anna"), ("viewed", "anna"), ("viewed", "bert")]


def test_nothing_is_shown_that_cannot_be_logged(reviewed):
    browser = reviewed.browser("anna")
    reviewed.log.mkdir()
    answer = browser.get("/")
    assert answer.status_code == 409
    assert "daughter" not in answer.text
    assert "something else than a file" in answer.text


def test_the_picture_is_sent_to_who_was_shown_its_words(reviewed):
    browser = reviewed.browser("anna")
    address = re.search(r"/queue/\w+/\w+", str(browser.get("/").url))[0]
    picture = look(browser, browser.get("/"))
    assert picture.url.path == f"{address}/picture"
    assert (picture.status_code, picture.content) == (200, png(180))
    assert picture.headers["content-type"] == "image/png"
    assert reviewed.browser("bert").get(f"{address}/picture").status_code == 404


def test_a_refusal_is_recorded_and_the_next_is_shown(reviewed):
    browser = reviewed.browser("anna")
    first = browser.get("/")
    answer = decide(browser, first, "refuse")
    assert "Picture 1 of 2" in words(answer)
    assert "Refused: the picture is not used, in any copy." in words(answer)
    assert "Refused:" not in browser.get(answer.url).text  # said once
    assert reviewed.events() == [("viewed", "anna"), ("refused", "anna"), ("viewed", "anna")]
    assert browser.get(first.url).status_code == 404


def test_two_people_release_and_the_second_sees_what_the_first_saw(reviewed):
    anna, bert = reviewed.browser("anna"), reviewed.browser("bert")
    shown = anna.get("/")
    proposed = decide(anna, shown, "propose")
    assert "another person has to confirm it" in words(proposed)
    assert proposed.url != shown.url  # it is not hers to confirm
    answer = bert.get("/")
    assert answer.url == shown.url
    assert "By anna , on 3 June 2026, 00:00 UTC, who saw these rules fire: en.child en.kinship" in words(
        answer
    )
    assert "Released: two people have agreed." in words(decide(bert, answer, "confirm"))
    assert [event for event in reviewed.events() if event[0] != "viewed"] == [
        ("looked", "anna"),
        ("proposed", "anna"),
        ("looked", "bert"),
        ("released", "bert"),
    ]


def test_one_person_does_not_release_alone(reviewed):
    anna = reviewed.browser("anna")
    shown = anna.get("/")
    decide(anna, shown, "propose")
    own = anna.get(shown.url)
    assert "By you" in words(own)
    assert 'value="confirm"' not in own.text
    answer = decide(anna, own, "confirm")
    assert answer.status_code == 409
    assert "found anna twice" in words(answer)
    other_browser = reviewed.browser("anna")
    answer = decide(other_browser, other_browser.get(shown.url), "confirm")
    assert answer.status_code == 409
    assert ("released", "anna") not in reviewed.events()


def test_anybody_drops_a_proposal(reviewed):
    anna, bert = reviewed.browser("anna"), reviewed.browser("bert")
    shown = anna.get("/")
    decide(anna, shown, "propose")
    answer = decide(bert, bert.get("/"), "drop")
    assert answer.url == shown.url
    assert "The proposal is dropped" in words(answer)
    assert 'value="propose"' in answer.text


def test_skipping_goes_round_once_and_can_begin_anew(reviewed):
    browser = reviewed.browser("anna")
    addresses, answer = [], browser.get("/")
    for _ in range(3):
        addresses.append(answer.url)
        answer = decide(browser, answer, "skip")
    assert len(set(addresses)) == 3
    assert "You skipped 3 pictures." in words(answer)
    form = re.search(r'name="form" value="([^"]+)"', answer.text)[1]
    assert browser.post("/unskip", data={"form": form}).url == addresses[0]
    assert {what for what, _ in reviewed.events()} == {"viewed"}


def test_who_proposed_is_told_what_waits_for_others(reviewed):
    browser = reviewed.browser("anna")
    answer = browser.get("/")
    for _ in range(3):
        answer = decide(browser, answer, "propose")
    assert "You proposed to release 3 pictures" in words(answer)
    assert len(re.findall(r'href="/queue/', answer.text)) == 3


@pytest.mark.parametrize("decision", ["refuse", "propose"])
def test_a_form_that_was_made_for_another_state_decides_nothing(reviewed, decision):
    anna, bert = reviewed.browser("anna"), reviewed.browser("bert")
    shown = anna.get("/")
    decide(bert, bert.get("/"), "propose")
    answer = decide(anna, shown, decision)
    assert answer.status_code == 409
    assert "By bert" in words(answer)
    decisions = [event for event in reviewed.events() if event[0] not in {"viewed", "looked"}]
    assert decisions == [("proposed", "bert")]


def test_who_was_not_shown_it_decides_nothing(reviewed):
    anna, bert = reviewed.browser("anna"), reviewed.browser("bert")
    shown, own = anna.get("/"), bert.get("/")
    decide(anna, shown, "skip")
    second = anna.get("/").url
    stolen = {**fields_of(own), "state": fields_of(anna.get(second))["state"]}
    answer = bert.post(second, data={**stolen, "decision": "refuse"})
    assert answer.status_code == 409
    assert ("refused", "bert") not in reviewed.events()


@pytest.mark.parametrize("decision", ["", "released", "viewed", "REFUSE"])
def test_no_other_decision_is_taken(reviewed, decision):
    browser = reviewed.browser("anna")
    assert decide(browser, browser.get("/"), decision).status_code == 409
    assert reviewed.events() == [("viewed", "anna")] * 2  # and shown again


def test_a_changed_source_is_said_to_be_and_nothing_is_offered(published, reviewed):
    part = published.folder / "canonical/records/part-00000.parquet"
    browser, before = reviewed.browser("anna"), part.read_bytes()
    shown = browser.get("/")
    try:
        part.write_bytes(before.replace(b"PAR1", b"PAR2"))
        answers = [browser.get(shown.url), decide(browser, shown, "refuse")]
        part.unlink()
        answers.append(decide(browser, shown, "refuse"))
    finally:
        part.write_bytes(before)
    assert [answer.status_code for answer in answers] == [409] * 3
    assert "The source has changed" in words(answers[0])
    assert 'value="refuse"' not in answers[0].text
    assert "daughter" not in "".join(answer.text for answer in answers)
    assert reviewed.events() == [("viewed", "anna")]
    assert browser.get(shown.url).status_code == 200


def test_time_is_told(reviewed):
    reviewed.now += timedelta(days=30)
    assert "the next version removes it, undecided" in words(reviewed.browser("anna").get("/"))


def test_a_session_ends_after_eight_hours(reviewed):
    browser = reviewed.browser("anna")
    reviewed.now += timedelta(hours=8)
    assert browser.get("/").url.path == "/sign-in"


def test_signing_out_ends_a_session_for_good(reviewed):
    browser = reviewed.browser("anna")
    (cookie,) = browser.cookies.items()
    form = fields_of(browser.get("/"))["form"]
    assert browser.post("/sign-out", data={"form": form}).url.path == "/sign-in"
    assert reviewed.browser(Cookie="=".join(cookie)).get("/").url.path == "/sign-in"


def test_a_revoked_token_opens_nothing_any_more(reviewed):
    browser = reviewed.browser("anna")
    shown = browser.get("/")
    del reviewed.tokens["token of anna"]
    answer = decide(browser, shown, "refuse")
    assert answer.url.path == "/sign-in"
    assert reviewed.events() == [("viewed", "anna")]


def test_a_wrong_token_is_nobodys(reviewed):
    answer = reviewed.browser().post("/sign-in", data={"token": "token of nobody"})
    assert answer.status_code == 401
    assert "nobody\u2019s token" in answer.text
    assert "set-cookie" not in answer.headers


def test_the_token_is_neither_in_the_cookie_nor_the_log_nor_a_line(reviewed):
    browser = reviewed.browser()
    answer = browser.post("/sign-in", data={"token": " token of anna\n"}, follow_redirects=False)
    cookie = answer.headers["set-cookie"]
    assert re.fullmatch(
        r"optout-review-40123=[\w-]{43}; HttpOnly; Max-Age=28800; Path=/; SameSite=strict", cookie
    )
    decide(browser, browser.get("/"), "refuse")
    kept = cookie + reviewed.log.read_text("utf-8") + "".join(reviewed.lines) + repr(reviewed.app)
    assert "token of anna" not in kept


@pytest.mark.parametrize(
    "path", ["/", "/queue/{picture}/{words}", "/queue/{picture}/{words}/picture", "/sample"]
)
def test_nobody_sees_anything_without_signing_in(reviewed, path):
    item = reviewed.desk.queue().items[0]
    answer = reviewed.browser().get(path.format(picture=item.picture, words=item.words))
    assert answer.url.path == "/sign-in"
    assert reviewed.events() == []


def test_keys_are_turned_off_and_on(reviewed):
    browser = reviewed.browser("anna")
    form = fields_of(browser.get("/"))["form"]
    assert "review.js" in browser.get("/").text
    assert "review.js" not in browser.post("/keys", data={"form": form}).text
    assert "review.js" in browser.post("/keys", data={"form": form}).text


def test_what_is_decided_survives_a_restart(published, reviewed):
    browser = reviewed.browser("anna")
    decide(browser, browser.get("/"), "refuse")
    again = Reviewed(published, reviewed.log)
    assert "Picture 1 of 2" in words(again.browser("anna").get("/"))


def test_a_fault_tells_where_and_not_what(reviewed, monkeypatch):
    def fail(_):
        raise ValueError("My daughter")

    browser = reviewed.browser("anna")
    monkeypatch.setattr("pipelines.review.item_pages.view_of", lambda *_: fail(0))
    answer = browser.get("/")
    assert answer.status_code == 500
    assert "daughter" not in answer.text + "".join(reviewed.lines)
    assert re.fullmatch(r"ValueError in fail, line \d+", reviewed.lines[0])
    assert answer.headers["cache-control"] == "no-store"


def test_pages_are_named_in_one_way(reviewed):
    browser = reviewed.browser("anna")
    assert [
        browser.get(path).status_code for path in ("/queue/x/y", "/nothing", "/docs", "/openapi.json")
    ] == [404] * 4
