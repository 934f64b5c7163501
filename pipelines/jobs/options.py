"""Runner names to Beam options. What runs it is never part of what it means: nothing here is digested."""

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
    return PipelineOptions(flags=[*RUNNERS[runner], "--no_save_main_session"])
