"""Words of six languages, and texts made of them, a batch at a time."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

LANGUAGES = ("en", "es", "pt", "fr", "de", "ja")
SHARES = (0.45, 0.17, 0.12, 0.10, 0.10, 0.06)

_COMMON = {
    "en": "the a to of and in it is was for on with at we you they this that not have from by about "
    "again after morning river train garden coffee rain street music bread window winter light friend "
    "market boat hill bike station concert photo letter kitchen game book story walk song cloud bridge "
    "paint finally really never always maybe still quiet cold bright late early long small new old good",
    "es": "el la los de que y en un una es por con para no se lo más como pero hoy ayer mañana siempre "
    "nunca calle lluvia tren café mercado música ventana invierno luz amigo barco puente libro canción "
    "playa montaña cocina partido foto carta camino nube jardín pan tarde noche vida ciudad campo mar",
    "pt": "o a os de que e em um uma é por com para não se mais como mas hoje ontem amanhã sempre nunca "
    "rua chuva trem café feira música janela inverno luz amigo barco ponte livro canção praia serra "
    "cozinha jogo foto carta caminho nuvem jardim pão tarde noite vida cidade campo mar saudade",
    "fr": "le la les de que et en un une est pour avec dans ne pas plus comme mais hier demain toujours "
    "jamais rue pluie train café marché musique fenêtre hiver lumière ami bateau pont livre chanson "
    "plage colline cuisine match photo lettre chemin nuage jardin pain soir nuit vie ville champ mer",
    "de": "der die das und in zu mit auf für ist nicht ein eine wir ihr auch noch schon heute gestern "
    "morgen immer nie Straße Regen Zug Kaffee Markt Musik Fenster Winter Licht Freundin Boot Brücke Buch "
    "Lied Strand Hügel Küche Spiel Foto Brief Weg Wolke Garten Brot Abend Nacht Leben Stadt Feld Meer",
    "ja": "今日 は 雨 でした 駅 まで 歩いた 猫 が 窓 の そば に いる 友だち と コーヒー を 飲む 夜 の 川 "
    "静か だった 朝 から 本 を 読む 音楽 祭り 花火 電車 遅れ 写真 撮った 海 山 橋 庭 パン 焼いた 冬 光",
}
_SYLLABLES = "ba ren to lin mar ka sol vi ne dor pel ha gri mo tas el un fe cor ly zan ost bri da wen"
_PEOPLE = "child baby kids toddler daughter"
_SCENES = (
    "a man on a ladder|two people at a table|a dog on a beach|a red bicycle|a plate of noodles|snow on a roof"
)


@dataclass(frozen=True)
class Vocabulary:
    """Words of a language, the common ones first; ``odds`` falls as their rank rises (Zipf)."""

    words: pa.StringArray
    odds: npt.NDArray[np.float64]


def vocabularies(rng: np.random.Generator) -> dict[str, Vocabulary]:
    """One vocabulary per language: common words, then 4,000 rare names and tags."""
    names = {"".join(rng.choice(_SYLLABLES.split(), rng.integers(2, 5))) for _ in range(4_600)}
    rare = [name.title() if n % 3 else f"#{name}" for n, name in enumerate(sorted(names)[:4_000])]
    found = {}
    for language, common in _COMMON.items():
        words = [*dict.fromkeys(common.split()), *rare]
        odds = 1 / (np.arange(len(words)) + 10.0) ** 1.7
        found[language] = Vocabulary(pa.array(words), odds / odds.sum())
    return found


def sentences(rng: np.random.Generator, vocabulary: Vocabulary, lengths: npt.NDArray[np.int64]) -> pa.Array:
    """One text per entry of ``lengths``, of so many words."""
    drawn = rng.choice(len(vocabulary.words), int(lengths.sum()), p=vocabulary.odds)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    words = vocabulary.words.take(pa.array(drawn))
    return pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), words), " ")


def contacts(rng: np.random.Generator, size: int) -> pa.Array:
    """What a person can be reached by: a handle, an e-mail address, a phone or an account number."""
    number = rng.integers(10_000, 9_999_999, size)
    kinds = rng.choice(4, size, p=(0.6, 0.2, 0.15, 0.05))
    forms = ("@{}{}", "{}.{}@example.org", "+44 7700 {1:07d}", "GB29 NWBK 6016 {1:04.0f} 9268 19")
    names = rng.choice(_SYLLABLES.split(), (size, 2))
    return pa.array([
        forms[kind].format("".join(name), digits % (10_000 if kind == 3 else 10**7))
        for kind, name, digits in zip(kinds, names, number, strict=True)
    ])  # fmt: skip


def descriptions(rng: np.random.Generator, size: int, share_of_children: float) -> pa.Array:
    """English descriptions of pictures, some of which name a child."""
    scenes = rng.choice(_SCENES.split("|"), size)
    people = rng.choice(_PEOPLE.split(), size)
    children = rng.random(size) < share_of_children
    return pa.array(
        [f"{scene} and a {person}" if child else scene
         for scene, person, child in zip(scenes, people, children, strict=True)]
    )  # fmt: skip
