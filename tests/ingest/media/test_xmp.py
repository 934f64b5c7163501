"""XMP: every way in which a packet may write a property, and packets that must not be believed."""

import hashlib
import struct

import pytest
from ingest.media.made import RDF, XMP, XMP_EXTENSION, jpeg, packet, segment, with_xmp

from pipelines.ingest.media.fields import NAMESPACES
from pipelines.ingest.media.namespaces import prefix_of
from pipelines.ingest.media.reading import read_media
from schemas.media import Block, Doubt, Doubted

ADDRESS = {prefix: address for address, prefix in reversed(NAMESPACES.items())}
PLUS, EXT, DC = ADDRESS["plus"], ADDRESS["Iptc4xmpExt"], ADDRESS["dc"]
MWG, MP = ADDRESS["mwg-rs"], ADDRESS["MP"]
BROKEN = (Doubted(Doubt.BROKEN, Block.XMP),)
BESIDE = (Doubted(Doubt.BROKEN, Block.SIDECAR),)


def read(xmp):
    return read_media(jpeg(segment(0xE1, XMP + xmp)))


def values(media):
    return {one.property: one.values for one in media.declared}


FORMS = {
    "element": "<q:DataMining>V</q:DataMining>",
    "resource": '<q:DataMining rdf:resource="V"/>',
    "bag": "<q:DataMining><rdf:Bag><rdf:li>V</rdf:li></rdf:Bag></q:DataMining>",
    "value with qualifiers": '<q:DataMining rdf:parseType="Resource"><rdf:value>V</rdf:value></q:DataMining>',
    "value of a description": "<q:DataMining><rdf:Description><rdf:value>V</rdf:value></rdf:Description></q:DataMining>",
    "value as an attribute": '<q:DataMining rdf:value="V"/>',
    "with a language": '<q:DataMining xml:lang="en">V</q:DataMining>',
    "character data": "<q:DataMining><![CDATA[V]]></q:DataMining>",
    "references": "<q:DataMining>&#86;</q:DataMining>",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_simple_value_is_read_in_every_form_whatever_the_prefix(form):
    media = read(packet(FORMS[form], q=PLUS))
    assert (values(media), media.doubts) == ({"plus:DataMining": ("V",)}, ())


MINING = ("UNSPECIFIED", "ALLOWED", "PROHIBITED", "PROHIBITED-AIMLTRAINING", "PROHIBITED-GENAIMLTRAINING",
          "PROHIBITED-EXCEPTSEARCHENGINEINDEXING", "PROHIBITED-SEECONSTRAINT", "PROHIBITED-SEEEMBEDDEDRIGHTSEXPR",
          "PROHIBITED-SEELINKEDRIGHTSEXPR")  # fmt: skip


@pytest.mark.parametrize("value", MINING)
def test_data_mining_is_read_as_written_in_every_container(value):
    for written in (f"DMI-{value}", f"http://ns.useplus.org/ldf/vocab/DMI-{value}"):
        for data in with_xmp(packet(f"<q:DataMining>{written}</q:DataMining>", q=PLUS)).values():
            assert values(read_media(data)) == {"plus:DataMining": (written,)}


@pytest.mark.parametrize(
    "address", [address for address, prefix in NAMESPACES.items() if prefix == "Iptc4xmpExt"]
)
def test_both_addresses_of_the_extension_of_iptc(address):
    assert values(read(packet("<q:ModelAge>9</q:ModelAge>", q=address))) == {"Iptc4xmpExt:ModelAge": ("9",)}


def test_a_value_may_be_an_attribute_of_the_description():
    xmp = packet("", q=PLUS).replace(b'rdf:about=""', b'rdf:about="" q:DataMining="V"')
    assert values(read(xmp)) == {"plus:DataMining": ("V",)}


STRUCTURES = {
    "parse type": '<rdf:li rdf:parseType="Resource">{fields}</rdf:li>',
    "description": "<rdf:li><rdf:Description>{fields}</rdf:Description></rdf:li>",
}
PERSON = (
    '<e:PersonName><rdf:Alt><rdf:li xml:lang="x-default">Ana</rdf:li><rdf:li xml:lang="fr">Anne</rdf:li></rdf:Alt>'
    "</e:PersonName><e:PersonId><rdf:Bag><rdf:li>http://id.example/7</rdf:li></rdf:Bag></e:PersonId>"
    '<e:PersonCharacteristic><rdf:Bag><rdf:li rdf:parseType="Resource"><e:CvTermName><rdf:Alt>'
    '<rdf:li xml:lang="x-default">child</rdf:li></rdf:Alt></e:CvTermName></rdf:li>'
    '<rdf:li e:CvTermId="http://cv.example/kid"/></rdf:Bag></e:PersonCharacteristic>'
)


@pytest.mark.parametrize("form", STRUCTURES)
def test_structures_in_lists_give_the_steps_into_them(form):
    item = STRUCTURES[form].format(fields=PERSON)
    media = read(
        packet(f"<e:PersonInImageWDetails><rdf:Bag>{item}</rdf:Bag></e:PersonInImageWDetails>", e=EXT)
    )
    steps = "Iptc4xmpExt:PersonInImageWDetails"
    assert values(media) == {
        f"{steps}/PersonName": ("Ana", "Anne"),
        f"{steps}/PersonCharacteristic/CvTermName": ("child",),
        f"{steps}/PersonCharacteristic/CvTermId": ("http://cv.example/kid",),
    }


def test_every_alternative_and_every_item_is_a_value():
    media = read(packet(
        '<dc:description><rdf:Alt><rdf:li xml:lang="x-default">one</rdf:li><rdf:li xml:lang="de">zwei</rdf:li></rdf:Alt>'
        "</dc:description><dc:subject><rdf:Seq><rdf:li>b</rdf:li><rdf:li/><rdf:li>b</rdf:li></rdf:Seq></dc:subject>"
        "<dc:title><rdf:Alt/></dc:title>", dc=DC,
    ))  # fmt: skip
    assert values(media) == {
        "dc:description": ("one", "zwei"),
        "dc:subject": ("b", "", "b"),
        "dc:title": ("",),
    }


@pytest.mark.parametrize("prefix", sorted(ADDRESS))
def test_the_namespace_decides_not_the_prefix(prefix):
    other = packet(
        "<dc:DataMining>V</dc:DataMining><plus:subject>V</plus:subject>", dc=ADDRESS[prefix], plus="urn:x"
    )
    assert values(read(other)) == ({"plus:DataMining": ("V",)} if prefix == "plus" else {})


REGION = {
    "elements": '<rdf:li rdf:parseType="Resource"><m:Name>Ana</m:Name><m:Type>Face</m:Type></rdf:li>',
    "attributes": '<rdf:li m:Name="Ana" m:Type="Face"/>',
    "description": '<rdf:li><rdf:Description m:Name="Ana" m:Type="Face"><m:Area q:x="0.5"/></rdf:Description></rdf:li>',
}


@pytest.mark.parametrize("form", REGION)
def test_regions_in_every_form(form):
    body = (
        '<m:Regions rdf:parseType="Resource"><m:AppliedToDimensions q:w="8"/><m:RegionList><rdf:Bag>'
        f'{REGION[form]}<rdf:li m:Type="Face"/><rdf:li m:Name="Rex" m:Type="Pet"/><rdf:li m:Name="?"/>'
        '<rdf:li m:Name="kid" m:Type="Ana Lopez"/></rdf:Bag></m:RegionList></m:Regions>'
    )
    assert values(read(packet(body, m=MWG, q="urn:area"))) == {
        "mwg-rs:RegionList/Face": ("Ana", ""),
        "mwg-rs:RegionList/Pet": ("Rex",),
        # What a file writes for a type is not a name of ours.
        "mwg-rs:RegionList/Other": ("?", "kid"),
    }


def test_a_region_with_two_names_is_one_value():
    names = '<m:Name><rdf:Alt><rdf:li xml:lang="x-default">Ana</rdf:li><rdf:li xml:lang="fr">Anne</rdf:li></rdf:Alt></m:Name>'
    body = (
        f'<m:Regions><rdf:Description><m:RegionList><rdf:Bag><rdf:li><rdf:Description m:Type="Face">{names}'
    )
    body += "</rdf:Description></rdf:li></rdf:Bag></m:RegionList></rdf:Description></m:Regions>"
    assert values(read(packet(body, m=MWG))) == {"mwg-rs:RegionList/Face": ("Ana",)}


def test_people_of_microsoft():
    body = (
        "<p:RegionInfo><rdf:Description><r:Regions><rdf:Bag><rdf:li><rdf:Description g:PersonDisplayName='Ana'/></rdf:li>"
        "<rdf:li g:Rectangle='0, 0, 1, 1'/></rdf:Bag></r:Regions></rdf:Description></p:RegionInfo>"
    )
    assert values(read(packet(body, p=MP, r="urn:r", g="urn:g"))) == {
        "MP:RegionInfo/PersonDisplayName": ("Ana", "")
    }


SPELLINGS = {
    "without the slash": (PLUS[:-1], True),
    "a slash too many": ("http://ns.adobe.com/xmp/note//", False),
    "another version": ("http://ns.useplus.org/ldf/xmp/1.1/", True),
    "another version, without the slash": ("http://ns.useplus.org/ldf/xmp/2.10", True),
    "a slash more": (PLUS + "/", True),
    "two slashes more": (PLUS + "//", False),
    "no version": ("http://ns.useplus.org/ldf/xmp/", False),
    "more behind the version": (PLUS + "x", False),
    "small letters elsewhere": (PLUS.replace("ldf", "LDF"), False),
    "another address": ("http://ns.example.org/ldf/xmp/1.0/", False),
    "very long": (PLUS + "1.0/" * 10_000, False),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_spellings_of_a_namespace(name):
    address, known = SPELLINGS[name]
    media = read(packet("<plus:MinorModelAgeDisclosure>AG-A15</plus:MinorModelAgeDisclosure>", plus=address))
    assert values(media) == ({"plus:MinorModelAgeDisclosure": ("AG-A15",)} if known else {})


@pytest.mark.parametrize("prefix", sorted(ADDRESS))
def test_a_slash_more_or_less_at_the_end_of_every_namespace(prefix):
    address = ADDRESS[prefix]
    other = address[:-1] if address.endswith("/") else address + "/"
    assert prefix_of(other) == prefix


def test_versions_of_microsoft_are_different_things():
    assert prefix_of("http://ns.microsoft.com/photo/1.1") is None
    assert prefix_of("http://ns.microsoft.com/photo/1.2") == "MP"


NODES = {
    "a property": '<dc:subject rdf:nodeID="a"/>',
    "an item": '<dc:subject><rdf:Bag><rdf:li rdf:nodeID="a"/></rdf:Bag></dc:subject>',
}


@pytest.mark.parametrize("form", NODES)
def test_what_stands_in_a_node_elsewhere_is_doubted(form):
    assert read(packet(NODES[form], dc=DC)).doubts == BROKEN


def test_such_a_node_is_no_doubt_where_nothing_of_interest_names_it():
    assert read(packet('<dc:creator rdf:nodeID="a"/><dc:title>x</dc:title>', dc=DC)).doubts == ()


FOREIGN = {
    "an ingredient": "<o:Pantry><rdf:Bag><rdf:li><rdf:Description><dc:subject>x</dc:subject></rdf:Description></rdf:li>"
    "</rdf:Bag></o:Pantry>",
    "attributes of one": '<o:Pantry><rdf:Bag><rdf:li><rdf:Description dc:subject="x"/></rdf:li></rdf:Bag></o:Pantry>',
    "a field of one": "<o:Pantry><o:In><dc:subject>x</dc:subject></o:In></o:Pantry>",
}  # fmt: skip


@pytest.mark.parametrize("form", FOREIGN)
def test_a_property_of_something_else_is_not_the_pictures(form):
    assert read(packet(FOREIGN[form], dc=DC, o="urn:o")).declared == ()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "utf-16", "utf-32-le", "utf-32-be"]
)
def test_every_unicode_form(encoding):
    xmp = packet("<dc:title>Зоя 👧</dc:title>", dc=DC).decode().replace("\ufeff", "")
    media = read(xmp.encode(encoding) + b"\0" * 40)
    assert (values(media), media.doubts) == ({"dc:title": ("Зоя 👧",)}, ())


