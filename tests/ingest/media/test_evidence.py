"""What a file declares, on its way through the rules: a minor in any container removes the record."""

import pytest
from ingest.media.made import packet, plain, with_xmp
from screened import screened, verdicts

from builders import declared, medium, record
from pipelines.ingest.media.reading import read_media

PLUS, EXT = "http://ns.useplus.org/ldf/xmp/1.0/", "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
AG = "http://ns.useplus.org/ldf/vocab/AG-"
PERSON = (
    '<rdf:li rdf:parseType="Resource"><b:PersonCharacteristic><rdf:Bag><rdf:li rdf:parseType="Resource">'
    "<b:CvTermId>http://cv.example/stages/infant</b:CvTermId>"
    "</rdf:li></rdf:Bag></b:PersonCharacteristic></rdf:li>"
)
CASES = {
    "a minor, as a resource": (f'<a:MinorModelAgeDisclosure rdf:resource="{AG}A15"/>', "minor_image_declared"),
    "a minor, as text": ("<a:MinorModelAgeDisclosure>AG-U14</a:MinorModelAgeDisclosure>", "minor_image_declared"),
    "one of two ages": ("<b:ModelAge><rdf:Bag><rdf:li>41</rdf:li><rdf:li>9</rdf:li></rdf:Bag></b:ModelAge>",
                        "minor_image_declared"),
    "an age in words": ("<b:ModelAge><rdf:Bag><rdf:li>neun Jahre</rdf:li></rdf:Bag></b:ModelAge>",
                        "minor_image_declared"),
    "a term for a person": (f"<b:PersonInImageWDetails><rdf:Bag>{PERSON}</rdf:Bag></b:PersonInImageWDetails>",
                            "minor_image_declared"),
    "an adult": (f"<a:MinorModelAgeDisclosure>{AG}A25</a:MinorModelAgeDisclosure>", "kept"),
    "an adult under another namespace": ("<rdf:MinorModelAgeDisclosure>AG-A15</rdf:MinorModelAgeDisclosure>", "kept"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_declarations_of_files_reach_the_rules(name):
    body, reason = CASES[name]
    files = with_xmp(packet(body, a=PLUS, b=EXT))
    rows = []
    for container, data in files.items():
        media = read_media(data)
        metadata = [declared(one.property, *one.values, block=one.block) for one in media.declared]
        rows.append(record(record_id=container, media=[medium(mime=media.mime, metadata=metadata)]))
    assert [found for found, _ in verdicts(screened(rows))] == [reason] * len(plain())
