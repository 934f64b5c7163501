"""A registry in a folder, a workspace round it, and the command line without a new process."""

import io
import sys
from types import SimpleNamespace

import pytest
from registry.constants import KEY_ID, NOW

from builders import PLATFORM, REGISTRY_KEY
from optout_registry.intake import Intake
from optout_registry.log import create_registry
from optout_registry.objections import Objection
from pipelines.cli import main as command_line
from schemas.vocabulary import ALL_SURFACES, IdentifierType


@pytest.fixture
def intake():
    return Intake(REGISTRY_KEY, KEY_ID, PLATFORM)


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/registry.db"


@pytest.fixture
def registry(url):
    with create_registry(url, KEY_ID) as opened:
        yield opened


@pytest.fixture
def objection(intake):
    """A function to the objection of an account against every use; names its request after itself."""

    def build(value="a1", request_id=None, *, kind="account", linked=True, surfaces=ALL_SURFACES, **claim):
        return Objection(
            target=intake.target(IdentifierType(kind), value),
            request_id=request_id or f"request-{value}",
            received_at=claim.get("received_at", NOW),
            linked=linked,
            surfaces=surfaces,
        )

    return build


@pytest.fixture
def optout(tmp_path, monkeypatch, capfd):
    """A function that runs a command in a workspace and returns code, out and err."""

    def run(*arguments, stdin=b""):
        monkeypatch.setattr(sys, "argv", ["optout", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        monkeypatch.setenv("OPTOUT_WORKSPACE", str(tmp_path / "workspace"))
        capfd.readouterr()
        try:
            command_line.main()
            code = 0
        except SystemExit as ended:
            code = ended.code or 0
        return SimpleNamespace(code=code, **capfd.readouterr()._asdict())

    assert run("init").code == 0
    (tmp_path / "workspace" / "source.yaml").write_text(f"platform: {PLATFORM}\n")
    return run
