"""What source.yaml may not say: it would turn what nobody knows into what is known."""

import pytest
import yaml
from pydantic import ValidationError

from pipelines.strict_yaml import parse
from schemas.errors import ConfigurationError
from schemas.source import AccountEntry, Scalar

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


ODD = {
    "an octal number": "values: {010: person}",
    "a number with an underscore": "values: {1_6: person}",
    "a number of base sixty": "values: {1:30: person}",
    "a hexadecimal number": "values: {0x1F: person}",
    "a number with a sign": "values: {+1: person}",
    "a number with an exponent": "values: {1.0e+3: person}",
    "an instant": "values: {2024-01-05T12:00:00Z: person}",
    "an octal constant": "constant: 010",
}


@pytest.mark.parametrize("written", ODD.values(), ids=ODD)
def test_what_yaml_reads_as_something_else_stands_in_quotes(written):
    with pytest.raises(ConfigurationError, match=r"quotes.* line 1"):
        parse(f"kind: {{from: k, {written}}}", "source.yaml")


PLAIN = {
    "1": "1",
    "'010'": "010",
    "1.5": "1.5",
    "2024-01-05": "2024-01-05",
    "2024-1-5": "2024-1-5",
    "a b": "a b",
    "'1:30'": "1:30",
}


@pytest.mark.parametrize(("written", "key"), PLAIN.items())
def test_a_key_means_what_is_written(written, key):
    found = parse(f"{{from: k, values: {{{written}: person}}}}", "source.yaml")
    assert Scalar.model_validate(found).values == {key: "person"}


CONSTANTS = {
    "2024-02-30": "not in the calendar", "2024-02-30T12:00:00": "not in the calendar", "2024-02-29": None,
    "2024-02-29T12:00:00Z": None, "7": None,
}  # fmt: skip


@pytest.mark.parametrize(("written", "fault"), CONSTANTS.items())
def test_a_date_that_does_not_exist_is_named_with_its_line(written, fault):
    text = f"a: 1\nb: {{constant: {written}}}"
    if fault is None:
        assert Scalar.model_validate(parse(text, "source.yaml")["b"]).constant.startswith(written[:10])
    else:
        with pytest.raises(ConfigurationError, match=f"{written}.*{fault}.* line 2"):
            parse(text, "source.yaml")
