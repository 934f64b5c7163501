"""The footprint part counts everybody in the rows that name them."""

from screened import screened, table_of

from builders import LINEAGE_KEY, PLATFORM, account, record
from schemas.identifiers import account_message, subject
from schemas.vocabulary import Role


def counts(result, role, account_id):
    """Rows, kept and removed of an account in a role."""
    named = subject(LINEAGE_KEY, account_message(PLATFORM, account_id))
    rows = [row for row in table_of(result.footprint).to_pylist()
            if (row["subject"], row["role"]) == (named, role)]  # fmt: skip
    return [(row["rows"], row["kept"], row["removed"]) for row in rows]


def mention(*accounts):
    return [{"role": "mention", "account": account} for account in accounts]


def test_others_without_an_account_move_nobody_into_another_row():
    records = [
        record(record_id="r1", account_id="gone", others=mention(None, "b")),
        record(record_id="r2", others=mention(None, None, "c", "b", "b")),
        record(record_id="r3", others=mention(None)),
        record(record_id="r4", others=mention("c")),
    ]
    result = screened(records, [account()])
    assert counts(result, Role.MENTION, "b") == [(2, 0, 2)]
    assert counts(result, Role.MENTION, "c") == [(2, 1, 1)]


def test_whom_a_row_names_in_no_role_that_we_know_is_in_no_footprint():
    """No account of theirs can change what becomes of the row: it is dropped. So it is no part of its key, either."""
    named = [
        {"role": None, "account": "b"},
        {"role": "follows", "account": "b"},
        {"role": "tag", "account": "c"},
    ]
    result = screened([record(others=named)], [account(), account(account_id="b"), account(account_id="c")])
    roles = [row["role"] for row in table_of(result.footprint).to_pylist()]
    assert sorted(roles) == [Role.AUTHOR, Role.TAG]
