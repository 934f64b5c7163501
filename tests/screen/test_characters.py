import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.screen.characters import holds

TEXTS = st.lists(st.none() | st.text(st.sampled_from("@/059:aé\U0001f600 "), max_size=4), max_size=12)


@given(TEXTS, st.integers(0, 3), st.sampled_from([("@", "@"), ("0", "9")]))
def test_a_text_holds_what_it_holds(texts, start, span):
    first, last = span
    expected = [any(first <= character <= last for character in text or "") for text in texts]
    assert holds(pa.array(texts, pa.string()).slice(start), first, last).tolist() == expected[start:]


def test_what_lies_under_a_null_does_not_count():
    words = pa.StringArray.from_buffers(
        2, pa.py_buffer(b"\0\0\0\0\2\0\0\0\4\0\0\0"), pa.py_buffer(b"@@@@"), pa.py_buffer(b"\2"), 1
    )
    assert holds(words, "@", "@").tolist() == [False, True]


@pytest.mark.parametrize("words", [[], [None], [""]])
def test_nothing_holds_nothing(words):
    assert not holds(pa.array(words, pa.string()), "0", "9").any()
