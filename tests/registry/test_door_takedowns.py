"""One record or one picture, named at the door: by form and by API, and taken back."""

import hashlib
import tempfile
from html import unescape

import pytest
from registry.test_door_pages import Forms, heading, receipt_of

from builders import PLATFORM, TARGET_KEY
from optout_registry.door.texts import LANGUAGES, texts
from optout_registry.objections import WithdrawalProof
from optout_registry.receipts import Receipt, check_receipt
from optout_registry.transparency.notes import parse_verifier
from schemas.takedowns import unseal
from schemas.vocabulary import TakedownType

ADDRESS = "https://social.example/@ana/1"
PICTURE = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20
DIGEST = hashlib.sha256(PICTURE).hexdigest()


def named(registry):
    """What the takedowns that hold name, opened as a build opens it."""
    rows = registry.snapshot().objections.to_pylist()
    return [unseal(TARGET_KEY, TakedownType(row["type"]), PLATFORM, row["sealed"]) for row in rows]


def taken_down(door, **fields):
    answer = door.at.post("/api/v1/takedowns", json=fields)
    assert answer.status_code == 201, answer.text
    return Receipt.parse(answer.content, "answer")


def upload(door, path, content=PICTURE, **fields):
    return door.at.post(path, data=fields, files={"picture": ("cat.jpg", content, "image/jpeg")})


@pytest.mark.parametrize(
    ("kind", "value", "form"),
    [
        ("record", "HTTPS://Social.example:443/@ana/1", ADDRESS),
        ("record", "r1", "r1"),
        ("media", DIGEST.upper(), DIGEST),
    ],
)
def test_a_program_names_a_record_or_a_picture(door, registry, intake, kind, value, form):
    receipt = taken_down(door, type=kind, value=value)
    check_receipt(receipt, parse_verifier(registry.identity.log_key))
    assert named(registry) == [form]
    (pseudonym,) = registry.snapshot().objections.column("pseudonym").to_pylist()
    assert pseudonym == intake.target(TakedownType(kind), form).pseudonym
    assert form not in "".join(door.lines)


def test_it_is_for_every_purpose_unless_less_is_asked(door, sql):
    taken_down(door, type="record", value="r1")
    taken_down(door, type="record", value="r1", purposes=["training"], basis="heir")
    scopes = sql("SELECT surfaces, roles, purposes FROM objection ORDER BY event")
    assert scopes == [(0xFFFF, 0xFFFF, 0xFFFF), (0xFFFF, 0xFFFF, 1)]


@pytest.mark.parametrize(
    ("fields", "subject"),
    [
        ({"type": "media", "value": "SECRET"}, "value"),
        ({"type": "media", "value": DIGEST[:-1]}, "value"),
        ({"type": "record", "value": "\N{ZERO WIDTH SPACE}"}, "value"),
        ({"type": "record", "value": "SECRET" * 200}, "value"),
        ({"type": "handle", "value": "SECRET"}, "type"),
        ({"type": "record", "value": "SECRET", "surfaces": ["post"]}, "surfaces"),
    ],
)
def test_what_names_nothing_is_refused_and_not_repeated(door, registry, fields, subject):
    answer = door.at.post("/api/v1/takedowns", json=fields)
    assert (answer.status_code, answer.json()["subject"]) == (422, subject)
    assert "SECRET" not in answer.text + "".join(door.lines)
    assert registry.head().event == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_of_a_record_as_it_is_sent(door, registry, language):
    forms = Forms(door.at.get(f"/{language}/record").text)
    answer = door.at.post(forms.action, data=dict(forms.fields) | {"value": f" {ADDRESS} "})
    receipt = receipt_of(answer)
    check_receipt(receipt, parse_verifier(registry.identity.log_key))
    assert heading(answer) == texts(language)["receipt_title"]
    assert '"basis":"self"' in receipt.body
    assert named(registry) == [ADDRESS]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_of_a_picture_takes_the_file(door, registry, language):
    forms = Forms(door.at.get(f"/{language}/picture").text)
    sent = {name: value for name, value in forms.fields if name != "picture"}
    receipt_of(upload(door, forms.action, **sent))
    assert named(registry) == [DIGEST]


def test_or_its_digest(door, registry):
    # As a browser sends a file that nobody chose: without a name, and empty.
    answer = door.at.post("/en/picture", data={"sha256": DIGEST}, files={"picture": ("", b"")})
    receipt_of(answer)
    assert named(registry) == [DIGEST]
    receipt_of(door.at.post("/en/picture", data={"sha256": DIGEST}))
    assert registry.head().event == 2


def test_a_picture_is_kept_nowhere(door, registry, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "there is no such folder"))
    large = PICTURE * 500  # beyond what a form of the framework holds in memory
    receipt_of(upload(door, "/en/picture", large))
    assert named(registry) == [hashlib.sha256(large).hexdigest()]
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and PICTURE in path.read_bytes()]


