"""Bulk import: what is good is recorded once, what is bad is listed, and nothing is guessed."""

import gc
import json
from datetime import timedelta

import pytest
from registry.constants import NOW, PROOF
from sqlalchemy import select

from optout_registry.bulk import ImportReport, import_file
from optout_registry.events import read_body
from optout_registry.intake import Intake
from optout_registry.storage.tables import EVENT
from schemas.errors import BadInput, ConfigurationError
from schemas.pseudonyms import Keychain
from schemas.vocabulary import IdentifierType


@pytest.fixture
def load(tmp_path, registry, intake):
    """A function that imports bytes and returns the report and the bad lines."""

    def run(data, name="people.csv"):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        bad = []
        return import_file(registry, path, intake, clock=lambda: NOW, on_bad=bad.append), bad

    return run


def _counts(report):
    return (report.lines, report.added, report.known, report.ended, report.bad)


def _pseudonyms(registry):
    return set(registry.snapshot().objections.column("pseudonym").to_pylist())


def _targets(intake, *people):
    return {intake.target(IdentifierType(kind), value).pseudonym for kind, value in people}


CSV = "type,value,region\nemail,ana@example.org,\nphone,06 12 34 56 78,FR\naccount,0042,\n"
JSONL = (
    '{"type": "email", "value": "ana@example.org"}\n'
    '{"type": "phone", "value": "06 12 34 56 78", "region": "FR"}\n'
    '{"type": "account", "value": "0042", "linked": true, "surfaces": null}\n'
)
PEOPLE = [("email", "ana@example.org"), ("phone", "+33612345678"), ("account", "0042")]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("people.csv", CSV),
        ("people.CSV", CSV.replace("\n", "\r\n")),
        ("people.csv", CSV.replace("\n", "\r")),
        ("people.csv", CSV.rstrip("\n")),
        ("people.csv", "\ufeff" + CSV),
        ("people.csv", CSV.replace("\n", "\n\n")),
        (
            "people.csv",
            CSV.replace("ana@example.org", '"ana@example.org\n"').replace("0042", '"0042"'),
        ),
        ("people.jsonl", JSONL),
        ("people.ndjson", "\ufeff" + JSONL.replace("\n", "\r\n\n")),
    ],
    ids=["plain", "crlf", "cr", "no end", "mark", "blank lines", "quoted break", "json", "json, crlf"],
)
def test_one_file_in_every_way_it_is_written(load, registry, intake, name, data):
    report, bad = load(data, name)
    assert (_counts(report), bad) == ((3, 3, 0, 0, 0), [])
    assert _pseudonyms(registry) == _targets(intake, *PEOPLE)


def test_columns_come_in_any_order_and_all_of_them_count(load, registry):
    report, bad = load(
        "request_id,received_at,linked,surfaces,value,type\n"
        'q-1,2026-05-27,no,"post, photo",ana,handle\n'
        "q-2,,,,ana,handle\n"
    )
    assert (report.added, bad) == (2, [])
    rows = registry.snapshot().objections.to_pylist()
    assert [(row["linked"], row["surfaces"]) for row in rows] == [(False, 0b101), (True, 0xFFFF)]
    assert (
        registry.withdraw("q-1", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True).event
        == 3
    )


def test_numbers_in_json_are_the_ids_they_spell(load, registry, intake):
    load('{"type": "account", "value": 9007199254740993}\n{"type": "account", "value": "0042"}\n', "p.jsonl")
    assert _pseudonyms(registry) == _targets(intake, ("account", "9007199254740993"), ("account", "0042"))


def test_importing_twice_adds_nothing(load, registry):
    first, _ = load(CSV)
    again, _ = load(CSV, "renamed.csv")
    assert (_counts(first), _counts(again)) == ((3, 3, 0, 0, 0), (3, 0, 3, 0, 0))
    assert again.batch == first.batch
    assert registry.head().event == 3


