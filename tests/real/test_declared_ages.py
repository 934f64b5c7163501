"""Real images that say something of the ages of people: no text of them is taken for a minor or an adult."""

import pyarrow as pa
import pytest

from builders import declared, medium, record
from pipelines.ingest.media.reading import read_media
from pipelines.rules.circumstances import Circumstances
from pipelines.rules.packs import load_packs
from pipelines.rules.pictures import Sign, picture_signs
from schemas.fields import RECORDS
from schemas.policy import PicturePolicy

IMAGES = {
    # name: ages and characteristics as exiftool shows them, and what they are worth
    "metadata_demo_iim_and_xmp_only.jpg": (["model ages"], [], Sign.UNASSESSED),
    "metadata_demo_inc_exif_out_of_sync_Inc_adobe.jpg": (["model ages"], [], Sign.UNASSESSED),
    "IPTC-PhotometadataRef-Std2021.1.jpg": (
        ["25", "27", "30"],
        [
            "Person Characteristic Name 1 (ref2021.1)",
            "http://example.com/cv/test99/code987/ref2021.1",
        ],
        Sign.NO_SIGN,
    ),
}
PERSON = "Iptc4xmpExt:PersonInImageWDetails/PersonCharacteristic/"


@pytest.mark.parametrize("name", IMAGES)
def test_ages_and_characteristics(test_data, name):
    media = read_media((test_data("images_bep") / "testdata/images" / name).read_bytes())
    said = {one.property: list(one.values) for one in media.declared}
    characteristics = [*said.get(f"{PERSON}CvTermName", []), *said.get(f"{PERSON}CvTermId", [])]
    ages, terms, sign = IMAGES[name]
    assert (said["Iptc4xmpExt:ModelAge"], characteristics) == (ages, terms)
    only = [
        declared(one.property, *one.values)
        for one in media.declared
        if "ModelAge" in one.property or one.property.startswith(PERSON)
    ]
    table = pa.Table.from_pylist([record(text="", media=[medium(metadata=only)])], RECORDS)
    found = picture_signs(table, Circumstances.unknown(1), load_packs(), PicturePolicy())
    assert found.sign.tolist() == [sign]