@pytest.mark.parametrize(
    ("path", "content", "fields", "wrong"),
    [
        ("/en/picture", b"", {}, "picture"),
        ("/en/picture", PICTURE, {"sha256": DIGEST}, "picture"),
        ("/en/picture", b"", {"sha256": "12ab"}, "sha256"),
        ("/en/picture", PICTURE, {"purposes": "diary"}, "other"),
        ("/en/picture", PICTURE, {"basis": "friend"}, "other"),
        ("/en/record", b"", {"value": " "}, "value"),
        ("/en/record", b"", {"value": "x" * 1001}, "value"),
        ("/en/withdrawal", PICTURE, {"type": "record", "secret": "0" * 32}, "picture"),
        ("/en/withdrawal", PICTURE, {"type": "media", "value": DIGEST, "secret": "0" * 32}, "picture"),
        ("/en/withdrawal", b"", {"type": "media", "value": "12ab", "secret": "0" * 32}, "value"),
        ("/en/withdrawal", b"", {"type": "record", "value": "r1", "secret": "0" * 32}, "releases_older"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_and_nothing_recorded(door, registry, path, content, fields, wrong):
    answer = (
        upload(door, path, content, **fields) if path != "/en/record" else door.at.post(path, data=fields)
    )
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert (
        f'<p class="wrong" id="{wrong}-wrong">' in answer.text or texts("en")["wrong"][wrong] in answer.text
    )
    kept = dict(Forms(answer.text).fields)
    assert kept.get("sha256", "") == fields.get("sha256", "")
    assert registry.head().event == 0


def test_who_asks_for_a_message_gets_one_without_a_link(door):
    door.at.post("/fr/record", data={"value": ADDRESS, "contact": "ana@example.org"})
    (mail,) = door.mails
    assert (mail["To"], mail["Subject"]) == ("ana@example.org", texts("fr")["mail_received_subject"])
    assert ADDRESS not in mail.as_string()
    assert "token=" not in mail.get_content()


@pytest.mark.parametrize(("kind", "value"), [("record", ADDRESS), ("media", DIGEST)])
def test_it_is_taken_back_with_receipt_and_name(door, registry, kind, value):
    receipt = taken_down(door, type=kind, value=value)
    asked = {"secret": receipt.secret}
    assert door.at.post("/api/v1/status", json=asked).json()["state"] == "holds"
    other = {"record": "r2", "media": "0" * 64}[kind]
    answers = [
        door.at.post("/api/v1/withdrawals", json={**asked, **name, "releases_older": True})
        for name in ({"type": kind, "value": other}, {"type": "account", "value": value}, {"type": kind, "value": value})
    ]  # fmt: skip
    assert [answer.json()["outcome"] for answer in answers] == ["no_match", "no_match", "withdrawn"]
    assert door.at.post("/api/v1/status", json=asked).json()["state"] == "withdrawn"
    assert named(registry) == []
    assert registry.verify().ok


def test_the_file_stands_for_its_digest_when_a_picture_is_taken_back(door, registry):
    receipt = receipt_of(upload(door, "/de/picture"))
    whole = {"type": "media", "secret": receipt.secret, "releases_older": "true"}
    other = upload(door, "/de/withdrawal", PICTURE + b"x", **whole)
    assert (other.status_code, registry.head().event) == (422, 1)
    done = upload(door, "/de/withdrawal", **whole)
    assert heading(done) == texts("de")["done"]["withdrawn"][0]
    assert named(registry) == []


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_it_is_taken_back_whole_or_not_at_all(door, registry, language):
    receipt = receipt_of(upload(door, f"/{language}/picture"))
    shown = upload(door, f"/{language}/withdrawal", type="media", secret=receipt.secret)
    assert shown.status_code == 422
    # On top, and at the tick.
    assert unescape(shown.text).count(texts(language)["wrong"]["releases_older"]) == 2
    asked = {"secret": receipt.secret, "type": "media", "value": DIGEST}
    answer = door.at.post("/api/v1/withdrawals", json=asked)
    assert (answer.status_code, answer.json()["subject"]) == (422, "releases_older")
    assert registry.head().event == 1


def test_an_officer_confirms_it_as_any_objection(door, registry):
    receipt = taken_down(door, type="record", value="r1")
    registry.confirm(receipt.request_id, recorded_at=door.now)
    assert door.at.post("/api/v1/status", json={"secret": receipt.secret}).json()["confirmed"]
    registry.withdraw(receipt.request_id, proof=WithdrawalProof.IDENTITY_DOCUMENT, received_at=door.now, recorded_at=door.now, releases_older=True)  # fmt: skip
    assert door.at.post("/api/v1/status", json={"secret": receipt.secret}).json()["state"] == "withdrawn"
