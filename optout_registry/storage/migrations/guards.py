"""What the database itself refuses, so that a mistake cannot undo an event.

It stops mistakes and not an attacker, who can drop a trigger: for him there are the tree and its
signed checkpoints. Both dialects refuse the same.
"""

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, text

_CONTENT = ("nonce", "body")
_PSEUDONYM = ("pseudonym", "nonce", "keys", "commitment")
_EXTENSION = ("extended_on", "extended_at", "extension_reason")
_ANSWER = ("answered_on", "answered_at", "answer")
_RETAINED = ("case_file", "correspondence")
"""Not of the log: what is in them is deleted when its retention is over, or the request redacted."""
_TABLES: dict[str, tuple[str, ...]] = {
    "registry": ("id", "scheme", "log_key"),
    "registry_key": ("position", "key_id", "event", "progress"),
    "event": ("number", "kind", "entry", *_CONTENT),
    "objection": (
        "event", "request_id", "type", *_PSEUDONYM, "platform", "linked", "surfaces", "roles", "purposes",
        "batch", "ended", "sealed", "until", "released",
    ),
    "inherited": ("event", "origin", *_PSEUDONYM, "platform"),
    "repeat": ("event", "batch"),
    "actor": ("name", "token_digest", "revoked"),
    "tile": ("level", "position", "hashes"),
    "checkpoint": ("size", "note"),
    "receipt": ("secret_digest", "event"),
    "case_file": ("event", "key_id", "contact", "language", *_EXTENSION, *_ANSWER),
    "correspondence": ("event", "position", "recorded_at", "direction", "key_id", "message"),
    "confirmation": ("event", "confirmed"),
}  # fmt: skip
_RECEIPT_OF_LIVING = (
    "EXISTS (SELECT 1 FROM objection WHERE objection.event = OLD.event AND objection.pseudonym IS NOT NULL)"
)
"""A receipt goes when its objection was erased, and not before."""
_FUNCTIONS = ("optout_refuse", "optout_next_only", "optout_one_row", "optout_keep_receipt")
"""Of PostgreSQL; its triggers go with them."""
_SECOND = {"tile": "position", "repeat": "batch", "correspondence": "position"}
"""Second column of a primary key."""
_MESSAGE = "the registry is append-only"


def standing_guards(connection: Connection) -> list[str]:
    """The statements that take away the triggers there are, of whatever release."""
    if connection.dialect.name == "sqlite":
        names = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        return [f'DROP TRIGGER "{name}"' for name in names]
    return [f"DROP FUNCTION IF EXISTS {name}() CASCADE" for name in _FUNCTIONS]


def guards(dialect: str) -> Iterator[str]:
    """The statements that make the triggers, for ``sqlite`` or ``postgresql``."""
    yield from _sqlite() if dialect == "sqlite" else _postgresql()


def _allowed_changes(is_same: str) -> dict[str, str]:
    """Table to the SQL condition under which a row may change; tables that are left out never change.

    ``is_same`` compares two values, null with null as well.
    """

    def same(columns: Iterable[str]) -> str:
        return " AND ".join(f"NEW.{name} {is_same} OLD.{name}" for name in columns)

    def unchanged(table: str, *changed: str) -> str:
        return same(name for name in _TABLES[table] if name not in changed)

    return {
        # Erasure: content and nonce, both.
        "event": f"{unchanged('event', *_CONTENT)} AND NEW.nonce IS NULL AND NEW.body IS NULL",
        # A rotation goes on, until it has its event.
        "registry_key": f"{unchanged('registry_key', 'event', 'progress')} AND OLD.event IS NULL"
        " AND OLD.progress IS NOT NULL AND NEW.progress IS NOT NULL",
        # An end, once; the release of what is older, once; a further key; the commitment of what is erased,
        # once; erasure of what covers nothing any more.
        "objection": f"({unchanged('objection', 'ended', 'until')} AND OLD.ended IS NULL"
        " AND NEW.ended IS NOT NULL)"
        f" OR ({unchanged('objection', 'released')} AND OLD.until IS NOT NULL AND OLD.released IS NULL)"
        f" OR ({unchanged('objection', *_PSEUDONYM)} AND NEW.pseudonym IS NOT NULL"
        " AND NEW.keys = OLD.keys + 1 AND length(NEW.commitment) = 32)"
        f" OR ({unchanged('objection', 'commitment')} AND OLD.pseudonym IS NULL AND OLD.commitment IS NULL"
        " AND length(NEW.commitment) = 32)"
        f" OR ({unchanged('objection', 'pseudonym', 'nonce', 'sealed')} AND OLD.ended IS NOT NULL"
        " AND (OLD.until IS NULL OR OLD.released IS NOT NULL)"
        " AND NEW.pseudonym IS NULL AND NEW.nonce IS NULL AND NEW.sealed IS NULL)",
        # A further key; the commitment of what is erased, once; erasure, with that of its objection.
        "inherited": f"({unchanged('inherited', *_PSEUDONYM)} AND NEW.pseudonym IS NOT NULL"
        " AND NEW.keys = OLD.keys + 1 AND length(NEW.commitment) = 32)"
        f" OR ({unchanged('inherited', 'commitment')} AND OLD.pseudonym IS NULL AND OLD.commitment IS NULL"
        " AND length(NEW.commitment) = 32)"
        f" OR ({unchanged('inherited', 'pseudonym', 'nonce')}"
        " AND NEW.pseudonym IS NULL AND NEW.nonce IS NULL)",
        "actor": f"{unchanged('actor', 'revoked')} AND NEW.revoked",
        # The last tile of a level grows.
        "tile": f"{unchanged('tile', 'hashes')} AND length(NEW.hashes) > length(OLD.hashes)"
        " AND substr(NEW.hashes, 1, length(OLD.hashes)) = OLD.hashes",
        # Contact data changes and goes; what was told to a person, once.
        "case_file": "NEW.event = OLD.event"
        f" AND (OLD.extended_on IS NULL OR {same(_EXTENSION)})"
        f" AND (OLD.answered_on IS NULL OR {same(_ANSWER)})",
    }


