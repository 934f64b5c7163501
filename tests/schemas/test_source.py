"""What source.yaml may not say: it would turn what nobody knows into what is known."""

import pytest
import yaml
from pydantic import ValidationError

from schemas.source import AccountEntry

ENTRY = """
files: a.csv
format: csv
fields:
  account_id: {{from: id}}
  birth_date: {{from: born, date: "{form}"}}
  birth_precision: {{constant: {precision}}}
"""
FINEST = {
    "iso8601": "day", "%Y-%m-%d": "day", "%d %B %Y": "day", "%Y-%j": "day", "%x": "day", "%c": "day", "%G-%V-%u": "day",
    "%Y %U %w": "day", "%m/%Y": "month", "%b %Y": "month", "%B %Y": "month", "%Y": "year", "%y": "year",
    "%Y %%d": "year", "%Y-W%U": "year",
}  # fmt: skip
PRECISIONS = ["year", "month", "day"]


def entry(**written):
    return AccountEntry.model_validate(yaml.safe_load(ENTRY.format(**written)))


@pytest.mark.parametrize(("form", "finest"), FINEST.items())
def test_a_constant_precision_is_no_finer_than_the_format_of_the_date(form, finest):
    for place, precision in enumerate(PRECISIONS):
        if place <= PRECISIONS.index(finest):
            entry(form=form, precision=precision)
        else:
            with pytest.raises(ValidationError, match=f"reads no {precision}"):
                entry(form=form, precision=precision)