def test_importing_again_does_not_undo_a_withdrawal(load, registry):
    report, _ = load(CSV)
    registry.withdraw(f"{report.batch}:3", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    again, _ = load(CSV)
    assert _counts(again) == (3, 0, 2, 1, 0)
    assert registry.snapshot().objections.num_rows == 2


@pytest.mark.parametrize(("hours", "bad_lines"), [(1, [2]), (0, []), (-1, [])])
def test_a_line_received_after_its_request_ended_is_not_passed_over(load, registry, hours, bad_lines):
    claims = "type,value,request_id,received_at\naccount,a1,q-1,{}\n"
    load(claims.format("2026-01-01"))
    ended = NOW - timedelta(days=1)
    registry.withdraw("q-1", proof=PROOF, received_at=ended, recorded_at=ended, releases_older=True)
    report, bad = load(claims.format((ended + timedelta(hours=hours)).isoformat()))
    assert [(line.line, line.field) for line in bad] == [(line, "request_id") for line in bad_lines]
    assert _counts(report) == (1, 0, 0, 1 - len(bad_lines), len(bad_lines))
    assert registry.head().event == 2


def test_what_is_recorded_later_is_dated_later(tmp_path, registry, intake, monkeypatch):
    monkeypatch.setattr("optout_registry.bulk.ROWS_PER_TRANSACTION", 2)
    times = iter([NOW, NOW + timedelta(hours=1)])
    path = tmp_path / "people.csv"
    path.write_text(CSV)
    import_file(registry, path, intake, clock=lambda: next(times), on_bad=pytest.fail)
    with registry.reading() as connection:
        bodies = connection.scalars(select(EVENT.c.body).order_by(EVENT.c.number)).all()
    dates = [read_body(body, number).recorded_at for number, body in enumerate(bodies, 1)]
    assert dates == [NOW, NOW, NOW + timedelta(hours=1)]


def test_a_request_counts_once_whatever_file_brings_it(load, registry):
    load("type,value,request_id\nemail,ana@example.org,q-1\n")
    report, bad = load('{"type": "email", "value": "ANA@example.org", "request_id": "q-1"}\n', "p.jsonl")
    assert (_counts(report), bad, registry.head().event) == ((1, 0, 1, 0, 0), [], 1)


def test_bad_lines_are_listed_by_line_and_field_and_the_others_are_recorded(load, registry, intake):
    report, bad = load(
        b"type,value,linked,request_id\n"
        b'email,"first@example.org\n",,\n'  # lines 2 and 3
        b"fax,123,,\n"
        b"email,,,\n"
        b"email,x@example.org,perhaps,\n"
        b"email,x@example.org\n"
        b"email,\xff@example.org,,\n"
        b"phone,none,,\n"
        b"email,one@example.org,,q-1\n"
        b"email,two@example.org,,q-1\n"
        b"email,last@example.org,,\n"
    )
    assert [(line.line, line.field) for line in bad] == [
        (4, "type"), (5, "value"), (6, "linked"), (7, "line"), (8, "line"), (9, "value"), (11, "request_id"),
    ]  # fmt: skip
    assert _counts(report) == (10, 3, 0, 0, 7)
    wanted = _targets(intake, *(("email", f"{name}@example.org") for name in ("first", "one", "last")))
    assert _pseudonyms(registry) == wanted
    assert not any("example" in line.expected or "perhaps" in line.expected for line in bad)


@pytest.mark.parametrize(
    "stray",
    ['email,"never closed@example.org', 'email,"closed" twice" @example.org"'],
)
def test_a_stray_quote_costs_its_own_line_only(load, registry, intake, stray):
    people = [f"person{n}@example.org" for n in range(40)]
    lines = [f"email,{person}" for person in people]
    report, bad = load("\n".join(["type,value", *lines[:20], stray, *lines[20:]]) + "\n")
    assert [(line.line, line.field) for line in bad] == [(22, "line")]
    assert _counts(report) == (41, 40, 0, 0, 1)
    assert _pseudonyms(registry) == _targets(intake, *(("email", person) for person in people))


def test_stray_quotes_far_apart_cost_two_lines_and_nobody_between(load, registry):
    between = "".join(f"account,{n}\n" for n in range(20))
    report, bad = load(f'type,value\nemail,"a@example.org\n{between}email,b@example.org"\n')
    assert [(line.line, line.field) for line in bad] == [(2, "line")]
    # the second quote stands at the end of a value and is taken as part of it
    assert _counts(report) == (22, 21, 0, 0, 1)
    assert registry.snapshot().objections.num_rows == 21


def test_a_quote_inside_a_value_belongs_to_it(load, registry, intake):
    load('type,value\nemail,in"side@example.org\nemail,ana@example.org\n')
    assert _pseudonyms(registry) == _targets(
        intake, ("email", 'in"side@example.org'), ("email", "ana@example.org")
    )


def test_two_stray_quotes_swallow_nobody_unseen(load, registry, intake):
    report, bad = load(
        'type,value\nemail,"a@example.org\nemail,b@example.org\nemail,c@example.org"\nemail,d@example.org\n'
    )
    assert [(line.line, line.field) for line in bad] == [(2, "line")]
    # the second quote stands at the end of a value and is taken as part of it
    assert _pseudonyms(registry) == _targets(
        intake, *(("email", f"{name}@example.org") for name in ("b", "d"))
    ) | _targets(intake, ("email", 'c@example.org"'))
    assert report.lines == 4


def test_two_stray_quotes_within_a_row_cost_its_first_line_alone(load, registry):
    people = [f"account,a{n},FR" for n in range(20)]
    people[3], people[14] = 'account,"a3,FR', 'account,a14",FR'
    report, bad = load("type,value,region\n" + "\n".join(people) + "\n")
    assert [(line.line, line.field) for line in bad] == [(5, "line")]
    assert (report.lines, report.added) == (20, 19)
    assert registry.snapshot().objections.num_rows == 19


def test_a_line_break_at_the_end_of_a_quoted_value_means_nothing(load, registry, intake):
    report, bad = load('type,value,region\naccount,"a1\n",FR\naccount,"\r\na2 ",FR\naccount,a3,FR\n')
    assert (bad, report.lines) == ([], 3)
    assert _pseudonyms(registry) == _targets(intake, *(("account", name) for name in ("a1", "a2", "a3")))


def test_a_line_without_end_is_bad_and_costs_no_memory(load, registry):
    report, bad = load("type,value\nemail," + "x" * 3_000_000 + "\nemail,ana@example.org\n")
    assert [(line.line, line.field) for line in bad] == [(2, "line")]
    assert report.added == registry.head().event == 1


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ('{"type": "email", "valeu": "x@example.org"}', "fields"),
        ('{"type": "email", "value": "x@example.org", "value": "y@example.org"}', "line"),
        ('{"type": "email", "value": "x@exam', "line"),
        ('["email", "x@example.org"]', "line"),
        ('{"type": "account", "value": 1.5}', "value"),
        ('{"type": "account", "value": true}', "value"),
        ('{"type": "email", "value": "x@example.org", "linked": "perhaps"}', "linked"),
        ('{"type": "email", "value": "\\ud800@example.org"}', "line"),  # half a character: no text
        ("[" * 100_000, "line"),
        ("1" * 5_000, "line"),
    ],
)
def test_a_bad_line_of_json_is_kept_aside(load, registry, line, field):
    good = '{"type": "email", "value": "ana@example.org"}\n'
    report, bad = load(good + line + "\n" + good.replace("ana", "bob"), "people.jsonl")
    assert [(entry.line, entry.field) for entry in bad] == [(2, field)]
    assert report.added == registry.head().event == 2


