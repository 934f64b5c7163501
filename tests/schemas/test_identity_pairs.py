"""Pairs that are one identifier or two by the way they were made: no error either way.

A value is drawn in its normal form, so what it is is known without the code under test. Whatever people do
to it that changes nothing must meet it; whatever changes a character must not.
"""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from schemas.identifiers import normalise
from schemas.vocabulary import IdentifierType

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_DIGITS = "0123456789"
_ACCENTED = "éöüñçåøđžłß".replace("ß", "")  # ß folds to two letters: a case of the table
_ENDS = st.text(alphabet=" \t\u200b\ufeff\xa0\u200e", max_size=3)


def _full_width(text):
    return "".join(
        chr(ord(character) + 0xFEE0) if "!" <= character <= "~" else character for character in text
    )


_SAME_LETTERS = st.sampled_from([
    str, str.upper, str.title, str.swapcase,
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: unicodedata.normalize("NFD", text.upper()),
    _full_width,
])  # fmt: skip
"""What changes how letters are written, and not which letters they are."""


def _meets(kind, written, normal, region=None):
    assert normalise(kind, written, region) == normalise(kind, normal) == normal


@st.composite
def _edited(draw, text, alphabet):
    """The same text with one character put in, taken out, or exchanged for another."""
    place = draw(st.integers(0, len(text) - 1))
    new = draw(st.sampled_from([letter for letter in alphabet if letter != text[place]]))
    return draw(
        st.sampled_from(
            [
                text[:place] + new + text[place + 1 :],
                text[:place] + new + text[place:],
                *([text[:place] + text[place + 1 :]] if len(text) > 1 else []),
            ]
        )
    )


_HANDLE = st.text(alphabet=_LETTERS + _DIGITS + _ACCENTED + "_", min_size=1, max_size=12)


@given(
    handle=_HANDLE,
    letters=_SAME_LETTERS,
    at=st.sampled_from(["", "@", "@@", " @ "]),
    ends=st.tuples(_ENDS, _ENDS),
)
def test_a_handle_meets_every_way_to_write_it(handle, letters, at, ends):
    _meets(IdentifierType.HANDLE, f"{ends[0]}{at}{letters(handle)}{ends[1]}", handle)


@given(data=st.data(), handle=_HANDLE)
def test_a_handle_meets_no_other(data, handle):
    other = data.draw(_edited(handle, _LETTERS + _DIGITS + _ACCENTED + "_.-"))
    assert normalise(IdentifierType.HANDLE, other) != normalise(IdentifierType.HANDLE, handle)


_ATOM = st.text(alphabet=_LETTERS + _DIGITS + "_-", min_size=1, max_size=8)
_LOCAL = st.lists(_ATOM, min_size=1, max_size=3).flatmap(
    lambda atoms: st.sampled_from([".".join(atoms), "+".join(atoms)])
)
_LABEL = st.text(alphabet=_LETTERS + _DIGITS, min_size=1, max_size=8)
_NATIVE_LABEL = st.text(alphabet=_LETTERS + "éöüñçåøłž", min_size=1, max_size=8).filter(
    lambda label: not label.isascii()
)


def _ascii_label(label):
    # RFC 3492, by the standard library's own Punycode
    return label if label.isascii() else f"xn--{label.encode('punycode').decode()}"


@given(
    local=_LOCAL,
    labels=st.lists(_LABEL | _NATIVE_LABEL, min_size=2, max_size=4),
    letters=_SAME_LETTERS,
    native=st.booleans(),
    around=st.sampled_from(["{}", "<{}>", "mailto:{}", "MAILTO:{}", "Ana B. <{}>", "{}."]),
    ends=st.tuples(_ENDS, _ENDS),
)
def test_an_address_meets_every_way_to_write_it(local, labels, letters, native, around, ends):
    domain = ".".join(map(_ascii_label, labels))
    shown = ".".join(labels) if native else domain
    # Full width is of the whole, so that the @ is, too.
    written = letters(f"{local}@{shown}")
    _meets(IdentifierType.EMAIL, f"{ends[0]}{around.format(written)}{ends[1]}", f"{local}@{domain}")


