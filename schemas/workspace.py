"""optout.yaml: the workspace file, so that commands need no flags."""

from typing import Literal

from schemas.model import Model

WORKSPACE_NAME = "optout.yaml"
KeyPurpose = Literal["registry", "lineage"]


class Keys(Model):
    """References to the two keys: ``file:PATH`` or ``env:NAME``."""

    registry: str = "file:keys/registry.key"
    """Of the registry key, which makes the pseudonyms of objections."""
    lineage: str = "file:keys/lineage.key"
    """Of the lineage key, which makes subjects and the order of rows."""


class Workspace(Model):
    """Where everything is. Relative paths start at the folder that holds optout.yaml."""

    source: str = "source.yaml"
    """The source description: how foreign files map to the canonical tables."""
    canonical: str = "canonical"
    """The source root: where ``ingest`` writes the canonical tables and ``build`` reads them."""
    policy: str = "policy.yaml"
    """The policy file."""
    registry: str = "registry.db"
    """A path (SQLite) or a SQLAlchemy URL."""
    corpus: str = "corpus"
    """A path or URL: the store that holds versions/, data/, lineage/ and staging/."""
    keys: Keys = Keys()
    """References to the keys."""
