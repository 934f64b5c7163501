"""Named cases of the standing rules: what differs from a kept record, and every reason it must have.

The expectations follow from the words of the rules (docs/reference), not from any output. They are judged
twice: by ``screen``, and by the verifier's SQL, which shares no code with it.
"""

from datetime import date
from typing import NamedTuple

from builders import account, at, malformed_account, medium, objection, record


class Case(NamedTuple):
    name: str
    reasons: set
    record: dict
    accounts: list
    objections: list


def case(name, *reasons, rec=None, acc=None, accounts=None, objections=()):
    rows = accounts if accounts is not None else [account(**(acc or {}))]
    return Case(name, set(reasons), record(**(rec or {})), rows, list(objections))


def born(year, month=1, day=1, precision="day"):
    return {"birth_date": date(year, month, day), "birth_precision": precision}


def half_read(**row):
    """An account row of which one field could not be read."""
    return account(**row, defect=malformed_account()["defect"])


def named(role, *accounts):
    """The `others` of a record."""
    return {"others": [{"role": role, "account": one} for one in accounts or ("a2",)]}


def roles(*labels):
    """Roles as the bits of an objection."""
    return sum(1 << (1 + OTHERS.index(label)) for label in labels)


OTHERS = ("reply_to", "quote", "reshare", "mention", "tag", "depicted")
EVERY = 0xFFFF
TWO = [account(), account(account_id="a2")]

