"""Regions, sidecars, comments and blocks that disagree, as exiftool writes them; and what must not be evidence."""

import pytest
from exiftool.written import ALL, CONTAINERS, LATIN, Case, write

from pipelines.ingest.media.reading import read_media
from schemas.media import Block, Doubt, Doubted

REGIONS = (
    "-XMP-mwg-rs:RegionInfo={AppliedToDimensions={W=8,H=6,Unit=pixel},RegionList=["
    "{Area={X=0.5,Y=0.5,W=0.1,H=0.1,Unit=normalized},Name=Ana,Type=Face,Description=a child},"
    "{Area={X=0.1,Y=0.1,W=0.1,H=0.1,Unit=normalized},Type=Face},"
    f"{{Area={{X=0.2,Y=0.1,W=0.1,H=0.1,Unit=normalized}},Name={ALL.replace(',', '|,')},Type=Face}},"
    "{Area={X=0.3,Y=0.3,W=0.1,H=0.1,Unit=normalized},Name=Rex,Type=Pet},"
    "{Area={X=0.4,Y=0.4,W=0.1,H=0.1,Unit=normalized},Type=Focus},"
    "{Area={X=0.6,Y=0.6,W=0.1,H=0.1,Unit=normalized},Name=4006381333931,Type=BarCode}]}"
)
READ = {
    "mwg-rs:RegionList/Face": ("Ana", "", ALL),
    "mwg-rs:RegionList/FaceDescription": ("a child",),
    "mwg-rs:RegionList/Pet": ("Rex",),
    "mwg-rs:RegionList/Focus": ("",),
    "mwg-rs:RegionList/BarCode": ("4006381333931",),
}
FALSE_FRIENDS = {
    "keywords of a structure with Children": (
        "-XMP-mwg-kw:HierarchicalKeywords=[{Keyword=trip,Children=[{Keyword=sea,Applied=true}]}]",
    ),
    "the author": ("-XMP-dc:Creator=Junior Child", "-XMP-dc:Rights=Children"),
    "where it was": ("-XMP-iptcCore:Location=Children's hospital", "-XMP-photoshop:City=Kid"),
    "its ancestors": ("-XMP-xmpMM:DerivedFromDocumentID=child", "-XMP-xmpMM:HistoryAction=child"),
}


def case(container, name, arguments, block=Block.XMP):
    return Case(container, block, name, "all", tuple(arguments), ())


WRITTEN = [
    *(case(container, "regions", [REGIONS]) for container in CONTAINERS[Block.XMP]),
    *(case(container, name, lines) for container in CONTAINERS[Block.XMP] for name, lines in FALSE_FRIENDS.items()),
    case("jpeg", "comment", [f"-Comment={ALL}"]),
    case("gif", "comment", [f"-Comment={ALL}"]),
    case("png", "comment", ["-PNG:Comment=child", "-PNG:Title=Ana", "-PNG:Author=Junior", f"-PNG:Description={LATIN}"]),
    case("jpeg", "disagreeing", [
        "-EXIF:ImageDescription=one", "-IPTC:Caption-Abstract=two", "-XMP-dc:Description=three",
        "-EXIF:DateTimeOriginal=2019:05:04 03:02:01", "-EXIF:OffsetTimeOriginal=+02:00",
        "-EXIF:SubSecTimeOriginal=25", "-IPTC:DateCreated=2019:05:03", "-IPTC:TimeCreated=23:00:00-04:00",
        "-XMP-photoshop:DateCreated=2020:01:01",
    ]),
    case("jpeg", "extended", ["-api", "CompactXMP=OneDesc", f"-XMP-dc:Description={'child ' * 5000}",
                              *(f"-XMP-dc:Subject={number}{'x' * 90}" for number in range(900))]),
    case("heic", "sidecar", [REGIONS, "-XMP-photoshop:DateCreated=2018:07:06 05:04:03Z"]),
]  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return {
        (one.container, one.name): path
        for one, path in write(WRITTEN, tmp_path_factory.mktemp("more")).items()
    }


def declared(media):
    return {(one.block, one.property): one.values for one in media.declared}


@pytest.mark.parametrize("container", CONTAINERS[Block.XMP])
def test_a_region_is_a_value_with_its_name_or_without(container, files):
    media = read_media(files[container, "regions"].read_bytes())
    assert declared(media) == {(Block.XMP, name): values for name, values in READ.items()}
    assert media.doubts == ()


@pytest.mark.parametrize("name", FALSE_FRIENDS)
@pytest.mark.parametrize("container", CONTAINERS[Block.XMP])
def test_a_false_friend_is_no_evidence(container, name, files):
    media = read_media(files[container, name].read_bytes())
    assert declared(media) == {}
    assert Block.XMP in media.blocks


def test_text_of_the_container_is_read(files):
    for container in ("jpeg", "gif"):
        media = read_media(files[container, "comment"].read_bytes())
        assert declared(media) == {(Block.COMMENT, "comment:Comment"): (ALL,)}
    assert declared(read_media(files["png", "comment"].read_bytes())) == {
        (Block.COMMENT, "comment:Comment"): ("child",),
        (Block.COMMENT, "comment:Title"): ("Ana",),
        (Block.COMMENT, "comment:Description"): (LATIN,),
    }


def test_blocks_that_disagree_stand_side_by_side(files):
    media = read_media(files["jpeg", "disagreeing"].read_bytes())
    found = declared(media)
    assert found[Block.EXIF, "exif:ImageDescription"] == ("one",)
    assert found[Block.IIM, "iim:Caption-Abstract"] == ("two",)
    assert found[Block.XMP, "dc:description"] == ("three",)
    # 03:02:01.25+02:00 is earlier than 23:00-04:00 of the day before, which is 03:00 of that day.
    assert media.taken_at.isoformat() == "2019-05-04T01:02:01.250000+00:00"


def test_an_extension_of_xmp_is_put_together(files):
    data = files["jpeg", "extended"].read_bytes()
    assert data.count(b"http://ns.adobe.com/xmp/extension/\0") >= 2
    media = read_media(data)
    found = declared(media)
    assert found[Block.XMP, "dc:subject"] == tuple(f"{number}{'x' * 90}" for number in range(900))
    assert found[Block.XMP, "dc:description"] == ("child " * 5000,)
    assert media.doubts == ()
    # The last segment is missing: what is before it is not taken for the whole.
    cut = data.rindex(b"http://ns.adobe.com/xmp/extension/\0") - 4
    media = read_media(data[:cut] + b"\xff\xd9")
    assert Doubted(Doubt.TRUNCATED, Block.XMP) in media.doubts


def test_a_sidecar_is_a_block_of_its_own(files):
    beside = files["heic", "sidecar"].with_suffix(".xmp").read_bytes()
    media = read_media(files["jpeg", "disagreeing"].read_bytes(), beside)
    found = declared(media)
    assert {name: found[Block.SIDECAR, name] for name in READ} == READ
    assert found[Block.XMP, "photoshop:DateCreated"] == ("2020-01-01",)
    assert found[Block.SIDECAR, "photoshop:DateCreated"] == ("2018-07-06T05:04:03Z",)
    assert media.taken_at.isoformat() == "2018-07-06T05:04:03+00:00"
    assert media.blocks == (Block.EXIF, Block.IIM, Block.XMP, Block.SIDECAR)
