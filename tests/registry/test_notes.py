"""Signed notes and checkpoints: what is written is read again, and nothing else is believed."""

import base64
import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optout_registry.transparency.merkle import EMPTY_ROOT
from optout_registry.transparency.notes import (
    Checkpoint,
    InvalidNote,
    Signer,
    Verifier,
    open_note,
    parse_checkpoint,
    parse_verifier,
    signed_note,
)
from schemas.errors import ConfigurationError

NAME = "example.org/registry"
LOG = Signer(NAME, bytes(range(32)))
WITNESS = Signer("witness.example", bytes(range(32, 64)))
TEXT = Checkpoint(NAME, 0, EMPTY_ROOT).text

# What golang.org/x/mod/sumdb/note makes of the same key and text. Ed25519 leaves a signer no choice.
VERIFIER = "example.org/registry+67cb7c57+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
SIGNATURE = "Z8t8VxNxnScAVQHuNcZv0Kl4VkpAJcNbt9SRMsCJzs2/D+e2tu5i36uQbNqwy4MmEc83O6aqqpjvQOt5qYnTidnkbA8="
NOTE = (
    "example.org/registry\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    f"\n— example.org/registry {SIGNATURE}\n"
).encode()


def test_the_note_is_the_one_go_writes():
    assert signed_note(TEXT, LOG) == NOTE
    assert str(LOG.verifier) == VERIFIER
    assert LOG.verifier.key_id.hex() == "67cb7c57"
    assert open_note(NOTE, [parse_verifier(VERIFIER)]) == TEXT
    assert parse_checkpoint(TEXT) == Checkpoint(NAME, 0, EMPTY_ROOT)


@given(
    st.text(st.characters(exclude_characters="\r", min_codepoint=0x20) | st.just("\n")),
    st.binary(min_size=32, max_size=32),
)
def test_what_is_signed_is_opened(text, key):
    signer = Signer(NAME, key)
    assert open_note(signed_note(text + "\n", signer), [signer.verifier]) == text + "\n"
    assert parse_verifier(str(signer.verifier)) == signer.verifier


def test_no_bit_can_be_changed():
    for position in range(len(NOTE)):
        for bit in range(8):
            changed = bytes([NOTE[position] ^ 1 << bit])
            with pytest.raises(InvalidNote):
                open_note(NOTE[:position] + changed + NOTE[position + 1 :], [LOG.verifier])


def test_no_byte_can_be_missing():
    for position in range(len(NOTE)):
        with pytest.raises(InvalidNote):
            open_note(NOTE[:position] + NOTE[position + 1 :], [LOG.verifier])


def line(signer, text=TEXT):
    """A signer's line under a text."""
    return signed_note(text, signer).split(b"\n\n")[-1]


def encoded(data):
    return base64.b64encode(data).decode()


BY_WITNESS = line(WITNESS)
BY_LOG = line(LOG)
FALSE = f"— {NAME} {encoded(LOG.verifier.key_id + bytes(64))}\n".encode()
OTHER_ID = f"— {NAME} {encoded(b'1234' + bytes(64))}\n".encode()
OTHER_NAME = f"— example.org {encoded(LOG.verifier.key_id + bytes(64))}\n".encode()
LONG = f"— witness.example {encoded(bytes(15_000))}\n".encode()
HEAD = TEXT.encode() + b"\n"


