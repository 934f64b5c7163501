"""The examples of rules: what they must match, and what they must not."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pyarrow as pa

from pipelines.rules.lexicon import Lexicon
from pipelines.rules.matching import word_hits
from pipelines.rules.words import words_of
from schemas.errors import ConfigurationError

EXAMPLE_YEAR = 2025
"""In which the pictures of all examples were taken."""


def check_examples(lexicon: Lexicon, rules: Iterable[int], around: str = "") -> None:
    """Run rules on their own examples, between signs; ConfigurationError names the rule and the example."""
    pack = lexicon.pack
    examples = [
        (number, example, expected)
        for number in rules
        for expected, some in ((True, pack.words[number].matches), (False, pack.words[number].passes))
        for example in some
    ]
    words = words_of(pa.array([f"{around} {example} {around}" for _, example, _ in examples], pa.string()))
    texts, years = np.arange(len(words)), np.full(len(words), EXAMPLE_YEAR)
    hits = word_hits(lexicon, words, texts, years)
    # A text is not read for its context alone: here it is.
    about = word_hits(replace(lexicon, rare=-1), words, texts, years) if lexicon.contexts else hits
    for place, (number, example, expected) in enumerate(examples):
        if (about if pack.words[number].is_context else hits)[number][place] != expected:
            raise ConfigurationError(
                f"rule {pack.words[number].id} of pack {pack.pack}",
                expected=f"{'a match' if expected else 'no match'} in its example «{example}»",
                found="no match" if expected else "a match",
                remedy="correct the rule's patterns or the example, or what an earlier rule takes out",
            )
