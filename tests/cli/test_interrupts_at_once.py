"""Ctrl-C is heard at any moment from the first import on, even where Python would lose it or could not listen."""

import os
import pty
import signal
import subprocess
import sys
import time
from itertools import count

import pytest
from cli.test_interrupts import MESSAGE
from commands import ROOT, workspace

AT_MOST = 5
"""Seconds from Ctrl-C to the end. It is one at most where a core is free; here others may hold both of them, and
the kernel frees the memory of a large process. What goes on regardless takes longer: a build, a minute of C."""
EVERY = (60, pytest.param(25, marks=pytest.mark.long))
"""About 110 modules are imported; Ctrl-C comes at the first, and again after so many."""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    place = workspace(tmp_path_factory.mktemp("undisturbed") / "w", files=4)
    place.build().done()
    return place


@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize("event", ["import", "callback"])
def test_wherever_a_module_is_imported(undisturbed, tmp_path, event, every):
    """From the first command's module on, until a build has published before it is interrupted."""
    place = undisturbed.copy(tmp_path / "w")
    for number in count(1, every):
        mark = tmp_path / str(number)
        ended = place.build(interrupt={"event": event, "number": number, "mark": str(mark)})
        if not mark.exists():
            published = place.files("versions")
            break
        assert time.time() - mark.stat().st_mtime < AT_MOST
        assert (ended.code, ended.out) == (130, ""), ended.err
        assert ended.err.endswith(MESSAGE)
        assert ended.err.count("optout: ") == 1
        assert "Traceback" not in ended.err
        assert "ignored" not in ended.err
        # Where nothing can be raised the process ends at once; the next build removes what it has staged.
        staged = [name for name in place.files("staging") if name.endswith(".arrow")]
        assert event == "callback" or staged == []
        if published := place.files("versions"):  # what is imported to show the funnel of a version
            assert (place.folder / "corpus" / published[0]).stat().st_mtime <= mark.stat().st_mtime
            break
    assert number > 75
    assert place.content() == undisturbed.content()
    assert place.files("staging/plans") == []


@pytest.mark.parametrize("module", ["typer", "pydantic"])
def test_a_process_that_has_just_started(undisturbed, tmp_path, module):
    place = undisturbed.copy(tmp_path / "w")
    with place.open_afresh("build", PYTHONPROFILEIMPORTTIME="1") as running:
        said = iter(running.stderr)
        next(line for line in said if line.rpartition("|")[2].strip().startswith(module))
        assert_ends(running)
        rest = [line for line in said if not line.startswith("import time:")]
    assert running.returncode == 130
    assert "".join(rest) == MESSAGE
    assert place.files("") == []


STUCK = """
import hashlib
from threading import Event
from pipelines.cli.interrupts import heed
heed()
from pipelines.cli.progress import run_with_progress
run_with_progress(Event().wait, "for ever", 1, {done})
"""
DONE = {
    "between two looks at a job": "lambda: 0",
    "in the long call of a library": "lambda: hashlib.pbkdf2_hmac('sha256', b'', b'', 2**30)",
}


@pytest.mark.parametrize("done", DONE)
def test_a_terminal_has_its_cursor_again(done):
    """Of a bar that is drawn, or of one whose main thread hears nothing for minutes."""
    parent, child = pty.openpty()
    command = [sys.executable, "-c", STUCK.format(done=DONE[done])]
    with subprocess.Popen(command, stderr=child, env=os.environ | {"TERM": "xterm"}, cwd=ROOT) as running:
        os.close(child)
        said = b""
        while b"for ever" not in said:
            said += os.read(parent, 4096)
        assert_ends(running)
        while more := read(parent):
            said += more
    os.close(parent)
    assert running.returncode == 130
    said = said.decode().replace("\r\n", "\n")
    assert said.count("\x1b[?25l") == 1
    assert said.endswith("\x1b[?25h\n" + MESSAGE)
    assert "Traceback" not in said


def test_a_process_that_was_told_to_ignore_it_does():
    """As a shell's background job is: Ctrl-C is for who stands in front."""
    code = "from pipelines.cli.interrupts import heed; heed(); import signal; signal.raise_signal(2); print('on')"
    ignoring = f"import signal; signal.signal(2, signal.SIG_IGN); {code}"
    for command, ended in ((code, (130, "", MESSAGE)), (ignoring, (0, "on\n", ""))):
        ran = subprocess.run(
            [sys.executable, "-c", command], capture_output=True, text=True, cwd=ROOT, check=False
        )
        assert (ran.returncode, ran.stdout, ran.stderr) == ended


def assert_ends(running):
    """After Ctrl-C it ends, and soon."""
    running.send_signal(signal.SIGINT)
    running.wait(AT_MOST)


def read(terminal):
    try:
        return os.read(terminal, 4096)
    except OSError:  # how Linux says that nobody holds the other end
        return b""
