"""What has a form is released in it or not at all: nobody masks a language, a media type or a digest."""

import re

import duckdb
import pyarrow as pa
import pytest
from builds import Place
from screened import screened, shard_of

from builders import account, medium, objection, record
from pipelines.screen import release
from schemas.fields import LANGUAGE_FORM, MIME_FORM, SHA256_FORM

DIGEST = "0f" * 32
IN_FORM = {
    LANGUAGE_FORM: (
        "en", "EN", "fil", "en-US", "pt_BR", "zh-Hans", "zh_Hant_TW", "zh-cmn-Hans-CN", "es-419", "de-CH-1996",
        "ca-valencia", "sl-rozaj-biske-1994", "de-1901", "frm-1606nict", "und",
    ),
    MIME_FORM: (
        "image/jpeg", "image/svg+xml", "VIDEO/MP4", "application/vnd.api+json", "image/x-icon", "audio/3gpp",
    ),
    SHA256_FORM: (DIGEST, "AB" * 32),
}  # fmt: skip
OUT_OF_FORM = {
    LANGUAGE_FORM: (
        "", "e", "english", "ana@example.org 06 12 34", "en ana", "en-", "-en", "en--US", "en\n", "en-0612345678",
        "en-06123456", "en-x-ana", "en-u-ca-gregory", "@ana", "\u0435n", "en;fr", "*",
    ),
    MIME_FORM: (
        "", "jpeg", "image/", "/jpeg", "by @ana", "image/jpeg; name=ana.jpg", "image/ana@example.org", "image/a b",
        "image/jpeg\n", "ana/jpeg", "image/" + "a" * 101,
    ),
    SHA256_FORM: ("", "ana@example.org", DIGEST[:-1], DIGEST + "0", DIGEST + "\n", "g" * 64),
}  # fmt: skip
SAME = [(form, value) for form, values in IN_FORM.items() for value in values]
OTHER = [(form, value) for form, values in OUT_OF_FORM.items() for value in values]


def row(number, form, value):
    """A record that holds a value where its form is asked for."""
    name = {LANGUAGE_FORM: "language", MIME_FORM: "mime", SHA256_FORM: "sha256"}[form]
    picture = medium(
        auto_alt_text="May be an image of a hill", **({} if name == "language" else {name: value})
    )
    fields = {"language": value} if name == "language" else {}
    return record(record_id=f"r{number}", text=f"{number}", media=[picture], **fields)


def test_three_engines_read_a_form_alike():
    for form, value in SAME + OTHER:
        expected = (form, value) in SAME
        arrow = pa.compute.match_substring_regex(pa.array([value]), f"^(?:{form})$")[0].as_py()
        (sql,) = duckdb.execute("SELECT regexp_full_match(?, ?)", [value, form]).fetchone()
        assert (re.fullmatch(form, value) is not None, arrow, sql) == (expected,) * 3, value


@pytest.mark.parametrize(("form", "value"), SAME + OTHER)
def test_released(form, value):
    (found,) = shard_of(screened([row(1, form, value)]))
    (picture,) = found["media"]
    shown = value if (form, value) in SAME else None
    assert (
        shown
        == {LANGUAGE_FORM: found["language"], MIME_FORM: picture["mime"], SHA256_FORM: picture["sha256"]}[
            form
        ]
    )


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path, [objection(value="nobody")])
    rows = [row(number, form, value) for number, (form, value) in enumerate(OTHER)]
    place.write([account()], rows, row_group_rows=len(rows))
    return place


def test_the_verifier_agrees(place):
    place.build()
    assert list(place.verify()) == []


def test_the_verifier_finds_what_was_released_as_it_stood(place, monkeypatch):
    monkeypatch.setattr(release, "_formed", lambda values, _form: values.cast(pa.string()))
    place.build()
    assert {f.object for f in place.verify()} == {f"split 0 row {number}" for number in range(len(OTHER))}


def test_white_space_round_a_digest_is_no_other_picture(tmp_path):
    place = Place(tmp_path, [objection(value="nobody")])
    spaces = [chr(point) for point in range(0x3001) if chr(point).isspace()]
    rows = [row(number, SHA256_FORM, f"{space}{DIGEST}{space}") for number, space in enumerate(["", *spaces])]
    place.write([account()], rows, row_group_rows=len(rows))
    place.build()
    assert list(place.verify()) == []
