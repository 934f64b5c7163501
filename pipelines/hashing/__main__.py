"""A process that hashes what its parent sends it, until the parent closes the pipe or is no more."""

import pickle
import sys

from schemas.pseudonyms import pseudonyms


def main() -> None:
    """Read (keys, prefix, forms) again and again, write the digests of each."""
    while True:
        try:
            work = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the parent alone
        except EOFError:
            return
        sys.stdout.buffer.write(pseudonyms(*work))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
