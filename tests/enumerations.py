"""Enumerations that take long: a few of their cases run in `make test`, all others in `make test-long`."""

from collections.abc import Mapping

import pytest


def few_of(cases, *names):
    """The cases of a table as parameters: all but the named ones are marked long.

    ``cases``: what each is by its name, or just their names.
    """
    table = cases if isinstance(cases, Mapping) else {case: case for case in cases}
    assert set(names) <= table.keys(), "a case that runs in `make test` is in the table no more"
    return [
        pytest.param(
            *(case if isinstance(case, tuple) else (case,)),
            id=str(name),
            marks=() if name in names else pytest.mark.long,
        )
        for name, case in table.items()
    ]
