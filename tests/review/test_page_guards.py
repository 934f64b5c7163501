"""From where a request may come, what every answer carries, and forms that are nobody's."""

import re

import pytest
from review.desks import PORT, URL, decide, fields_of, look

from pipelines.review.guard import HEADERS

FOREIGN = {
    "another site": {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    "another port": {"Origin": f"http://127.0.0.1:{PORT + 1}", "Sec-Fetch-Site": "same-site"},
    "no page at all": {"Origin": ""},
    "a page without an origin": {"Origin": "null"},
    "a page of the same site": {"Sec-Fetch-Site": "same-site"},
    "typed by a person": {"Sec-Fetch-Site": "none"},
}


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_a_form_of_another_page_does_nothing(reviewed, headers):
    browser = reviewed.browser("anna")
    shown = browser.get("/")
    data = {**fields_of(shown), "decision": "refuse"}
    assert browser.post(shown.url.path, data=data, headers=headers).status_code == 403
    assert browser.post("/sign-in", data={"token": "token of bert"}, headers=headers).status_code == 403
    assert reviewed.events() == [("viewed", "anna")]


def test_an_origin_is_asked_for(reviewed):
    browser = reviewed.browser("anna")
    shown = browser.get("/")
    del browser.headers["Origin"]
    assert browser.post(shown.url.path, data={**fields_of(shown), "decision": "refuse"}).status_code == 403


HOSTS = {
    "a name of the internet": "review.example",
    "a name that means this machine": f"evil.localhost:{PORT}",
    "another port": f"127.0.0.1:{PORT + 1}",
    "no port": "127.0.0.1",
    "this machine's other address": f"127.0.0.2:{PORT}",
    "nothing": "",
}


@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS)
def test_under_another_name_nothing_is_answered(reviewed, host):
    browser = reviewed.browser("anna")
    for answer in (
        browser.get("/", headers={"Host": host}),
        browser.get("/review.css", headers={"Host": host}),
        browser.post("/sign-in", data={"token": "token of anna"}, headers={"Host": host}),
    ):
        assert answer.status_code == 421
        assert "set-cookie" not in answer.headers
    assert reviewed.events() == []


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]"])
def test_the_names_of_this_machine_are_its_own(reviewed, name):
    own = f"http://{name}:{PORT}"
    browser = reviewed.browser("anna", Origin=own, Host=own[7:])
    assert browser.get("/", headers={"Host": own[7:]}).status_code == 200


def test_a_form_is_of_one_session(reviewed):
    anna, bert = reviewed.browser("anna"), reviewed.browser("bert")
    shown = anna.get("/")
    bert.get("/")
    answer = decide(bert, shown, "refuse")  # with what stands in her form
    assert answer.status_code == 403
    assert "not of this session" in answer.text
    pictures = (f"{shown.url.path}/picture", "/sample/1/0/picture")
    for path in ("/sign-out", "/keys", "/unskip", "/sample/unskip", "/sample/1/0", *pictures):
        for form in ("", "x", fields_of(shown)["form"]):
            assert bert.post(path, data={"form": form}).status_code == 403
    assert reviewed.events() == [("viewed", "anna"), ("viewed", "bert")]
    assert bert.get("/").url.path.startswith("/queue/")


def test_a_form_without_the_cookie_signs_in_first(reviewed):
    shown = reviewed.browser("anna").get("/")
    assert decide(reviewed.browser(), shown, "refuse").url.path == "/sign-in"


def test_a_form_that_is_too_large_is_not_read(reviewed):
    browser = reviewed.browser()
    for data in ({"token": "x" * 9_000}, {f"field{n}": "x" for n in range(20)}):
        answer = browser.post("/sign-in", data=data)
        assert answer.status_code == 409
        assert "a form of this page" in answer.text


def test_every_answer_carries_the_strict_headers(reviewed):
    browser = reviewed.browser("anna")
    shown = browser.get("/")
    for answer in (
        shown,
        look(browser, shown),
        browser.get("/queue/x/y/picture"),
        browser.get("/review.css"),
        browser.get("/review.js"),
        browser.get("/nothing"),
        browser.get("/", headers={"Host": "evil.example"}),
        browser.post("/sign-in", headers={"Origin": "https://evil.example"}),
        browser.post("/sign-in", data={"token": "x"}),
    ):
        assert {name: answer.headers.get(name) for name in HEADERS} == dict(HEADERS)
    assert HEADERS["Content-Security-Policy"].startswith("default-src 'none'; img-src 'self';")
    assert "unsafe" not in HEADERS["Content-Security-Policy"]
    assert HEADERS["Cache-Control"] == "no-store"


def test_pages_hold_nothing_that_their_policy_forbids(reviewed):
    browser = reviewed.browser("anna")
    reviewed.draw(1)
    for path in ("/", "/sample", "/nothing", "/queue/a/b"):
        text = browser.get(path).text
        assert (
            re.findall(r"<script(?! src=\"/review\.js\" defer></script>)|<style|\sstyle=|\son\w+=", text)
            == []
        )
        assert re.findall(r"(?:src|href|action)=\"(?!/)[^#]", text) == []


def test_other_methods_are_refused(reviewed):
    browser = reviewed.browser("anna")
    shown = browser.get("/")
    assert [browser.request(method, shown.url.path).status_code for method in ("PUT", "DELETE", "PATCH")] == [
        405
    ] * 3
    assert URL in reviewed.browser().headers["Origin"]
