"""The sample of a version as a page uses it: drawn again from what the log says."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.corpus.chain import Version
from pipelines.corpus.store import Store
from pipelines.review.candidates import Candidate, find_candidates
from pipelines.review.drawing import Pick, draw_sample
from pipelines.review.recording import Recorder
from pipelines.review.sample import Sample, samples_of
from schemas.errors import BadInput
from schemas.review_log import Draw


@dataclass
class Sampling:
    """What is needed to show the pictures of samples. ``key``: the lineage key."""

    store: Store
    version: Version
    source: Path
    key: bytes = field(repr=False)
    recorder: Recorder
    drawn: dict[Draw, Sequence[Pick]] = field(default_factory=dict, repr=False)
    """What draws came to: each is made once."""

    def latest(self) -> Sample | None:
        """The sample of the version that was drawn last, as it stands.

        Raises:
            BadInput: the log is damaged.
        """
        samples = samples_of(self.recorder.events(), self.version.content.content_digest())
        return samples[-1] if samples else None

    def candidates(self, sample: Sample, number: int) -> Sequence[Candidate]:
        """The pictures of the source that the pick may be; nearly always one.

        Raises:
            BadInput: the source is not what the version saw, or the log names another sample than is drawn.
        """
        draw = sample.draw
        if draw not in self.drawn:
            again, picks = draw_sample(self.store, self.version, draw.kept, draw.seed)
            if again != draw:
                raise BadInput(
                    "sample",
                    expected="the pictures that the log of reviews says were drawn",
                    found="others",
                    remedy="draw another sample with --seed, and keep the log for whoever asks why",
                )
            self.drawn[draw] = picks
        return find_candidates(self.source, self.drawn[draw][number], self.key)
