"""XMP: the properties of interest of a packet, flattened. XMP specification part 1, sections 6, 7 and C."""

from collections.abc import Iterator

from pipelines.ingest.media.exif import Value
from pipelines.ingest.media.fields import PEOPLE_REGIONS, REGIONS, XMP_PROPERTIES
from pipelines.ingest.media.packet import DESCRIPTION, RDF, Element, properties_of
from pipelines.ingest.media.parts import Bytes
from pipelines.ingest.media.regions import people, regions
from schemas.media import Doubt

EXTENDED = "xmpNote:HasExtendedXMP"
"""The property of a main packet that names its extension; no value is given out under it."""

_CONTAINERS = frozenset({f"{RDF}Bag", f"{RDF}Seq", f"{RDF}Alt"})
_ITEM, _VALUE, _RESOURCE = f"{RDF}li", f"{RDF}value", f"{RDF}resource"
_NO_FIELDS = (RDF, "{http://www.w3.org/XML/1998/namespace}")


def xmp_values(packet: Bytes) -> tuple[list[Value], str | None, Doubt | None]:
    """Properties of a packet, the digest of the extension it names, the doubt about it.

    A property has one value for each item of a list, each alternative of a text, and for each structure that
    has the field. What is empty is a value.
    """
    found: list[tuple[str, Element]] = []
    doubt = properties_of(packet, found)
    values: dict[str, list[str]] = {}
    extension: str | None = None
    for name, element in found:
        if name == EXTENDED:
            extension = "".join(element.text).strip()
        elif name == REGIONS:
            for region, text in regions(element, leaves):
                values.setdefault(region, []).append(text)
        elif name == PEOPLE_REGIONS:
            values.setdefault(f"{name}/PersonDisplayName", []).extend(people(element, leaves))
        else:
            for steps, text in leaves(element):
                path = "/".join((name, *steps))
                if path in XMP_PROPERTIES:
                    values.setdefault(path, []).append(text)
    return [Value(name, tuple(texts)) for name, texts in values.items()], extension, doubt


def leaves(element: Element) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each text in an element, with the names of the fields on the way to it."""
    written = list(_attributes(element))
    yield from written
    for child in element.children:
        if child.tag in _CONTAINERS:
            if not child.children:
                yield (), ""
            for item in child.children:
                yield from leaves(item)
        elif child.tag in {DESCRIPTION, _VALUE, _ITEM}:
            yield from leaves(child)
        else:
            for steps, text in leaves(child):
                yield (_local(child.tag), *steps), text
    if not (element.children or written):
        yield (), "".join(element.text)


def _attributes(element: Element) -> Iterator[tuple[tuple[str, ...], str]]:
    """What is written as attributes: a resource, a value with qualifiers, the fields of a structure."""
    for tag, value in element.attributes.items():
        if tag in {_RESOURCE, _VALUE}:
            yield (), value
        elif tag.startswith("{") and not tag.startswith(_NO_FIELDS):
            yield (_local(tag),), value


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