@pytest.mark.parametrize(
    ("name", "data", "found"),
    [
        ("p.csv", "type,valeu\nemail,ana@example.org\n", "another name in column 2"),
        ("p.csv", "type,region\nemail,FR\n", "no column value"),
        ("p.csv", "type,value,type\nemail,ana@example.org,email\n", "type a second time, in column 3"),
        ("p.csv", "type;value\nemail;ana@example.org\n", "another name in column 1"),
        ("p.csv", "email,ana@example.org\n", "another name in column 1"),
        ("p.csv", "", "no header line"),
        ("p.csv", "type,value\n".encode("utf-16"), "no header line in UTF-8"),
        ("p.jsonl", '{"type": "email", "valeu": "ana@example.org"}\n', "another name in place 2 of line 1"),
        ("p.jsonl", '\n{"type": "email"}\n', "no value in line 2"),
        ("p.jsonl", "", "an empty file"),
        ("p.xlsx", "PK", "a file ending in '.xlsx'"),
        ("people", "type,value\n", "a file without an ending"),
    ],
)
def test_a_file_of_another_kind_is_one_error_before_anything_is_recorded(load, registry, name, data, found):
    with pytest.raises(BadInput) as raised:
        load(data, name)
    assert raised.value.found.startswith(found)
    assert "ana@" not in str(raised.value)
    assert registry.head().event == 0


