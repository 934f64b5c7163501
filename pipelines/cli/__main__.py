"""The program `optout`: it heeds Ctrl-C before it imports anything that takes time."""

from pipelines.cli.ending import end_early, ended_by
from pipelines.cli.interrupts import heed


def main() -> None:
    """Run one command."""
    end_early()
    heed()
    try:
        from pipelines.cli.main import main as run

        run()
    except BaseException as error:
        ended_by(error)
        raise


if __name__ == "__main__":
    main()
