"""How the process ends: after Python's own clean-up, and before its libraries are taken down.

Arrow's threads let go of what Python lent them after a call has returned. Where the interpreter is being
taken down by then, they abort the process (apache/arrow issue 34314): exit code 134, after all the work was
done. It was seen in 4 of some 170 previews, beside a browser on a busy machine.
"""

import atexit
import os
import sys
from contextlib import suppress
from typing import NoReturn

_UNWRITTEN = 120
"""As Python itself ends where the last of the output cannot be written."""
_codes: list[int] = []


def end_early() -> None:
    """To be called before anything is imported that takes time: what is registered first is called last."""
    atexit.register(_end)


def ended_by(error: BaseException) -> None:
    """Note which exit code Python makes of what nobody catches."""
    code = error.code if isinstance(error, SystemExit) else 1
    _codes.append(code if isinstance(code, int) else int(code is not None))


def _end() -> NoReturn:
    code = _codes[-1] if _codes else 0
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError as error:
            if code:
                continue  # it has failed already, and said why
            code = _UNWRITTEN
            with suppress(OSError):
                os.write(
                    2, f"optout: the last of the output could not be written: {error.strerror}\n".encode()
                )
    os._exit(code)
