"""Join what the benchmark keeps apart: ingest maps rows, it does not join tables.

    LDBC_SNB=FOLDER python examples/ldbc/join.py WORKSPACE

Writes persons.csv, with the e-mail addresses of each person in a column ``emails``, and comments.csv,
with the author of what is answered in a column ``answered``.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path


def main() -> None:
    """The command line."""
    source, out = Path(os.environ["LDBC_SNB"], "dynamic"), Path(sys.argv[1])
    persons = rows(source / "person_0_0.csv")
    emails: dict[str, list[str]] = {}
    for row in rows(source / "person_email_emailaddress_0_0.csv"):
        emails.setdefault(row["Person.id"], []).append(row["email"])
    write(out / "persons.csv", (row | {"emails": ";".join(emails.get(row["id"], ()))} for row in persons))

    comments = list(rows(source / "comment_0_0.csv"))
    authors = {row["id"]: row["creator"] for row in [*rows(source / "post_0_0.csv"), *comments]}
    write(
        out / "comments.csv",
        (row | {"answered": authors[row["replyOfPost"] or row["replyOfComment"]]} for row in comments),
    )


def rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a file: cells between bars, without quotes."""
    with path.open(encoding="utf-8") as file:
        names = next(file).rstrip("\n").split("|")
        for line in file:
            yield dict(zip(names, line.rstrip("\n").split("|"), strict=True))


def write(path: Path, found: Iterable[dict[str, str]]) -> None:
    """Write rows in the same form."""
    lines: list[str] = []
    for row in found:
        lines = lines or ["|".join(row)]
        lines.append("|".join(row.values()))
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main()
