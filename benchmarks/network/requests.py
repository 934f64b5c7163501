"""A file of objections of many kinds, all different; a few of them are of accounts of the network."""

from pathlib import Path

import numpy as np
from network.tables import account_ids_of, email, handle

_STEP = 100
"""One account in so many objects, as far as there are accounts."""
_PART = 100_000
_KINDS = ["account"] * 9 + ["email"] * 6 + ["handle"] * 3 + ["phone", "record"]


def write_requests(path: Path, objections: int) -> Path:
    """Write a CSV file of so many objections, unless it is there."""
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("w", encoding="ascii") as file:
        file.write("type,value,region\n")
        for start in range(0, objections, _PART):
            numbers = np.arange(start, min(start + _PART, objections), dtype=np.uint64) * np.uint64(_STEP)
            ids = account_ids_of(numbers).to_pylist()
            file.writelines(_line(number, ids[place]) for place, number in enumerate(numbers.tolist()))
    unfinished.rename(path)
    return path


def _line(number: int, account_id: str) -> str:
    kind = _KINDS[number // _STEP % len(_KINDS)]
    value = {
        "account": account_id,
        "email": email(number),
        "handle": handle(number),
        "phone": f"06{number // _STEP % 10**8:08}",
        "record": f"https://network.example/{account_id}/{number}",
    }[kind]
    return f"{kind},{value},{'FR' if kind == 'phone' else ''}\n"
