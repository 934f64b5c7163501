"""Runner names to Beam options. What runs it is never part of what it means: nothing here is digested."""

from collections.abc import Mapping

from apache_beam.options.pipeline_options import PipelineOptions

from schemas.errors import ConfigurationError

RUNNERS: Mapping[str, tuple[str, ...]] = {
    # `DirectRunner` chooses among three runners by what it finds on the machine, and may download one.
    "direct": (
        "--runner=FnApiRunner",
        "--direct_running_mode=multi_threading",
        "--direct_num_workers={workers}",
    ),
}
"""Runner name of the command line -> Beam flags that name the runner explicitly."""


def beam_options(runner: str, workers: int) -> PipelineOptions:
    """Beam options of a runner name, and of how many splits it screens at once.

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
    flags = [flag.format(workers=workers) for flag in RUNNERS[runner]]
    return PipelineOptions(flags=[*flags, "--no_save_main_session"])