ENCODED = {
    "ISO-8859-1": ("Mädchen", "iso8859-1", "Mädchen", ()),
    "latin1": ("Mädchen", "iso8859-1", "Mädchen", ()),
    "iso-8859-5": ("мой ребёнок", "iso8859-5", "мой ребёнок", ()),
    "ISO-8859-15": ("fœtus €", "iso8859-15", "fœtus €", ()),
    "windows-1252": ("œuf €", "cp1252", "œuf €", ()),
    "Windows-1251": ("мой ребёнок", "cp1251", "мой ребёнок", ()),
    "KOI8-R": ("мой ребёнок", "koi8-r", "мой ребёнок", ()),
    "UTF-16": ("Mädchen", "utf-16", "Mädchen", ()),
    "UTF-16LE": ("Mädchen", "utf-16-le", "Mädchen", ()),
    "UTF-8": ("Mädchen", "utf-8", "Mädchen", ()),
    "us-ascii": ("girl", "ascii", "girl", ()),
    # what the bytes are not
    "UTF-16, in UTF-8": ("Mädchen", "utf-8", "Mädchen", ()),
    "windows-1252, in bytes that it has not": ("a\x81b", "latin-1", "a\ufffdb", BESIDE),
    "ISO-8859-1, in UTF-8": ("Mädchen", "utf-8", "M\xc3\xa4dchen", BESIDE),
    "us-ascii, in UTF-8": ("Mädchen", "utf-8", "Mädchen", BESIDE),
    # what is not read, though it may look like ASCII
    "UTF-7": ("M+AOQ-dchen", "ascii", "M+AOQ-dchen", BESIDE),
    "Shift_JIS": ("子供", "shift_jis", None, BESIDE),
    "iso-8859-12": ("child", "ascii", "child", BESIDE),
    "x-user-defined": ("child", "ascii", "child", BESIDE),
}


