"""Stored numbers: once published, they mean the same for ever. New ones are added at the end here."""

from schemas.flags import Flag
from schemas.outcomes import REASON_OF_CODE, REASON_OF_LABEL, Outcome, Reason
from schemas.vocabulary import ALL_SURFACES, OTHER_ROLES, Role, Surface, surface_set

CODES = {
    0: "kept", 1: "unreadable", 2: "malformed", 3: "takedown", 4: "objection", 5: "third_party_objection",
    6: "account_unknown", 7: "account_inactive", 8: "account_kind_excluded", 9: "minor_account",
    10: "minor_at_posting", 11: "age_unknown", 12: "posting_date_unknown", 13: "notice_pending",
    14: "surface_excluded", 15: "region_excluded", 16: "not_public", 17: "visibility_unknown",
    18: "third_party_unknown", 19: "rights_reserved", 20: "minor_image_declared", 21: "review_refused",
    22: "review_expired", 23: "no_own_content", 24: "minor_image_suspected",
}  # fmt: skip

# "Outcomes and reasons, in order of precedence", DESIGN section 4, word for word
PRECEDENCE = """
rejected: unreadable, malformed
removed: takedown, objection, third_party_objection, account_unknown, account_inactive, account_kind_excluded,
 minor_account, minor_at_posting, age_unknown, posting_date_unknown, notice_pending, surface_excluded,
 region_excluded, not_public, visibility_unknown, third_party_unknown
removed: rights_reserved, minor_image_declared, review_refused, review_expired, no_own_content
quarantined: minor_image_suspected
kept: kept
"""

SURFACES = {"post": 1, "comment": 2, "photo": 4, "video": 8, "story": 16, "profile": 32, "ai_interaction": 64,
            "message": 128}  # fmt: skip
ROLES = {
    "AUTHOR": 0,
    "REPLY_TO": 1,
    "QUOTE": 2,
    "RESHARE": 3,
    "MENTION": 4,
    "TAG": 5,
    "DEPICTED": 6,
    "MEDIA": 7,
}
FLAGS = {"ACTIVE": 1, "KIND_ALLOWED": 2, "ADULT_NOW": 4, "NOTIFIED": 8, "REGION_ALLOWED": 16, "PUBLIC": 32,
         "RESTRICTED": 64}  # fmt: skip


def test_stored_codes_never_change_their_meaning():
    assert {code: reason.label for code, reason in REASON_OF_CODE.items()} == CODES
    assert len(REASON_OF_CODE) == len(REASON_OF_LABEL) == len(Reason)
    assert {surface.label: surface.bit for surface in Surface} == SURFACES
    assert {role.name: role.value for role in Role} == ROLES
    assert {flag.name: flag.value for flag in Flag} == FLAGS


def test_precedence_is_the_design_s():
    lines = "".join(PRECEDENCE).replace("\n ", " ").strip().splitlines()
    stated = [(line.split(": ")[0], reason) for line in lines for reason in line.split(": ")[1].split(", ")]
    assert [(reason.outcome.value, reason.label) for reason in Reason] == stated


def test_bits_of_reasons_fit_a_ledger_and_are_single():
    bits = [reason.bit for reason in Reason if reason is not Reason.KEPT]
    assert len(set(bits)) == len(bits)
    assert all(bit.bit_count() == 1 and bit < 2**32 for bit in bits)
    assert Reason.KEPT.bit == 0


def test_every_outcome_has_a_reason_and_only_kept_is_kept():
    assert {reason.outcome for reason in Reason} == set(Outcome)
    assert [reason for reason in Reason if reason.outcome is Outcome.KEPT] == [Reason.KEPT]


def test_a_set_of_surfaces_is_the_sum_of_its_bits_once():
    assert surface_set(["photo", "post", "photo"]) == 5
    assert surface_set([]) == 0
    assert surface_set([surface.label for surface in Surface]) & ~ALL_SURFACES == 0


def test_an_author_and_a_picture_are_no_others():
    assert OTHER_ROLES == ("reply_to", "quote", "reshare", "mention", "tag", "depicted")
