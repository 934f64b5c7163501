"""What a reading takes: calls of functions and bytes at the peak. Neither depends on how fast a machine is."""

import sys
import tracemalloc

from pipelines.ingest.media.reading import read_media


def calls_of(data, sidecar=None):
    """(result, number of calls, of Python's functions and of C's)."""
    count = 0

    def counted(_frame, event, _argument):
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(counted)
    try:
        media = read_media(data, sidecar)
    finally:
        sys.setprofile(None)
    return media, count


def peak_of(data, sidecar=None):
    """Bytes that were allocated at the peak, beyond those of the file."""
    tracemalloc.start()
    try:
        read_media(data, sidecar)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
