"""Regions of a picture: those of the Metadata Working Group (MWG 2.0, section 5.9), Microsoft's people."""

from collections.abc import Callable, Iterator

from pipelines.ingest.media.fields import REGION_LIST
from pipelines.ingest.media.packet import RDF, Element

Leaves = Callable[[Element], Iterator[tuple[tuple[str, ...], str]]]

_TYPES = frozenset({"Face", "Pet", "Focus", "BarCode"})
_OTHER = "Other"
"""Of a region without a type, or with one that MWG does not name."""
_DESCRIPTION = f"{REGION_LIST}/FaceDescription"
REGION_PROPERTIES = frozenset({f"{REGION_LIST}/{kind}" for kind in _TYPES | {_OTHER}} | {_DESCRIPTION})


def regions(element: Element, leaves: Leaves) -> Iterator[tuple[str, str]]:
    """(property, value): of each region its name, empty where it has none; of a face its description, too."""
    for item in _items(element, "RegionList"):
        fields = dict(reversed([(steps, text) for steps, text in leaves(item)]))
        written = fields.get(("Type",), "").strip()
        kind = written if written in _TYPES else _OTHER
        yield f"{REGION_LIST}/{kind}", fields.get(("Name",), "")
        if kind == "Face" and fields.get(("Description",)):
            yield _DESCRIPTION, fields["Description",]


def people(element: Element, leaves: Leaves) -> Iterator[str]:
    """For each region the name shown with it, empty where it has none."""
    for item in _items(element, "Regions"):
        yield dict(leaves(item)).get(("PersonDisplayName",), "")


def _items(element: Element, field: str) -> Iterator[Element]:
    """Items of the list that is a field of a structure."""
    for child in element.children:
        if child.tag.startswith(RDF):
            yield from _items(child, field)
        elif child.tag.rpartition("}")[2] == field:
            for container in child.children:
                yield from container.children