def _sqlite() -> Iterator[str]:
    def trigger(table: str, change: str, forbidden: str | None) -> str:
        when = f"WHEN {forbidden} " if forbidden else ""
        return (
            f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} {when}"
            f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
        )

    allowed = _allowed_changes("IS")
    for table, columns in _TABLES.items():
        if table not in _RETAINED:
            yield trigger(table, "DELETE", _RECEIPT_OF_LIVING if table == "receipt" else None)
        yield trigger(table, "UPDATE", f"NOT coalesce({allowed[table]}, 0)" if table in allowed else None)
        # INSERT OR REPLACE deletes without a delete trigger: what would replace a row is refused as well.
        held = f"SELECT 1 FROM {table} WHERE {columns[0]} = NEW.{columns[0]}"
        if table in _SECOND:
            held += f" AND {_SECOND[table]} = NEW.{_SECOND[table]}"
        yield trigger(table, "INSERT", f"EXISTS ({held})")
    yield (
        "CREATE TRIGGER objection_one_request BEFORE INSERT ON objection"
        " WHEN EXISTS (SELECT 1 FROM objection WHERE request_id = NEW.request_id)"
        f" BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
    )
    yield (
        "CREATE TRIGGER event_next_only BEFORE INSERT ON event"
        " WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM event)"
        f" BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
    )
    yield (
        "CREATE TRIGGER registry_one_row BEFORE INSERT ON registry WHEN EXISTS (SELECT 1 FROM registry)"
        f" BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
    )


def _postgresql() -> Iterator[str]:
    yield (
        "CREATE FUNCTION optout_refuse() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$BEGIN RAISE EXCEPTION '{_MESSAGE}'; END$$"
    )
    yield (
        "CREATE FUNCTION optout_keep_receipt() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN "
        f"IF {_RECEIPT_OF_LIVING} THEN RAISE EXCEPTION '{_MESSAGE}'; END IF; RETURN OLD; END$$"
    )
    allowed = _allowed_changes("IS NOT DISTINCT FROM")
    for table in _TABLES:
        condition = f"WHEN (NOT coalesce({allowed[table]}, false)) " if table in allowed else ""
        yield (
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW {condition}"
            "EXECUTE FUNCTION optout_refuse()"
        )
        if table not in _RETAINED:
            function = "optout_keep_receipt" if table == "receipt" else "optout_refuse"
            yield (
                f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW"
                f" EXECUTE FUNCTION {function}()"
            )
        yield (
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"
            " EXECUTE FUNCTION optout_refuse()"
        )
    # Once per statement: a look at every row of a file of millions would cost as much as writing it.
    yield (
        "CREATE FUNCTION optout_next_only() RETURNS trigger LANGUAGE plpgsql AS $$"
        "DECLARE least bigint; most bigint; rows bigint; held bigint; "
        "BEGIN "
        "SELECT min(number), max(number), count(*) INTO least, most, rows FROM added; "
        "SELECT coalesce(max(number), 0) INTO held FROM event WHERE number < least; "
        f"IF least <> held + 1 OR most - least + 1 <> rows THEN RAISE EXCEPTION '{_MESSAGE}'; END IF; "
        "RETURN NULL; END$$"
    )
    yield (
        "CREATE TRIGGER event_next_only AFTER INSERT ON event REFERENCING NEW TABLE AS added"
        " FOR EACH STATEMENT EXECUTE FUNCTION optout_next_only()"
    )
    yield (
        "CREATE FUNCTION optout_one_row() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN "
        f"IF (SELECT count(*) FROM registry) > 1 THEN RAISE EXCEPTION '{_MESSAGE}'; END IF; "
        "RETURN NULL; END$$"
    )
    yield (
        "CREATE TRIGGER registry_one_row AFTER INSERT ON registry"
        " FOR EACH STATEMENT EXECUTE FUNCTION optout_one_row()"
    )
