"""Coded pictures without the messages between their parts. ITU-T H.265, 7.3; ISO/IEC 14496-15, 8.3; AV1, 5.3.

Messages (SEI, metadata OBUs) are no pixels: encoders write their names and options there, others anything.
Kept are those that tell how bright a picture is meant to be.
"""

from pipelines.ingest.stripping.pieces import MAX_PIECES, Bytes, Refusal, Refused, must, number, take

_PARAMETERS = {32, 33, 34}
"""Of HEVC: the three kinds of parameter sets."""
_SLICES = {*range(10), *range(16, 22)}
_MESSAGES = {39, 40}
_LIGHT = {137, 144, 147}
"""Messages of HEVC: mastering display, light level, preferred transfer characteristics."""
_CONFIGURATION_HEAD = 22
_MORE = 0xFF

_OBU_EXTENSION, _OBU_SIZED, _OBU_SEQUENCE, _OBU_DELIMITER, _OBU_METADATA = 0x04, 0x02, 1, 2, 5
_OBU_PICTURE = {_OBU_SEQUENCE, _OBU_DELIMITER, 3, 4, 6, 7}
"""Sequence header, temporal delimiter, frames in every form; not padding, nor what is reserved."""
_OBU_LIGHT = {1, 2}
"""Metadata of AV1: light level, mastering display."""


def hevc_configuration(held: Bytes) -> bytes:
    """Record ``hvcC`` with nothing but parameter sets."""
    must(len(held) > _CONFIGURATION_HEAD and held[0] == 1)
    at, arrays = _CONFIGURATION_HEAD + 1, []
    for _ in range(held[_CONFIGURATION_HEAD]):
        kind, count = number(held, at, 1), number(held, at + 1, 2)
        at += 3
        units = bytearray()
        for _ in range(count):
            size = number(held, at, 2)
            units += take(held, at, 2 + size)
            at += 2 + size
        if kind & 0x3F in _PARAMETERS:
            arrays.append(bytes([kind & 0xBF]) + count.to_bytes(2, "big") + units)
    return bytes(held[:_CONFIGURATION_HEAD]) + bytes([len(arrays)]) + b"".join(arrays)


def hevc_picture(held: Bytes, configuration: bytes) -> list[Bytes]:
    """The units of a picture, each with its length before it, that are slices, parameters, or light."""
    size_of_length = (configuration[_CONFIGURATION_HEAD - 1] & 3) + 1
    kept: list[Bytes] = []
    at = 0
    for _ in range(MAX_PIECES):
        if at == len(held):
            return kept
        size = number(held, at, size_of_length)
        unit = take(held, at + size_of_length, size)
        must(size >= 2)  # noqa: PLR2004 - the head of a unit
        kind = unit[0] >> 1 & 0x3F
        if kind in _SLICES or kind in _PARAMETERS or (kind in _MESSAGES and _is_light(unit[2:])):
            kept.append(held[at : at + size_of_length + size])
        at += size_of_length + size
    raise Refused(Refusal.LIMIT)


def _is_light(unit: Bytes) -> bool:
    """All messages of a unit say how bright the picture is, and nothing stands behind them."""
    messages = bytes(unit)
    at = 0
    while at + 1 < len(messages):
        kind, at = _grown(messages, at)
        size, at = _grown(messages, at)
        if kind not in _LIGHT:
            return False
        at += size
    return at + 1 == len(messages) and messages[at] == 0x80  # noqa: PLR2004 - the bit that ends a unit


def _grown(messages: bytes, at: int) -> tuple[int, int]:
    """A number that goes on behind every byte 255, and where it ends."""
    found = 0
    while at < len(messages) and messages[at] == _MORE:
        found, at = found + _MORE, at + 1
    return (found + messages[at], at + 1) if at < len(messages) else (-1, at)


def av1_configuration(held: Bytes) -> bytes:
    """Record ``av1C`` with nothing but a sequence header and light."""
    must(len(held) >= 4 and held[0] == 0x81)  # noqa: PLR2004 - the fields before any units; marker and version
    return bytes(held[:4]) + b"".join(map(bytes, av1_picture(held[4:])))


def av1_picture(held: Bytes) -> list[Bytes]:
    """The units of a picture that are frames, sequence headers, or light."""
    kept: list[Bytes] = []
    at = 0
    for _ in range(MAX_PIECES):
        if at == len(held):
            return kept
        head = held[at]
        content = at + (2 if head & _OBU_EXTENSION else 1)
        size, content = _leb128(held, content) if head & _OBU_SIZED else (len(held) - content, content)
        unit = take(held, content, size)
        kind = head >> 3 & 0xF
        must(kind != _OBU_DELIMITER or size == 0)
        if kind in _OBU_PICTURE or (kind == _OBU_METADATA and size and unit[0] in _OBU_LIGHT):
            kept.append(held[at : content + size])
        at = content + size
    raise Refused(Refusal.LIMIT)


def _leb128(held: Bytes, at: int) -> tuple[int, int]:
    """A number in seven bits a byte, and where it ends."""
    found = 0
    for place in range(8):
        byte = number(held, at + place, 1)
        found |= (byte & 0x7F) << 7 * place
        if not byte & 0x80:
            return found, at + place + 1
    raise Refused(Refusal.BROKEN)
