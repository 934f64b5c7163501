"""Keys: made once, found by reference, never shown."""

import json
import pickle
import stat

import pytest

from pipelines.keys import KEY_BYTES, absolute_reference, create_key_file, resolve
from schemas.errors import ConfigurationError


@pytest.fixture
def key(tmp_path):
    return create_key_file(tmp_path / "keys" / "lineage.key", "lineage")


def test_a_new_key_is_in_a_file_that_only_its_owner_can_read(key, tmp_path):
    path = tmp_path / "keys" / "lineage.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert len(key.secret) == KEY_BYTES == 32
    assert json.loads(path.read_text()) == {"purpose": "lineage", "id": key.id, "key": key.secret.hex()}


def test_two_keys_differ_and_so_do_their_ids(key, tmp_path):
    other = create_key_file(tmp_path / "other.key", "lineage")
    assert other.secret != key.secret
    assert other.id != key.id


def test_an_existing_key_is_never_replaced(key, tmp_path):
    with pytest.raises(ConfigurationError, match="no file of that name"):
        create_key_file(tmp_path / "keys" / "lineage.key", "lineage")
    assert resolve("file:keys/lineage.key", "lineage", tmp_path) == key


def test_a_key_is_found_by_path_and_by_variable(key, tmp_path, monkeypatch):
    path = tmp_path / "keys" / "lineage.key"
    monkeypatch.setenv("A_KEY", path.read_text())
    assert resolve("file:keys/lineage.key", "lineage", tmp_path) == key
    assert resolve(f"file:{path}", "lineage") == key
    assert resolve("env:A_KEY", "lineage") == key


def test_an_absolute_reference_works_from_any_folder(key, tmp_path, monkeypatch):
    reference = absolute_reference("file:keys/lineage.key", tmp_path)
    monkeypatch.chdir("/")
    assert resolve(reference, "lineage") == key
    assert absolute_reference("env:A_KEY", tmp_path) == "env:A_KEY"


def test_the_id_follows_from_the_secret_and_does_not_show_it(key):
    assert key.id.startswith("lineage-")
    assert len(key.id) == len("lineage-") + 16
    assert key.id.removeprefix("lineage-") not in key.secret.hex()


def test_no_representation_shows_the_secret(key):
    for shown in (repr(key), str(key), f"{key}"):
        assert key.secret.hex() not in shown
        assert repr(key.secret)[2:-1] not in shown
    assert pickle.loads(pickle.dumps(key)) == key  # noqa: S301 - our own bytes


def rewritten(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


# what is done to the key file -> what the message says
BROKEN = {
    "readable by the group": (lambda path: path.chmod(0o640), "mode 0640"),
    "readable by others": (lambda path: path.chmod(0o604), "mode 0604"),
    "missing": (lambda path: path.unlink(), "No such file or directory"),
    "a folder": (lambda path: (path.unlink(), path.mkdir()), "Is a directory"),
    "not JSON": (lambda path: path.write_text("secret"), "something else"),
    "a list": (lambda path: path.write_text("[]"), "something else"),
    "lists in lists": (lambda path: path.write_text("[" * 100_000), "something else"),
    "half a character": (lambda path: rewritten(path, key="\ud83d" * 64), "something else"),
    "not UTF-8": (lambda path: path.write_bytes(b"\xff"), "other bytes than UTF-8"),
    "too short": (lambda path: rewritten(path, key="00" * 31), "something else"),
    "not hexadecimal": (lambda path: rewritten(path, key="zz" * 32), "something else"),
    "made for another purpose": (lambda path: rewritten(path, purpose="registry"), "a key made for registry"),
    "made for nothing we know": (lambda path: rewritten(path, purpose="backup"), "something else"),
    "another key under the same id": (lambda path: rewritten(path, key="ab" * 32), "an id of another key"),
}


@pytest.mark.parametrize(("damage", "found"), BROKEN.values(), ids=BROKEN)
def test_a_key_that_is_not_as_it_was_made_is_refused(key, tmp_path, damage, found):
    path = tmp_path / "keys" / "lineage.key"
    damage(path)
    with pytest.raises(ConfigurationError) as caught:
        resolve(f"file:{path}", "lineage")
    assert caught.value.found == found
    assert key.secret.hex() not in str(caught.value)


@pytest.mark.usefixtures("key")
def test_a_key_serves_one_purpose(tmp_path):
    with pytest.raises(ConfigurationError, match="a key made for lineage"):
        resolve("file:keys/lineage.key", "registry", tmp_path)


@pytest.mark.parametrize(
    ("reference", "named"),
    [
        ("env:NO_SUCH_VARIABLE", "NO_SUCH_VARIABLE"),
        ("vault:secret/one", "vault:…"),
        ("keys.key", "no scheme"),
    ],
)
def test_a_reference_that_leads_nowhere_says_so(reference, named, monkeypatch):
    monkeypatch.delenv("NO_SUCH_VARIABLE", raising=False)
    with pytest.raises(ConfigurationError) as caught:
        resolve(reference, "lineage")
    assert named in str(caught.value)
    assert "secret/one" not in str(caught.value)
