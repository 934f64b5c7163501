"""A version with pictures that were released, withheld, and suspected, built in this process."""

from builds import Place

from builders import account, medium, objection, record

LAKES = 9
"""Records with a lake, each in one or more pictures."""


def lake(number):
    """A picture of which rules find nothing."""
    return medium(sha256=f"{number:064x}", alt_text=f"A lake behind hills, view {number}")


def child(number=0, **overrides):
    """A picture of which a rule finds that it may show a minor."""
    return medium(
        **{"sha256": f"{number + 0xC0:064x}", "alt_text": "Our little girl at the lake"} | overrides
    )


def unseen(**overrides):
    """A picture of which nothing can be said: it is withheld."""
    return medium(**{"sha256": None} | overrides)


def records():
    """Nine records with 18 released pictures, among them withheld ones; four with suspected ones, a copy each."""
    lakes = [
        record(
            record_id=f"lake-{n}", surface="photo", text=f"Day {n}",
            media=[unseen(), *(lake(10 * n + m) for m in range(1 + n % 3)), unseen()],
        ) for n in range(LAKES)
    ]  # fmt: skip
    children = [
        record(record_id=f"child-{n}", surface="photo", text="At the lake", media=[lake(999), child(n % 2)])
        for n in range(4)
    ]
    return [*lakes, *children]


def built(folder, given=None, **options):
    """The first version over these records, in three splits: a Place."""
    place = Place(folder, [objection(value="somebody else")], **options)
    place.write([account()], records() if given is None else given, files=3)
    place.build()
    return place
