"""Law 9: whatever of a split's objects is wrong, the verifier names split, row and what is wrong."""

from dataclasses import dataclass

import pytest
from builds import Place
from changed_objects import screen_with
from split_changes import ACCOUNTS, APPEARANCES, DERIVED, PICTURES, ROWS, STRUCTURE

from builders import PLATFORM, objection
from pipelines.corpus.chain import load_version
from pipelines.corpus.objects import object_name
from pipelines.jobs import screening
from pipelines.lineage.parts import split_rows
from pipelines.lineage.verify.version import verify
from schemas.identifiers import account_message, media_message, subject


@dataclass(frozen=True)
class Built:
    """A version with a split for each case, and what the verifier says of it."""

    cases: dict
    splits: list
    who: dict
    findings: tuple

    def expected(self, name):
        """All that is to be found of a case: (what is named, what was expected there)."""
        order = sorted((self.who[name], role, name) for name, role in APPEARANCES)
        rows = {f"{name}_row": index for index, (_, _, name) in enumerate(order)}
        subjects = {name: f"{number:016x}" for name, number in self.who.items()}
        split = self.splits[list(self.cases).index(name)]
        names = {**rows, **subjects, "split": split["split"], "shard_object": _shard_object(split)}
        return {(where.format(**names), what) for where, what in self.cases[name][1]}

    def found(self, name):
        """What the verifier names of the split of a case, or of its shard."""
        return {
            (finding.object, finding.expected)
            for finding in self.findings
            if self._case_of(finding.object) == name
        }

    def astray(self):
        """What the verifier names besides."""
        return [finding for finding in self.findings if self._case_of(finding.object) is None]

    def _case_of(self, named):
        for name, split in zip(self.cases, self.splits, strict=True):
            if f"{named} ".startswith(f"split {split['split']} ") or named == _shard_object(split):
                return name
        return None


def _shard_object(split):
    return object_name("data", split["shard"], "parquet")


def built(folder, cases, evidence):
    """Build the version with everything real but the change of the objects, and verify it."""
    place = Place(folder, [objection(value="somebody else")])
    rows = [{**row, "record_id": f"{row['record_id']}-{n}"} for n in range(len(cases)) for row in ROWS]
    place.write(ACCOUNTS, rows, row_group_rows=100, files=len(cases))
    key = place.keys["lineage"].secret
    who = {
        name: subject(
            key, media_message(PICTURES[name]) if name in PICTURES else account_message(PLATFORM, name)
        )
        for name, _ in APPEARANCES
    }
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(screening, "screen", screen_with([change for change, _ in cases.values()], who))
        place.build()
    findings = place.verify() if evidence else verify(place.store, None, None).report.findings
    return Built(cases, split_rows(place.store, load_version(place.store, 1)), who, findings)


@pytest.fixture(scope="module")
def derived(tmp_path_factory):
    return built(tmp_path_factory.mktemp("derived"), DERIVED, evidence=True)


@pytest.fixture(scope="module")
def structures(tmp_path_factory):
    return built(tmp_path_factory.mktemp("structure"), STRUCTURE, evidence=False)


@pytest.mark.parametrize("name", DERIVED)
def test_what_does_not_follow_from_the_source_is_found(derived, name):
    assert derived.found(name) == derived.expected(name)


@pytest.mark.parametrize("name", STRUCTURE)
def test_what_contradicts_itself_is_found_without_the_source(structures, name):
    assert structures.found(name) == structures.expected(name)


def test_nothing_else_is_found(derived, structures):
    assert derived.astray() == structures.astray() == []
