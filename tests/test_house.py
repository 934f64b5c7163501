"""The house: who may import whom, how large a module is, what no file may say."""

import re
import subprocess
import sys
import tomllib

import pytest

from pipelines.cli.main import app
from pipelines.cli.manual import commands_of

PACKAGES = ("schemas", "pipelines", "optout_registry")
NO_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "managers", "misc"}
LONGEST = 300
HEAVY = (
    "apache_beam",
    "duckdb",
    "great_expectations",
    "numpy",
    "pandas",
    "pyarrow",
    "pydantic",
    "sqlalchemy",
)

# What belongs to one machine, or to the network it stands in. Put together here, so that this file
# does not hold what it looks for.
MACHINE = re.compile(
    "|".join([
        r"(?<![\w.])/" + r"(?:work|root|home/\w+|Users/\w+|opt/wheels)/",
        r"https?://[^\s\"')]*(?:py" + r"pi\.org|pythonhosted|/simple\b|artifactory|nexus)",
        r"--(?:extra-)?index" + r"-url|--find" + r"-links",
        r"\b(?:10|127|192\.168)(?:\.\d{1,3}){2,3}:\d{2,5}\b",
    ])
)  # fmt: skip


@pytest.fixture(scope="module")
def tracked(repository):
    """Paths of every file under version control."""
    if not (repository / ".git").exists():
        pytest.skip("this is no git checkout: what is tracked is not known")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=repository, capture_output=True, check=True, text=True
    ).stdout
    return [path for name in listed.split("\0") if name and (path := repository / name).is_file()]


def modules(repository):
    return [path for package in PACKAGES for path in sorted((repository / package).rglob("*.py"))]


def test_imports_follow_the_contracts(repository):
    # A fresh interpreter: the linter reads source, and must not see what this one has imported.
    command = [sys.executable, str(repository / ".venv/bin/lint-imports"), "--no-logo", "--no-cache"]
    if not (repository / ".venv/bin/lint-imports").exists():
        command[1:2] = ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"[1-9]\d* kept, 0 broken", done.stdout)


def test_no_module_is_long(repository):
    lengths = {
        path.relative_to(repository).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in modules(repository)
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}
    assert len(lengths) > 20  # it looked somewhere


def test_everything_beside_modules_is_packaged(repository, tracked):
    setup = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    patterns = setup["package-data"]["*"]
    names = [path.relative_to(repository) for path in tracked]
    data = [name for name in names if name.parts[0] in PACKAGES and name.suffix != ".py"]
    assert [str(name) for name in data if not any(name.match(pattern) for pattern in patterns)] == []
    folders = {name.parent.as_posix() for name in data}
    assert {
        "pipelines/review/pages",
        "optout_registry/door/static",
        "optout_registry/door/templates",
    } <= folders


def test_no_module_is_called_after_nothing(repository):
    names = {part for path in modules(repository) for part in (path.stem, path.parent.name)}
    assert names & NO_NAMES == set()


def test_the_map_names_every_module_of_the_registry(repository):
    lines = (repository / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()
    (row,) = (line for line in lines if line.startswith("| `optout_registry/` |"))
    there = {path.name for path in (repository / "optout_registry").glob("*.py")} - {"__init__.py"}
    assert sorted(re.findall(r"`([a-z_]+\.py)`", row)) == sorted(there)


def test_no_file_names_a_machine_or_a_registry(tracked):
    found = []
    for path in tracked:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture, or another binary fixture
        found += [f"{path.name}:{text[: hit.start()].count(chr(10)) + 1}" for hit in MACHINE.finditer(text)]
    assert found == []


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("cd /" + "root/project", True),
        ('open("/' + 'work/main/x")', True),
        ("--index" + "-url x", True),
        ("https://files." + "pythonhosted.org/x", True),
        ("http://10.1.2" + ".3:8080", True),
        ("tests/root/x, network/work/main", False),
        ("https://www.apache.org/licenses/", False),
    ],
)
def test_the_search_for_machines_finds_them(text, is_found):
    assert bool(MACHINE.search(text)) is is_found


def test_every_command_is_documented(repository):
    text = (repository / "docs/cli.md").read_text(encoding="utf-8")
    commands = [name for name, _ in commands_of(app)]
    assert {"init", "schema", "registry add"} <= set(commands)
    assert [name for name in commands if f"## optout {name}\n" not in text] == []


def test_every_command_argument_and_option_says_what_it_is_for():
    silent = [name for name, command in commands_of(app) if not command.help]
    silent += [
        f"{name} {parameter.name}"
        for name, command in commands_of(app)
        for parameter in command.params
        if not parameter.help
    ]
    assert silent == []


def test_every_command_mentioned_in_the_documents_exists(repository):
    commands = {name for name, _ in commands_of(app)}
    groups = {name.split()[0] for name in commands}
    unknown = set()
    for path in (
        repository / "README.md",
        repository / "CONTRIBUTING.md",
        *(repository / "docs").rglob("*.md"),
    ):
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        for words in re.findall(r"`optout ([a-z][a-z-]*(?: [a-z][a-z-]*)?)", text):
            if words not in commands and words.split()[0] not in groups:
                unknown.add(f"{path.name}: optout {words}")
    assert unknown == set()


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from pipelines.cli.main import app\n"
        "try: app(['--help'])\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        f"print('HEAVY', *sorted(set({HEAVY}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "COMMAND [ARGS]" in done.stdout
    assert done.stdout.splitlines()[-1].strip() == "HEAVY"


def test_every_make_target_says_what_it_does(repository):
    makefile = (repository / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE)) - {"install"}
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=repository, capture_output=True, text=True, check=True
    ).stdout
    assert {line.split()[1] for line in shown.splitlines()} == targets
    assert {
        "run-local",
        "test",
        "test-long",
        "test-postgres",
        "test-browser",
        "test-faults",
        "test-media",
        "lint",
        "format",
        "lock",
        "bench",
        "docs",
        "clean",
        "help",
    } == targets


def test_lock_files_hold_hashes_and_every_direct_dependency(repository):
    for name in ("bootstrap", "run", "dev"):
        text = (repository / f"requirements/{name}.txt").read_text(encoding="utf-8")
        pins = re.split(r"\n(?=[A-Za-z0-9])", text)[1:] if text.startswith("#") else []
        assert pins
        assert [pin.split()[0] for pin in pins if "--hash=sha256:" not in pin] == []
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = set(
        re.findall(
            r"^([a-z0-9-]+)(?:\[[a-z,-]+\])?==",
            (repository / "requirements/run.txt").read_text(),
            re.MULTILINE,
        )
    )
    direct = {re.match(r"[A-Za-z0-9-]+", wanted).group().lower() for wanted in project["dependencies"]}
    assert direct - locked == set()


def test_every_test_runs_in_what_has_to_pass(repository):
    """`make test` and `make test-long` share all tests between them, and `.ci/run` calls every target of tests."""
    makefile = (repository / "Makefile").read_text(encoding="utf-8")
    recipes = dict(re.findall(r"^(test[a-z-]*): install ##.*\n((?:\t.*\n)+)", makefile, re.MULTILINE))
    selected = {name: re.findall(r' -m ("[^"]+"|long)', recipe) for name, recipe in recipes.items()}
    assert selected.pop("test") == ['"not long"']
    assert selected.pop("test-long") == ["long"]
    assert selected
    assert not any(selected.values())
    run = (repository / ".ci/run").read_text(encoding="utf-8")
    assert set(re.findall(r"\bmake (test[a-z-]*) ARGS", run)) == recipes.keys()
