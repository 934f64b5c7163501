"""An opened workspace: optout.yaml resolved to paths, policy and keys."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer

from schemas.errors import ConfigurationError

if TYPE_CHECKING:
    from pipelines.corpus.store import Store
    from pipelines.keys import Key
    from schemas.model import Model
    from schemas.policy import Policy
    from schemas.pseudonyms import Keychain
    from schemas.source import SourceDescription
    from schemas.workspace import Workspace

WorkspaceOption = Annotated[
    Path, typer.Option("--workspace", "-w", help="Folder that holds optout.yaml.", envvar="OPTOUT_WORKSPACE")
]
_REMEDY = "check the path in optout.yaml and the file's permissions"

_Document = TypeVar("_Document", bound="Model")


@dataclass(frozen=True)
class OpenedWorkspace:
    """A workspace file and the folder its paths start at."""

    root: Path
    settings: "Workspace"

    def path(self, relative: str) -> Path:
        """A path of the workspace file, made absolute."""
        return Path(self.root, relative).resolve()

    def url(self, location: str) -> str:
        """A location of the workspace file as a URL; plain paths become file URLs."""
        return location if "://" in location else self.path(location).as_uri()

    @property
    def registry_url(self) -> str:
        """SQLAlchemy URL of the registry; a plain path is an SQLite file."""
        location = self.settings.registry
        return location if "://" in location else f"sqlite:///{self.path(location)}"

    def key(self, purpose: Literal["lineage", "log", "case", "target"]) -> "Key":
        """The key of one purpose; of the registry there may be several."""
        from pipelines.keys import resolve

        return resolve(getattr(self.settings.keys, purpose), purpose, self.root)

    def keychain(self) -> "Keychain":
        """The keys of the registry, the oldest first."""
        from pipelines.keys import resolve_chain

        return resolve_chain(self.settings.keys.registry, self.root)

    def store(self) -> "Store":
        """The corpus."""
        from pipelines.corpus.store import open_store

        return open_store(self.url(self.settings.corpus))

    def description(self) -> "SourceDescription":
        """source.yaml."""
        from schemas.source import SourceDescription

        name = self.settings.source
        return read_document(self.path(name), name, SourceDescription)

    def policy(self) -> "Policy":
        """policy.yaml, with its preset applied."""
        from schemas.policy import Policy

        return read_document(self.path(self.settings.policy), self.settings.policy, Policy)


def open_workspace(root: Path) -> OpenedWorkspace:
    """Read optout.yaml in ``root``; ConfigurationError if it is missing or wrong."""
    from schemas.workspace import WORKSPACE_NAME, Workspace

    path = Path(root, WORKSPACE_NAME)
    if not path.is_file():
        raise ConfigurationError(
            str(path),
            expected="a workspace file",
            found="none",
            remedy="run `optout init` here, or name the folder with --workspace",
        )
    return OpenedWorkspace(Path(root).resolve(), read_document(path, WORKSPACE_NAME, Workspace))


def read_document(path: Path, name: str, model: "type[_Document]") -> "_Document":
    """A YAML file as the model it is written for; an empty file leaves everything out.

    Raises:
        BadInput: the file cannot be read. ConfigurationError: it is not YAML, or not of that form; the
        error names each fault by its line and key.
    """
    from pipelines.strict_yaml import lines, parse, read_text

    text = read_text(path, remedy=_REMEDY)
    value = parse(text, name)
    return model.of({} if value is None else value, name, ConfigurationError, lines(text))


def read_yaml(path: Path) -> Any:  # noqa: ANN401 - any YAML value
    """Parse a YAML file that a person wrote; errors name line and column.

    Raises:
        BadInput: the file cannot be read. ConfigurationError: it is not YAML, or repeats a key.
    """
    from pipelines.strict_yaml import parse, read_text

    return parse(read_text(path, remedy=_REMEDY), path.name)