@pytest.mark.parametrize("declared", ENCODED)
def test_a_sidecar_in_the_encoding_that_it_declares(declared):
    text, codec, found, doubts = ENCODED[declared]
    written = packet(f"<dc:title>{text}</dc:title>", dc=DC).decode().replace("\ufeff", "")
    document = f'<?xml version="1.0" encoding="{declared.partition(",")[0]}"?>\n{written}'
    media = read_media(jpeg(), document.encode(codec))
    assert media.doubts == doubts
    if found is not None:
        assert values(media) == {"dc:title": (found,)}


def test_an_encoding_that_only_a_text_names_is_none():
    """Neither a processing instruction of XMP's own nor a comment declares one."""
    for before in ("<?xpacket begin='' encoding='ISO-8859-1'?>", "<!-- <?xml encoding='ISO-8859-1'?> -->"):
        xmp = packet("<dc:title>ä</dc:title>", dc=DC).partition(b"?>")[2]
        media = read_media(jpeg(), before.encode() + xmp)
        assert (values(media), media.doubts) == ({"dc:title": ("ä",)}, ())


def test_without_a_wrapper():
    bare = f'<rdf:RDF xmlns:rdf="{RDF}" xmlns:dc="{DC}"><rdf:Description dc:title="x"/></rdf:RDF>'
    assert values(read(bare.encode())) == {"dc:title": ("x",)}