def test_a_missing_file_is_one_error(tmp_path, registry, intake):
    with pytest.raises(BadInput, match="No such file"):
        import_file(registry, tmp_path / "none.csv", intake, clock=lambda: NOW, on_bad=print)


def test_a_file_that_grows_meanwhile_is_reported(tmp_path, registry, intake):
    path = tmp_path / "people.csv"
    path.write_text(CSV)

    def append(_):
        with path.open("a") as file:
            file.write("email,late@example.org\n")

    with pytest.raises(BadInput, match="changed while it was read"):
        import_file(registry, path, intake, clock=lambda: NOW, on_bad=print, on_progress=append)
    assert registry.head().event >= 3


def test_another_key_is_refused_before_the_file_is_read(tmp_path, registry, intake):
    other = Intake(Keychain(("registry-of-another",), intake.keychain.secrets), intake.platform)
    with pytest.raises(ConfigurationError, match="registry-of-another"):
        import_file(registry, tmp_path / "none.csv", other, clock=lambda: NOW, on_bad=print)


def test_a_long_file_is_recorded_in_several_transactions(tmp_path, registry, intake):
    path = tmp_path / "people.csv"
    path.write_text("type,value\n" + "".join(f"account,{n}\n" for n in range(20_001)))
    heads = []
    report = import_file(
        registry, path, intake, clock=lambda: NOW, on_bad=print,
        on_progress=lambda done: heads.append((done.lines, registry.head().event)),
    )  # fmt: skip
    assert heads == [(10_000, 10_000), (20_000, 20_000), (20_001, 20_001)]
    assert _counts(report) == (20_001, 20_001, 0, 0, 0)
    assert registry.snapshot().objections.num_rows == 20_001


def test_the_batch_id_needs_the_key(tmp_path, registry, intake):
    """A plain digest of a one-line file would tell who has the file whether it names Ana."""
    path = tmp_path / "people.csv"
    path.write_text(CSV)
    report = import_file(registry, path, intake, clock=lambda: NOW, on_bad=print)
    other = Intake(Keychain(intake.keychain.ids, (b"another key of thirty-two bytes.",)), intake.platform)
    again = import_file(registry, path, other, clock=lambda: NOW + timedelta(days=1), on_bad=print)
    assert isinstance(report, ImportReport)
    assert report.batch != again.batch
    assert len(bytes.fromhex(report.batch)) == 16


def test_phone_numbers_without_country_are_counted(load):
    report, _ = load(json.dumps({"type": "phone", "value": "06 12 34 56 78"}) + "\n", "p.jsonl")
    assert (report.added, report.without_country) == (1, 1)


def test_the_collector_of_cycles_is_left_as_it_was(load):
    before = gc.get_threshold()
    load(CSV)
    assert gc.get_threshold() == before
    with pytest.raises(BadInput):
        load("kind,value\naccount,1\n")
    assert gc.get_threshold() == before
