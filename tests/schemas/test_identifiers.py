"""One normal form: what must match does, what must not does not, and twice is once."""

import hashlib
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.identifiers import (
    account_message,
    media_message,
    message,
    normalise,
    pseudonym,
    subject,
    target_message,
)
from schemas.vocabulary import IdentifierType

ACCOUNT, EMAIL, PHONE, HANDLE, DID = (
    IdentifierType.ACCOUNT,
    IdentifierType.EMAIL,
    IdentifierType.PHONE,
    IdentifierType.HANDLE,
    IdentifierType.DID,
)

# kind, normal form, what people and platforms write for it (with the region they state)
EQUAL = {
    "handle, case and at": (HANDLE, "ana", ["ana", "@ana", "@Ana", "ANA", "ana ", " @ ana", "@@ana"]),
    "handle, full width": (HANDLE, "ana", ["\uff20\uff21na", "\uff41\uff4e\uff41"]),
    "handle, composed": (HANDLE, "zo\u00eb", ["zo\u00eb", "zoe\u0308", "ZO\u00cb", "@ZOE\u0308"]),
    "handle, sharp s": (HANDLE, "strasse", ["stra\u00dfe", "STRASSE", "STRA\u1e9eE"]),
    "handle, final sigma": (
        HANDLE,
        "\u03bf\u03b4\u03c5\u03c3\u03c3\u03b5\u03c5\u03c3",
        [
            "\u039f\u0394\u03a5\u03a3\u03a3\u0395\u03a5\u03a3",
            "\u03bf\u03b4\u03c5\u03c3\u03c3\u03b5\u03c5\u03c2",
        ],
    ),
    "handle, invisible ends": (
        HANDLE,
        "ana",
        ["\ufeffana", "@\u200eana\u200b", "\xa0ana\u2003", "ana\ufe0f", "\tana\r\n"],
    ),
    "handle with a server": (HANDLE, "ana@social.example", ["@Ana@social.example"]),
    "e-mail, case": (EMAIL, "ana@example.org", ["Ana@Example.ORG", "ANA@EXAMPLE.ORG", " ana@example.org "]),
    "e-mail, wrapped": (
        EMAIL,
        "ana@example.org",
        ["<ana@example.org>", "mailto:ana@example.org", "MAILTO:Ana@example.org", "Ana B. <ana@example.org>"],
    ),
    "e-mail, root dot": (EMAIL, "ana@example.org", ["ana@example.org.", "ana @ example.org"]),
    "e-mail, needless quotes": (EMAIL, "ana.b@example.org", ['"ana.b"@example.org', "ana.b@example.org"]),
    "e-mail, full width": (EMAIL, "ana@example.org", ["\uff41na\uff20example.org", "ana@example\u3002org"]),
    # RFC 3492: xn--bcher-kva is bücher
    "e-mail, IDNA": (
        EMAIL,
        "ana@xn--bcher-kva.example",
        ["ana@b\u00fccher.example", "ana@B\u00dcCHER.example", "ana@bu\u0308cher.example",
         "ana@XN--BCHER-KVA.example", "ana@xn--bcher-kva.example"],
    ),
    "e-mail, IDNA beside what IDNA refuses": (
        EMAIL,
        "ana@my_host.xn--bcher-kva.example",
        ["ana@my_host.b\u00fccher.example", "ana@MY_HOST.xn--bcher-kva.example"],
    ),
    "e-mail, odd but accepted": (EMAIL, '"a b"@[192.0.2.1]', ['"a b"@[192.0.2.1]', '"A B"@[192.0.2.1]']),
    "e-mail, no at": (EMAIL, "ana", ["Ana", " ana"]),
    "phone, abroad": (
        PHONE,
        "+33612345678",
        ["+33 6 12 34 56 78", "+33(0)6 12 34 56 78", "0033 6 12 34 56 78", "(00)33612345678",
         "tel:+33-6-12-34-56-78", "Tel: +33.6.12.34.56.78", "\uff0b33612345678",
         "\u202a+33\u200b6\xa012345678\u202c"],
    ),
    "phone, at home": (
        PHONE,
        "+33612345678",
        [("06 12 34 56 78", "FR"), ("06-12-34-56-78", "fr"), ("6 12 34 56 78", "FR"), (612345678, "FR"),
         ("33612345678", "FR"), (33612345678, "FR"), ("+33612345678", "DE"),
         ("\u0660\u0666\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668", "FR")],
    ),
    "phone, other ways abroad": (
        PHONE,
        "+33612345678",
        [("011 33 6 12 34 56 78", "US"), ("0011 33 6 12 34 56 78", "AU"), ("0033 6 12 34 56 78", "US")],
    ),
    # Italy keeps the zero of its national numbers
    "phone, a zero that counts": (PHONE, "+390669812345", [("06 6981 2345", "IT"), "0039 06 6981 2345"]),
    "phone, no country": (PHONE, "0612345678", ["06 12 34 56 78", "06.12.34.56.78", ("0612345678", "ZZ")]),
    "account, numbers": (ACCOUNT, "7", [7, "7", " 7", "7\n", "\ufeff7"]),
    "account, long number": (ACCOUNT, "9007199254740993", [9007199254740993, "9007199254740993"]),
    "account, composed": (ACCOUNT, "zo\u00eb", ["zo\u00eb", "zoe\u0308"]),
    "did, lower-case parts": (
        DID,
        "did:plc:abc234",
        ["did:plc:abc234", "DID:PLC:ABC234", " did:plc:abc234#atproto", "at://did:plc:abc234/app.bsky.feed"],
    ),
    "did:web": (DID, "did:web:example.org:Ana", ["did:web:Example.ORG:Ana", "DID:Web:example.org:Ana?x=1"]),
    "did:key": (DID, "did:key:z6MkA", ["DID:key:z6MkA", "did:key:z6MkA#z6MkA"]),
}  # fmt: skip

