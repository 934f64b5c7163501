"""Names lead to one place, inside the store, and back."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.corpus.objects import ObjectName, checked_name, object_name, parse_object_name
from pipelines.corpus.store import open_store
from schemas.errors import ConfigurationError

DIGEST = "ab" + "cdef" * 15 + "01"

digests = st.binary(max_size=8).map(lambda data: hashlib.sha256(data).hexdigest())
zones = st.sampled_from(["data", "lineage"])
suffixes = st.sampled_from(["parquet", "json"])


def test_layout():
    """The layout that DESIGN shows: zone, sha256, two digits, the other 62."""
    assert object_name("data", DIGEST, "parquet") == f"data/sha256/ab/{'cdef' * 15}01.parquet"


@given(zones, digests, suffixes)
def test_name_round_trip(zone, digest, suffix):
    name = object_name(zone, digest, suffix)
    assert parse_object_name(name) == ObjectName(zone, digest, suffix)
    assert checked_name(name) == name


@given(st.text(alphabet="./abcdefdata0123456789\n", max_size=90))
def test_what_parses_is_what_was_named(text):
    found = parse_object_name(text)
    assert found is None or object_name(*found) == text


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(f"versions/sha256/ab/{DIGEST[2:]}.parquet", id="another zone"),
        pytest.param(f"data/sha256/ab/{DIGEST[2:]}.csv", id="another suffix"),
        pytest.param(f"data/sha256/ab/{DIGEST[2:]}.json\n", id="a trailing newline"),
        pytest.param(f"data/sha256/ab/{DIGEST[2:].upper()}.json", id="upper case"),
        pytest.param(f"data/sha256/ab/{DIGEST[2:-1]}.json", id="a digit short"),
        pytest.param(f"data/sha256/abc/{DIGEST[3:]}.json", id="a folder of three digits"),
    ],
)
def test_not_an_object(name):
    assert parse_object_name(name) is None


@pytest.mark.parametrize(
    "digest", ["", "ab", DIGEST.upper(), DIGEST + "0", f"{DIGEST[:-3]}/..", DIGEST + "\n"]
)
def test_a_name_needs_a_digest(digest):
    with pytest.raises(ValueError, match="64 lower-case"):
        object_name("data", digest, "json")


@pytest.mark.parametrize(
    "name",
    [
        "", "/", "/etc/passwd", "..", "data/..", "data/../versions/x", "data//x", "data/./x",
        "elsewhere/x", "staging/../../x", "staging/a\\b", "staging/.hidden", "data/x\0", "data/x\n", "DATA/x",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["read", "exists", "delete", "delete_prefix", "location", "is_leased"])
def test_no_name_leads_out_of_the_store(store, name, method):
    with pytest.raises(ValueError, match="not a name in a store"):
        getattr(store, method)(name)


@given(st.text(max_size=30))
def test_checked_names_stay_inside(text):
    try:
        name = checked_name(f"staging/{text}")
    except ValueError:
        return
    assert all(part not in {"", ".", ".."} for part in name.split("/"))


@pytest.mark.parametrize("form", [str, lambda path: path.as_uri(), lambda path: f"file://localhost{path}"])
def test_one_store_by_path_and_by_url(tmp_path, form):
    folder = tmp_path / "a corpus, näïve"
    folder.mkdir()
    ref = open_store(form(folder)).put("data", b"x", "json")
    again = open_store(folder.as_uri())
    assert again.read(again.object_name("data", ref.digest, "json")) == b"x"
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


@pytest.mark.parametrize("url", ["s3://bucket/corpus", "gs://bucket", "http://host/x", "file://host/corpus"])
def test_other_schemes_are_refused(url):
    with pytest.raises(ConfigurationError) as caught:
        open_store(url)
    assert url.partition(":")[0] in caught.value.found


def test_opening_and_asking_writes_nothing(store, root):
    assert not store.exists("data/x")
    assert list(store.list()) == []
    assert not store.is_leased("staging/building")
    assert not root.exists()
