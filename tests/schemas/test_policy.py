"""policy.yaml: presets, overrides, and what is refused."""

import pytest

from schemas.errors import ConfigurationError
from schemas.policy import PRESETS, Policy
from schemas.source import SourceDescription
from schemas.vocabulary import SURFACE_OF_LABEL
from schemas.workspace import Workspace

ALL = {"public", "adult_now", "adult_at_posting", "notice", "region"}
OFF = None
# What DESIGN says of them: strict is adults at posting and now on every surface, assistant chats
# off; meta-2025 is chats at any age, no age at posting. Messages are in neither.
EXPECTED = {
    "strict": dict.fromkeys(("post", "comment", "photo", "video", "story", "profile"), ALL)
    | {"ai_interaction": OFF, "message": OFF},
    "meta-2025": dict.fromkeys(
        ("post", "comment", "photo", "video", "story", "profile"), ALL - {"adult_at_posting"}
    )
    | {"ai_interaction": {"notice", "region"}, "message": OFF},
}


def needs(rule):
    asked = rule.model_dump()
    return {name for name in ALL if asked[name]} if asked["use"] else OFF


def policy(value):
    return Policy.of(value, "policy.yaml", ConfigurationError)


@pytest.mark.parametrize("preset", EXPECTED)
def test_a_preset_says_what_every_surface_needs(preset):
    assert set(PRESETS) == set(EXPECTED)
    surfaces = policy({"preset": preset}).surfaces
    assert {label: needs(rule) for label, rule in surfaces.items()} == EXPECTED[preset]
    assert set(surfaces) == set(SURFACE_OF_LABEL)


def test_an_empty_policy_is_strict():
    assert policy({}) == policy({"preset": "strict"})
    assert policy({}).min_age == 18
    assert policy({}).regions is None


def test_an_override_changes_the_one_need_it_names():
    changed = policy({"preset": "meta-2025", "surfaces": {"photo": {"adult_at_posting": True}}}).surfaces
    assert needs(changed["photo"]) == ALL
    assert {label: needs(rule) for label, rule in changed.items() if label != "photo"} == {
        label: rule for label, rule in EXPECTED["meta-2025"].items() if label != "photo"
    }


def test_a_policy_read_back_is_the_same_and_written_the_same():
    first = policy({"preset": "meta-2025", "regions": ["FR"], "surfaces": {"story": {"use": False}}})
    again = Policy.parse(first.to_canonical_json(), "policy")
    assert again == first
    assert again.to_canonical_json() == first.to_canonical_json()


# policy -> what the message must name
REFUSED = {
    "a misspelt key": ({"min_aeg": 21}, "min_aeg"),
    "a misspelt need": ({"surfaces": {"post": {"pubic": True}}}, "surfaces.post.pubic"),
    "a misspelt surface": ({"surfaces": {"pots": {}}}, "pots"),
    "a misspelt threshold": ({"quality": {"release": {"min_kept": 1}}}, "quality.release.min_kept"),
    "an unknown preset": ({"preset": "strcit"}, "preset"),
    "an unknown kind": ({"kinds": ["persons"]}, "kinds[0]"),
    "an age of nobody": ({"min_age": 0}, "min_age"),
    "a share beyond 1": ({"quality": {"release": {"max_removed_share": 1.5}}}, "max_removed_share"),
    "a mask that is none": ({"release": {"mask": ["names"]}}, "release.mask[0]"),
    "no masks for the mentions that are masked": (
        {"release": {"mask": ["email"]}},
        "release.mask: handle is missing, and third_party.objected.mention, third_party.unknown.mention say mask",
    ),
    "no masks for one reply that is masked": (
        {
            "release": {"mask": []},
            "third_party": {
                "objected": {"mention": "keep"},
                "unknown": {"mention": "drop", "reply_to": "mask"},
            },
        },
        "release.mask: handle is missing, and third_party.unknown.reply_to say mask",
    ),
    "unknown people kept": (
        {"third_party": {"unknown": {"mention": "keep"}}},
        "third_party.unknown.mention: keep is not offered: nobody can know whether",
    ),
    "unknown people kept where nothing can be masked": (
        {"third_party": {"unknown": {"tag": "keep"}}},
        "third_party.unknown.tag: keep is not offered",
    ),
    "a picture of somebody masked": (
        {"third_party": {"objected": {"depicted": "mask"}}},
        "third_party.objected.depicted: a mask hides handles in text",
    ),
    "a role nobody has": (
        {"third_party": {"objected": {"author": "drop"}}},
        "third_party.objected.author: no key",
    ),
    "an action that is none": (
        {"third_party": {"objected": {"tag": "hide"}}},
        "third_party.objected.tag: expected 'drop', 'mask' or 'keep'",
    ),
    "an identifier to release": ({"release": {"columns": ["text", "account_id"]}}, "release.columns"),
    "surfaces that are a list": ({"surfaces": ["post"]}, "surfaces: expected a mapping"),
    "a surface that is no mapping": (
        {"surfaces": {"post": True}},
        "surfaces.post: expected a mapping of use",
    ),
    "a surface left empty": ({"surfaces": {"post": None}}, "surfaces.post: expected a mapping of use"),
    "a preset that is a list": ({"preset": ["strict"]}, "preset: expected 'strict' or 'meta-2025'"),
    "no mapping at all": (["strict"], "expected a mapping of preset, purposes"),
}


@pytest.mark.parametrize(("value", "named"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_named_and_what_to_do(value, named):
    with pytest.raises(ConfigurationError) as caught:
        policy(value)
    assert named in str(caught.value)
    assert "optout schema Policy" in caught.value.remedy


def test_a_message_names_the_field_and_not_its_value():
    with pytest.raises(ConfigurationError) as caught:
        policy({"placeholder_birth_dates": ["1987-06-54"]})
    assert "placeholder_birth_dates[0]: expected a date" in str(caught.value)
    assert "1987" not in str(caught.value)


@pytest.mark.parametrize(
    ("model", "value", "named"),
    [
        (Workspace, {"polcy": "policy.yaml"}, "polcy"),
        (Workspace, {"keys": {"regstry": "env:KEY"}}, "keys.regstry"),
        (SourceDescription, {"platform": "p", "accounts": [], "recrods": []}, "recrods"),
    ],
    ids=["workspace", "keys", "source"],
)
def test_other_documents_refuse_misspelt_keys_too(model, value, named):
    with pytest.raises(ConfigurationError) as caught:
        model.of(value, "file", ConfigurationError)
    assert named in str(caught.value)


@pytest.mark.parametrize("field", ["source", "canonical", "policy"])
def test_a_url_is_refused_where_a_path_is_read(field):
    with pytest.raises(ConfigurationError, match=rf"{field}.*a URL.*write its path"):
        Workspace.of({field: "file:///data/canonical"}, "optout.yaml", ConfigurationError)


def test_the_screening_digest_sees_what_screen_reads_and_nothing_else():
    digest = policy({}).screening_digest()
    assert digest == policy({"min_age": 25, "quality": {"release": {"min_kept_rows": 7}}}).screening_digest()
    for changed in (
        {"surfaces": {"post": {"notice": False}}},
        {"pictures": {"unassessed": "keep"}},
        {"release": {"mask": ["handle"]}},
        {"third_party": {"objected": {"reply_to": "mask"}}},
    ):
        assert policy(changed).screening_digest() != digest
