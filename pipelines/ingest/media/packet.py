"""XMP packets -> elements: well-formed XML without a document type, of bounded size. Nothing is resolved."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from pipelines.ingest.media.decoding import text_of
from pipelines.ingest.media.fields import XMP_TOP
from pipelines.ingest.media.limits import MAX_DEPTH, MAX_ELEMENTS
from pipelines.ingest.media.namespaces import prefix_of
from pipelines.ingest.media.parts import Bytes, Unreadable
from schemas.media import Doubt

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_REFERENCE = f"{RDF}nodeID"
DESCRIPTION = f"{RDF}Description"
_TOP = [f"{RDF}RDF", DESCRIPTION]
"""Where the properties of the picture stand. A description further down is one of something else."""
_CHUNK = 64 * 1024


@dataclass(slots=True)
class Element:
    """An element: tag and attributes with their namespaces in braces, what stands in it."""

    tag: str
    attributes: dict[str, str]
    text: list[str] = field(default_factory=list)
    children: list["Element"] = field(default_factory=list)


def properties_of(packet: Bytes, found: list[tuple[str, Element]]) -> Doubt | None:
    """Append (property, its element) for each top-level property of interest; the doubt about the rest.

    A property written as an attribute comes as an element of its own. What is well-formed before a fault is
    kept.
    """
    try:
        text, doubt = text_of(packet)
    except Unreadable as end:
        return end.doubt
    target = _Target(found)
    parser = XMLParser(target=target, forbid_dtd=True, encoding="utf-8")
    try:
        for at in range(0, len(text), _CHUNK):
            parser.feed(text[at : at + _CHUNK].encode("utf-8", "replace"))
        parser.close()
    except (ParseError, DefusedXmlException):
        return Doubt.BROKEN
    except Unreadable as end:
        return end.doubt
    return Doubt.BROKEN if target.refers else doubt


def _property_of(tag: str) -> str | None:
    namespace, _, name = tag[1:].partition("}")
    known = f"{prefix_of(namespace)}:{name}"
    return known if known in XMP_TOP else None


class _Target:
    """Where the parser's events go: builds elements of the properties of interest, steps over all others."""

    def __init__(self, found: list[tuple[str, Element]]) -> None:
        self._found = found
        self._path: list[str] = []
        self._open: list[Element] = []
        self._count = 0
        self.refers = False
        """A property of interest names a node that stands elsewhere (rdf:nodeID), where it is not read."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._count += 1
        if self._count > MAX_ELEMENTS or len(self._path) >= MAX_DEPTH:
            raise Unreadable(Doubt.LIMIT)
        if self._open:
            element = Element(tag, attributes)
            self._open[-1].children.append(element)
            self._open.append(element)
        elif self._path[-2:] == _TOP:
            if (name := _property_of(tag)) is not None:
                element = Element(tag, attributes)
                self._found.append((name, element))
                self._open.append(element)
        elif tag == DESCRIPTION and self._path[-1:] == _TOP[:1]:
            self._found.extend(_written_as_attributes(attributes))
        self.refers |= bool(self._open) and _REFERENCE in attributes
        self._path.append(tag)

    def end(self, _tag: str) -> None:
        """An element ends."""
        self._path.pop()
        if self._open:
            self._open.pop()

    def data(self, text: str) -> None:
        """Text, perhaps not all of it."""
        if self._open:
            self._open[-1].text.append(text)

    def close(self) -> None:
        """The document ends."""


def _written_as_attributes(attributes: dict[str, str]) -> Iterator[tuple[str, Element]]:
    for tag, value in attributes.items():
        if (name := _property_of(tag)) is not None:
            yield name, Element(tag, {}, [value])
