"""The door's pages, as a browser without JavaScript asks for them."""

import base64
import re
from html import unescape
from html.parser import HTMLParser

import pytest
import yaml

from optout_registry.door.texts import LANGUAGES, preferred, texts
from optout_registry.receipts import Receipt, check_receipt
from optout_registry.transparency.notes import parse_verifier

PAGES = ("", "objection", "no-account", "record", "picture", "status", "withdrawal")
HANDLE = {"type": "handle", "value": "@ana"}
EMAIL = {"type": "email", "value": "ana@example.org"}


def receipt_of(answer):
    """The receipt in the file that a page offers."""
    assert answer.status_code == 200, answer.text
    (document,) = re.findall(r'href="data:application/json;base64,([A-Za-z0-9+/=]+)"', unescape(answer.text))
    return Receipt.parse(base64.b64decode(document), "file")


def heading(answer):
    (found,) = re.findall(r"<h1>(.*)</h1>", answer.text)
    return unescape(found)


class Forms(HTMLParser):
    """Names and values of the fields that a browser would send, by the form's action."""

    def __init__(self, text):
        super().__init__()
        self.fields = []
        self.action = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.action = given["action"]
        if tag == "input" and (given.get("type") not in {"radio", "checkbox"} or "checked" in given):
            self.fields.append((given["name"], given.get("value", "")))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_there_in_every_language(door, language, page):
    answer = door.at.get(f"/{language}/{page}")
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["content-language"] == language
    assert "<script" not in answer.text
    assert {f"/{one}/{page}" for one in LANGUAGES} <= set(re.findall(r'href="([^"]+)"', answer.text))


def shape(value):
    if isinstance(value, dict):
        return {name: shape(one) for name, one in value.items()}
    return sorted(re.findall(r"\{\w*\}", value)) if isinstance(value, str) else [shape(one) for one in value]


@pytest.mark.parametrize("language", ["fr", "de"])
def test_languages_say_the_same_things_with_the_same_gaps(language):
    # Lines of prose may be divided otherwise; names, numbers of lines and gaps may not.
    assert shape(texts(language)) == shape(texts("en"))


def test_what_is_said_is_what_the_policy_says(door):
    text = re.sub(r"\s+", " ", unescape(door.at.get("/en/").text))
    assert "Example Ltd prepares content from sample" in text
    plain = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))
    conditions = "only if they are public only of people who are known to be at least 18 only if the person was told at least 30 days before"
    assert f"Posts {conditions}" in plain
    assert "Conversations with the AI assistant without further conditions" in plain
    assert "Photos" not in text  # a surface that is not used
    assert "the person who is tagged, the person who is shown" in text
    assert door.at.get("/api/v1/log").json()["log_key"] in text


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7", "fr"),
        ("es, de;q=0.5, en;q=0.4", "de"),
        ("es", "en"),
        ("", "en"),
        ("de;q=0", "en"),
        ("de;q=x, fr;q=0.1", "fr"),
    ],
)
def test_the_first_page_is_in_the_language_that_is_asked_for(door, accepted, language):
    assert preferred(accepted) == language
    answer = door.at.get("/", headers={"accept-language": accepted})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/{language}/")


@pytest.mark.parametrize("form", ["objection", "no-account"])
def test_a_form_as_it_is_sent_covers_everything(door, registry, sql, form):
    forms = Forms(door.at.get(f"/en/{form}").text)
    sent = dict(forms.fields) | EMAIL
    receipt = receipt_of(door.at.post(forms.action, data=sent))
    check_receipt(receipt, parse_verifier(registry.identity.log_key))
    assert sql("SELECT type, surfaces, roles, purposes, linked FROM objection") == [
        ("email", 0xFFFF, 0xFFFF, 0xFFFF, True)
    ]
    assert '"basis":"self"' in receipt.body


def test_who_wants_less_says_so(door, sql):
    sent = HANDLE | {
        "surfaces": ["post", "photo"],
        "roles": "tag",
        "purposes": "training",
        "not_linked": "true",
        "basis": "heir",
    }
    receipt = receipt_of(door.at.post("/en/objection", data=sent))
    assert sql("SELECT surfaces, roles, purposes, linked FROM objection") == [(0b101, 0b100000, 1, False)]
    assert '"basis":"heir"' in receipt.body


