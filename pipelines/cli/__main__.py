"""The program `optout`: it heeds Ctrl-C before it imports anything that takes time."""

from pipelines.cli.interrupts import heed


def main() -> None:
    """Run one command."""
    heed()
    from pipelines.cli.main import main as run

    run()


if __name__ == "__main__":
    main()
