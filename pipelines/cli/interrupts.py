"""Ctrl-C ends the program within a second, whatever it is doing.

Python alone raises KeyboardInterrupt in the main thread. That is lost where nothing can be raised (the
callback of a weak reference, of which importing has one for each module), may come out of an import as
another error, and waits until a library's long call returns. So there is more: a hook for what would be
lost, one for what would be a traceback, and a thread that ends the process where that takes too long. It
may: a death at any moment is safe (law 4).
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType, TracebackType
from typing import NoReturn

INTERRUPTED = 130
_MESSAGE = "optout: interrupted; run the command again to go on: finished work is kept\n"
_GRACE = 0.5
"""Seconds for an orderly end, in which a build removes its table of accounts from staging."""
_SHOW_CURSOR = "\x1b[?25h"
_heard: list[int] = []
_last_words = [_MESSAGE]
_to_give_up: list[Callable[[], None]] = []


def heed() -> None:
    """From now on Ctrl-C ends this process; one that was started to ignore it goes on ignoring it."""
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return
    sys.excepthook, sys.unraisablehook = _uncaught, _lost
    signal.signal(signal.SIGINT, _interrupt)
    heard, hears = os.pipe()
    os.set_blocking(hears, False)
    signal.set_wakeup_fd(hears, warn_on_full_buffer=False)
    threading.Thread(target=_end_late, args=(heard,), name="interrupts", daemon=True).start()


def interrupted() -> bool:
    """Whether Ctrl-C was pressed, whatever has become of the KeyboardInterrupt."""
    return bool(_heard)


def end_interrupted() -> NoReturn:
    """End at once: an orderly end of the interpreter would wait for the threads of a job."""
    try:
        words = _last_words.pop()
    except IndexError:
        time.sleep(_GRACE)  # another thread is saying it
    else:
        # A progress bar may have hidden the cursor, and the terminal has written ^C behind it.
        dumb = os.environ.get("TERM", "dumb") in {"dumb", "unknown"}
        tidy = ("" if dumb else _SHOW_CURSOR) + "\n" if os.isatty(2) else ""
        with suppress(OSError):
            os.write(2, (tidy + words).encode())
    os._exit(INTERRUPTED)


@contextmanager
def catchable(give_up: Callable[[], None]) -> Iterator[None]:
    """Within, Ctrl-C is a KeyboardInterrupt and no end, for who catches it and goes on.

    ``give_up`` is called from another thread as well: the main one may be in a library that does not look.
    """
    if signal.getsignal(signal.SIGINT) is not _interrupt:
        yield
        return
    _to_give_up.append(give_up)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, _interrupt)
        _to_give_up.clear()


def _interrupt(number: int, _frame: FrameType | None) -> None:
    if _heard:  # twice: somebody is in a hurry
        end_interrupted()
    _heard.append(number)
    raise KeyboardInterrupt


def _end_late(heard: int) -> None:
    """End the process if nothing else has, some time after Ctrl-C; signals of others are none of it."""
    while signals := os.read(heard, 1):
        if signals[0] != signal.SIGINT:
            continue
        if _to_give_up:
            _to_give_up[-1]()  # in no variable: this thread outlives what it would hold
        if signal.getsignal(signal.SIGINT) is _interrupt:
            time.sleep(_GRACE)
            end_interrupted()


def _lost(what: "sys.UnraisableHookArgs") -> None:
    if _heard:
        end_interrupted()
    sys.__unraisablehook__(what)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if _heard:
        end_interrupted()
    sys.__excepthook__(kind, error, trace)
