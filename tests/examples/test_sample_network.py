"""The generator of the sample network: the same bytes from the same seed, wherever it runs."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def generate(out, *options, code=0, **environment):
    ended = subprocess.run(
        [sys.executable, "-m", "examples.sample_network", out, "--scale", "0.02", *options],
        cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == code, ended.stderr
    return ended


def digests(folder):
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    out = tmp_path_factory.mktemp("sample") / "first"
    generate(out, PYTHONHASHSEED="1", TZ="UTC", LC_ALL="C")
    return digests(out)


def test_the_same_seed_gives_the_same_bytes(first, tmp_path):
    generate(tmp_path / "again", PYTHONHASHSEED="2", TZ="Asia/Kolkata", LC_ALL="C.UTF-8")
    assert digests(tmp_path / "again") == first


def test_another_seed_gives_another_network(first, tmp_path):
    generate(tmp_path / "other", "--seed", "2")
    other = digests(tmp_path / "other")
    assert other.keys() == first.keys()
    assert not set(other.values()) & set(first.values())


@pytest.mark.parametrize("scale", ["0", "-1", "0.001", "nan", "inf", "much"])
def test_a_scale_that_makes_no_network_is_refused(tmp_path, scale):
    refused = generate(tmp_path / "none", "--scale", scale, code=2)
    assert "--scale" in refused.stderr
    assert not (tmp_path / "none").exists()
