"""Files that a command writes where a person asked for them."""

import stat

import pytest

from pipelines.cli.written import writing_file
from schemas.errors import ConfigurationError


def test_a_new_file_replaces_none_that_came_meanwhile(tmp_path):
    path = tmp_path / "key"

    def write():
        with writing_file(path) as file:
            file.write(b"late")
            path.write_bytes(b"first")

    with pytest.raises(ConfigurationError, match="a new file"):
        write()
    assert [one.name for one in tmp_path.iterdir()] == ["key"]
    assert path.read_bytes() == b"first"


def test_a_file_that_is_replaced_stays_as_private_as_it_was(tmp_path):
    path = tmp_path / "lines.csv"
    path.write_bytes(b"before")
    path.chmod(0o600)
    with writing_file(path, replaces=lambda _: None) as file:
        file.write(b"after")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"after", 0o600)


def test_what_raises_leaves_no_file(tmp_path):
    with pytest.raises(ZeroDivisionError), writing_file(tmp_path / "new") as file:
        file.write(bytes(1 // 0))
    assert list(tmp_path.iterdir()) == []