@given(data=st.data(), local=_LOCAL, domain=st.lists(_LABEL, min_size=2, max_size=3).map(".".join))
def test_an_address_meets_no_other(data, local, domain):
    other = data.draw(
        st.one_of(
            _edited(local, _LETTERS + _DIGITS + "_.+").map(lambda changed: f"{changed}@{domain}"),
            st.just(f"{local}+news@{domain}"),
            st.just(f"{local}@mail.{domain}"),
            _edited(domain.rpartition(".")[0], _LETTERS + _DIGITS).map(
                lambda changed: f"{local}@{changed}.{domain.rpartition('.')[2]}"
            ),
        )
    )
    assert normalise(IdentifierType.EMAIL, other) != normalise(IdentifierType.EMAIL, f"{local}@{domain}")


# Region, country code, what is dialled before a national number, first digits and length of a mobile number.
_PLANS = st.sampled_from([
    ("FR", "33", "0", "6", 9), ("DE", "49", "0", "151", 11), ("GB", "44", "0", "7400", 10),
    ("IE", "353", "0", "85", 9), ("ES", "34", "", "61", 9), ("PL", "48", "", "512", 9), ("US", "1", "", "201555", 10),
])  # fmt: skip


@st.composite
def _mobile(draw):
    region, code, trunk, first, length = draw(_PLANS)
    rest = draw(st.text(alphabet=_DIGITS, min_size=length - len(first), max_size=length - len(first)))
    return region, code, trunk, first + rest


def _spread(digits, separator):
    return separator.join([digits[:2], *(digits[start : start + 3] for start in range(2, len(digits), 3))])


@given(
    number=_mobile(), way=st.sampled_from(["+", "00", "tel:+", "at home"]),
    separator=st.sampled_from(["", " ", "-", ".", "\xa0", " / "]), full=st.booleans(), ends=st.tuples(_ENDS, _ENDS),
)  # fmt: skip
def test_a_number_meets_every_way_to_write_it(number, way, separator, full, ends):
    region, code, trunk, national = number
    spread = _spread(national, separator)
    written = f"{trunk}{spread}" if way == "at home" else f"{way}{code}{separator}{spread}"
    written = _full_width(written) if full and not way.startswith("tel") else written
    stated = region if way == "at home" else None
    _meets(IdentifierType.PHONE, f"{ends[0]}{written}{ends[1]}", f"+{code}{national}", stated)


@given(data=st.data(), number=_mobile())
def test_a_number_meets_no_other(data, number):
    _, code, _, national = number
    place = data.draw(st.integers(0, len(national) - 1))
    digit = data.draw(st.sampled_from([digit for digit in _DIGITS if digit != national[place]]))
    other = national[:place] + digit + national[place + 1 :]
    # Many a first digit makes a number that is none: it still meets nobody else's.
    assert normalise(IdentifierType.PHONE, f"+{code}{other}") != f"+{code}{national}"


@given(name=st.text(alphabet="abcdefghijklmnopqrstuvwxyz234567", min_size=24, max_size=24), data=st.data())
def test_a_did_meets_every_way_to_write_it_and_no_other(name, data):
    written = data.draw(
        st.sampled_from(
            ["did:plc:{}", "DID:PLC:{}", "at://did:plc:{}/app.bsky.feed.post/3k", "did:plc:{}#atproto"]
        )
    )
    shown = data.draw(st.sampled_from([name, name.upper()]))
    _meets(IdentifierType.DID, written.format(shown), f"did:plc:{name}")
    other = data.draw(_edited(name, "abcdefghijklmnopqrstuvwxyz234567"))
    assert normalise(IdentifierType.DID, f"did:plc:{other}") != f"did:plc:{name}"


@given(number=st.integers(0, 2**63), ends=st.tuples(_ENDS, _ENDS), zeros=st.integers(1, 4), data=st.data())
def test_an_account_id_meets_itself_as_number_and_text_and_no_other(number, ends, zeros, data):
    _meets(IdentifierType.ACCOUNT, number, str(number))
    _meets(IdentifierType.ACCOUNT, f"{ends[0]}{number}{ends[1]}", str(number))
    other = data.draw(_edited(str(number), _DIGITS + _LETTERS) | st.just("0" * zeros + str(number)))
    assert normalise(IdentifierType.ACCOUNT, other) != str(number)


@given(name=st.text(alphabet=_LETTERS + _LETTERS.upper(), min_size=1, max_size=12))
def test_the_case_of_an_account_id_counts(name):
    assert normalise(IdentifierType.ACCOUNT, name.swapcase()) != normalise(IdentifierType.ACCOUNT, name)
