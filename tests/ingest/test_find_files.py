"""The files a source is made of: each once, none silently left out."""

import os

import pytest
from commands import Workspace

from pipelines.ingest.find_files import find_files
from schemas.errors import BadInput

TREE = ["posts/1.jsonl", "posts/2.jsonl", "posts/.hidden.jsonl", "posts/2024/3.jsonl", "posts/notes.txt",
        "posts/.git/4.jsonl", "posts/2024/05/6.jsonl", "one [1].csv"]  # fmt: skip


@pytest.fixture
def tree(tmp_path):
    for name in TREE:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


FOUND = {
    "a path": (["posts/1.jsonl"], ["posts/1.jsonl"]),
    "a hidden file by its name": (["posts/.hidden.jsonl"], ["posts/.hidden.jsonl"]),
    "hidden files by a pattern that says so": (["posts/.*.jsonl"], ["posts/.hidden.jsonl"]),
    "a pattern: no folders, nothing hidden": (["posts/*"], ["posts/1.jsonl", "posts/2.jsonl", "posts/notes.txt"]),
    "patterns in the order they are written": (
        ["posts/2.*", "posts/1.*"], ["posts/2.jsonl", "posts/1.jsonl"],
    ),
    "a pattern for a folder": (["posts/20*/3.jsonl"], ["posts/2024/3.jsonl"]),
    "folders within folders": (
        ["posts/**/*.jsonl"], ["posts/1.jsonl", "posts/2.jsonl", "posts/2024/05/6.jsonl", "posts/2024/3.jsonl"],
    ),
    "everything": (
        ["posts/2024/**"], ["posts/2024/05/6.jsonl", "posts/2024/3.jsonl"],
    ),
    "twice on one way": (["**/2024/**/6.jsonl"], ["posts/2024/05/6.jsonl"]),
    "a bracket in brackets": (["one [[]1].csv"], ["one [1].csv"]),
}  # fmt: skip


@pytest.mark.parametrize(("patterns", "expected"), FOUND.values(), ids=FOUND)
def test_files(tree, patterns, expected):
    found = find_files(patterns, tree)
    assert [file.name for file in found] == expected
    assert [file.path.read_text() for file in found] == expected


def link(name, target):
    return lambda tree: (tree / name).symlink_to(target)


REFUSED = {
    "no file": (lambda _: None, ["posts/9.jsonl"], "posts/9.jsonl", "none"),
    "a folder": (lambda _: None, ["posts"], "posts", "none"),
    "a link that leads nowhere": (link("posts/9.jsonl", "/none"), ["posts/*.jsonl"], "posts/9.jsonl", "leads nowhere"),
    "a link that leads nowhere, by its name": (
        link("posts/9.jsonl", "/none"), ["posts/9.jsonl"], "posts/9.jsonl", "leads nowhere",
    ),
    "a folder that leads nowhere": (link("posts/2025", "/none"), ["posts/*/3.jsonl"], "posts/2025", "leads nowhere"),
    "a folder that leads nowhere, somewhere": (link("posts/2025", "/none"), ["**/3.jsonl"], "posts/2025", "leads nowhere"),
    "a link to itself": (link("posts/9.jsonl", "9.jsonl"), ["posts/*.jsonl"], "posts/9.jsonl", "leads nowhere"),
    "a pipe": (lambda tree: os.mkfifo(tree / "posts/9.jsonl"), ["posts/*.jsonl"], "posts/9.jsonl", "no ordinary file"),
    "a folder in itself": (link("posts/2024/loop", ".."), ["posts/**/*.jsonl"], "posts/2024/loop", "lies in"),
    "one file under two names": (
        link("posts/9.jsonl", "1.jsonl"), ["posts/*.jsonl"], "posts/9.jsonl", "the same file as posts/1.jsonl",
    ),
    "one folder under two names": (
        link("posts/latest", "2024"), ["posts/*/3.jsonl"], "posts/latest/3.jsonl", "the same file as posts/2024/3.jsonl",
    ),
    "one file in two patterns": (lambda _: None, ["posts/*.jsonl", "posts/1.jsonl"], "posts/1.jsonl", "again"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "patterns", "subject", "says"), REFUSED.values(), ids=REFUSED)
def test_nothing_is_left_out_or_read_twice_in_silence(tree, change, patterns, subject, says):
    change(tree)
    with pytest.raises(BadInput, match=says) as caught:
        find_files(patterns, tree)
    assert caught.value.subject == subject


def test_a_folder_that_may_not_be_listed_is_one_clear_error(tmp_path):
    place = Workspace(tmp_path)
    place.run("init").done()
    (tmp_path / "posts/closed").mkdir(parents=True)
    (tmp_path / "posts/open").mkdir()
    (tmp_path / "posts/open/1.csv").write_text("id\n1\n")
    entry = '{files: "posts/**/*.csv", format: csv, fields: {%s: {from: id}}}'
    (tmp_path / "source.yaml").write_text(
        f"platform: x\naccounts: [{entry % 'account_id'}]\nrecords: [{entry % 'record_id'}]\n"
    )
    (tmp_path / "posts/closed").chmod(0)
    ended = place.run("ingest", powerless=True)
    (tmp_path / "posts/closed").chmod(0o700)
    assert (ended.code, ended.out) == (3, "")
    assert "Permission denied" in ended.err
    assert "posts/closed" in ended.err
    assert ended.err.count("to do:") == 1
    place.run("ingest").done()
