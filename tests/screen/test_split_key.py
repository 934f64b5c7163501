"""Law 3: the split key depends on every part of what screen takes."""

from dataclasses import replace

import pytest
from screened import eligibility, packs, split_bytes

from builders import LINEAGE_KEY, PLATFORM, account, objection, record
from pipelines.screen.lookup import Lookup
from pipelines.screen.screen import Inputs, open_split
from schemas.policy import Policy

LOOKUP = Lookup(eligibility([account()]).lookup, PLATFORM, LINEAGE_KEY)
INPUTS = Inputs(LOOKUP, Policy(), packs(), "lineage-0", "engine")
OTHER_PACKS = packs().model_copy(update={"packs": packs().packs[:1]})
OTHERS = {
    "eligibility": {
        "lookup": replace(LOOKUP, table=eligibility([account()], [objection()]).lookup),
    },
    "platform": {"lookup": replace(LOOKUP, platform="elsewhere")},
    "policy": {"policy": Policy.model_validate({"release": {"mask": ["handle"]}})},
    "packs": {"packs": OTHER_PACKS},
    "lineage key": {"lineage_key_id": "lineage-1"},
    "engine": {"engine": "another"},
}


def key(records=None, **changes):
    return open_split(split_bytes([record()] if records is None else records), replace(INPUTS, **changes)).key


@pytest.mark.parametrize("changes", OTHERS.values(), ids=OTHERS)
def test_another_input_is_another_key(changes):
    assert key(**changes) != key()


def test_other_rows_are_another_key():
    assert key([record(text="Other words")]) != key()


def test_what_no_row_names_is_no_part_of_the_key():
    more = eligibility(
        [account(), account(account_id="nobody here")], [objection(value="nobody here")]
    ).lookup
    assert key(lookup=replace(LOOKUP, table=more)) == key()


def test_a_gate_threshold_is_no_part_of_the_key():
    policy = Policy.model_validate({"quality": {"release": {"max_removed_share": 0.5}}})
    assert key(policy=policy) == key()