CASES = [
    case("a public post of an adult"),
    # objections
    case("objection by account id", "objection", objections=[objection()]),
    case("objection on another surface", objections=[objection(surfaces=2)]),
    case("objection on this surface", "objection", objections=[objection(surfaces=1)]),
    case("objection by e-mail in other capitals", "objection",
         acc={"identifiers": [{"type": "email", "value": "Ana@Example.org"}]},
         objections=[objection("email", " ana@example.ORG")]),
    case("objection by phone in national form, region of the account", "objection",
         acc={"identifiers": [{"type": "phone", "value": "06 12 34 56 78"}]},
         objections=[objection("phone", "+33 6 12 34 56 78")]),
    case("objection by phone without a country, as the account writes it", "objection",
         acc={"region": "DE", "identifiers": [{"type": "phone", "value": "0171 3920017"}]},
         objections=[objection("phone", "0171/392 00 17")]),
    case("objection by phone without a country, of another number",
         acc={"region": "DE", "identifiers": [{"type": "phone", "value": "0171 3920018"}]},
         objections=[objection("phone", "0171/392 00 19")]),
    case("objection by handle with @, NFD", "objection",
         acc={"identifiers": [{"type": "handle", "value": "Jos\u00e9"}]},
         objections=[objection("handle", "@jose\u0301")]),
    case("objection of somebody else", objections=[objection(value="a2")]),
    # withdrawn, and what was published before is kept out
    case("published before the withdrawal", "objection", rec={"created_at": at("2024-03-01T11:59:59.999999")},
         objections=[objection(until=at("2024-03-01T12:00"))]),
    case("published at the moment of the withdrawal", rec={"created_at": at("2024-03-01T12:00")},
         objections=[objection(until=at("2024-03-01T12:00"))]),
    case("published nobody knows when", "objection", "posting_date_unknown", rec={"created_at": None},
         objections=[objection(until=at("2024-03-01"))]),
    case("published after the withdrawal, and objected to anew", "objection", rec={"created_at": at("2024-03-02")},
         objections=[objection(until=at("2024-03-01")), objection()]),
    case("published between two withdrawals", "objection", rec={"created_at": at("2024-03-02")},
         objections=[objection(until=at("2024-03-01")), objection(until=at("2024-03-03"))]),
    case("published before the withdrawal, on another surface", rec={"created_at": at("2024-02-01")},
         objections=[objection(until=at("2024-03-01"), surfaces=2)]),
    case("published between the withdrawals of two scopes", "objection", rec={"created_at": at("2024-03-02")},
         objections=[objection(until=at("2024-03-01"), surfaces=1), objection(until=at("2024-03-03"), surfaces=2)]),
    case("published before the withdrawal of a linked account's", "objection", rec={"created_at": at("2024-02-01")},
         accounts=[account(person_id="p"), account(account_id="a2", person_id="p")],
         objections=[objection(value="a2", until=at("2024-03-01"))]),
    case("published after the withdrawal of a linked account's", rec={"created_at": at("2024-03-01")},
         accounts=[account(person_id="p"), account(account_id="a2", person_id="p")],
         objections=[objection(value="a2", until=at("2024-03-01"))]),
    case("published before the withdrawal of an objection that does not cover links", rec={"created_at": at("2024-02-01")},
         accounts=[account(person_id="p"), account(account_id="a2", person_id="p")],
         objections=[objection(value="a2", until=at("2024-03-01"), linked=False)]),
    case("a tag published before the tagged withdrew", "third_party_objection",
         rec={"created_at": at("2024-02-01"), **named("tag")}, accounts=TWO,
         objections=[objection(value="a2", until=at("2024-03-01"))]),
    case("a tag published after the tagged withdrew", rec={"created_at": at("2024-03-01"), **named("tag")},
         accounts=TWO, objections=[objection(value="a2", until=at("2024-03-01"))]),
    case("a tag published nobody knows when", "third_party_objection", "posting_date_unknown",
         rec={"created_at": None, **named("tag")}, accounts=TWO,
         objections=[objection(value="a2", until=at("2024-03-01"))]),
    case("a tag published before the withdrawal of an objection as author",
         rec={"created_at": at("2024-02-01"), **named("tag")}, accounts=TWO,
         objections=[objection(value="a2", until=at("2024-03-01"), roles=1)]),
    case("objection of a linked account", "objection",
         accounts=[account(person_id="p"), account(account_id="a2", person_id="p")],
         objections=[objection(value="a2")]),
    case("objection that does not cover links",
         accounts=[account(person_id="p"), account(account_id="a2", person_id="p")],
         objections=[objection(value="a2", linked=False)]),
    case("link through an account with two persons", "objection",
         accounts=[account(person_id="p"), account(account_id="a2", person_id="p"),
                   account(account_id="a2", person_id="q"), account(account_id="a3", person_id="q")],
         objections=[objection(value="a3")]),
    case("null links nobody", accounts=[account(), account(account_id="a2")],
         objections=[objection(value="a2")]),
    # accounts
    case("account in no table", "account_unknown", rec={"account_id": "who"}),
    case("account in no table, objected", "account_unknown", rec={"account_id": "who"},
         objections=[objection(value="who")]),
    case("no account at all", "account_unknown", rec={"account_id": None}),
    case("suspended", "account_inactive", acc={"status": "suspended"}),
    case("status unknown", "account_inactive", acc={"status": None}),
    case("a business", "account_kind_excluded", acc={"kind": "business"}),
    case("kind unknown", "account_kind_excluded", acc={"kind": None}),
    # ages, as of 2026-06-01T00:00Z; the record is of 2024-03-05T12:00Z
    case("17 now", "minor_account", "minor_at_posting", acc=born(2009)),
    case("18 now, 16 at posting", "minor_at_posting", acc=born(2008, 5, 1)),
    case("18 the day before, everywhere", "minor_at_posting", acc=born(2008, 5, 31)),
    case("18 on the day: not yet everywhere", "minor_account", "minor_at_posting", acc=born(2008, 6, 1)),
    case("18 at posting to the microsecond", acc=born(2006, 3, 5)),
    case("one microsecond before", "minor_at_posting", acc=born(2006, 3, 5),
         rec={"created_at": at("2024-03-05T11:59:59.999999")}),
    case("29 February counts as 1 March, in a leap year: too early", "minor_at_posting",
         acc=born(2004, 2, 29), rec={"created_at": at("2022-02-28T23:00")}),
    case("29 February, on 1 March at noon", acc=born(2004, 2, 29), rec={"created_at": at("2022-03-01T12:00")}),
    case("month alone is its last day", "minor_at_posting", acc=born(2006, 3, 1, "month")),
    case("month before is past", acc=born(2006, 2, 1, "month")),
    case("year alone is its last day", "minor_at_posting", acc=born(2006, 1, 1, "year")),
    case("year before is past", acc=born(2005, 1, 1, "year")),
    case("no birth date", "age_unknown", acc={"birth_date": None}),
    case("no precision", "age_unknown", acc={"birth_precision": None}),
    case("placeholder", "age_unknown", acc=born(1900)),
    case("over 110", "age_unknown", acc=born(1915, 5, 31)),
    case("110", acc=born(1915, 6, 1)),
    case("the last day of birth", "minor_account", "minor_at_posting", acc=born(9000, 12, 31)),
    case("no day of birth", "age_unknown", acc=born(9001, 1, 1)),
    case("no year of birth", "age_unknown", acc=born(9999, 12, 31, "year")),
    case("no date of publication", "posting_date_unknown", rec={"created_at": None}),
    # notice: 30 days before 2026-06-01 is 2026-05-02
    case("told 30 days before", acc={"notified_at": at("2026-05-02")}),
    case("told a minute later", "notice_pending", acc={"notified_at": at("2026-05-02T00:01")}),
    case("never told", "notice_pending", acc={"notified_at": None}),
    # surfaces
    case("chat with the assistant", "surface_excluded", rec={"surface": "ai_interaction"}),
    case("private chat with the assistant need not be public", "surface_excluded",
         rec={"surface": "ai_interaction", "visibility": "private"}),
    case("surface unknown", "surface_excluded", rec={"surface": None}),
    case("surface nobody has heard of", "surface_excluded", rec={"surface": "hologram"}),
    case("any objection covers an unknown surface", "objection", "surface_excluded",
         rec={"surface": None}, objections=[objection()]),
    # visibility
    case("unlisted", "not_public", rec={"visibility": "unlisted"}),
    case("visibility unknown", "visibility_unknown", rec={"visibility": None}),
    case("private group", "not_public", rec={"container_visibility": "private"}),
    case("container unknown", "visibility_unknown", rec={"container_visibility": None}),
    case("public group", rec={"container_visibility": "public"}),
    case("private account", "not_public", acc={"visibility": "private"}),
    case("account's visibility unknown", "visibility_unknown", acc={"visibility": None}),
    case("private account, record unknown", "not_public", "visibility_unknown",
         acc={"visibility": "private"}, rec={"visibility": None}),
    # people whom the record names or shows: `a2` unless it says otherwise
    *[case(f"an objector in role {role}", "third_party_objection", rec=named(role), accounts=TWO,
           objections=[objection(value="a2")]) for role in OTHERS if role != "mention"],
    case("an objector mentioned: the handle is masked", rec=named("mention"), accounts=TWO,
         objections=[objection(value="a2")]),
    case("an objector to other roles", rec=named("tag"), accounts=TWO,
         objections=[objection(value="a2", roles=EVERY & ~roles("tag"))]),
    case("an objector to this role alone", "third_party_objection", rec=named("tag"), accounts=TWO,
         objections=[objection(value="a2", roles=roles("tag"))]),
    case("an objector to tags on another surface", rec=named("tag"), accounts=TWO,
         objections=[objection(value="a2", surfaces=2)]),
    case("an objector to tags on this surface", "third_party_objection", rec=named("tag"), accounts=TWO,
         objections=[objection(value="a2", surfaces=1)]),
    case("two objections are no bigger than what each covers", rec=named("tag"), accounts=TWO,
         objections=[objection(value="a2", roles=roles("tag"), surfaces=2),
                     objection(value="a2", roles=roles("quote"), surfaces=1)]),
    case("two objections cover what either does", "third_party_objection", rec=named("tag"), accounts=TWO,
         objections=[objection(value="a2", roles=roles("tag"), surfaces=2),
                     objection(value="a2", roles=roles("tag", "quote"), surfaces=1)]),
    case("an objection of the author that says nothing of authors", objections=[objection(roles=EVERY & ~1)]),
    case("an objection as an author", "objection", objections=[objection(roles=1)]),
    case("an objection as an author, of somebody tagged", rec=named("tag"), accounts=TWO,
         objections=[objection(value="a2", roles=1)]),
    case("a tagged objector by e-mail", "third_party_objection", rec=named("tag"),
         accounts=[account(), account(account_id="a2", identifiers=[{"type": "email", "value": "D@example.org"}])],
         objections=[objection("email", "d@example.org")]),
    case("a tagged person linked to an objector", "third_party_objection", rec=named("tag"),
         accounts=[account(), account(account_id="a2", person_id="p"), account(account_id="a3", person_id="p")],
         objections=[objection(value="a3", roles=roles("tag"))]),
    case("a linked objection in one role, an own in another", rec=named("tag"),
         accounts=[account(), account(account_id="a2", person_id="p"), account(account_id="a3", person_id="p")],
         objections=[objection(value="a3", roles=roles("tag"), linked=False),
                     objection(value="a3", roles=roles("quote"))]),
    case("an author who tags himself, and objects to tags", "third_party_objection",
         rec={"others": [{"role": "tag", "account": "a1"}]}, objections=[objection(roles=roles("tag"))]),
    case("of two people one objects", "third_party_objection", rec=named("tag", "a1", "a2"), accounts=TWO,
         objections=[objection(value="a2")]),
    case("people nobody asks anything of", rec=named("tag"),
         accounts=[account(), account(account_id="a2", status="deleted", visibility="private", birth_date=None)]),
    *[case(f"somebody unknown in role {role}", "third_party_unknown", rec=named(role))
      for role in OTHERS if role != "mention"],
    case("somebody unknown mentioned: the handle is masked", rec=named("mention")),
    case("somebody unknown, objected", "third_party_unknown", rec=named("tag"), objections=[objection(value="a2")]),
    case("an id in other capitals", "third_party_unknown", rec=named("tag", "A2"), accounts=TWO),
    case("a handle in place of an id", "third_party_unknown", rec=named("tag", "@ana"),
         acc={"identifiers": [{"type": "handle", "value": "ana"}]}),
    case("the account row of whom nobody could read", "third_party_unknown", rec=named("tag"),
         accounts=[account(), malformed_account()]),
    case("an objector and somebody unknown", "third_party_objection", "third_party_unknown",
         rec=named("tag", "a2", "a3"), accounts=TWO, objections=[objection(value="a2")]),
    case("nobody in a role", "third_party_unknown", rec=named("mention", None)),
    case("somebody in no role", "third_party_unknown", rec=named(None), accounts=TWO),
    case("somebody in a role that nobody has heard of", "third_party_unknown", rec=named("follows"), accounts=TWO),
    case("somebody as an author", "third_party_unknown", rec=named("author"), accounts=TWO),
    case("nothing at all", "third_party_unknown", rec={"others": [None]}),
    case("nobody beside somebody known", "third_party_unknown", rec=named("mention", "a2", None), accounts=TWO),
    case("a list that says nothing", rec={"others": None}),
    case("every objection covers a tag on an unknown surface", "third_party_objection", "surface_excluded",
         rec={**named("tag"), "surface": None}, accounts=TWO, objections=[objection(value="a2")]),
    # rows of one account that disagree
    case("one row private", "not_public", accounts=[account(), account(visibility="private")]),
    case("of two birth dates the later", "minor_at_posting",
         accounts=[account(), account(**born(2008, 5, 1))]),
    case("of a known and a null birth date null", "age_unknown",
         accounts=[account(), account(birth_date=None)]),
    case("one row inactive", "account_inactive", accounts=[account(), account(status="deleted")]),
    case("one row not told", "notice_pending", accounts=[account(), account(notified_at=None)]),
    case("an identifier of either row counts", "objection",
         accounts=[account(), account(identifiers=[{"type": "email", "value": "b@example.org"}])],
         objections=[objection("email", "b@example.org")]),
    # rows that did not conform: what could be read counts, what could not proves nothing
    case("birth date that could not be read", "age_unknown", accounts=[half_read(birth_date=None)]),
    case("one row sound, of the other the birth date could not be read", "age_unknown",
         accounts=[account(), half_read(birth_date=None)]),
    case("one row sound, the other private and half read", "not_public", "notice_pending",
         accounts=[account(), half_read(visibility="private", notified_at=None)]),
    case("an identifier of a row that was half read", "objection", "age_unknown",
         accounts=[account(), half_read(birth_date=None, identifiers=[{"type": "email", "value": "c@example.org"}])],
         objections=[objection("email", "c@example.org")]),
    case("a link over a row that was half read", "objection",
         accounts=[account(person_id="p"), half_read(account_id="a2", person_id="p", birth_date=None)],
         objections=[objection(value="a2")]),
    case("all of the row that nobody could read", "account_unknown", accounts=[malformed_account()]),
    # content that somebody asked to have taken down
    case("its id", "takedown", objections=[objection("record", "r1")]),
    case("another id", objections=[objection("record", "r2")]),
    case("a picture in it", "takedown", rec={"media": [medium(alt_text="a hill")]},
         objections=[objection("media", "0F" * 32)]),
    case("another picture", rec={"media": [medium(sha256="1f" * 32, alt_text="a hill")]},
         objections=[objection("media", "2f" * 32)]),
    case("it and its author", "takedown", "objection", objections=[objection("record", "r1"), objection()]),
    # several at once
    case("everything wrong", "objection", "account_inactive", "account_kind_excluded", "minor_account",
         "minor_at_posting", "notice_pending", "not_public",
         acc={**born(2012), "status": "deleted", "kind": "automated", "notified_at": None},
         rec={"visibility": "private"}, objections=[objection()]),
]  # fmt: skip
