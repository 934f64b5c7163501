"""A process that reads the pictures its parent names: ``SECONDS FILE_BYTES MEMORY_BYTES SHA256``."""

import sys

from pipelines.ingest.scanning.limits import Limits
from pipelines.ingest.scanning.worker import serve


def main() -> None:
    """Serve on standard input and output."""
    seconds, file_bytes, memory_bytes, sha256 = (int(word) for word in sys.argv[1:])
    limits = Limits(seconds, file_bytes, memory_bytes)
    serve(sys.stdin.buffer, sys.stdout.buffer, limits, sha256=bool(sha256))


if __name__ == "__main__":
    main()
