"""Files that people hand in, with YAML or JSON that no person writes: one message each, never a traceback."""

import pytest
from commands import workspace

from builders import account, record

DEEP = 100_000
HOSTILE = {
    "lists": b"[" * DEEP,
    "mappings": b'{"a":' * DEEP,
    "a value of 900 levels": b"[" * 900 + b"]" * 900,
    "half a character": b'{"id": "\\ud83d", "label": "none", "picture": "\\ud83d", "pack": "\\ud83d"}\n',
    "NUL": b'{"a": "\0"}\n',
    "an escaped NUL": b'{"id": "\\u0000", "source": "\\u0000", "policy": "a\\u0000b", "picture": "\\u0000"}\n',
    "other bytes": b'{"id": "\xff\xfe"}\n',
    "a number of 5,000 digits": b'{"id": ' + b"9" * 5000 + b"}\n",
}
# What is handed in -> the file, and the command that reads it
READERS = {
    "workspace": ("optout.yaml", ["plan"]),
    "policy": ("policy.yaml", ["plan"]),
    "source": ("source.yaml", ["ingest"]),
    "source that names the platform": ("source.yaml", ["registry", "import", "objections.jsonl"]),
    "key": ("keys/lineage.key", ["plan"]),
    "key of the registry": ("keys/registry.key", ["registry", "import", "objections.jsonl"]),
    "log of reviews": ("reviews.jsonl", ["review", "export"]),
    "import of reviews": ("given", ["review", "import", "given", "--token", "token"]),
    "pack": ("given", ["rules", "test", "given"]),
    "labelled captions": ("given", ["rules", "evaluate", "given"]),
    "extract": ("given", ["registry", "verify", "--extract", "given"]),
    "receipt": ("given", ["registry", "verify", "--receipt", "given"]),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    place = workspace(tmp_path_factory.mktemp("hostile"), [account()], [record()])
    place.build().done()
    place.run("actor", "add", "anna", "--out", place.folder / "token").done()
    return place


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize(("name", "command"), READERS.values(), ids=READERS)
def test_hostile_text_is_one_message(made, name, command, data):
    file = made.folder / name
    before = file.read_bytes() if file.exists() else None
    file.write_bytes(data + b"\n")  # of a log, what no line ends is torn and does not count
    try:
        ended = made.run(
            *[str(made.folder / word) if word in {"given", "token"} else word for word in command]
        )
    finally:
        if before is None:
            file.unlink()
        else:
            file.write_bytes(before)
    assert ended.code in {2, 3}, ended.err
    assert "Traceback" not in ended.err
    assert "to do:" in ended.err
    assert len(ended.err) < 2000