DIFFERENT = {
    "leading zeros": (ACCOUNT, "007", "7"),
    "case of an opaque id": (ACCOUNT, "AbC", "abc"),
    "width of an opaque id": (ACCOUNT, "\uff17", "7"),
    "sign": (ACCOUNT, "-7", "7"),
    "dot in a local part": (EMAIL, "a.b@example.org", "ab@example.org"),
    "plus tag": (EMAIL, "ana+news@example.org", "ana@example.org"),
    "domain": (EMAIL, "ana@example.org", "ana@example.com"),
    "subdomain": (EMAIL, "ana@mail.example.org", "ana@example.org"),
    "sharp s in a domain": (EMAIL, "ana@fa\u00df.example", "ana@fass.example"),
    "umlaut": (EMAIL, "m\u00fcller@example.org", "muller@example.org"),
    "quotes that are needed": (EMAIL, '"a b"@example.org', "ab@example.org"),
    "country": (PHONE, "+33612345678", "+34612345678"),
    "region": (PHONE, ("0612345678", "FR"), ("0612345678", "NL")),
    "last digit": (PHONE, "+33612345678", "+33612345679"),
    "no country": (PHONE, "0612345678", "+33612345678"),
    "underscore": (HANDLE, "ana_b", "anab"),
    "look-alike": (HANDLE, "ana", "\u0430na"),
    "dotless i": (HANDLE, "\u0131n", "in"),
    "joiner inside": (HANDLE, "a\u200cb", "ab"),
    "case of a key": (DID, "did:key:z6MkA", "did:key:z6Mka"),
    "method": (DID, "did:plc:abc", "did:web:abc"),
    "path of did:web": (DID, "did:web:example.org:Ana", "did:web:example.org:ana"),
}


def _normal(kind, written):
    value, region = written if isinstance(written, tuple) else (written, None)
    return normalise(kind, value, region)


@pytest.mark.parametrize("case", EQUAL)
def test_variants_of_one_identifier_have_one_normal_form(case):
    kind, normal, variants = EQUAL[case]
    assert [_normal(kind, variant) for variant in variants] == [normal] * len(variants)


