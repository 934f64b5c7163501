"""Namespaces of XMP -> the prefixes of their properties here, also where they are not quite as published."""

import re

from pipelines.ingest.media.fields import NAMESPACES

_NOTE = "http://ns.adobe.com/xmp/note/"
_KNOWN = {**NAMESPACES, _NOTE: "xmpNote"}
_VERSION = re.compile(r"/\d+\.\d+(?=/|$)")
_LONGEST = 100
"""Characters of an address that is looked at; those of all that are known are fewer."""


def prefix_of(namespace: str) -> str | None:
    """The prefix of a known namespace. One slash at the end more or less, or another version, is the same.

    So exiftool has it (XMP.pm, "Fixed incorrect URI"): writers err, and a namespace off by a slash hides
    whatever is declared in it.
    """
    known = _KNOWN.get(namespace)
    if known is not None or len(namespace) > _LONGEST:
        return known
    if (off_by_slash := _KNOWN.get(_other_end(namespace))) is not None:
        return off_by_slash
    return _OF_ANY_VERSION.get(_without_version(namespace))


def _other_end(namespace: str) -> str:
    return namespace[:-1] if namespace.endswith("/") else f"{namespace}/"


def _without_version(namespace: str) -> str:
    return _VERSION.sub("/#", namespace, count=1).removesuffix("/")


def _of_any_version() -> dict[str, str]:
    """Namespaces with a version in them; of Microsoft's, whose versions are different things, none."""
    found: dict[str, set[str]] = {}
    for namespace, prefix in _KNOWN.items():
        if _VERSION.search(namespace):
            found.setdefault(_without_version(namespace), set()).add(prefix)
    return {namespace: min(prefixes) for namespace, prefixes in found.items() if len(prefixes) == 1}


_OF_ANY_VERSION = _of_any_version()
