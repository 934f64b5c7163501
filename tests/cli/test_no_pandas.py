"""A scan of pictures starts without pandas, which pyarrow would import for nothing."""

import os
import subprocess
import sys

from commands import ROOT

_SCRIPT = """
import sys
import pyarrow as pa
from pipelines.cli.no_pandas import leave_pandas_out

FIRST
assert pa.array([1, None, 3]).null_count == 1
assert pa.Table.from_pylist([{"name": ["a"]}]).num_rows == 1
print("pandas" in sys.modules)
import pandas
print(pandas.Series(pa.array([1, 2]).to_pylist()).sum())
"""


def printed(first):
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT.replace("FIRST", first)],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_arrays_are_made_without_it_and_it_can_be_imported_later():
    assert printed("leave_pandas_out()") == ["False", "3"]


def test_pyarrow_alone_still_imports_it():
    """Where this fails, pipelines/cli/no_pandas.py can go."""
    assert printed("") == ["True", "3"]


def test_what_is_imported_already_stays():
    assert printed("import pandas; leave_pandas_out()") == ["True", "3"]


def test_a_scan_of_pictures_does_without(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.jpg").write_bytes(b"none")
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "pipelines.cli", "media", "scan", "in", "out.parquet"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "pyarrow" in imported
    assert "pandas.core" not in imported  # looked for is "pandas" all the same