def test_the_receipt_says_what_the_file_says(door):
    answer = door.at.post("/de/objection", data=HANDLE)
    receipt = receipt_of(answer)
    assert heading(answer) == texts("de")["receipt_title"]
    for shown in (receipt.secret, receipt.request_id, receipt.checkpoint.splitlines()[2]):
        assert shown in unescape(answer.text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_objection_to_confirmation(door, registry, language):
    receipt = receipt_of(door.at.post(f"/{language}/no-account", data=EMAIL))
    assert door.link.startswith(f"/{language}/confirmation?token=")
    shown = door.at.get(door.link)
    assert heading(shown) == texts(language)["button_confirm_title"]
    assert registry.head().event == 1  # a scanner that opens the link changes nothing
    forms = Forms(shown.text)
    done = door.at.post(forms.action, data=dict(forms.fields))
    assert heading(done) == texts(language)["done"]["confirmed"][0]
    assert registry.head().event == 2
    answer = door.at.post(f"/{language}/status", data={"secret": receipt.secret})
    assert texts(language)["state"]["holds"] in unescape(answer.text)
    assert texts(language)["status_confirmed"] in unescape(answer.text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_objection_to_withdrawal_and_the_release_of_what_came_before(door, registry, language):
    words = texts(language)
    receipt = receipt_of(door.at.post(f"/{language}/no-account", data=EMAIL))

    def ask(**more):
        answer = door.at.post(f"/{language}/withdrawal", data=EMAIL | {"secret": receipt.secret} | more)
        assert heading(answer) == words["done"]["link_sent"][0]
        return door.at.get(door.link)

    shown = ask()
    assert (heading(shown), registry.head().event) == (words["button_withdraw_title"], 1)
    forms = Forms(shown.text)
    done = door.at.post(forms.action, data=dict(forms.fields))
    assert heading(done) == words["done"]["withdrawn"][0]
    again = door.at.post(forms.action, data=dict(forms.fields))
    assert heading(again) == words["done"]["ended_before"][0]
    assert registry.head().event == 2
    assert registry.snapshot().objections.column("until").to_pylist() == [door.now]
    told = unescape(door.at.post(f"/{language}/status", data={"secret": receipt.secret}).text)
    assert words["status_older"] in told
    assert "2026-06-01 12:00 UTC</time>" in told

    shown = ask(releases_older="true")
    assert heading(shown) == words["button_release_title"]
    forms = Forms(shown.text)
    done = door.at.post(forms.action, data=dict(forms.fields))
    assert heading(done) == words["done"]["older_released"][0]
    assert registry.snapshot().objections.num_rows == 0
    told = unescape(door.at.post(f"/{language}/status", data={"secret": receipt.secret}).text)
    assert words["status_older"] not in told


def test_the_choice_for_what_came_before_survives_a_wrong_field(door):
    sent = {"type": "handle", "value": "bob", "secret": "0" * 32}
    for chosen in ({}, {"releases_older": "true"}):
        shown = door.at.post("/en/withdrawal", data=sent | chosen).text
        box = re.search(r'<input type="checkbox" name="releases_older"[^>]*>', shown)[0]
        assert ("checked" in box) == bool(chosen)


def test_a_handle_is_withdrawn_with_its_receipt(door, registry):
    receipt = receipt_of(door.at.post("/en/objection", data=HANDLE))
    wrong = door.at.post("/en/withdrawal", data={"type": "handle", "value": "bob", "secret": receipt.secret})
    assert (wrong.status_code, registry.head().event) == (422, 1)
    assert texts("en")["wrong"]["match"] in unescape(wrong.text)
    done = door.at.post("/en/withdrawal", data=HANDLE | {"secret": receipt.secret})
    assert heading(done) == texts("en")["done"]["withdrawn"][0]


def test_an_expired_link_says_so(door, registry):
    door.at.post("/fr/no-account", data=EMAIL)
    door.later(days=7)
    shown = door.at.get(door.link)
    sent = door.at.post("/fr/confirmation", data={"token": door.token})
    assert [(one.status_code, heading(one)) for one in (shown, sent)] == [
        (410, texts("fr")["failure"]["expired_link"][0])
    ] * 2
    assert registry.head().event == 1


@pytest.mark.parametrize(
    "link", ["/en/confirmation", "/en/confirmation?token=x", "/en/withdrawal/link?token=%00"]
)
def test_a_link_that_is_none_says_so(door, link):
    answer = door.at.get(link)
    assert (answer.status_code, heading(answer)) == (404, texts("en")["failure"]["invalid_link"][0])


@pytest.mark.parametrize(
    ("form", "sent", "wrong"),
    [
        ("objection", {"type": "handle"}, "value"),
        ("objection", {"value": "ana"}, "type"),
        ("objection", {"type": "phone", "value": "0612", "region": "XX"}, "region"),
        ("objection", HANDLE | {"surfaces": "diary"}, "other"),
        ("no-account", HANDLE, "type"),
    ],
)
def test_a_wrong_field_is_named_and_the_rest_is_kept(door, registry, form, sent, wrong):
    answer = door.at.post(f"/en/{form}", data=sent)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert texts("en")["wrong"][wrong] in unescape(answer.text)
    kept = dict(Forms(answer.text).fields)
    assert kept["value"] == sent.get("value", "")
    assert registry.head().event == 0


def test_what_is_typed_is_text_and_no_markup(door):
    answer = door.at.post("/en/objection", data={"value": '"><script>alert(1)</script>'})
    assert "<script" not in answer.text
    assert "&lt;script&gt;" in answer.text


def test_a_number_without_country_is_taken_and_its_sender_told(door, registry):
    answer = door.at.post("/en/no-account", data={"type": "phone", "value": "06 12 34 56 78"})
    assert texts("en")["receipt_country"] in unescape(answer.text)
    assert registry.snapshot().objections.num_rows == 1
    assert texts("en")["receipt_country"] not in unescape(
        door.at.post("/en/no-account", data={"type": "phone", "value": "+33612345678"}).text
    )


def test_who_names_no_address_gets_a_mail_only_if_they_ask_for_one(door):
    door.at.post("/en/objection", data=HANDLE)
    assert (door.mails, door.correspondents) == ([], [])
    receipt = receipt_of(door.at.post("/de/objection", data=HANDLE | {"contact": " Ana@example.org "}))
    assert door.correspondents == [(receipt.event, "ana@example.org", "de")]
    (mail,) = door.mails
    assert mail["Subject"] == texts("de")["mail_received_subject"]
    assert "token=" not in mail.get_content()  # somebody's mailbox does not prove whose the handle is


def test_a_contact_does_not_confirm_for_the_address_that_is_named(door):
    door.at.post("/en/objection", data=EMAIL | {"contact": "mallory@example.org"})
    assert [mail["To"] for mail in door.mails] == ["ana@example.org"]


def test_the_mail_goes_to_the_address_that_the_objection_hits(door):
    # Two mailboxes to a mail server, one identifier to the registry.
    door.at.post("/en/no-account", data={"type": "email", "value": "strasse@example.org"})
    door.at.post("/en/no-account", data={"type": "email", "value": "straße@example.org"})
    assert [mail["To"] for mail in door.mails] == ["strasse@example.org"] * 2


@pytest.mark.parametrize(
    "value", ["a@b\r\nBcc: x@y.z", "not an address", "@", "a@", "\N{SNOWMAN}@example.org", "a b@c", "<>", '"']
)
def test_an_odd_address_is_recorded_and_does_no_harm_as_mail(door, value):
    answer = door.at.post("/en/no-account", data={"type": "email", "value": value})
    assert answer.status_code in {200, 422}
    for mail in door.mails:
        assert "Bcc" not in mail
        assert len(mail["To"].addresses) == 1
        assert mail.as_bytes()


@pytest.mark.parametrize(
    "path", ["/en/nothing", "/es/", "/en/objection/", "/officer/nothing", "/api/v1/nothing", "/.env"]
)
def test_what_is_not_there_says_so(door, path):
    answer = door.at.get(path)
    assert answer.status_code == 404
    assert ("application/json" if path.startswith("/api/") else "text/html") in answer.headers["content-type"]


def test_texts_are_plain_yaml_without_surprises(repository):
    for language in LANGUAGES:
        source = (repository / f"optout_registry/door/texts/{language}.yaml").read_text("utf-8")
        assert set(yaml.safe_load(source)) == set(re.findall(r"^(\w+):", source, re.MULTILINE))
