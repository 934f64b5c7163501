"""What builds and the page of reviews are handed: decisions, what rules see in words, files of pictures."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from optout_registry.registry import Registry
    from pipelines.cli.opened import OpenedWorkspace
    from pipelines.review.marked import Read
    from pipelines.rules.packs import Packs


def decisions(opened: "OpenedWorkspace", registry: "Registry") -> "pa.Table":
    """What persons decided about suspected pictures: a REVIEWS table, from the log of reviews.

    Raises:
        BadInput: the log is damaged, or somebody decided whom the registry does not know.
    """
    from optout_registry.actors import known_actors
    from pipelines.review.actors import check_actors
    from pipelines.review.decisions import reviews_of
    from pipelines.review.log import read_log

    events = read_log(opened.path(opened.settings.reviews))
    check_actors(events, known_actors(registry))  # read after the log: whoever decided was known before
    return reviews_of(events)


def read_by_rules(packs: "Packs", alone: "pa.Table") -> "Sequence[Read]":
    """The texts about the one picture of a RECORDS table, each with what word rules see in it.

    A machine's alternative text is shown whole: what it quotes, rules do not read. What a text is about is
    no evidence, and is not marked.
    """
    from pipelines.review.marked import Read, Sight
    from pipelines.rules.explaining import explain_picture

    (medium,) = alone.column("media").to_pylist()[0]
    return [
        Read(
            one.field,
            medium["auto_alt_text"] or "" if one.field == "auto_alt_text" else one.text,
            tuple(
                Sight(sight.start, sight.end, sight.rule.id)
                for sight in one.sights
                if not sight.rule.is_context
            ),
        )
        for one in explain_picture(alone, packs)
    ]


def levels_and_kinds(packs: "Packs") -> Callable[[str], tuple[str, str]]:
    """From a rule's id to its level and kind; two empty texts: these packs have no such rule."""
    known: dict[str, tuple[str, str]] = {}
    for pack in packs.packs:
        known |= {rule.id: ("declared", "declared") for rule in pack.declared}
        known |= {rule.id: ("declared", "declared") for rule in pack.declared_words}
        known |= {rule.id: (rule.level.value, rule.kind.value) for rule in pack.circumstances}
        known |= {rule.id: (rule.level.value, rule.kind.value) for rule in pack.words}
    return lambda rule: known.get(rule, ("", ""))


def pictures_below(media_root: Path | None) -> Callable[[str], bytes | str]:
    """From a uri to the content of the file below ``media_root`` that it names, or why there is none."""
    if media_root is None:
        return lambda _: "no_media_root"
    from pipelines.ingest.pictures.content import picture_bytes
    from pipelines.review.image import LARGEST

    return partial(picture_bytes, root=bytes(media_root.resolve()), most=LARGEST)
