"""The order of a shard: a keyed pseudorandom permutation of the kept rows, not the source's order."""

import hmac

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def shard_order(key: bytes, split_digest: str, kept_rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The kept rows in the order of PRF(key, split digest, row).

    AES-256 under a key derived for this split; each row number is one block, so ranks are 128-bit
    values of which the first 64 bits order, and the row number breaks ties.
    """
    derived = hmac.digest(key, b"order\x00" + split_digest.encode(), "sha256")
    blocks = np.zeros((len(kept_rows), 2), "<u8")
    blocks[:, 0] = kept_rows
    # One block per row number, all different: ECB here is the bare block cipher, a PRF on row numbers.
    encryptor = Cipher(algorithms.AES(derived), modes.ECB()).encryptor()  # noqa: S305
    ranks = np.frombuffer(encryptor.update(blocks.tobytes()), "<u8").reshape(-1, 2)[:, 0]
    return kept_rows[np.argsort(ranks, kind="stable")]
