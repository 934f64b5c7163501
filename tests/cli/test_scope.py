"""From `registry add` to what is released: an objection covers the roles and surfaces it names, and no others."""

import pyarrow as pa
import pyarrow.parquet as pq
from commands import workspace

from builders import account, record

_WRITES = {"posts": "post", "photographs": "photo"}
_IS = {"tagged": "tag", "depicted": "depicted", "mentioned": "mention"}
_SCOPES = {
    "everything": ([], {"mentioned"}),  # a mention is masked, and the record stays
    "tags": (["--role", "tag"], {*_WRITES, "depicted", "mentioned"}),
    "pictures": (["--role", "tag", "--role", "depicted"], {*_WRITES, "mentioned"}),
    "author": (["--role", "author"], set(_IS)),
    "photographer": (["--role", "author", "--surface", "photo"], {"posts", *_IS}),
    "photos": (["--surface", "photo"], {"posts", *_IS}),
}
"""Objector -> scope, and which of their records are left. Others write about them in posts."""


def _records():
    for name in _SCOPES:
        for what, surface in _WRITES.items():
            yield record(record_id=f"{name}-{what}", account_id=name, text=f"{name} {what}", surface=surface)
        for what, role in _IS.items():
            others = [{"role": role, "account": name}]
            yield record(
                record_id=f"{name}-{what}", account_id="somebody", text=f"{name} {what}", others=others
            )


def test_what_an_objection_removes_is_what_it_says(tmp_path):
    people = [account(account_id=name) for name in ("somebody", "nobody", *_SCOPES)]
    made = workspace(tmp_path, people, list(_records()), objections=["nobody"])
    for name, (scope, _) in _SCOPES.items():
        made.run("registry", "add", "account", name, *scope).done()
    made.build().done()
    left = {f"{name} {what}" for name, (_, kept) in _SCOPES.items() for what in kept}
    shards = made.run("files", 1, "--json").done().json
    tables = [pq.read_table(made.folder / "corpus" / shard["name"], columns=["text"]) for shard in shards]
    assert sorted(pa.concat_tables(tables).column("text").to_pylist()) == sorted(left)
    assert made.run("verify", "--json").json["ok"]
