"""docs/media.md: its properties, bounds and figures are those of the code and of the tests."""

import importlib.util
import re

from docs.pages import DOCS, ROOT

from pipelines.ingest.media import limits
from pipelines.ingest.media.fields import COMMENT_KEYWORDS, EXIF_TAGS, GPS_TAGS, IIM_DATASETS, XMP_PROPERTIES
from pipelines.ingest.media.iim import encoding_of
from pipelines.ingest.media.regions import REGION_PROPERTIES
from schemas.media import Block, Doubt

PAGE = (DOCS / "media.md").read_text(encoding="utf-8")


def rows(heading):
    """Cells of the table under a heading, without its head."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_properties_are_those_that_are_read():
    told = {}
    for block, properties in rows("Properties"):
        names = re.findall(r"`([^`]+)`", properties)
        assert len(names) == len(set(names))
        told.setdefault(block.partition(":")[0], []).extend(names)
    assert {block: sorted(names) for block, names in told.items()} == {
        "`exif`": sorted([*EXIF_TAGS.values(), *GPS_TAGS.values()]),
        "`iim`": sorted(IIM_DATASETS.values()),
        "`xmp`, `sidecar`": sorted(XMP_PROPERTIES | REGION_PROPERTIES),
        "`comment`": sorted(f"comment:{keyword}" for keyword in COMMENT_KEYWORDS),
    }


def test_the_bounds_are_those_of_the_code():
    told = {
        name.strip("`"): int(number.replace(",", "")) for name, number in rows("Damaged and hostile files")
    }
    assert told == {name: bound for name, bound in vars(limits).items() if name.startswith("MAX_")}


def test_the_disagreements_are_those_of_the_test():
    source = ROOT / "tests/real/test_images_bep.py"
    spec = importlib.util.spec_from_file_location("images_bep", source)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    told = {
        (path.strip("`"), name)
        for path, names, _ in rows("Agreement with exiftool")
        for name in re.findall(r"`([^`]+)`", names)
    }
    assert told == {(path, name.rpartition(" ")[2]) for path, name in module.DISAGREEMENTS}
    fields, files, different, equal = re.search(
        r"Of (\d+) fields of (\d+) files, .* (\d+) differ \(([\d.]+) %", PAGE
    ).groups()
    assert f"({fields}, {different})" in source.read_text("utf-8")
    assert f'"mime": {files}' in source.read_text("utf-8")
    assert float(equal) == round(100 - 100 * int(different) / int(fields), 2)
    files, fields = re.search(r"the other (\d+) give exiftool the same (\d+) fields", PAGE).groups()
    assert f"({files}, {fields})" in (ROOT / "tests/exiftool/test_broken_off.py").read_text("utf-8")


def test_the_doubts_and_blocks_are_named():
    assert [doubt for doubt in Doubt if f"`{doubt}`" not in PAGE] == []
    assert [block for block in Block if f"`{block}`" not in PAGE] == [Block.C2PA]


def test_the_parts_of_iso_8859_are_those():
    finals = [bytes([final]) for final in range(0x30, 0x7F)]
    parts = {int(found.rpartition("-")[2]) for final in finals if (found := encoding_of(b"\x1b-" + final))}
    assert parts == {*range(1, 12), *range(13, 17)}
    assert "(1 to 11, 13 to 16)" in PAGE
