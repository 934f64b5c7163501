"""The guided tour: a sample network, from files on disk to two versions of a corpus.

    .venv/bin/python examples/run_local.py FOLDER [--scale 1.0]

Every step is a command that you could type; each is shown before its output.
"""

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = "examples/sample_network"
MARK = ".made-by-run-local"
AS_OF = "2026-06-01"
"""The sample ends on the day before."""
BY_REASON_AND_SURFACE = """
  SELECT reason,
         sum(rows) FILTER (surface = 'post') AS post,
         sum(rows) FILTER (surface = 'comment') AS comment,
         sum(rows) FILTER (surface = 'photo') AS photo,
         sum(rows) FILTER (surface IN ('video', 'story')) AS clip,
         sum(rows) FILTER (surface = 'profile') AS profile,
         sum(rows) FILTER (surface IN ('ai_interaction', 'message')) AS chat
  FROM tally WHERE outcome = 'removed' GROUP BY reason ORDER BY sum(rows) DESC
"""

console = Console(highlight=False)


def main() -> int:
    """Take the tour; the exit code of the first command that failed."""
    parser = argparse.ArgumentParser(description="The guided tour, in a folder that it makes.")
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--scale", default="1.0", help="1.0: 20,000 accounts, 205,000 records")
    options = parser.parse_args()
    folder = options.folder.resolve()
    os.chdir(ROOT)
    folder = folder.relative_to(ROOT) if folder.is_relative_to(ROOT) else folder
    os.environ["OPTOUT_WORKSPACE"] = str(folder)
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    try:
        if not make_folder(folder):
            return 2
        tour(folder, options.scale)
    except subprocess.CalledProcessError as failure:
        return failure.returncode if failure.returncode > 0 else 128 - failure.returncode
    except KeyboardInterrupt:
        return 130
    return 0


def make_folder(folder: Path) -> bool:
    """Make the folder anew; False if there is one that no earlier tour made, which is left alone."""
    if (folder / MARK).is_file():
        print(f"Replacing {folder}, which an earlier tour made.")
        shutil.rmtree(folder)
    elif folder.exists():
        print(f"{folder} exists, and no tour made it: move it away, or name another folder.", file=sys.stderr)
        return False
    folder.mkdir(parents=True)
    (folder / MARK).touch()
    return True


def tour(folder: Path, scale: str) -> None:
    """All steps, in order."""
    sample = folder / "sample"
    say(
        "A social network on disk",
        """Accounts, posts, comments, photos, clips, profiles, chats and messages in eight languages, as
        CSV, Parquet, and JSON Lines plain, gzipped and in zstd. Nobody in it exists.""",
    )
    run("python", "-m", "examples.sample_network", str(sample), "--scale", scale)
    people = json.loads((sample / "people_of_interest.json").read_text(encoding="utf-8"))
    by_email, late = people["objector_by_email"], people["late_objector"]

    say(
        "A workspace",
        """source.yaml says what is in those files, policy.yaml who and what may be used; init adds two
        keys and an empty registry of objections.""",
    )
    run("cp", f"{SAMPLE}/source.yaml", f"{SAMPLE}/policy.yaml", str(folder))
    show(f"export OPTOUT_WORKSPACE={shlex.quote(str(folder))}")
    run("optout", "init")

    say(
        "Ingest",
        """Every file becomes canonical Parquet. A row that does not conform is kept in its place as
        malformed: none is dropped.""",
    )
    run("optout", "ingest")

    say(
        "Objections",
        """Three one by one, written otherwise than the network has them: an e-mail address in other
        capitals, a phone number as dialled at home, a handle with @. Then a file of several
        hundred. Only keyed hashes are stored.""",
    )
    run("optout", "registry", "add", "email", by_email["email"])
    by_phone = people["objector_by_phone"]
    run("optout", "registry", "add", "phone", by_phone["phone"], "--region", by_phone["region"])
    run("optout", "registry", "add", "handle", people["objector_by_handle"]["handle"])
    run("optout", "registry", "import", str(sample / "objections.csv"))

    say(
        "Version 1",
        "Every record gets one outcome and counts under the first reason that holds: the funnel adds up.",
    )
    run("optout", "build", "--as-of", AS_OF)

    say(
        "Is it true?",
        """verify derives the fate of every row anew from source, registry and policy, in SQL that shares
        no code with the rules.""",
    )
    run("optout", "verify")

    say("What happened to this record?", "Its author objected, by an address in other capitals.")
    run("optout", "explain", by_email["record"])
    say("Where is this person?", "The objection covers the linked accounts too.")
    run("optout", "where", "email", by_email["email"])
    say("How do the removals split by reason and surface?", "One SELECT on the lineage, answered by DuckDB.")
    run("optout", "lineage", "--sql", BY_REASON_AND_SURFACE)

    say(
        "A late objection",
        """Somebody objects whom version 1 uses. Version 2 computes the splits that name this person, and
        takes over the others unread.""",
    )
    run("optout", "registry", "add", "email", late["email"])
    run("optout", "build", "--as-of", AS_OF)
    run("optout", "diff", "1", "2")

    say("Try next", "In a shell of your own, after these two lines:")
    print(f"  export OPTOUT_WORKSPACE={shlex.quote(str(folder.resolve()))}")
    print(f"  PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH\n")
    for command, meaning in (
        (f"explain {late['records'][0]}", "what the late objector wrote: kept with --version 1"),
        (f"explain {people['posted_as_minor']['record']}", "an adult's, written before the 18th birthday"),
        ("files 2", "all that a training job reads"),
        ("lineage", "ask in SQL, as docs/lineage-queries.md does"),
    ):
        console.print(f"  [bold]optout {command:<17}[/][dim]# {meaning}[/]", soft_wrap=True)


def say(heading: str, text: str) -> None:
    """A heading, and what the step is about."""
    console.print()
    console.rule(f"[bold]{heading}", align="left", style="dim")
    console.print(" ".join(text.split()))


def run(*words: str) -> None:
    """Show a command and run it; CalledProcessError if it fails."""
    show(" ".join(quoted(word) for word in words))
    subprocess.run(words, check=True)  # noqa: S603 - the commands above


def show(command: str) -> None:
    """Show a command as one would type it."""
    console.print(Text(f"$ {command}", "bold green"), soft_wrap=True)
    sys.stdout.flush()  # before the command writes


def quoted(word: str) -> str:
    """A word for a shell; SQL, with its own single quotes, in double ones."""
    return f'"{word}"' if "'" in word and not set(word) & set('"$`\\') else shlex.quote(word)


if __name__ == "__main__":
    sys.exit(main())
