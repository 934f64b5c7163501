"""What is read from the source when somebody asks for a picture: its record, and what rules see in it."""

import re
from dataclasses import replace
from functools import cache, partial

import pytest
from review.desks import PORT, kept, packs, words

from builders import declared, medium, record, records_table, write_canonical
from pipelines.cli.reviewing import levels_and_kinds, read_by_rules
from pipelines.corpus.source_files import SourceFiles
from pipelines.review.app import review_app
from pipelines.review.marked import Sight
from pipelines.review.shown import shown
from pipelines.review.waiting import Place
from pipelines.rules.pictures import Circumstances, picture_signs
from schemas.errors import BadInput
from schemas.policy import PicturePolicy
from schemas.splits import byte_ranges, cut, split_digest

PATH = "records/part-00000.parquet"
EXPLAIN = partial(read_by_rules, packs())


def records():
    """Eleven records in row groups of two; the last three make up the third split."""
    other = [record(record_id=f"r{n}", text=f"Line {n}") for n in range(8)]
    pictures = [
        medium(alt_text="A lake", caption="Our kid"),
        medium(
            sha256="AB" * 32,
            uri="b.png",
            auto_alt_text="May be an image of child and text that says 'kids'",
            metadata=[declared("dc:subject", "boat", "toddler"), declared("exif:GPSLatitude", "48.85")],
        ),
    ]
    return [
        *other,
        record(record_id="r8", text=None, language=None, created_at=None),
        record(record_id="r9", surface="photo", text="At school", media=pictures),
        record(record_id="r10", text="After it"),
    ]


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return write_canonical(tmp_path_factory.mktemp("source"), [], records(), row_group_rows=2)


@cache
def places(root, size):
    """The splits of the file, as places of their first record."""
    files = SourceFiles(str(root))
    footer = files.footer(PATH)
    found = []
    for number, split in enumerate(cut(PATH, footer, size)):
        blocks = files.read_ranges(files.observe(PATH), byte_ranges(footer, split))
        found.append(Place(
            split=number, path=PATH, ordinal=split.ordinal, first_row_group=split.first_row_group,
            row_groups=split.row_groups, split_digest=split_digest(footer, split, blocks), row=0, medium=0,
        ))  # fmt: skip
    return found


@pytest.mark.parametrize("size", [1, 1 << 20], ids=["a split for each row group", "one split"])
def test_the_row_of_the_split_is_read_wherever_it_stands(source, size):
    found = places(source, size)
    place = replace(found[-2], row=1) if size == 1 else replace(found[0], row=9)
    assert shown(source, place, EXPLAIN).surface == "photo"
    last = replace(found[-1], row=0 if size == 1 else 10)
    with pytest.raises(BadInput, match="a record with fewer pictures"):
        shown(source, last, EXPLAIN)


def test_what_is_known_is_shown_and_no_name_or_place(source):
    place = replace(places(source, 1 << 20)[0], row=9, medium=1)
    found = shown(source, place, EXPLAIN)
    assert (found.surface, found.language, found.month, found.of) == ("photo", "en", "2024-03", 2)
    assert (found.uri, found.sha256) == ("b.png", "ab" * 32)
    assert {read.field: read.text for read in found.texts} == {
        "auto_alt_text": "May be an image of child and text that says 'kids'",
        "keywords": "boat ; toddler",
        "text": "At school",
    }
    assert "48.85" not in repr(found)


def test_rules_see_what_they_read_and_not_what_was_quoted(source):
    place = replace(places(source, 1 << 20)[0], row=9, medium=1)
    seen = {read.field: read.sights for read in shown(source, place, EXPLAIN).texts}
    assert seen == {
        "auto_alt_text": (Sight(19, 24, "en.child"),),
        "keywords": (Sight(7, 14, "en.child"),),
        "text": (Sight(3, 9, "en.school"),),
    }


CHANGES = {
    "other bytes": lambda data: data.replace(b"Line 3", b"Lime 3"),
    "cut off": lambda data: data[: len(data) // 2],
    "no Parquet": lambda _: b"nothing",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_split_that_is_not_what_the_version_saw_is_not_shown(tmp_path, change):
    root = write_canonical(tmp_path, [], [record(text="Line 3 " * 9, media=[medium()])])
    place = places(root, 1)[0]
    assert shown(root, place, EXPLAIN).of == 1
    data = (root / PATH).read_bytes()
    (root / PATH).write_bytes(CHANGES[change](data))
    changed = (root / PATH).read_bytes() != data
    assert changed
    with pytest.raises(BadInput, match="the split that the version was built from"):
        shown(root, place, EXPLAIN)


@pytest.mark.parametrize(
    "wrong",
    [{"split_digest": "ab" * 32}, {"first_row_group": 90}, {"path": "records/none.parquet"}, {"row": 99}],
)
def test_a_pointer_that_leads_nowhere_shows_nothing(source, wrong):
    with pytest.raises(BadInput):
        shown(source, replace(places(source, 1 << 20)[0], **wrong), EXPLAIN)


CAPTIONS = (
    "Our little girl turned 7", "Boys will be boys", "My daughter at school", "The kids are alright", "A lake",
    "IMG_2034.jpg", "Kindergarten kids", "our-kids", "Baby's first steps, 2024", "\U0001f476", "",
)  # fmt: skip


@pytest.mark.parametrize("field", ["alt_text", "auto_alt_text", "caption"])
@pytest.mark.parametrize("caption", CAPTIONS)
def test_every_rule_that_fires_is_seen_where_it_fires_and_no_other(caption, field):
    """The page shows what screening found: it is not another opinion."""
    table = records_table([record(text="Line", media=[medium(**{field: caption})])])
    signs = picture_signs(table, Circumstances.unknown(1), packs(), PicturePolicy())
    fired = {packs().rules[rule] for rule in signs.evidence_rule.tolist()}
    about = levels_and_kinds(packs())
    seen = {sight.rule for read in EXPLAIN(table) for sight in read.sights}
    assert {rule for rule in seen if about(rule)[0] != "none"} == fired


def test_every_rule_there_is_has_a_level_and_a_kind():
    about = levels_and_kinds(packs())
    assert "" not in {part for rule in packs().rules for part in about(rule)}
    assert about("nothing.of-the-kind") == ("", "")


def test_what_somebody_wrote_is_text_and_nothing_else(reviewed, published):
    written = "<script>alert(1)</script><img src=x onerror=alert(1)>\u202e{{ 7 * 7 }}"
    item = reviewed.desk.queue().items[0]
    root = write_canonical(published.folder / "hostile", [], [kept(1, {"uri": written}), record(text=written,
        surface="post", media=[medium(caption=written, uri=written, sha256=None)])])  # fmt: skip
    place = replace(places(root, 1 << 20)[0], row=1)
    hostile = shown(root, place, EXPLAIN)
    reviewed.app = review_app(replace(reviewed.desk, shown=lambda _: hostile), PORT, reviewed.lines.append)
    answer = reviewed.browser("anna").get(f"/queue/{item.picture}/{item.words}")
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in main
    assert re.findall(r"<script|<img|onerror=alert\(1\)>|\u202e", main) == []
    assert "U+202E" in words(answer)
    assert "{{ 7 * 7 }}" in words(answer)
