from collections import Counter

import pytest
from lineage.conftest import PICTURE, RECORDS, VERDICTS
from lineage.tiny_version import KEY, Verdict, author, picture, subjects_of

from pipelines.keys import Key
from pipelines.lineage.people import linked_accounts, named_accounts
from pipelines.lineage.where import where
from schemas.errors import BadInput, ConfigurationError
from schemas.vocabulary import IdentifierType

COUNTS = ("rows", "kept", "removed", "quarantined", "rejected")


def _expected(subjects, versions=(1, 2)):
    found = Counter()
    for version in versions:
        for n, record in enumerate(RECORDS):
            verdict = VERDICTS[version].get(record["record_id"], Verdict())
            for who, role in subjects_of(record):
                if who in subjects:
                    place = (version, n // 4, f"{who:016x}", subjects[who], role.name.lower())
                    found.update([(*place, "rows"), (*place, verdict.reason.outcome.value)])
    return found


def _flat(rows):
    found = Counter()
    for row in rows:
        place = (row["version"], row["split"], row["subject"], row["relation"], row["role"])
        found.update({(*place, name): row[name] for name in COUNTS if row[name]})
    return found


CLOSE = {"ana": "linked", "bea": "linked", "cleo": "linked"}
ASKED = {
    "account": (("account", "ana"), {**CLOSE, "ana": "itself"}),
    "account, written otherwise": (("account", " dov "), {"dov": "itself"}),
    "account in NFD": (("account", "y\u0308ves"), {"ÿves": "itself"}),
    "account that is in no table": (("account", "nobody"), {"nobody": "itself"}),
    "e-mail": (("email", "mailto:ANA@example.ORG"), {**CLOSE, "ana": "itself"}),
    "handle": (("handle", "bea"), {**CLOSE, "bea": "itself"}),
    "phone of France": (("phone", "+33 6 12 34 56 78"), {**CLOSE, "cleo": "itself"}),
    "phone without country": (("phone", "06 12 34 56 78"), {**CLOSE, "cleo": "itself", "dov": "itself"}),
    "DID": (("did", "DID:WEB:yves.example"), {"ÿves": "itself"}),
}


@pytest.mark.parametrize(("target", "accounts"), ASKED.values(), ids=ASKED)
def test_where_is_what_a_scan_of_the_records_finds(corpus, target, accounts):
    found = where(corpus.store, *target, KEY, corpus.source)
    assert found
    assert _flat(found) == _expected({author(name): relation for name, relation in accounts.items()})


REGIONS = {
    "a number of one region": (("phone", "06 12 34 56 78", "FR"), {**CLOSE, "cleo": "itself"}),
    "in any case": (("phone", "06 12 34 56 78", "de"), {"dov": "itself"}),
    "a number with its country": (("phone", "+33 6 12 34 56 78", "DE"), {**CLOSE, "cleo": "itself"}),
}


@pytest.mark.parametrize(("asked", "accounts"), REGIONS.values(), ids=REGIONS)
def test_a_region_completes_a_number_whatever_the_accounts(corpus, asked, accounts):
    *target, region = asked
    found = where(corpus.store, *target, KEY, corpus.source, region=region)
    assert _flat(found) == _expected({author(name): relation for name, relation in accounts.items()})


def test_a_region_without_numbers_is_refused(corpus):
    with pytest.raises(ConfigurationError, match="such as GB or FR"):
        where(corpus.store, "phone", "06 12 34 56 78", KEY, corpus.source, region="XX")


def test_an_answer_as_a_whole(corpus):
    shard = where(corpus.store, "account", "nobody", KEY, corpus.source)[0].pop("shard")
    assert shard is None
    assert where(corpus.store, "account", "ÿves", KEY, corpus.source, number=2)[0] == {
        "version": 2,
        "split": 1,
        "path": "records/part-00000.parquet",
        "shard": _shard(corpus, 1),
        "subject": f"{author('ÿves'):016x}",
        "relation": "itself",
        "role": "author",
        "rows": 1,
        "kept": 1,
        "removed": 0,
        "quarantined": 0,
        "rejected": 0,
    }


def _shard(corpus, split):
    from pipelines.corpus.chain import load_version, read_splits

    return read_splits(corpus.store, load_version(corpus.store, 2)).column("shard")[split].as_py()


@pytest.mark.parametrize("digest", [PICTURE, f" {PICTURE.upper()}"])
def test_a_picture_is_found_by_its_digest_without_the_source(corpus, tmp_path, digest):
    found = where(corpus.store, "media", digest, KEY, tmp_path)
    assert _flat(found) == _expected({picture(PICTURE): "itself"})
    assert {row["role"] for row in found} == {"media"}


def test_an_account_is_found_without_the_source_but_not_its_links(corpus, tmp_path):
    assert _flat(where(corpus.store, "account", "ana", KEY, tmp_path)) == _expected({author("ana"): "itself"})


def test_one_version_alone(corpus):
    found = where(corpus.store, "account", "dov", KEY, corpus.source, number=2)
    assert _flat(found) == _expected({author("dov"): "itself"}, versions=[2])


def test_nowhere_is_an_empty_answer(corpus):
    assert where(corpus.store, "account", "zoe", KEY, corpus.source) == []
    assert where(corpus.store, "email", "zoe@example.org", KEY, corpus.source) == []
    assert where(corpus.store, "media", "ef" * 32, KEY, corpus.source) == []


WRONG = {
    "unknown type": (("name", "Ana"), "account, email, phone, handle, did, media"),
    "no digest": (("media", "abc"), "64 hexadecimal digits"),
    "nothing left": (("handle", " @ "), "type handle"),
}


@pytest.mark.parametrize(("target", "says"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_asked(corpus, target, says):
    with pytest.raises(ConfigurationError, match=says):
        where(corpus.store, *target, KEY, corpus.source)


def test_an_identifier_needs_the_accounts(corpus, tmp_path):
    with pytest.raises(BadInput, match="optout ingest"):
        where(corpus.store, "email", "ana@example.org", KEY, tmp_path)


def test_another_key_is_an_error_and_not_nowhere(corpus):
    other = Key("lineage", "lineage-another", b"x" * 32)
    with pytest.raises(ConfigurationError, match=KEY.id):
        where(corpus.store, "account", "ana", other, corpus.source)


def test_links_are_followed_to_the_end(corpus):
    assert named_accounts(corpus.source, IdentifierType.EMAIL, "ana@example.org") == {"ana"}
    assert linked_accounts(corpus.source, {"ana"}) == {"bea", "cleo"}
    assert linked_accounts(corpus.source, {"dov"}) == set()
