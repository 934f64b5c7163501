"""A server that would lose what it acknowledged, or that does not let us in: one error each."""

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy
from registry.constants import KEY_ID, LOG_SECRET, NOW

from optout_registry.opening import create_registry, find_registry, open_registry
from schemas.errors import BadInput, ConfigurationError

pytestmark = pytest.mark.postgresql_only


def _on(url, statement):
    engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(statement))
    engine.dispose()


def test_a_server_that_acknowledges_too_early_is_refused(url, registry):
    del registry
    database = sqlalchemy.make_url(url).database
    _on(url, f"ALTER DATABASE {database} SET synchronous_commit = off")
    for call in (lambda: open_registry(url), lambda: create_registry(url, KEY_ID, LOG_SECRET)):
        with pytest.raises(BadInput, match=r"(?s)on disk.*synchronous_commit = off.*postgresql.conf"):
            call()
    _on(url, f"ALTER DATABASE {database} RESET synchronous_commit")
    assert open_registry(url).head().event == 0


_SERVER = Path(__file__).parents[1] / "servers" / "postgresql.sh"
_CARELESS = """
import os, sys, time
import sqlalchemy
from optout_registry.opening import create_registry, open_registry
from schemas.errors import BadInput

url, name = os.environ["OPTOUT_POSTGRESQL"], sys.argv[1]
create_registry(url, "key", bytes(32)).close()
engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
with engine.connect() as connection:
    connection.execute(sqlalchemy.text(f"ALTER SYSTEM SET {name} = off"))
    connection.execute(sqlalchemy.text("SELECT pg_reload_conf()"))
    while connection.scalar(sqlalchemy.text(f"SHOW {name}")) != "off":
        time.sleep(0.01)
try:
    open_registry(url)
except BadInput as error:
    print(error.found)
"""


@pytest.mark.parametrize("name", ["fsync", "full_page_writes"])
def test_a_server_whose_disk_may_lie_is_refused(name):
    # A server of its own: the setting is for all of it, and others are at work on the shared one.
    command = (_SERVER, sys.executable, "-c", _CARELESS, name)
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == f"{name} = off\n"


def test_a_database_without_tables_is_no_registry(url):
    assert find_registry(url) is None
    with pytest.raises(BadInput, match="a database without one"):
        open_registry(url)


def test_somebody_elses_database_is_refused_and_left_alone(url):
    _on(url, "CREATE TABLE invoices (number integer)")
    for call in (open_registry, lambda url: create_registry(url, KEY_ID, LOG_SECRET)):
        with pytest.raises(BadInput, match="a database without one"):
            call(url)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"database": "none"}, "SQLSTATE"),
        ({"username": "nobody_we_know"}, "SQLSTATE"),
        ({"query": {"host": "/nowhere"}}, "a server that answers"),
    ],
    ids=["database", "user", "host"],
)
def test_who_cannot_get_in_is_told_so_without_the_password(url, change, said):
    wrong = sqlalchemy.make_url(url).set(**{"password": "s3cret", **change})
    with pytest.raises(BadInput, match=said) as raised:
        open_registry(wrong.render_as_string(hide_password=False))
    assert "s3cret" not in str(raised.value)


def test_another_driver_is_refused(url):
    with pytest.raises(ConfigurationError, match="psycopg"):
        open_registry(url.replace("postgresql://", "postgresql+pg8000://"))


def test_a_standby_or_read_only_session_is_one_error(url, registry, objection):
    database = sqlalchemy.make_url(url).database
    _on(url, f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    with pytest.raises(BadInput, match=r"a read-only one \(SQLSTATE 25006\)"):
        registry.add(objection(), recorded_at=NOW)
    assert registry.head().event == 0


def test_a_registry_that_stays_locked_is_one_error(url, registry, objection):
    engine = sqlalchemy.create_engine(url)
    with engine.connect() as other:
        other.execute(sqlalchemy.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": 0x6F70746F7574})
        impatient = open_registry(f"{url}&options=-c%20lock_timeout%3D200", LOG_SECRET)
        with pytest.raises(BadInput, match=r"another process writing to it \(SQLSTATE 55P03\)"):
            impatient.add(objection(), recorded_at=NOW)
        assert registry.head().event == 0  # readers do not wait
    engine.dispose()
    assert registry.add(objection(), recorded_at=NOW).event == 1


def test_a_connection_that_breaks_at_any_statement_is_one_error_and_a_repeat_converges(url, objection):
    """The server ends the connection as the n-th statement is about to be sent: for every n."""
    killer = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
    place, left, said = 0, 0, set()

    def count(_connection, cursor, *_):
        nonlocal left
        left -= 1
        if left == 0:
            pid = cursor.connection.info.backend_pid
            with killer.connect() as other:
                other.execute(sqlalchemy.text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": pid})

    with create_registry(url, KEY_ID, LOG_SECRET) as registry:
        sqlalchemy.event.listen(registry._engine, "before_cursor_execute", count)
        while left <= 0:
            place += 1
            asked, before = objection(request_id=f"request-{place}"), registry.head()
            left = place
            try:
                answer = registry.add(asked, recorded_at=NOW)
            except BadInput as error:
                said.add(error.expected)
                left = 0
                assert registry.head() == before
                answer = registry.add(asked, recorded_at=NOW)
            assert (answer.event, answer.receipt is not None) == (before.event + 1, True)
        assert place > 10
        assert said == {"a server that stays up"}
        left = 0
        assert registry.verify().ok
    killer.dispose()


def test_statements_are_not_compiled(registry):
    """Tables that were never analysed look large: each transaction would take half a second."""
    with registry.reading() as connection:
        assert connection.scalar(sqlalchemy.text("SHOW jit")) == "off"
