"""Wrapped keys: a file alone opens nothing, and opens as nothing else than what was wrapped."""

import json
import stat
from typing import get_args

import pytest
from commands import Workspace, workspace

from pipelines.keys import MASTER, absolute_reference, create_key_file, resolve, wrap_key_file
from schemas.errors import ConfigurationError
from schemas.workspace import KeyPurpose

KMS = "local:master.key"


@pytest.fixture
def folder(tmp_path):
    """A folder with a master key."""
    create_key_file(tmp_path / "master.key", MASTER)
    return tmp_path


def test_a_wrapped_key_is_the_key_again(folder):
    key = create_key_file(folder / "lineage.key", "lineage")
    assert wrap_key_file(folder / "wrapped.key", "lineage", KMS, folder / "lineage.key") == key
    assert resolve("kms:wrapped.key", "lineage", folder) == key
    text = (folder / "wrapped.key").read_text("ascii")
    assert key.secret.hex() not in text
    assert {**json.loads(text), "wrapped": ""} == {
        "purpose": "lineage", "id": key.id, "kms": KMS, "wrapped": "",
    }  # fmt: skip
    assert stat.S_IMODE((folder / "wrapped.key").stat().st_mode) == 0o600


def test_a_new_key_can_be_wrapped_and_two_are_never_alike(folder):
    keys = [wrap_key_file(folder / f"{n}.key", "registry", KMS) for n in range(2)]
    assert keys[0].id != keys[1].id
    assert [resolve(f"kms:{n}.key", "registry", folder) for n in range(2)] == keys


def test_the_same_key_is_wrapped_otherwise_each_time(folder):
    create_key_file(folder / "log.key", "log")
    for name in ("one", "two"):
        wrap_key_file(folder / name, "log", KMS, folder / "log.key")
    one, two = (json.loads((folder / name).read_text()) for name in ("one", "two"))
    assert one["wrapped"] != two["wrapped"]


def test_an_absolute_reference_works_from_any_folder_and_finds_the_master_key(folder, monkeypatch):
    key = wrap_key_file(folder / "keys" / "wrapped.key", "lineage", "local:../master.key")
    reference = absolute_reference("kms:keys/wrapped.key", folder)
    monkeypatch.chdir("/")
    assert resolve(reference, "lineage") == key


def rewritten(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def exchanged(folder, *names):
    """Give the wrapped key another one's members."""
    wrap_key_file(folder / "other.key", "lineage", KMS)
    other = json.loads((folder / "other.key").read_text())
    rewritten(folder / "wrapped.key", **{name: other[name] for name in names})


# what is done -> what the message says
BROKEN = {
    "another wrapped in its place": (lambda folder: exchanged(folder, "wrapped"), "does not open"),
    "another id": (lambda folder: exchanged(folder, "id"), "does not open"),
    "another purpose": (
        lambda folder: rewritten(folder / "wrapped.key", purpose="registry"),
        "does not open",
    ),
    "another master key": (
        lambda folder: ((folder / "master.key").unlink(), create_key_file(folder / "master.key", MASTER)),
        "does not open",
    ),
    "no master key": (lambda folder: (folder / "master.key").unlink(), "No such file or directory"),
    "a master key that others read": (lambda folder: (folder / "master.key").chmod(0o644), "mode 0644"),
    "a key of another purpose as master": (
        lambda folder: (
            create_key_file(folder / "l.key", "log"),
            rewritten(folder / "wrapped.key", kms="local:l.key"),
        ),
        "a key made for log",
    ),
    "another service": (lambda folder: rewritten(folder / "wrapped.key", kms="cloud:x"), "another form"),
    "a byte flipped": (lambda folder: rewritten(folder / "wrapped.key", wrapped="00" * 60), "does not open"),
    "too short": (lambda folder: rewritten(folder / "wrapped.key", wrapped="00"), "does not open"),
    "not hexadecimal": (lambda folder: rewritten(folder / "wrapped.key", wrapped="zz"), "something else"),
    "no wrapped key": (lambda folder: (folder / "wrapped.key").write_text("{}"), "something else"),
    "readable by others": (lambda folder: (folder / "wrapped.key").chmod(0o604), "mode 0604"),
    "wrapped for the log": (
        lambda folder: ((folder / "wrapped.key").unlink(), wrap_key_file(folder / "wrapped.key", "log", KMS)),
        "a key made for log",
    ),
}


@pytest.mark.parametrize(("damage", "found"), BROKEN.values(), ids=BROKEN)
def test_what_is_not_as_it_was_wrapped_is_refused(folder, damage, found):
    key = wrap_key_file(folder / "wrapped.key", "lineage", KMS)
    damage(folder)
    with pytest.raises(ConfigurationError) as caught:
        resolve("kms:wrapped.key", "lineage", folder)
    assert found in str(caught.value)
    assert key.secret.hex() not in str(caught.value)


def test_a_wrapped_key_is_never_replaced(folder):
    key = wrap_key_file(folder / "wrapped.key", "lineage", KMS)
    with pytest.raises(ConfigurationError, match="one that exists"):
        wrap_key_file(folder / "wrapped.key", "lineage", KMS)
    assert resolve("kms:wrapped.key", "lineage", folder) == key


def test_a_workspace_whose_keys_are_all_wrapped(tmp_path):
    """Workers, too, get a reference and open it themselves."""
    place = workspace(tmp_path / "w", files=2)
    place.build().done()
    text = (place.folder / "optout.yaml").read_text("utf-8")
    for purpose in ("registry", "lineage", "log"):
        plain, wrapped = (place.folder / "keys" / f"{purpose}.{end}" for end in ("key", "wrapped"))
        ended = place.run(
            "key", "wrap", purpose, wrapped, "--kms", "local:master.key", "--from", plain
        ).done()
        assert json.loads(plain.read_text())["key"] not in ended.out + ended.err
        assert ("keep a copy" in ended.err) is (purpose == "registry")  # the master key is made once
        plain.unlink()
        text = text.replace(f"file:keys/{purpose}.key", f"kms:keys/{purpose}.wrapped")
    (place.folder / "optout.yaml").write_text(text, "utf-8")
    place.run("init").done()
    place.run("registry", "add", "account", "a3").done()
    place.build("--from-scratch", "--accept-change", "tests").done()
    place.run("verify").done()


def test_a_service_that_nobody_knows_is_an_option_that_is_wrong(tmp_path):
    place = workspace(tmp_path / "w", files=1)
    for kms in ("cloud:one", "local:", "local"):
        ended = place.run("key", "wrap", "log", place.folder / "out.key", "--kms", kms)
        assert (ended.code, ended.out) == (2, ""), ended
        assert "Traceback" not in ended.err
        assert not (place.folder / "out.key").exists()


@pytest.mark.parametrize("purpose", get_args(KeyPurpose))
def test_the_command_wraps_a_key_of_every_purpose(tmp_path, purpose):
    ended = Workspace(tmp_path).run(
        "key", "wrap", purpose, tmp_path / "wrapped.key", "--kms", "local:master.key"
    )
    key_id = ended.done().out.split()[-1]
    assert resolve("kms:wrapped.key", purpose, tmp_path).id == key_id
