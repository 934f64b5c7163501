"""A process that hashes what its parent sends it, until the parent closes the pipe or is no more."""

import pickle
import sys

from schemas.pseudonyms import pseudonyms


def main() -> None:
    """Read (key, prefix, forms) again and again, write the digests of each."""
    while True:
        try:
            # From the parent alone, through a pipe that has no name.
            work = pickle.load(sys.stdin.buffer)  # noqa: S301
        except EOFError:
            return
        sys.stdout.buffer.write(pseudonyms(*work))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
