"""Law 4: whatever byte of a version is changed, lost or put in its place, the check of its structure names it."""

import random
import shutil

import pyarrow.parquet as pq
import pytest
from commands import ACCOUNTS, RECORDS, workspace
from enumerations import few_of

from builders import accounts_table, medium, record
from pipelines.corpus.store import open_store
from pipelines.keys import resolve, resolve_chain
from pipelines.lineage.verify.version import Evidence, verify
from schemas.errors import BadInput, ConfigurationError

PICTURES = [
    record(record_id=f"p{n}", account_id="a2", surface="photo", media=[medium(caption="two kids")])
    for n in range(4)
]


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A workspace with two versions; the second follows an objection."""
    place = workspace(tmp_path_factory.mktemp("tampering") / "w", ACCOUNTS, RECORDS[:8] + PICTURES, files=3)
    place.build().done()
    place.run("registry", "add", "account", "a1").done()
    place.build("--accept-change", "tests").done()
    return place


@pytest.fixture
def corpus(published, tmp_path):
    shutil.copytree(published.folder / "corpus", tmp_path / "corpus")
    return tmp_path / "corpus"


def blamed(corpus, *numbers, evidence=None):
    """Objects and envelopes that a check names, in the first version where it names any."""
    for number in numbers or (2, 1):
        findings = verify(open_store(str(corpus)), number, evidence).report.findings
        if findings:
            return {finding.object for finding in findings}
    return set()


@pytest.fixture
def evidence(published, tmp_path):
    """The source and the keys that both versions were built from; the source may be changed."""
    shutil.copytree(published.folder / "canonical", tmp_path / "canonical")
    keys = published.folder / "keys"
    registry, lineage = (
        resolve_chain([f"file:{keys}/registry.key"]),
        resolve(f"file:{keys}/lineage.key", "lineage"),
    )
    return Evidence(tmp_path / "canonical", registry, lineage)


def names(corpus):
    """Everything that the two versions are: envelopes and objects."""
    zones = (path for zone in ("versions", "data", "lineage") for path in (corpus / zone).rglob("*"))
    return sorted(path.relative_to(corpus).as_posix() for path in zones if path.is_file())


@pytest.fixture(params=few_of(["one in eight", "all"], "one in eight"))
def chosen(request, corpus):
    """Objects and envelopes to be tampered with, of each zone and form at least one."""
    every = names(corpus)
    if request.param == "all":
        return every
    one_of_each = {kind_of(name): name for name in every}
    return sorted({*every[::8], *one_of_each.values()})


def kind_of(name):
    return name.partition("/")[0], name.rpartition(".")[2]


def changes(data, generator):
    """The same bytes with one changed: the first, the last, one between; and with one more or one less."""
    for place in (0, generator.randrange(1, len(data) - 1), len(data) - 1):
        bit = 1 << generator.randrange(8)
        yield data[:place] + bytes([data[place] ^ bit]) + data[place + 1 :]
    yield generator.choice((data + b"\0", data[:-1]))


def test_nothing_is_found_where_nothing_was_done(corpus):
    assert blamed(corpus, 1) == blamed(corpus, 2) == set()


def test_a_changed_byte_of_any_object_is_found_and_named(corpus, chosen):
    generator, found = random.Random(20260601), {}  # noqa: S311 - places, not secrets
    for name in chosen:
        path = corpus / name
        data = path.read_bytes()
        path.chmod(0o600)
        for number, changed in enumerate(changes(data, generator)):
            path.write_bytes(changed)
            found[name, number] = blamed(corpus)
        path.write_bytes(data)
    assert {key: blame for key, blame in found.items() if blame != {key[0]}} == {}
    assert {kind_of(name) for name in chosen} == {
        ("versions", "json"),
        ("data", "parquet"),
        ("lineage", "parquet"),
        ("lineage", "json"),
    }


def test_nothing_is_found_in_both_versions_with_their_source_at_hand(corpus, evidence):
    assert blamed(corpus, evidence=evidence) == set()


def test_a_changed_byte_is_found_and_named_with_the_source_at_hand(corpus, chosen, evidence):
    """What cannot be read is not derived either: nothing else is blamed for it."""
    generator, found = random.Random(20260602), {}  # noqa: S311 - places, not secrets
    for name in chosen:
        path = corpus / name
        data = path.read_bytes()
        path.chmod(0o600)
        path.write_bytes(generator.choice(list(changes(data, generator))))
        found[name] = blamed(corpus, evidence=evidence)
        path.write_bytes(data)
    assert {name: blame for name, blame in found.items() if blame != {name}} == {}


def _changed(path):
    data = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(data[:100] + bytes([data[100] ^ 1]) + data[101:])


def test_a_source_that_was_changed_is_found(corpus, evidence):
    second = sorted((evidence.root / "records").iterdir())[1]
    _changed(second)
    assert blamed(corpus, 2, evidence=evidence) == {"split 1"}
    (evidence.root / "source.json").write_bytes(
        (evidence.root / "source.json").read_bytes().replace(b'"description":"d', b'"description":"e')
    )
    assert blamed(corpus, 2, evidence=evidence) == {"split 1", "source description"}


def test_another_account_is_found(corpus, evidence):
    (path,) = (evidence.root / "accounts").iterdir()
    rows = pq.read_table(path).to_pylist()
    rows[2]["status"] = "suspended"
    path.chmod(0o600)
    pq.write_table(accounts_table(rows), path)
    blame = blamed(corpus, 2, evidence=evidence)
    # its four records are the third of three files
    assert {"source accounts", *(f"split 2 row {n}" for n in range(4))} <= blame
    assert any(name.startswith("eligibility of subject ") for name in blame)


def test_a_source_that_is_gone_is_one_error(corpus, evidence):
    sorted((evidence.root / "records").iterdir())[2].unlink()
    with pytest.raises(BadInput, match=r"source records/part-00002\.parquet"):
        blamed(corpus, 2, evidence=evidence)


def test_an_object_that_is_gone_is_named(corpus, chosen):
    found, last = {}, "versions/00000002.json"
    for name in {*chosen, last}:
        (corpus / name).rename(corpus / "aside")
        if name != last:
            found[name] = blamed(corpus)
        else:  # a chain without its end is one that was not continued: only the number tells
            with pytest.raises(ConfigurationError, match="version 2"):
                blamed(corpus)
        (corpus / "aside").rename(corpus / name)
    assert {name: blame for name, blame in found.items() if name not in blame} == {}


@pytest.mark.parametrize("name", ["00000003.json", "00000001 (copy).json", "latest.json"])
def test_what_was_added_to_the_chain_is_named(corpus, name):
    shutil.copy(corpus / "versions/00000002.json", corpus / "versions" / name)
    assert blamed(corpus) == {f"versions/{name}"}


def test_hidden_files_are_not_of_the_chain(corpus):
    shutil.copy(corpus / "versions/00000002.json", corpus / "versions/.00000002.json.swp")
    assert blamed(corpus) == set()


def test_objects_that_change_places_are_named(corpus, chosen):
    objects = [name for name in chosen if name.startswith("lineage") and name.endswith(".parquet")]
    assert len(objects) > 1
    for one, other in zip(objects[::2], objects[1::2], strict=False):
        data = (corpus / one).read_bytes(), (corpus / other).read_bytes()
        for name, changed, kept in ((one, data[1], data[0]), (other, data[0], data[1])):
            (corpus / name).chmod(0o600)
            (corpus / name).write_bytes(changed)
            assert blamed(corpus) == {name}
            (corpus / name).write_bytes(kept)


def test_the_command_says_so_and_needs_neither_key_nor_source(published, tmp_path):
    place = published.copy(tmp_path / "w")
    shutil.copytree(published.folder / "corpus", place.folder / "corpus")
    shutil.rmtree(place.folder / "canonical")
    shutil.rmtree(place.folder / "keys")
    place.run("verify", "--structure-only").done()
    name = place.run("files", 1, "--json").done().json[0]["name"]
    path = place.folder / "corpus" / name
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    ended = place.run("verify", "1", "--structure-only", "--json")
    assert (ended.code, [finding["object"] for finding in ended.json["findings"]]) == (1, [name])
    assert "do not train on it" in ended.err
