"""optout.yaml: the workspace file, so that commands need no flags."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from schemas.model import Model

WORKSPACE_NAME = "optout.yaml"
KeyPurpose = Literal["registry", "lineage", "log"]


def _no_url(path: str) -> str:
    if "://" in path:
        msg = "a URL: this is read from a local disk, write its path"
        raise ValueError(msg)
    return path


LocalPath = Annotated[str, AfterValidator(_no_url)]


def _list(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class Keys(Model):
    """References to the keys, one per purpose: ``file:PATH``, ``env:NAME`` or ``kms:PATH``."""

    registry: Annotated[tuple[str, ...], BeforeValidator(_list), Field(min_length=1)] = (
        "file:keys/registry.key",
    )
    """Of the registry key, which makes the pseudonyms of objections. After a rotation a list: every key there
    was, the oldest first."""
    lineage: str = "file:keys/lineage.key"
    """Of the lineage key, which makes subjects and the order of rows."""
    log: str = "file:keys/log.key"
    """Of the log key, which signs the registry's log; who only builds and asks needs none."""


class Workspace(Model):
    """Where everything is. Relative paths start at the folder that holds optout.yaml."""

    source: LocalPath = "source.yaml"
    """The source description: how foreign files map to the canonical tables."""
    canonical: LocalPath = "canonical"
    """The source root: where ``ingest`` writes the canonical tables and ``build`` reads them."""
    policy: LocalPath = "policy.yaml"
    """The policy file."""
    registry: str = "registry.db"
    """A path (SQLite) or a SQLAlchemy URL."""
    corpus: str = "corpus"
    """A path or URL: the store that holds versions/, data/, lineage/ and staging/."""
    keys: Keys = Keys()
    """References to the keys."""
