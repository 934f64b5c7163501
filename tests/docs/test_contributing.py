"""CONTRIBUTING.md: its map is the tree, and its worked example works."""

import os
import re
import shutil
import subprocess

import pytest
from commands import pytest_in
from docs.pages import ROOT, blocks_of

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
DIFFS = [text for kind, text in blocks_of(PAGE) if kind == "diff"]
COPIED = ("schemas", "pipelines", "optout_registry", "tests")
CHANGED = (
    "laws/test_age_assurance",
    "schemas/test_outcomes",
    "screen/test_standing",
    "verify/test_mutations",
)
ITS_TESTS = "test_age_assurance or test_outcomes or test_standing or age_not_assured"


@pytest.fixture(scope="module")
def tracked():
    """Paths of every file that is, or is about to be, under version control."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout: what is tracked is not known")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    return listed.splitlines()


def test_the_map_lists_every_package_and_every_folder_at_the_top(tracked):
    folders = {f"{name.split('/')[0]}/" for name in tracked if "/" in name}
    packages = {name.removesuffix("__init__.py") for name in tracked if name.endswith("/__init__.py")}
    section = PAGE[PAGE.index("\n## The tree") : PAGE.index("\n## Worked example")]
    listed = re.findall(r"^\| `([\w./]+/)` \|", section, re.MULTILINE)
    assert sorted(listed) == sorted(
        folders | {name for name in packages if not name.startswith(("tests/", "examples/"))}
    )
    modules = {
        name for name in tracked if re.fullmatch(r"pipelines/\w+\.py", name) and "__init__" not in name
    }
    assert {name for name in modules if f"`{name.removeprefix('pipelines/')}`" not in section} == set()


def test_every_target_is_listed():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):.*## ", makefile, re.MULTILINE)) - {"clean"}
    assert targets == set(re.findall(r"^\| `make ([a-z-]+)` \|", PAGE, re.MULTILINE))


@pytest.fixture
def copy(tmp_path):
    """The packages and tests, in another folder."""
    for name in COPIED:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.fixture
def changed(copy):
    """The same with the diffs of the worked example."""
    for diff in DIFFS:
        run(["git", "apply", "-"], copy, stdin=diff)
    return copy


def test_the_diffs_of_the_worked_example_apply(changed):
    added = [re.search(r"^\+(?!\+).*\S", diff, re.MULTILINE)[0][1:] for diff in DIFFS]
    paths = [re.search(r"^\+\+\+ b/(.+)$", diff, re.MULTILINE)[1] for diff in DIFFS]
    assert len(DIFFS) > 10
    assert [
        path
        for path, line in zip(paths, added, strict=True)
        if line not in (changed / path).read_text("utf-8")
    ] == []


@pytest.mark.long
def test_the_worked_example(changed):
    """Its tests pass with it; without the rule they fail."""
    passed = pytest_in(changed, *(f"tests/{name}.py" for name in CHANGED), "-k", ITS_TESTS)
    assert passed.code == 0, passed.out
    [rule] = [diff for diff in DIFFS if "+++ b/pipelines/rules/standing.py" in diff]
    run(["git", "apply", "--reverse", "-"], changed, stdin=rule)
    failed = pytest_in(changed, f"tests/{CHANGED[0]}.py", "-k", "what_is_not_proven")
    assert failed.code == 1, failed.out
    assert "test_what_is_not_proven_does_not_pass" in failed.out


def run(command, folder, stdin=None):
    # git would look for a repository above the folder, and apply nothing outside of it
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.parent), "PYTHONPATH": str(folder)}
    done = subprocess.run(
        command, cwd=folder, env=environment, input=stdin, capture_output=True, text=True, check=False
    )
    assert command[0] != "git" or done.returncode == 0, done.stderr
    return done
