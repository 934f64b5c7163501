"""A version with suspected pictures, their files, a log, and the page before them: all real, nothing served."""

import hashlib
import re
import zlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path

from builds import Place
from starlette.testclient import TestClient

from builders import AS_OF, account, declared, medium, objection, record
from pipelines.cli.reviewing import levels_and_kinds, pictures_below, read_by_rules
from pipelines.corpus.chain import load_version
from pipelines.review.app import review_app
from pipelines.review.drawing import draw_sample
from pipelines.review.log import appending, read_log
from pipelines.review.opening import Around, open_desk
from pipelines.review.sample import enter_draw, samples_of
from pipelines.rules.packs import load_packs
from schemas.errors import Refused

PORT = 40123
URL = f"http://127.0.0.1:{PORT}"
TOKENS = {"token of anna": "anna", "token of bert": "bert"}
packs = cache(load_packs)


def png(shade, width=64, height=48):
    """A picture: stripes of a shade from 0 to 255."""
    rows = b"".join(
        b"\0" + bytes(value for x in range(width) for value in ((x * 4 + y) % 256, shade, 255 - shade))
        for y in range(height)
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join((
        _chunk(b"IHDR", width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0"),
        _chunk(b"IDAT", zlib.compress(rows)),
        _chunk(b"IEND", b""),
    ))  # fmt: skip


def _chunk(kind, data):
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def picture_file(folder, name, data):
    """Write a file below media/, and give the fields of a medium that names it."""
    (folder / "media" / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / "media" / name).write_bytes(data)
    return {"uri": name, "sha256": hashlib.sha256(data).hexdigest()}


def suspected(number, *, record_id=None, text="At the lake.", **overrides):
    """A record with a picture that words suspect."""
    given = {"caption": "Our kids at school", "uri": f"{number}.png", "sha256": None} | overrides
    return record(record_id=record_id or f"r{number}", text=text, media=[medium(**given)])


def three(folder):
    """Three suspected pictures with their files, the worst evidence first in the queue: 3, 1, 2."""
    files = [picture_file(folder, f"{n}.png", png(60 * n)) for n in (1, 2, 3)]
    return [
        suspected(1, **files[0]),
        suspected(2, caption="A girl", **files[1]),
        suspected(3, caption="My daughter", metadata=[declared("dc:subject", "beach", "child")], **files[2]),
    ]


def kept(number, *files):
    """A record of which every picture may be released: words about it were read, and are no sign."""
    media = [medium(alt_text="A boat on the lake", caption=None, **file) for file in files]
    return record(record_id=f"k{number}", text=f"Line {number}", media=media)


def publish(folder, records):
    """A version of these records, one of them kept besides, in a folder."""
    (folder / "media").mkdir(parents=True, exist_ok=True)
    place = Place(folder, [objection(value="nobody")])
    place.write([account()], [*records, record(record_id="kept")])
    place.build()
    return place


@dataclass
class Reviewed:
    """The page before the latest version in a folder, with a log of its own."""

    place: Place
    log: Path
    tokens: dict = field(default_factory=lambda: dict(TOKENS))
    lines: list = field(default_factory=list)
    """What the application told."""
    port: int = PORT
    now: datetime = AS_OF + timedelta(days=2)

    def __post_init__(self):
        around = Around(
            source=self.place.folder / "canonical",
            log=self.log,
            lineage_key=self.place.keys["lineage"].secret,
            explain=partial(read_by_rules, packs()),
            about=levels_and_kinds(packs()),
            picture=pictures_below(self.place.folder / "media"),
            actor_of_token=self.actor_of_token,
            now=lambda: self.now,
        )
        self.desk = open_desk(self.place.store, load_version(self.place.store), around)
        self.app = review_app(self.desk, self.port, self.lines.append)

    def actor_of_token(self, token):
        if token not in self.tokens:
            raise Refused("token", expected="an actor's token", found="nobody's", remedy="use yours")
        return self.tokens[token]

    def draw(self, number, seed=1):
        """Draw a sample, and write it down as `optout review sample` does."""
        version = load_version(self.place.store)
        draw, _ = draw_sample(self.place.store, version, number, seed)
        with appending(self.log) as log:
            samples = samples_of(log.events, draw.content)
            log.append(enter_draw(samples, draw, version.number, "anna", self.now))

    def browser(self, actor=None, **headers):
        """A client that sends what a browser sends; ``actor``: signed in already."""
        client = TestClient(
            self.app, base_url=URL, headers={"Origin": URL, "Sec-Fetch-Site": "same-origin", **headers},
            raise_server_exceptions=False,
        )  # fmt: skip
        if actor is not None:
            answer = client.post("/sign-in", data={"token": f"token of {actor}"}, follow_redirects=False)
            assert answer.headers["location"] == "/", answer.text
        return client

    def events(self):
        """(what, actor) of each event of the log."""
        return [(event.what, event.actor) for event in read_log(self.log)]


def fields_of(answer):
    """The hidden fields of the form by which a page decides."""
    form = answer.text.partition('id="decide"')[2].partition("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))


def asked(browser, answer):
    """Press the button that shows the picture, where a page has it: the page that follows."""
    action = re.search(r'action="([^"]+/picture)"', answer.text)
    return answer if action is None else browser.post(action[1], data={"form": fields_of(answer)["form"]})


def look(browser, answer):
    """Ask for the picture of a page, and load it as the page that follows does: what was sent, if any."""
    image = re.search(r'<img src="([^"]+)"', asked(browser, answer).text)
    return None if image is None else browser.get(image[1])


def decide(browser, answer, decision, *, looks=True, **fields):
    """Press a button of a page; one that says what the picture shows, after a look at it."""
    if looks and decision in {"propose", "confirm", "minor", "none"}:
        look(browser, answer)
    pressed = {"decision": decision, "answer": decision}
    action = re.search(r'id="decide" method="post" action="([^"]+)"', answer.text)[1]
    return browser.post(action, data={**fields_of(answer), **pressed, **fields})


def words(answer):
    """The text of a page, without its markup."""
    text = re.sub(r"<[^>]*>", " ", answer.text.partition("<main")[2].partition(">")[2])
    return " ".join(text.split())
