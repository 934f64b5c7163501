"""What the blocks of one file declare, block by block, within bounds."""

import hashlib
from collections import Counter
from collections.abc import Iterator

from pipelines.ingest.media.exif import Value
from pipelines.ingest.media.limits import MAX_CHARACTERS, MAX_PACKETS, MAX_PARTS, MAX_VALUES
from pipelines.ingest.media.parts import BLOCK_OF, Kind, Piece
from schemas.media import Block, Declared, Doubt, Doubted


class Gathered:
    """Values by block and property, blocks, doubts. Blocks that disagree never touch each other."""

    def __init__(self) -> None:
        self.values: dict[tuple[Block, str], list[str]] = {}
        self._blocks: set[Block] = set()
        self._doubts: set[tuple[Doubt, Block | None]] = set()
        self._seen: set[bytes] = set()
        self._counts: Counter[Kind] = Counter()

    def is_new(self, piece: Piece) -> bool:
        """Note that a block is there; whether it is to be read: new, and its kind not over its bound."""
        block = BLOCK_OF[piece.kind]
        self.found(block)
        if piece.kind in {Kind.PAGES, Kind.XMP_EXTENSION}:
            return True
        digest = hashlib.blake2b(piece.data, digest_size=16, person=piece.kind.name.encode()).digest()
        key = piece.name.encode() + digest
        if key in self._seen:
            return False
        if self._counts[piece.kind] == (MAX_PACKETS if piece.kind is Kind.XMP else MAX_PARTS):
            self.doubt(Doubt.LIMIT, block)
            return False
        self._seen.add(key)
        self._counts[piece.kind] += 1
        return True

    def found(self, block: Block) -> None:
        """Note that a block is there, be it empty or broken."""
        self._blocks.add(block)

    def doubt(self, doubt: Doubt, block: Block | None) -> None:
        """Note a doubt; one about a block says that it is there."""
        self._doubts.add((doubt, block))
        if block is not None:
            self._blocks.add(block)

    def add_all(self, block: Block, found: Iterator[Value | Doubt]) -> None:
        """Properties and doubts of one piece of a block, behind those of the pieces before."""
        for one in found:
            if isinstance(one, Doubt):
                self.doubt(one, block)
                continue
            if one.doubt is not None:
                self.doubt(one.doubt, block)
            held = self.values.setdefault((block, one.property), [])
            room = MAX_VALUES - len(held)
            if len(one.values) > room or any(len(text) > MAX_CHARACTERS for text in one.values):
                self.doubt(Doubt.LIMIT, block)
            held.extend(text[:MAX_CHARACTERS] for text in one.values[:room])

    def result(self) -> tuple[tuple[Declared, ...], tuple[Block, ...], tuple[Doubted, ...]]:
        """Properties by block, as they were found; blocks and doubts in the order of their vocabularies."""
        order = {block: place for place, block in enumerate(Block)}
        declared = [Declared(name, tuple(texts), block) for (block, name), texts in self.values.items()]
        declared.sort(key=lambda one: order[one.block])
        doubts = [
            Doubted(doubt, block)
            for doubt in Doubt
            for block in (None, *Block)
            if (doubt, block) in self._doubts
        ]
        return tuple(declared), tuple(sorted(self._blocks, key=order.__getitem__)), tuple(doubts)
