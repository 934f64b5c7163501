"""Write the pages that are generated from the code: `make docs`. A test compares them."""

import sys
from pathlib import Path

from optout_registry.door.app import api_app
from optout_registry.door.manual import manual as api_manual
from pipelines.cli.main import app
from pipelines.cli.manual import manual
from schemas.reference import markdown, pages

HERE = Path(__file__).resolve().parent


def generated() -> dict[str, str]:
    """Path below docs/ -> text."""
    listed = "\n".join(f"- [{page.title}]({page.name}.md): {page.meaning}" for page in pages())
    listed += (
        "\n- [API of the door](api.md): What programs ask `optout registry serve`; generated from the door."
    )
    index = f"# Reference\n\nGenerated from `schemas/`; `optout schema NAME` prints the same.\n\n{listed}\n"
    return {
        "cli.md": manual(app),
        "reference/README.md": index,
        # Described and not served: no registry is asked.
        "reference/api.md": api_manual(api_app(None).openapi()),
        **{f"reference/{page.name}.md": markdown(page) for page in pages()},
    }


def main() -> None:
    """Write every page; remove those of the reference that are no longer generated."""
    texts = generated()
    for stale in set(Path(HERE, "reference").glob("*.md")) - {HERE / path for path in texts}:
        stale.unlink()
    for path, text in texts.items():
        Path(HERE, path).parent.mkdir(exist_ok=True)
        Path(HERE, path).write_text(text, encoding="utf-8")
        sys.stderr.write(f"wrote docs/{path}\n")


if __name__ == "__main__":
    main()
