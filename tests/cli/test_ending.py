"""How a command ends: by its own exit code, whatever threads of libraries are still at."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from commands import ROOT

_ABANDONED = """
import io, sys, threading, time
import pyarrow as pa, pyarrow.parquet as pq

class Slow(io.BytesIO):
    slow = False
    def read(self, *size):
        if self.slow:
            begun.set()
            time.sleep(0.2)
        return super().read(*size)

begun = threading.Event()
buffer = io.BytesIO()
pq.write_table(pa.table({"number": range(1000)}), buffer, row_group_size=100)
source = Slow(buffer.getvalue())
file = pq.ParquetFile(pa.PythonFile(source, mode="r"), pre_buffer=True)

def command():
    # Nobody waits for this read: it is in a thread of Arrow's, and wants the interpreter once more.
    source.slow = True
    threading.Thread(target=file.read, daemon=True).start()
    begun.wait()
    print("said")
    ENDING
"""
_OF_OURS = """
import pipelines.cli.main
from pipelines.cli.__main__ import main
pipelines.cli.main.main = command
main()
"""


def ended(script, out=subprocess.PIPE):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": ""}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment, stdout=out, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("ending", "code", "said"),
    [
        ("", 0, ""),
        ("sys.exit(3)", 3, ""),
        ("sys.exit('no')", 1, "no\n"),
        ("raise ValueError('no')", 1, "ValueError: no\n"),
    ],
)
def test_a_thread_of_arrow_that_is_late_changes_nothing(ending, code, said):
    found, out, err = ended(_ABANDONED.replace("ENDING", ending) + _OF_OURS)
    assert (found, out) == (code, "said\n"), err
    assert err.endswith(said)
    assert bool(err) == bool(said)


def test_without_care_it_aborts():
    """The same under Python alone: where this fails, Arrow has been mended, and ending.py can go."""
    code, out, _ = ended(_ABANDONED.replace("ENDING", "") + "command()\n")
    assert (code, out) == (-6, "said\n")


def test_the_last_of_the_output_that_cannot_be_written_is_one_line():
    with Path("/dev/full").open("w") as full:
        code, _, err = ended(_ABANDONED.replace("ENDING", "") + _OF_OURS, full)
    assert (code, err) == (
        120,
        "optout: the last of the output could not be written: No space left on device\n",
    )


@pytest.mark.parametrize("command", [["schema", "Policy"], ["--version"], ["--help"]])
def test_output_that_cannot_be_written_is_one_error(command):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "pipelines.cli", *command],
            cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 3
    assert done.stderr.startswith("optout: standard output\n")
    assert done.stderr.count("No space left on device") == 1
