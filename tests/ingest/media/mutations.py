"""Bytes of a file with something changed: what a broken disk, a broken writer or an attacker leaves."""

import numpy as np

EXTREMES = [
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\x80\0\0\0",
    b"\0\0\0\1",
    b"\1\0\0\0",
    b"<",
    b"\x1c\2",
]


def mutated(data, seed):
    """The file with one to eight changes, the same for the same seed. Most lie where the metadata is."""
    chance = np.random.default_rng(seed)
    out = bytearray(data)
    for _ in range(chance.integers(1, 9)):
        reach = len(out) if chance.random() < 0.2 else min(len(out), 4096)
        at = int(chance.integers(0, max(1, reach)))
        match int(chance.integers(0, 6)):
            case 0:
                out[at : at + 1] = bytes([int(chance.integers(0, 256))])
            case 1:
                extreme = EXTREMES[int(chance.integers(0, len(EXTREMES)))]
                out[at : at + len(extreme)] = extreme
            case 2:
                del out[at:]
            case 3:
                del out[at : at + int(chance.integers(1, 40))]
            case 4:
                out[at:at] = out[at : at + int(chance.integers(1, 400))]
            case _:
                out[at:at] = chance.bytes(int(chance.integers(1, 8)))
    return bytes(out)
