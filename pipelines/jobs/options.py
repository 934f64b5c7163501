"""Runner names to Beam options. What runs it is never part of what it means: nothing here is digested."""

import logging
from collections.abc import Mapping

from apache_beam.options.pipeline_options import PipelineOptions

from schemas.errors import ConfigurationError

RUNNERS: Mapping[str, tuple[str, ...]] = {
    # `DirectRunner` chooses among three runners by what it finds on the machine, and may download one.
    "direct": (
        "--runner=FnApiRunner",
        "--direct_running_mode=multi_threading",
        "--direct_num_workers=2",
    ),
}
"""Runner name of the command line -> Beam flags that name the runner explicitly."""


def beam_options(runner: str) -> PipelineOptions:
    """Beam options of a runner name.

    Raises:
        ConfigurationError: no runner has that name.
    """
    if runner not in RUNNERS:
        raise ConfigurationError(
            f"runner {runner!r}",
            expected=f"one of {', '.join(RUNNERS)}",
            found="a name that no runner has",
            remedy="name one of them with --runner",
        )
    quieten_beam()
    return PipelineOptions(flags=[*RUNNERS[runner], "--no_save_main_session"])


def quieten_beam() -> None:
    """Keep Beam's log off the terminal.

    A failure reaches the person as an exception, with a message of ours; Beam logs the same
    failure with its traceback, and warns of options that a local run cannot use. A DoFn that
    raises is also printed to stderr by the worker, whatever the log level: what a person can put
    right travels as a result and is raised by the launcher.
    """
    logging.getLogger("apache_beam").setLevel(logging.CRITICAL)
    root = logging.getLogger()
    if _not_from_beam not in root.filters:
        root.addFilter(_not_from_beam)


def _not_from_beam(record: logging.LogRecord) -> bool:
    """Beam warns through the root logger of client libraries that a local run does not use."""
    return "apache_beam" not in record.pathname
