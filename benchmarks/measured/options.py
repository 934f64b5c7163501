"""The arguments of every measurement: `make bench` hands the same to all, and each takes what is its own."""

import argparse
from pathlib import Path

DATABASES = ("sqlite", "postgresql")


def options(description: str) -> argparse.Namespace:
    """The arguments of this process."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rows", type=int, default=4_000_000, help="records of the network")
    parser.add_argument("--accounts", type=int, help="accounts of the network; a tenth of the records")
    parser.add_argument("--repeats", type=int, default=5, help="builds and copies that are measured")
    parser.add_argument("--objections", type=int, default=100_000, help="objections of the registry")
    parser.add_argument("--lookups", type=int, default=1_000_000, help="account ids that are looked up")
    parser.add_argument("--requests", type=int, default=10_000, help="objections of the burst at the door")
    parser.add_argument("--connections", type=int, default=200, help="connections they come over")
    parser.add_argument("--pictures", type=int, default=3000, help="pictures that are scanned, about")
    parser.add_argument("--images", type=Path, help="folder of image files whose metadata is read")
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=DATABASES)
    found = parser.parse_args()
    found.accounts = found.accounts or max(found.rows // 10, 1)
    return found