@pytest.mark.parametrize(
    "signatures",
    [
        BY_LOG,
        BY_WITNESS + BY_LOG,
        BY_LOG + BY_WITNESS,
        BY_LOG + BY_LOG,
        OTHER_ID + BY_LOG,
        OTHER_NAME + BY_LOG,
        BY_WITNESS * 99 + BY_LOG,
        LONG * 49 + BY_LOG,
        "— ключ AAAAAAA=\n".encode() + BY_LOG,
    ],
    ids=["alone", "after", "before", "twice", "other id", "other name", "a hundred", "long", "cyrillic"],
)
def test_signatures_of_other_keys_are_ignored(signatures):
    assert open_note(HEAD + signatures, [LOG.verifier]) == TEXT


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"\n\n",
        HEAD,
        TEXT.encode() + BY_LOG,
        HEAD + BY_LOG[:-1],
        HEAD + BY_LOG + b"\n",
        HEAD + BY_LOG + b"x",
        HEAD + b"\n" + BY_LOG,
        HEAD + BY_WITNESS,
        HEAD + FALSE,
        HEAD + FALSE + BY_LOG,
        HEAD + BY_LOG + FALSE,
        HEAD + OTHER_ID,
        HEAD + OTHER_NAME,
        HEAD + BY_WITNESS * 100 + BY_LOG,
        HEAD + LONG * 50 + BY_LOG,
        HEAD + BY_LOG.replace("—".encode(), b"-"),
        HEAD + BY_LOG.removeprefix("— ".encode()),
        HEAD + BY_LOG.replace("— ".encode(), "—\u00a0".encode()),
        HEAD + BY_LOG.replace(b"registry ", b"registry  "),
        HEAD + BY_LOG.replace(b"A8=\n", b"A9=\n"),
        HEAD + BY_LOG.replace(b"A8=\n", b"A8\n"),
        HEAD + BY_LOG.replace(b"A8=\n", b"A8= \n"),
        HEAD + BY_LOG + f"— {NAME}\n".encode(),
        HEAD + BY_LOG + f"— {NAME} \n".encode(),
        HEAD + BY_LOG + f"— {NAME} {encoded(b'1234')}\n".encode(),
        HEAD + BY_LOG + f"— a+b {encoded(bytes(68))}\n".encode(),
        HEAD + BY_LOG + f"—  {encoded(bytes(68))}\n".encode(),
        HEAD + BY_LOG + f"— a\u2003b {encoded(bytes(68))}\n".encode(),
        HEAD + BY_LOG.replace(b"\n", b"\r\n"),
        HEAD + BY_LOG + b"\xff\n",
        b"\0" + HEAD + BY_LOG,
    ],
    ids=lambda note: f"{len(note)} bytes",
)
def test_what_is_malformed_or_unsigned_is_refused(note):
    with pytest.raises(InvalidNote):
        open_note(note, [LOG.verifier])


@pytest.mark.parametrize("character", ["\0", "\t", "\r", "\x0b", "\x1f", "\ud800"])
def test_control_characters_are_neither_signed_nor_opened(character):
    with pytest.raises(InvalidNote):
        signed_note(f"a{character}b\n", LOG)
    note = f"a{character}b\n\n".encode(errors="surrogatepass")
    with pytest.raises(InvalidNote, match=r"UTF-8|lines of text"):
        open_note(note + BY_LOG, [LOG.verifier])


@pytest.mark.parametrize("text", ["", "no new line", "a" * 500_000 + "\n"])
def test_what_is_no_text_is_not_signed(text):
    with pytest.raises(InvalidNote):
        signed_note(text, LOG)


def test_without_a_verifier_nothing_is_believed():
    with pytest.raises(InvalidNote, match="only those of others"):
        open_note(NOTE, [])


def test_a_signature_of_one_key_under_another_s_name_is_false():
    impostor = Signer(NAME, WITNESS.private_key)
    forged = (
        HEAD
        + f"— {NAME} {encoded(LOG.verifier.key_id + base64.b64decode(line(impostor).split()[-1])[4:])}\n".encode()
    )
    with pytest.raises(InvalidNote, match="a false one"):
        open_note(forged, [LOG.verifier])


def test_two_keys_with_one_id_are_not_told_apart():
    double = Verifier(NAME, bytes(32))
    double.__dict__["key_id"] = LOG.verifier.key_id  # a collision of 32 bits, which takes hours to find
    with pytest.raises(ConfigurationError, match="one key for each name"):
        open_note(NOTE, [LOG.verifier, double])
    assert open_note(NOTE, [LOG.verifier, LOG.verifier]) == TEXT


