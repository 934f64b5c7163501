"""An ingest that died, at whatever point: the source is whole at once, and the next one ends it."""

import os

import pytest

from builders import AS_OF
from pipelines.corpus.source_root import SourceRoot
from pipelines.ingesting import ingest, plan_ingest
from pipelines.jobs.ingest import convert_unit
from schemas.manifest import MANIFEST_NAME, SourceManifest
from schemas.source import SourceDescription

ENTRY = {"files": "a.csv", "format": "csv", "fields": {"account_id": {"from": "id"}}}
DESCRIPTION = SourceDescription.model_validate({
    "platform": "sample",
    "accounts": [ENTRY],
    "records": [{**ENTRY, "files": f"r{n}.csv", "fields": {"record_id": {"from": "id"}}} for n in range(3)],
    "part_rows": 4,
})  # fmt: skip


class Killed(SourceRoot):
    """A source root whose process dies at one moment of an ingest."""

    moment = ""

    def publish(self, manifest):
        if self.moment == "before the manifest":
            os._exit(9)
        super().publish(manifest)

    def sweep(self, manifest, plan_id=None):
        if self.moment == "before the sweep":
            os._exit(9)
        super().sweep(manifest, plan_id)


MOMENTS = ["before the manifest", "before the sweep"]


def write_source(folder, first):
    (folder / "a.csv").write_text("id\na1\na2\n")
    for n in range(3):
        (folder / f"r{n}.csv").write_text("id\n" + "".join(f"{first}-{n}-{row}\n" for row in range(9)))


def run(folder, root, converted=None):
    def job(plan_id, units):
        for number in units:
            convert_unit(root, plan_id, number, AS_OF)
        (converted if converted is not None else []).extend(units)

    return ingest(root, plan_ingest(DESCRIPTION, folder), job)


def die(folder, root, moment):
    pid = os.fork()
    if not pid:
        killed = Killed(root.url)
        killed.moment = moment
        run(folder, killed)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 9


def held(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != "lock"}  # fmt: skip


def named(folder):
    """What the manifest names; every file of it is there."""
    manifest = SourceManifest.parse((folder / MANIFEST_NAME).read_bytes(), "manifest")
    return {name: (folder / name).read_bytes() for name in (*manifest.accounts, *manifest.records)}


@pytest.fixture
def place(tmp_path):
    """Sources of two moments, the first of them ingested; and what an ingest of the second gives."""
    write_source(tmp_path, "old")
    root = SourceRoot(str(tmp_path / "canonical"))
    run(tmp_path, root)
    old = held(tmp_path / "canonical")
    write_source(tmp_path, "new")
    run(tmp_path, SourceRoot(str(tmp_path / "whole")))
    return tmp_path, root, old, held(tmp_path / "whole")


@pytest.mark.parametrize("moment", MOMENTS)
def test_what_died_leaves_a_whole_source_and_is_gone_on_with(place, moment):
    folder, root, old, whole = place
    die(folder, root, moment)
    there = held(folder / "canonical")
    assert {name: there.get(name) for name in old if name != MANIFEST_NAME} == {
        name: data for name, data in old.items() if name != MANIFEST_NAME
    }
    assert there[MANIFEST_NAME] == (old if moment == "before the manifest" else whole)[MANIFEST_NAME]
    assert named(folder / "canonical")
    converted = []
    run(folder, root, converted)
    assert converted == []
    assert held(folder / "canonical") == whole


DAMAGE = {
    "cut short": lambda data: data[: len(data) // 2],
    "one bit": lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:],
    "empty": lambda _: b"",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_part_that_was_damaged_since_is_made_again(place, damage):
    folder, root, old, whole = place
    die(folder, root, "before the manifest")
    part = next(
        folder / "canonical" / name for name in whole if name.startswith("records/00002") and name not in old
    )
    part.chmod(0o600)
    part.write_bytes(damage(part.read_bytes()))
    converted = []
    run(folder, root, converted)
    assert converted == [2]
    assert held(folder / "canonical") == whole