LAUGHS = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + level)} "{f"&{chr(97 + level)};" * 10}">' for level in range(9)
) + "]>"  # fmt: skip
REFUSED = {
    "entities of entities": (LAUGHS, "<dc:title>&j;</dc:title>"),
    "an external entity": (
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        "<dc:title>&a;</dc:title>",
    ),
    "a document type": ("<!DOCTYPE x>", "<dc:title>x</dc:title>"),
    "an unknown entity": ("", "<dc:title>&a;</dc:title>"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_entities_and_document_types_are_refused(name):
    prologue, body = REFUSED[name]
    media = read(prologue.encode() + packet(body, dc=DC).partition(b"?>")[2])
    assert media.doubts == BROKEN
    assert all(text == "" for one in media.declared for text in one.values)


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (lambda xmp: xmp[: xmp.index(b"</dc:subject>")], {"dc:title": ("x",), "dc:subject": ("",)}),
        (lambda xmp: xmp.replace(b"y<", b"y\x01<"), {"dc:title": ("x",), "dc:subject": ("",)}),
        (lambda xmp: xmp.replace(b"<dc:subject>", b"<dc:subject><b>"), None),
        (lambda xmp: xmp.replace(b"y<", b"\xff\xfe<"), {"dc:title": ("x",), "dc:subject": ("\ufffd\ufffd",)}),
        (lambda _: b"no packet", {}),
        (lambda _: b"", {}),
    ],
)
def test_a_damaged_packet_is_read_as_far_as_it_is_well_formed(spoil, found):
    xmp = packet("<dc:title>x</dc:title><dc:subject>y</dc:subject>", dc=DC)
    media = read(spoil(xmp))
    assert media.doubts == BROKEN
    assert media.blocks == (Block.XMP,)
    if found is not None:
        assert values(media) == found