def test_no_representation_shows_a_private_key():
    shown = f"{LOG!r} {LOG} {LOG.verifier!r} {[LOG]}"
    for form in (LOG.private_key.hex(), repr(LOG.private_key)[2:-1], encoded(LOG.private_key)):
        assert form not in shown
    with pytest.raises(ConfigurationError) as caught:
        Signer(NAME, b"secret" * 6)
    assert "secret" not in str(caught.value)
    assert [field.name for field in dataclasses.fields(Signer) if field.repr] == ["name"]


@pytest.mark.parametrize("make", [Signer, Verifier])
@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("", bytes(32)),
        ("a b", bytes(32)),
        ("a\u00a0b", bytes(32)),
        ("a+b", bytes(32)),
        ("a\nb", bytes(32)),
        ("a\x01b", bytes(32)),
        ("a\ud800", bytes(32)),
        ("a", bytes(31)),
        ("a", bytes(33)),
        ("a", "x" * 32),
    ],
)
def test_what_is_no_key_is_refused(make, name, key):
    with pytest.raises(ConfigurationError, match="a name without spaces"):
        make(name, key)


@pytest.mark.parametrize(
    "text",
    [
        "",
        NAME,
        VERIFIER[:-1],
        VERIFIER.replace("67cb", "67cc"),
        VERIFIER.replace("67cb", "67CB"),
        VERIFIER.replace("registry", "other"),
        VERIFIER.replace("+AQOh", "+AgOh"),
        VERIFIER + "\n",
        f"{NAME}+67cb7c57+AQ==",
    ],
)
def test_what_is_no_verifier_key_is_refused(text):
    with pytest.raises(ConfigurationError):
        parse_verifier(text)


ROOT = encoded(EMPTY_ROOT)


@pytest.mark.parametrize(
    "checkpoint",
    [
        Checkpoint(NAME, 0, EMPTY_ROOT),
        Checkpoint("go.sum database tree", 2**63 - 1, bytes(32)),
        Checkpoint("реестр + отказ", 10, bytes(range(32))),
    ],
    ids=["empty", "largest", "any line is an origin"],
)
def test_a_checkpoint_is_read_as_written(checkpoint):
    assert parse_checkpoint(checkpoint.text) == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"{NAME}\n1\n{ROOT}",
        f"\n1\n{ROOT}\n",
        f"{NAME}\n01\n{ROOT}\n",
        f"{NAME}\n-1\n{ROOT}\n",
        f"{NAME}\n+1\n{ROOT}\n",
        f"{NAME}\n\u0661\n{ROOT}\n",
        f"{NAME}\n1 \n{ROOT}\n",
        f"{NAME}\n{2**63}\n{ROOT}\n",
        f"{NAME}\n{'9' * 5000}\n{ROOT}\n",
        f"{NAME}\n1\n{ROOT[:-1]}\n",
        f"{NAME}\n1\n{ROOT[:-2]}V=\n",
        f"{NAME}\n1\n{encoded(bytes(29))}\n",
        f"{NAME}\n1\n{encoded(bytes(35))}\n",
        f"{NAME}\n1\n{ROOT}\nextension\n",
        f"{NAME}\n1\n{ROOT}\n\n",
        f"a\x01b\n1\n{ROOT}\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(InvalidNote, match="checkpoint"):
        parse_checkpoint(text)


@pytest.mark.parametrize(
    ("origin", "size", "root"),
    [
        ("", 0, EMPTY_ROOT),
        ("a\nb", 0, EMPTY_ROOT),
        ("a\r", 0, EMPTY_ROOT),
        (NAME, -1, EMPTY_ROOT),
        (NAME, 2**63, EMPTY_ROOT),
        (NAME, 0, EMPTY_ROOT[:-1]),
    ],
)
def test_what_cannot_be_written_is_no_checkpoint(origin, size, root):
    with pytest.raises(InvalidNote, match="checkpoint"):
        Checkpoint(origin, size, root)
