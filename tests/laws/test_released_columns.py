"""What the policy does not release is nothing that is left of a record; verify says the same."""

import pytest
from builds import Place

from builders import account, medium, objection, record
from pipelines.corpus.chain import load_version
from schemas.policy import Policy

ASSESSED, SILENT = medium(alt_text="A hill in fog"), medium(media_id="m2", sha256="aa" * 32)
RECORDS = [
    record(record_id="both", media=[ASSESSED]),
    record(record_id="text"),
    record(record_id="picture", text=None, media=[ASSESSED]),
    record(record_id="silent", text=None, media=[SILENT]),
    record(record_id="suspected", text=None, media=[medium(caption="our kids")]),
]
CASES = {
    "text and pictures": (["text", "media"], 3, {"no_own_content": 1, "minor_image_suspected": 1}),
    "text alone": (["text"], 2, {"no_own_content": 3}),
    "pictures alone": (["media"], 2, {"no_own_content": 2, "minor_image_suspected": 1}),
}


@pytest.mark.parametrize("unassessed", ["withhold", "remove"])
@pytest.mark.parametrize(("columns", "kept", "reasons"), CASES.values(), ids=CASES)
def test_a_kept_record_has_something_to_read(tmp_path, columns, kept, reasons, unassessed):
    policy = {"release": {"columns": columns}, "pictures": {"unassessed": unassessed}}
    place = Place(tmp_path, [objection(value="nobody")], Policy.model_validate(policy))
    place.write([account()], RECORDS)
    place.build()
    counts = load_version(place.store).content.counts
    found = {reason: rows for reason, rows in counts.reasons.items() if rows and reason != "kept"}
    assert (counts.outcomes["kept"], found) == (kept, reasons)
    assert list(place.verify()) == []