def extension(whole, digest=None, cut=1000):
    digest = digest or hashlib.md5(whole, usedforsecurity=False).hexdigest().upper()
    return [
        segment(
            0xE1, XMP_EXTENSION + digest.encode() + struct.pack(">II", len(whole), at) + whole[at : at + cut]
        )
        for at in range(0, len(whole), cut)
    ]


def main(digest):
    return segment(0xE1, XMP + packet(f"<n:HasExtendedXMP>{digest}</n:HasExtendedXMP><dc:title>main</dc:title>",
                                      n="http://ns.adobe.com/xmp/note/", dc=DC))  # fmt: skip


WHOLE = packet("<dc:title>more</dc:title><dc:description>" + "long " * 500 + "</dc:description>", dc=DC)
DIGEST = hashlib.md5(WHOLE, usedforsecurity=False).hexdigest().upper()
JOINED = {"dc:title": ("main", "more"), "dc:description": ("long " * 500,)}
ALONE = {"dc:title": ("main",)}
TRUNCATED = (Doubted(Doubt.TRUNCATED, Block.XMP),)


@pytest.mark.parametrize(
    ("segments", "found", "doubts"),
    [
        ([main(DIGEST), *extension(WHOLE)], JOINED, ()),
        ([*reversed(extension(WHOLE)), main(DIGEST.lower())], JOINED, ()),
        ([main(DIGEST), *extension(WHOLE)[1:]], ALONE, TRUNCATED),
        ([main(DIGEST), *extension(WHOLE)[:-1]], ALONE, TRUNCATED),
        ([main(DIGEST)], ALONE, TRUNCATED),
        ([main("0" * 32), *extension(WHOLE)], ALONE, (*TRUNCATED, *BROKEN)),
        ([main("0" * 32), *extension(WHOLE, "0" * 32)], JOINED, BROKEN),
        ([main(DIGEST), segment(0xE1, XMP_EXTENSION + DIGEST.encode() + b"\0")], ALONE, TRUNCATED),
        ([main(DIGEST), segment(0xE1, XMP_EXTENSION + DIGEST.encode() + b"\xff" * 8)], ALONE,
         (Doubted(Doubt.LIMIT, Block.XMP),)),
    ],
)  # fmt: skip
def test_an_extension_counts_if_it_is_named_and_whole(segments, found, doubts):
    media = read_media(jpeg(*segments))
    assert (values(media), media.doubts) == (found, doubts)


def test_a_sidecar_has_a_block_of_its_own():
    beside = packet("<dc:title>beside</dc:title>", dc=DC)
    inside = with_xmp(packet("<dc:title>inside</dc:title>", dc=DC))["png"]
    media = read_media(inside, beside)
    assert [(one.block, one.values) for one in media.declared] == [
        (Block.XMP, ("inside",)),
        (Block.SIDECAR, ("beside",)),
    ]
    assert read_media(inside, b"<").doubts == (Doubted(Doubt.BROKEN, Block.SIDECAR),)
