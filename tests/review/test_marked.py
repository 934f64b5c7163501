"""A text as it is shown: evidence marked, the unseen made visible, its length bounded."""

import pytest

from pipelines.review.marked import AROUND, MARKS, MOST, Piece, Sight, pieces_of


def sight(start, end, rule="a"):
    return Sight(start, end, rule)


CASES = {
    "nothing seen": ("At the lake", [], [Piece("At the lake")]),
    "nothing at all": ("", [], []),
    "a word": ("my child here", [sight(3, 8)], [
        Piece("my "), Piece("child", marked=True, ending=("a",)), Piece(" here"),
    ]),
    "the whole text": ("child", [sight(0, 5)], [Piece("child", marked=True, ending=("a",))]),
    "two rules, one place": ("kid!", [sight(0, 3, "b"), sight(0, 3)], [
        Piece("kid", marked=True, ending=("a", "b")), Piece("!"),
    ]),
    "one within another": ("little girl", [sight(0, 11), sight(7, 11, "b")], [
        Piece("little ", marked=True), Piece("girl", marked=True, ending=("a", "b")),
    ]),
    "one over another's end": ("abcdef", [sight(0, 4), sight(2, 6, "b")], [
        Piece("ab", marked=True), Piece("cd", marked=True, ending=("a",)), Piece("ef", marked=True, ending=("b",)),
    ]),
    "side by side": ("abcd", [sight(0, 2), sight(2, 4, "b")], [
        Piece("ab", marked=True, ending=("a",)), Piece("cd", marked=True, ending=("b",)),
    ]),
    "an override": ("a\u202eb", [], [Piece("a"), Piece("U+202E", unseen=True), Piece("b")]),
    "an override within evidence": ("ki\u202ed", [sight(0, 4)], [
        Piece("ki", marked=True), Piece("U+202E", marked=True, unseen=True), Piece("d", marked=True, ending=("a",)),
    ]),
    "evidence that ends unseen": ("kid\u200b", [sight(0, 4)], [
        Piece("kid", marked=True), Piece("U+200B", marked=True, unseen=True, ending=("a",)),
    ]),
    "a control": ("a\0b", [], [Piece("a"), Piece("U+0000", unseen=True), Piece("b")]),
    "lines, tabs and joiners stay": ("a\n\tb\u200dc", [], [Piece("a\n\tb\u200dc")]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "sights", "pieces"), CASES.values(), ids=CASES)
def test_a_text_is_shown_in_pieces(text, sights, pieces):
    assert pieces_of(text, sights) == pieces


def test_of_a_long_text_the_start_is_shown_and_what_stands_around_evidence():
    text = "x" * 10_000
    pieces = pieces_of(text, [sight(6_000, 6_005)])
    assert [(len(piece.text), piece.left_out, piece.marked) for piece in pieces] == [
        (MOST, 0, False), (0, 6_000 - AROUND - MOST, False), (AROUND, 0, False), (5, 0, True), (AROUND, 0, False),
        (0, 10_000 - 6_005 - AROUND, False),
    ]  # fmt: skip
    assert sum(len(piece.text) + piece.left_out for piece in pieces) == len(text)


def test_evidence_near_the_start_or_each_other_leaves_no_gap():
    text = "x" * 4_000
    pieces = pieces_of(text, [sight(MOST - 2, MOST + 3), sight(MOST + AROUND, MOST + AROUND + 1)])
    assert [piece.left_out for piece in pieces if piece.left_out] == [4_000 - (MOST + 2 * AROUND + 1)]
    assert [len(piece.text) for piece in pieces if piece.marked] == [5, 1]


def test_however_much_evidence_there_is_what_is_shown_is_bounded():
    text = "kid " * 1_000_000
    pieces = pieces_of(text, [sight(4 * n, 4 * n + 3) for n in range(0, 1_000_000, 100)])
    assert sum(piece.marked for piece in pieces) == MARKS
    assert sum(len(piece.text) for piece in pieces) <= MOST + MARKS * (2 * AROUND + 3)
