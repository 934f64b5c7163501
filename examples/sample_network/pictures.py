"""Pictures: what the network stores about an image file and what people and machines wrote on it."""

import hashlib
import random
from typing import Any

from examples.sample_network.language import Language, draw, pick
from examples.sample_network.scene import Scene, Speaker

WORDS = {"none": 34, "machine": 30, "author": 12, "both": 10, "title": 8, "title_machine": 6}
KINDS = {"image/jpeg": 88, "image/webp": 8, "image/png": 4}
ENDINGS = {"image/jpeg": "jpg", "image/webp": "webp", "image/png": "png"}
VOCABULARY = "http://ns.useplus.org/ldf/vocab/"
MINOR_AGES = ("AG-A17", "AG-A16", "AG-A15", "AG-U14")
ADULT_AGES = ("AG-A25", "AG-A24", "AG-A21", "AG-A18")


class Album:
    """Makes pictures, and brings back some that were already used."""

    def __init__(self, scene: Scene, part: str) -> None:
        self.scene, self.part = scene, part
        self.made = 0
        self.recent: list[tuple[str, dict[str, Any], list[dict[str, Any]]]] = []

    def picture(self, speaker: Speaker, topic: str, at: int) -> dict[str, Any]:
        """One picture of a record, in the words of the export. Its bytes may occur in other records."""
        rng, language = speaker.rng, speaker.language
        reused = [item for item in self.recent if item[0] == topic] if rng.random() < 0.06 else []
        if reused:
            topic, file, embedded = pick(rng, reused)
        else:
            file, embedded = self._file(rng, at), _embedded(rng, topic)
            self.recent = [*self.recent[-199:], (topic, file, embedded)]
        self.made += 1
        words = draw(rng, WORDS)
        kinds = language.topics[topic]
        return {
            "id": f"{self.part}{self.made:06d}",
            **file,
            "described_by_author": speaker.say(pick(rng, kinds["alt"]))
            if words in {"author", "both"}
            else None,
            "described_by_machine": _machine(speaker, language, kinds)
            if words in {"machine", "both", "title_machine"}
            else None,
            "title": speaker.say(pick(rng, kinds["photo"])) if words.startswith("title") else None,
            "embedded": embedded,
        }

    def _file(self, rng: random.Random, at: int) -> dict[str, Any]:
        number = f"picture:{self.scene.seed}:{self.part}:{self.made}"
        digest = hashlib.sha256(number.encode()).hexdigest()
        kind = draw(rng, KINDS)
        shot = at - int(rng.random() ** 3 * 40 * 86_400) - 60 if rng.random() < 0.6 else None
        return {
            "file": f"img/{digest[:2]}/{digest[2:14]}.{ENDINGS[kind]}",
            "type": kind,
            "digest": digest,
            "shot": shot,
        }


def _machine(speaker: Speaker, language: Language, kinds: dict[str, Any]) -> str:
    speaker.memo.pop("seen", None)
    speaker.memo["seen"] = speaker.say(pick(speaker.rng, kinds["seen"]))
    return speaker.say(pick(speaker.rng, language.lines["auto"]))


def _embedded(rng: random.Random, topic: str) -> list[dict[str, Any]]:
    """Metadata that survived the upload: rare, and about children more often where children are."""
    if rng.random() > 0.14:
        return []
    tags = []
    about_child = rng.random() < (0.7 if topic in {"kids", "school"} else 0.06)
    chance = rng.random()
    if chance < 0.45:
        age = pick(rng, MINOR_AGES) if about_child else pick(rng, (*ADULT_AGES, "AG-A25", "AG-UNK", "AG-UNK"))
        value = VOCABULARY + age if rng.random() < 0.6 else age
        tags.append({"name": "plus:MinorModelAgeDisclosure", "values": [value], "part": "xmp"})
    elif chance < 0.7:
        age = rng.randrange(2, 17) if about_child else rng.randrange(19, 71)
        ages = [str(age)] if rng.random() < 0.7 else [str(rng.randrange(24, 60)), str(age)]
        tags.append({"name": "Iptc4xmpExt:ModelAge", "values": ages, "part": "xmp"})
    if rng.random() < 0.5:
        tags.append({"name": "dc:rights", "values": ["All rights reserved"], "part": "xmp"})
    if rng.random() < 0.25:
        mining = pick(
            rng, ("DMI-PROHIBITED", "DMI-ALLOWED", "DMI-UNSPECIFIED", "DMI-PROHIBITED-GENAIMLTRAINING")
        )
        tags.append({"name": "plus:DataMining", "values": [VOCABULARY + mining], "part": "xmp"})
    if rng.random() < 0.3:
        tags.append({"name": "exif:Orientation", "values": [pick(rng, ("1", "6", "8"))], "part": "exif"})
    return tags
