"""`optout rules`: the packs on pictures, what they see in a text, and how good they are."""

import re
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli.tables import print_json, print_table

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


class Field(StrEnum):
    """Where a text about a picture stands: what rules name in ``reads``."""

    ALT_TEXT = "alt_text"
    AUTO_ALT_TEXT = "auto_alt_text"
    CAPTION = "caption"
    TEXT = "text"
    KEYWORDS = "keywords"
    DESCRIPTION = "description"
    PEOPLE = "people"


def _language(tag: str | None) -> str | None:
    if tag is not None and not re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9-_]+)?", tag):
        msg = f"{tag!r} is no language tag: name one such as de or de-AT"
        raise typer.BadParameter(msg)
    return tag


def register(app: typer.Typer) -> None:
    """Add the commands."""
    rules = typer.Typer(no_args_is_help=True, help="The rule packs on pictures.")
    rules.command("list")(list_rules)
    rules.command("explain")(explain)
    rules.command("test")(test)
    rules.command("evaluate")(evaluate)
    app.add_typer(rules, name="rules")


def list_rules(*, as_json: JsonOption = False) -> None:
    """List every rule with its level and what it is about."""
    from pipelines.rules.packs import load_packs

    rows: list[dict[str, Any]] = []
    for pack in load_packs().packs:
        rows += [
            {"pack": pack.pack, "rule": rule.id, "level": rule.level.value, "kind": rule.kind.value,
             "patterns": len(rule.patterns)} for rule in pack.words
        ]  # fmt: skip
        rows += [
            {
                "pack": pack.pack,
                "rule": one.id,
                "level": one.level.value,
                "kind": one.kind.value,
                "patterns": 0,
            }
            for one in pack.circumstances
        ]
        rows += [
            {"pack": pack.pack, "rule": one.id, "level": "declared", "kind": "declared", "patterns": 0}
            for one in pack.declared
        ]
        rows += [
            {"pack": pack.pack, "rule": one.id, "level": "declared", "kind": "declared",
             "patterns": len(one.patterns)} for one in pack.declared_words
        ]  # fmt: skip
    if as_json:
        print_json(rows)
    else:
        print_table("rules", rows)


def explain(
    text: Annotated[str, typer.Argument(help="Words about a picture.")],
    *,
    language: Annotated[
        str | None, typer.Option("--language", callback=_language, help="BCP 47; default: not known.")
    ] = None,
    year: Annotated[
        int | None, typer.Option("--year", min=1800, max=2200, help="When it was taken; default: this year.")
    ] = None,
    field: Annotated[Field, typer.Option("--field", help="Where it stands.")] = Field.CAPTION,
    as_json: JsonOption = False,
) -> None:
    """Show which rule sees what in a text, in the order in which rules read.

    A rule of level none takes out what only looks like a sign: later rules do not see it.
    """
    from pipelines.rules.explaining import explain_text
    from pipelines.rules.packs import load_packs

    taken = datetime.now(UTC).year if year is None else year
    text = text.encode("utf-8", "replace").decode(
        "utf-8"
    )  # bytes that are no text, as the shell hands them in
    rows = [
        {"rule": sight.rule.id, "level": sight.rule.level.value, "kind": sight.rule.kind.value,
         "start": sight.start, "end": sight.end, "words": text[sight.start : sight.end]}
        for sight in explain_text(text, load_packs(), language, taken, field.value)
    ]  # fmt: skip
    if as_json:
        print_json(rows)
    else:
        print_table("what rules see", rows)


def test(
    pack: Annotated[Path, typer.Argument(help="A pack: a YAML file.", exists=True, dir_okay=False)],
) -> None:
    """Load a pack and run its examples: every one has to match, or pass, as it says.

    Then it is said what a pack of a language does not have yet.
    """
    from pipelines.rules.completeness import gaps
    from pipelines.rules.packs import read_pack

    packs = read_pack(pack)
    packs.lexicon(0)
    rules = packs.packs[0].words
    examples = sum(len(rule.matches) + len(rule.passes) for rule in rules)
    typer.echo(f"{pack.name}: {len(rules)} rules, {examples} examples")
    for gap in gaps(packs.packs[0]):
        typer.echo(f"still missing: {gap}")


def evaluate(
    files: Annotated[
        list[Path], typer.Argument(help="Labelled captions: JSON Lines.", exists=True, dir_okay=False)
    ],
    *,
    picture: Annotated[
        Path | None,
        typer.Option(
            "--picture", help="Draw precision against recall into this SVG file; no other is replaced."
        ),
    ] = None,
    errors: Annotated[bool, typer.Option("--errors", help="List the lines that are judged wrongly.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Compare the rules' verdicts with labels: precision, recall and F1, with 95 % intervals.

    A line counts at the level at which its picture would be removed (declared) or quarantined (strong, weak).
    Lines labelled unclear are not counted.
    """
    from pipelines.cli.precision_recall import check_picture, precision_against_recall, write_picture
    from pipelines.evaluation import evaluation, judge, read_labelled
    from pipelines.rules.packs import load_packs
    from schemas.policy import PicturePolicy

    if picture is not None:
        check_picture(picture)  # first, for judging takes its time
    packs = load_packs()
    judged = judge([line for file in files for line in read_labelled(file)], packs, PicturePolicy())
    result = evaluation(judged, packs)
    if picture is not None:
        write_picture(picture, precision_against_recall(result))
    if as_json:
        print_json(result)
        return
    for group in ("levels", "languages", "kinds"):
        print_table(group, [_shown(row) for row in result[group]])  # type: ignore[attr-defined]
    if errors:
        print_table("lines judged wrongly", [
            {"line": one.line.id, "label": one.line.label, "level": one.level.value,
             "rules": ", ".join(one.rules)}
            for one in judged
            if one.line.label != "unclear" and (one.line.label == "minor") != (one.level != "none")
        ])  # fmt: skip


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in row.items() if not name.endswith("_interval")}
    for name in ("precision", "recall", "f1"):
        if (share := row[name]) is not None:
            low, high = row[f"{name}_interval"]
            shown[name] = f"{share:.3f} ({low:.3f} to {high:.3f})"
    return shown
