"""Law 3: the split key depends on every part of what screen takes."""

from dataclasses import replace

import pytest
from screened import eligibility, packs, split_bytes, takedowns

from builders import LINEAGE_KEY, PLATFORM, account, objection, record
from pipelines.screen.lookup import Lookup
from pipelines.screen.screen import Inputs, open_split
from schemas.policy import Policy
from schemas.reviews import REVIEWS

LOOKUP = Lookup(eligibility([account()]).lookup, PLATFORM, LINEAGE_KEY)
INPUTS = Inputs(LOOKUP, takedowns(), REVIEWS.empty_table(), Policy(), packs(), "lineage-0", "engine")
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


def test_whom_a_row_names_is_a_part_of_the_key():
    tagged = [record(others=[{"role": "tag", "account": "ana"}])]
    states = [
        [account()],
        [account(), account(account_id="ana")],
        [account(), account(account_id="ana", status="deleted")],
    ]
    lookups = [eligibility(accounts).lookup for accounts in states]
    lookups += [
        eligibility(states[1], [objection(value="ana", roles=roles)]).lookup for roles in (1 << 4, 1 << 5)
    ]
    assert len({key(tagged, lookup=replace(LOOKUP, table=table)) for table in lookups}) == len(lookups)


@pytest.mark.parametrize("role", [None, "follows"])
def test_somebody_named_in_no_role_that_we_know_is_no_part_of_the_key(role):
    """They are in no footprint, so a plan could not tell that the split has to be done again."""
    named = [record(others=[{"role": role, "account": "ana"}])]
    more = eligibility([account(), account(account_id="ana")]).lookup
    assert key(named, lookup=replace(LOOKUP, table=more)) == key(named)


def test_a_gate_threshold_is_no_part_of_the_key():
    policy = Policy.model_validate({"quality": {"release": {"max_removed_share": 0.5}}})
    assert key(policy=policy) == key()
