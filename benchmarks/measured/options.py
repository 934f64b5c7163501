"""The arguments of every measurement: `make bench` hands the same to all, and each takes what is its own."""

import argparse


def options(description: str) -> argparse.Namespace:
    """The arguments of this process."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rows", type=int, default=4_000_000, help="records of the network")
    parser.add_argument("--accounts", type=int, help="accounts of the network; a tenth of the records")
    parser.add_argument("--repeats", type=int, default=5, help="builds and copies that are measured")
    parser.add_argument("--objections", type=int, default=100_000, help="objections of the registry")
    parser.add_argument("--lookups", type=int, default=1_000_000, help="account ids that are looked up")
    found = parser.parse_args()
    found.accounts = found.accounts or max(found.rows // 10, 1)
    return found
