"""Identifiers planted in a source, and the search for them in whatever a build leaves behind."""

import base64
import json
from datetime import UTC, date, datetime, time, timedelta

import pyarrow as pa
import pyarrow.parquet as pq

from builders import account, at, medium, record

MARK = "qzvxkwjp"
"""Stands in every planted identifier that may hold letters, and in nothing else."""
PEOPLE, EACH = 40, 8
BIRTHS = [date(1961, 3, 14) + timedelta(days=397 * n) for n in range(PEOPLE)]
PHONES = [f"+3364455{n:04d}" for n in range(PEOPLE)]


def handle(n):
    return f"{MARK}_{n:02d}"


def email(n):
    return f"{MARK}.{n:02d}@mail.example.org"


ACCOUNTS = [
    account(
        account_id=f"{MARK}-a{n:02d}",
        person_id=f"{MARK}-p{n // 2:02d}",
        birth_date=BIRTHS[n],
        identifiers=[
            {"type": "handle", "value": handle(n)},
            {"type": "email", "value": email(n)},
            {"type": "phone", "value": PHONES[n]},
            {"type": "did", "value": f"did:web:{MARK}{n:02d}.example"},
        ],
    )
    for n in range(PEOPLE)
]


def spaced(n):
    """A phone number as it is said in France: 06 44 55 00 17."""
    digits = f"0{PHONES[n][3:]}"
    return " ".join(digits[i : i + 2] for i in range(0, 10, 2))


SAYINGS = [
    "ask @{handle} about the hill",
    "write to {email}, please",
    "call {phone} or {spaced} after six",
    "nothing to see here",
]


def text(n, what):
    return SAYINGS[what % len(SAYINGS)].format(
        handle=handle(n), email=email(n), phone=PHONES[n], spaced=spaced(n)
    )


NOBODY = {
    5: [{"role": "mention", "account": f"{MARK}-nobody"}],
    6: [{"role": "tag", "account": f"{MARK}-nobody"}],
}
"""Of some records of each author: somebody whom no account matches."""
RECORDS = [
    record(
        record_id=f"{MARK}-r{n:02d}-{k}",
        account_id=f"{MARK}-a{n:02d}" if k < 7 else f"{MARK}-stranger{n:02d}",
        created_at=at("2024-03-05T12:00") + timedelta(hours=k),
        text=text(n, n + k),
        quoted_text=f"{MARK} was quoted",
        others=[{"role": "mention", "account": f"{MARK}-a{(n + 1) % PEOPLE:02d}"}, *NOBODY.get(k, [])],
        media=[medium(media_id=f"{MARK}-m{n:02d}", uri=f"media/{MARK}/{n:02d}.jpg", sha256=f"{n:02d}{k}" + 61 * "e",
                      alt_text="a hill", auto_alt_text=f"{MARK} on a hill", caption=f"a hill, says {text(n, k)}")],
    )
    for n in range(PEOPLE)
    for k in range(EACH)
]  # fmt: skip


def spellings(day):
    """A birth date as people and machines write it."""
    forms = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y%m%d", "%d %B %Y", "%B %d, %Y")
    return [day.strftime(form) for form in forms]


def instants(day):
    """The day, and the instant of coming of age, as numbers: seconds, milliseconds, microseconds."""
    adult = day.replace(year=day.year + 18)
    found = set()
    for moment in (datetime.combine(d, t, UTC) for d in (day, adult) for t in (time(0), time(12))):
        seconds = int(moment.timestamp())
        found |= {seconds, seconds * 1000, seconds * 1_000_000}
    return found


NEEDLES = {
    "identifier": [MARK],
    "phone": [form for n in range(PEOPLE) for form in (PHONES[n], PHONES[n][1:], PHONES[n][3:], spaced(n))],
    "text": ["about the hill", "nothing to see here", "a hill, says"],
    "birth date": [spelling for day in BIRTHS for spelling in spellings(day)],
}
NUMBERS = frozenset(number for day in BIRTHS for number in instants(day))


def in_base64(data):
    """What of some bytes is the same wherever they stand in a longer text in base64."""
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + data).rstrip(b"=")
        first = -(-offset * 8 // 6)
        last = (offset + len(data)) * 8 // 6
        yield encoded[first:last]


ENCODED = {
    kind: sorted({
        encoded
        for word in words
        for raw in (word.encode(), word.encode("utf-16-le"))
        for encoded in (raw, raw.hex().encode(), *in_base64(raw))
    })
    for kind, words in NEEDLES.items()
}  # fmt: skip


def found_in(data):
    """Kinds of planted identifiers in some bytes: plain, in UTF-16, hexadecimal or base64."""
    lower = data.lower()
    return {
        kind
        for kind, encoded in ENCODED.items()
        if any(word in data or word.lower() in lower for word in encoded)
    }


def decoded(path):
    """Every value of a file, as text, one a line, and all of its numbers."""
    if path.suffix == ".parquet":
        rows = pq.ParquetFile(path).read().to_pylist()
    elif path.suffix == ".json":
        rows = json.loads(path.read_bytes())
    elif path.suffix == ".arrow":
        rows = pa.ipc.open_file(path).read_all().to_pylist()
    else:
        return b"", set()
    values = list(leaves(rows))
    numbers = {value for value in values if isinstance(value, int)}
    text = "\n".join(value.hex() if isinstance(value, bytes) else str(value) for value in values)
    return text.encode("utf-8", "surrogatepass"), numbers


def leaves(value):
    if isinstance(value, dict):
        for name, part in value.items():
            yield name
            yield from leaves(part)
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part)
    else:
        yield value


def planted_in(path):
    """Kinds of planted identifiers in a file: in its name, its bytes, and every value it holds."""
    values, numbers = decoded(path)
    found = found_in(path.as_posix().encode()) | found_in(path.read_bytes()) | found_in(values)
    return found | ({"birth date"} if numbers & NUMBERS else set())