@pytest.mark.parametrize("case", DIFFERENT)
def test_different_identifiers_stay_different(case):
    kind, one, other = DIFFERENT[case]
    assert _normal(kind, one) != _normal(kind, other)


@pytest.mark.parametrize(
    ("kind", "value"),
    [(ACCOUNT, ""), (ACCOUNT, " \u200b\ufeff"), (HANDLE, "@"), (HANDLE, "@\u3164"), (EMAIL, "<>"), (EMAIL, "@"),
     (EMAIL, "mailto:"), (PHONE, "n/a"), (PHONE, "+"), (PHONE, "tel: "), (DID, " ")],
)  # fmt: skip
def test_nothing_is_left_of_what_names_nobody(kind, value):
    assert normalise(kind, value) == ""


# What needs a second pass, what changes under composition, what a prefix hides.
_TRICKY = 'aÀß\u1e9e\u0130\u0131\u0149\u03a3\u03c2\u01c5\ufb00\uff0e\u3002@\uff20<>"+0123456789()-. ;=extTELmailto:did'
_TRICKY += "webplc\u200b\xa0\ufeff\u0345\u0301\u034f/#?%\xb2\u2460\xa8\u1e9b\u0323_"
_REGIONS = st.sampled_from([None, "FR", "US", "AU", "AR", "IT", "BR", "MX", "SM", "RU", "ZZ"])


@settings(max_examples=1000)
@given(
    kind=st.sampled_from(IdentifierType),
    value=st.one_of(
        st.text(),
        st.text(alphabet=_TRICKY),
        st.text(alphabet="+0123456789 ()-.ext;"),
        st.from_regex(r"\A\+?[0-9]{5,18}\Z"),
        st.builds("{}@{}".format, st.text(alphabet=_TRICKY), st.text(alphabet=_TRICKY)),
    ),
    region=_REGIONS,
)
@example(kind=PHONE, value="+33000612345678", region=None)
@example(kind=PHONE, value="(00)33612345678", region=None)
@example(kind=EMAIL, value="mailto: mailto:<<a>>@b", region=None)
@example(kind=HANDLE, value="@ @\xa8", region=None)
def test_the_normal_form_of_a_normal_form_is_itself(kind, value, region):
    normal = normalise(kind, value, region)
    assert normalise(kind, normal, region) == normal
    assert {normalise(kind, unicodedata.normalize(form, value), region) for form in ("NFC", "NFD")} == {
        normal
    }


@settings(max_examples=300)
@given(value=st.text())
def test_a_handle_keeps_its_normal_form_when_its_case_is_folded(value):
    assert normalise(HANDLE, value.casefold()) == normalise(HANDLE, value)


@given(number=st.integers())
def test_numbers_and_their_strings_agree(number):
    assert normalise(ACCOUNT, number) == normalise(ACCOUNT, str(number)) == str(number)


def test_a_message_names_type_platform_and_value():
    assert target_message(HANDLE, "sample", "ana") == b"handle\x00sample\x00ana"
    assert (
        target_message(ACCOUNT, "sample", "7") == account_message("sample", " 7") == b"account\x00sample\x007"
    )
    # an e-mail address names the same person on every platform
    assert target_message(EMAIL, "sample", "ana@example.org") == b"email\x00\x00ana@example.org"
    assert media_message(" AB ") == b"media\x00\x00ab"


@pytest.mark.parametrize("length", [1, 32, 64, 65, 200])
def test_pseudonyms_are_hmac_sha_256(length):
    key, data = bytes(range(256))[:length], message("email", "", "ana@example.org")
    # RFC 2104, by hand
    block = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\x00")
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in block) + data).digest()
    outer = hashlib.sha256(bytes(b ^ 0x5C for b in block) + inner).digest()
    assert pseudonym(key, data) == outer
    assert subject(key, data) == int.from_bytes(outer[:8], "big")
