"""By the column or one by one: the same normal forms, pseudonyms and subjects."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.identifier_columns import media_forms, normal_forms, subjects
from schemas.identifiers import media_form, normalise, pseudonym, subject
from schemas.pseudonyms import pseudonyms
from schemas.vocabulary import IdentifierType

ODD = st.text(
    st.sampled_from('aZ09@.+-_%"<>: \t\n\u00a0\u200b\u00e9\u0301\uff20ß'), max_size=12
) | st.sampled_from(["mailto:", "did:plc:", "did:web:", "tel:"]).flatmap(
    lambda start: st.text(st.sampled_from("aZ0.:@ "), max_size=6).map(start.__add__)
)
VALUES = st.lists(ODD | st.text(st.characters(exclude_categories=["Cs"]), max_size=8), max_size=8)


@pytest.mark.parametrize("kind", IdentifierType)
@given(values=VALUES, region=st.sampled_from([None, "FR"]))
@example(values=["@", "@@Ana", "ana ", "A.B@Example.ORG", "a@b", "a@b.c.", "did:plc:abc", "0"], region=None)
@example(values=["06 12 34 56 78", "+33612345678", "ana\n"], region="FR")
def test_normal_forms(kind, values, region):
    regions = pa.array([region] * len(values), pa.string())
    one_by_one = [normalise(kind, value, region).encode() for value in values]
    assert normal_forms(kind, pa.array(values, pa.string()), regions) == one_by_one


@given(st.lists(st.text(st.sampled_from("0aAfg \n\x1f\u3000"), max_size=6)))
def test_forms_of_pictures(digests):
    assert media_forms(pa.array(digests, pa.string())) == [media_form(digest).encode() for digest in digests]


@given(st.binary(max_size=130), st.binary(max_size=130), st.lists(st.binary(max_size=130), max_size=4))
def test_pseudonyms_and_subjects(key, prefix, forms):
    digests = pseudonyms((key,), prefix, forms)
    assert digests == b"".join(pseudonym(key, prefix + form) for form in forms)
    found = subjects(digests)
    assert found.dtype == np.uint64
    assert found.tolist() == [subject(key, prefix + form) for form in forms]
