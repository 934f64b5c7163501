"""Great Expectations, reduced to a function: a frame and expectations in, findings out."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from schemas.documents import Finding

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.expectations.expectation import Expectation

_POSITION = "position"


@dataclass(frozen=True)
class Asked:
    """An expectation; the key of policy.yaml that sets it, and the rows whose share or number it bounds."""

    expectation: "Expectation"
    threshold: str | None = None
    rows: int | None = None
    of_rows: int | None = None


def import_expectations() -> Any:  # noqa: ANN401 - a module
    """``great_expectations.expectations``; importing it takes seconds, so only a gate that runs does."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"module 'sre_\w+' is deprecated", DeprecationWarning)
        from great_expectations import expectations
    return expectations


def findings_of(frame: "pd.DataFrame", asked: Sequence[Asked], *, rows: str) -> tuple[Finding, ...]:
    """What each expectation observed, in the order given: same frame, same findings.

    ``rows`` says what a row of the frame is, for the reader of a finding; the frame's unnamed index
    labels them. Nothing of the library's
    own results is kept: they carry the time of day.
    """
    import great_expectations as gx

    batch = _definition().get_batch({"dataframe": frame})
    for position, one in enumerate(asked):
        one.expectation.meta = {_POSITION: position}
    # At once: one added later is compared with each before it.
    suite = gx.ExpectationSuite(name=rows, expectations=[one.expectation for one in asked])
    results = sorted(batch.validate(suite).results, key=lambda result: _meta(result)[_POSITION])
    return tuple(_finding(result, rows, one) for result, one in zip(results, asked, strict=True))


@cache
def _definition() -> "BatchDefinition[Any]":
    """Where frames are handed in; made once, as the library writes out its configuration at each step."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    # Its defaults report home where they can, draw bars and name a folder for documentation.
    quiet = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(),
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
    )
    context = gx.get_context(mode="ephemeral", project_config=quiet)
    asset = context.data_sources.add_pandas("frames").add_dataframe_asset("frame")
    return asset.add_batch_definition_whole_dataframe("whole")


def _meta(result: Any) -> dict[str, int]:  # noqa: ANN401 - the library's result
    meta: dict[str, int] = result.expectation_config.meta
    return meta


def _finding(result: Any, rows: str, one: Asked) -> Finding:  # noqa: ANN401 - the library's result
    asked = {key: value for key, value in result.expectation_config.kwargs.items() if key != "batch_id"}
    return Finding(
        expectation=result.expectation_config.type,
        arguments={"rows": rows, **{key: _argument(value) for key, value in sorted(asked.items())}},
        threshold=one.threshold,
        observed=_observed(result),
        rows=one.rows,
        of_rows=one.of_rows,
        success=bool(result.success),
    )


def _argument(value: Any) -> str | int | float | bool | None:  # noqa: ANN401
    if isinstance(value, list):
        return " + ".join(value)
    return value  # type: ignore[no-any-return]


def _observed(result: Any) -> Any:  # noqa: ANN401 - str, int or float
    """The value of an aggregate; else how many rows fail, of how many, and the first one's label."""
    found = result.result
    if "observed_value" in found:
        value = found["observed_value"]
        return value.item() if hasattr(value, "item") else value  # out of numpy
    if "unexpected_count" not in found:
        # The library reports an expectation it could not evaluate as one that failed.
        msg = f"{result.expectation_config.type} could not be evaluated: {result.exception_info}"
        raise RuntimeError(msg)
    failed, of = int(found["unexpected_count"]), int(found["element_count"])
    first = f", the first is {min(found['partial_unexpected_index_list'])}" if failed else ""
    return f"{failed} of {of}{first}"
