"""How words are spelled before rules read them: one plain form for what looks the same.

Unicode is Arrow's (its version is part of the engine), never Python's.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_UNSEEN = (
    r"[\x{ad}\x{300}-\x{36f}\x{61c}\x{17b4}\x{17b5}\x{180b}-\x{180d}\x{180f}\x{200b}-\x{200f}"
    r"\x{202a}-\x{202e}\x{2060}-\x{206f}\x{fe00}-\x{fe0f}\x{feff}\x{fff0}-\x{fff8}"
    r"\x{1bca0}-\x{1bca3}\x{1d173}-\x{1d17a}\x{e0000}-\x{e0fff}]"
)
"""Characters that nobody sees (Default_Ignorable_Code_Point), and accents that stand by themselves."""

_BLANK = r"[\x{115f}\x{1160}\x{180e}\x{3164}\x{ffa0}]"
"""Fillers, and a vowel separator: Unicode ignores them, a reader sees a space."""


def plain(words: pa.StringArray) -> pa.StringArray:
    """Words without what hides them: compatible forms decomposed, accents and unseen characters dropped.

    What looks like a space is one. ASCII is plain.

    NFKD: Arrow's NFC and NFKC leave characters decomposed as well.
    """
    foreign = np.asarray(pc.invert(pc.string_is_ascii(words)).fill_null(False))
    if not foreign.any():
        return words
    decomposed = pc.replace_substring_regex(words.filter(pa.array(foreign)), _BLANK, " ")
    decomposed = pc.utf8_normalize(decomposed, "NFKD")
    return pc.replace_with_mask(words, pa.array(foreign), pc.replace_substring_regex(decomposed, _UNSEEN, ""))
