"""Law 5 at the command line: a reissue and a build from nothing have the same content document, byte for byte."""

import json
import shutil

from commands import workspace


def test_a_late_objection_and_a_build_from_nothing(tmp_path):
    place = workspace(tmp_path / "w", files=12)
    place.build().done()
    place.run("registry", "add", "account", "a3").done()
    again = place.copy(tmp_path / "again")
    shutil.copytree(place.folder / "corpus", again.folder / "corpus")
    place.build().done()
    again.build("--from-scratch").done()
    (first, reissue), (_, rebuild) = place.versions(), again.versions()
    assert (first["splits_computed"], reissue["splits_computed"], rebuild["splits_computed"]) == (12, 1, 12)
    assert first["content"] != reissue["content"] == rebuild["content"]
    documents = [content_document(made, reissue["content"]) for made in (place, again)]
    assert documents[0] == documents[1]
    assert json.loads(documents[0])["counts"]["reasons"]["objection"] == 8
    assert place.rows_released(2) == again.rows_released(2)


def content_document(place, digest):
    return (place.folder / f"corpus/lineage/sha256/{digest[:2]}/{digest[2:]}.json").read_bytes()
