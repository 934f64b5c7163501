"""The Beam jobs: wiring only. Importing this package keeps Beam's log off the terminal.

A failure reaches the person as an exception, with a message of ours; Beam logs the same failure
with its traceback, and warns (on import, through the root logger) of clients and options that a
local run does not use. A DoFn that raises is also printed to stderr by the worker, whatever the
log level: so what a person can put right travels as a result, and the launcher raises it.
"""

import logging


def _not_from_beam(record: logging.LogRecord) -> bool:
    return "apache_beam" not in record.pathname


logging.getLogger("apache_beam").setLevel(logging.CRITICAL)
logging.getLogger().addFilter(_not_from_beam)
