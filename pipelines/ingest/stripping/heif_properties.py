"""Properties of items that are kept: what decodes one, and how it is shown. ISO/IEC 23008-12, 6.5."""

from collections.abc import Callable

from pipelines.ingest.stripping.coded import av1_configuration, hevc_configuration
from pipelines.ingest.stripping.heif_items import Property
from pipelines.ingest.stripping.pieces import Bytes, Refusal, must
from pipelines.ingest.stripping.profile import profile_of

ALPHA = (b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1")
_FULL = bytes(4)
"""Version and flags of a full box."""
_LENGTHS = {
    # Size, aspect of pixels, crop, quarter turns, mirror; light: levels, mastering display, surroundings.
    b"ispe": 12, b"pasp": 8, b"clap": 32, b"irot": 1, b"imir": 1, b"clli": 4, b"mdcv": 24, b"amve": 8,
}  # fmt: skip
"""Properties that are kept as they are, each of one length."""
_LAYERS = {b"a1lx", b"a1op", b"lsel", b"oinf", b"tols"}
"""Which layer of an item is the picture: parts of it would be numbered otherwise in a copy."""
_NCLX = 11


def kept_property(told: Property, *, is_essential: bool) -> bytes | None:
    """The content of the property in the copy; none where it is not kept.

    Refused: a reader has to know it and this one does not, or it is no well-formed one.
    """
    if told.name in _LENGTHS:
        must(len(told.held) == _LENGTHS[told.name])
        return bytes(told.held)
    if told.name in _REWRITTEN:
        return _REWRITTEN[told.name](told.held)
    must(not is_essential and told.name not in _LAYERS, Refusal.FORMAT)
    return None


def is_alpha(told: Property) -> bool:
    """The item is what another one's transparency is."""
    return told.name == b"auxC" and _kind(told.held) in ALPHA


def _kind(held: Bytes) -> bytes:
    return bytes(held[4 : 4 + 64]).split(b"\0", 1)[0]


def _auxiliary(held: Bytes) -> bytes | None:
    """What is of use in it is the kind of item alone."""
    kind = _kind(held)
    return _FULL + kind + b"\0" if kind in ALPHA else None


def _colour(held: Bytes) -> bytes | None:
    """Colours by number, or a profile."""
    kind = bytes(held[:4])
    if kind == b"nclx":
        must(len(held) == _NCLX)
        return bytes(held)
    profile = profile_of(held[4:]) if kind in {b"prof", b"rICC"} else None
    return None if profile is None else kind + profile


def _bits(held: Bytes) -> bytes:
    """Bits of each channel, which are counted."""
    must(len(held) > len(_FULL) and len(held) == 5 + held[4])
    return _FULL + bytes(held[4:])


_REWRITTEN: dict[bytes, Callable[[Bytes], bytes | None]] = {
    b"auxC": _auxiliary,
    b"colr": _colour,
    b"pixi": _bits,
    b"hvcC": hevc_configuration,
    b"av1C": av1_configuration,
}
