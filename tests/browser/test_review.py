"""The page of reviews in a real browser: by keyboard alone, without JavaScript, for every eye."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from commands import workspace
from review.desks import kept, picture_file, png, suspected
from served import Served

from builders import PLATFORM, account, declared
from pipelines.review.log import read_log

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDE = {"width": 1280, "height": 800}
NARROW = {"width": 320, "height": 640}
SCRIPT = "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\">"
WRITTEN = f"Our little girl turned 7 \u202eyadretsey\u202c {SCRIPT}"


def records(folder):
    files = [picture_file(folder, f"{n}.png", png(50 * n, 640, 420)) for n in range(1, 5)]
    return [
        suspected(1, text=WRITTEN, auto_alt_text="May be an image of child, cake and text that says 'happy kid'",
                  metadata=[declared("dc:subject", "birthday", "child"), declared("dc:description", "x " * 3000 + "toddler")],
                  **files[0]),
        suspected(2, caption="A girl", **files[1]),
        suspected(3, caption="A girl", text="Another record with the same picture.", **files[1]),
        suspected(4, caption="Kindergarten kids", uri="http://pictures.example/4.png"),
        kept(1, files[2]),
        kept(2, files[3]),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A workspace with one version, four pairs that wait and two pictures that were kept; two people."""
    folder = tmp_path_factory.mktemp("review") / "workspace"
    made = workspace(folder, [account()], records(folder))
    (folder / "source.yaml").write_text(f"platform: {PLATFORM}\nmedia_root: media\n", "utf-8")
    for name in ("anna", "bert"):
        made.run("actor", "add", name, "--out", folder / f"{name}.token").done()
    made.build().done()
    return made


@pytest.fixture(scope="module")
def served(published):
    with Served(published.folder, server=("review", "serve")) as page:
        yield page


@pytest.fixture(autouse=True)
def log(request):
    """The log of reviews, which is empty when a test begins; nothing in it where there is no browser."""
    if request.node.get_closest_marker("skip"):
        return None
    path = request.getfixturevalue("served").workspace / "reviews.jsonl"
    path.unlink(missing_ok=True)
    return path


def events(log):
    """(what, actor) of each event, but of what was only seen."""
    return [event for event in seen_and_done(log) if event[0] not in {"viewed", "looked"}]


def seen_and_done(log):
    """(what, actor) of each event."""
    return [(event.what, event.actor) for event in read_log(log)]


def signed_in(page, served, name="anna"):
    """Sign in with the keyboard, and wait until keys decide."""
    page.goto("/")
    page.locator("#token:focus").wait_for()
    page.keyboard.type((served.workspace / f"{name}.token").read_text("utf-8").strip())
    page.keyboard.press("Enter")
    return ready(page)


def ready(page):
    page.locator("html[data-keys=ready]").wait_for()
    return page


def press(page, key):
    """Press a key that decides, and wait for the page that follows."""
    page.evaluate("() => { document.documentElement.dataset.old = 'yes'; }")
    page.keyboard.press(key)
    page.locator("html:not([data-old])").wait_for()


def show(page, ask):
    """Ask for the picture, and wait until it was sent."""
    with page.expect_response(lambda answer: answer.request.resource_type == "image") as sent:
        ask()
    assert sent.value.status == 200


def look_at(page):
    """Show the picture by its key, and wait until keys decide."""
    show(page, lambda: page.keyboard.press("b"))
    assert loaded(ready(page)) == [640, 420]


def said(page, text):
    """Wait until the page has said something, where screen readers hear it."""
    page.locator("#said[role=status]", has_text=text).wait_for()


def is_blurred(page):
    return page.evaluate("() => getComputedStyle(document.querySelector('figure img')).filter") != "none"


def loaded(page):
    """The picture's size, once it is there."""
    return page.evaluate(
        """async () => {
            const picture = document.querySelector("figure img");
            await picture.decode();
            return [picture.naturalWidth, picture.naturalHeight];
        }"""
    )


def test_a_picture_is_not_loaded_until_somebody_asks(open_page, served, log, look):
    page = open_page(viewport=WIDE)
    images = []
    page.on("request", lambda asked: images.append(asked.url) if asked.resource_type == "image" else None)
    signed_in(page, served)
    assert page.locator("h1").inner_text() == "Picture 1 of 4"
    page.reload()
    ready(page)
    look(page, "review-not-loaded")
    assert page.locator("img").count() == 0
    assert [url for url in images if "favicon" not in url] == []
    look_at(page)
    assert not is_blurred(page)
    look(page, "review-seen")
    page.keyboard.press("b")
    assert is_blurred(page)
    look(page, "review-blurred")
    page.keyboard.press("l")
    said(page, "Look at the picture first")
    page.get_by_text("Show the picture", exact=True).click()
    assert not is_blurred(page)
    page.reload()
    assert page.locator("img").count() == 0
    look_at(ready(page))
    assert seen_and_done(log) == [("viewed", "anna"), ("looked", "anna")]


def test_a_double_press_asks_once(open_page, served, log):
    page = signed_in(open_page(), served)
    show(page, lambda: page.locator("button", has_text="Show the picture").dblclick())
    assert [what for what, _ in seen_and_done(log)] == ["viewed", "looked"]


def test_two_people_release_by_keyboard_alone(open_page, served, log, look):
    anna = signed_in(open_page(), served)
    title = anna.url
    anna.keyboard.press("l")
    said(anna, "Look at the picture first")
    assert events(log) == []
    look_at(anna)
    press(anna, "l")
    said(anna, "Release proposed: another person has to confirm it.")
    assert anna.url != title
    bert = signed_in(open_page(), served, "bert")
    assert bert.url == title
    assert "By anna" in bert.locator(".proposal").inner_text()
    look(bert, "review-proposed")
    look_at(bert)
    press(bert, "l")
    said(bert, "Released: two people have agreed.")
    assert bert.locator("h1").inner_text() == "Picture 1 of 3"
    assert events(log) == [("proposed", "anna"), ("released", "bert")]


def test_a_proposal_is_dropped_by_keyboard(open_page, served, log):
    page = signed_in(open_page(), served)
    look_at(page)
    address = page.url
    press(page, "l")
    page.goto(address)
    press(ready(page), "d")
    said(page, "The proposal is dropped")
    assert events(log) == [("proposed", "anna"), ("dropped", "anna")]


def test_everything_is_refused_or_skipped_by_keyboard(open_page, served, log, look):
    page = signed_in(open_page(), served)
    press(page, "r")
    said(page, "Refused")
    assert page.title().startswith("1 of 3")
    for _ in range(3):
        press(ready(page), "s")
    page.get_by_role("heading", name="Nothing else waits for you").wait_for()
    look(page, "review-done")
    page.get_by_role("button", name="Go through them again").press("Enter")
    page.get_by_role("heading", name="Picture 1 of 3").wait_for()
    assert events(log) == [("refused", "anna")]


def test_a_key_decides_once_and_for_the_page_it_was_pressed_on(open_page, served, log):
    page = signed_in(open_page(), served)
    page.keyboard.down("r")
    said(page, "Refused")
    for _ in range(5):
        page.keyboard.down("r")  # still held: it repeats
    ready(page)
    page.keyboard.down("r")
    page.keyboard.up("r")
    page.keyboard.press("Control+s")
    page.keyboard.press("Alt+r")
    assert page.locator("h1").inner_text() == "Picture 1 of 3"
    assert events(log) == [("refused", "anna")]


def test_keys_are_shown_and_turned_off(open_page, served, log):
    page = signed_in(open_page(), served)
    assert not page.get_by_role("button", name="Turn keys off").is_visible()
    page.keyboard.press("?")
    page.get_by_text("refuse it, in every copy: that is not undone").wait_for()
    page.get_by_role("button", name="Turn keys off").press("Enter")
    page.locator("html:not([data-keys])").wait_for()
    address = page.url
    page.keyboard.press("r")
    page.keyboard.press("s")
    page.locator("summary").press("Enter")
    page.get_by_role("button", name="Turn keys on").press("Enter")
    ready(page)
    assert page.url == address
    assert events(log) == []


def test_everything_works_without_javascript(open_page, served, log, look):
    def enter(name):
        page = open_page(java_script_enabled=False, viewport=WIDE)
        page.goto("/")
        page.get_by_label("Your token").fill((served.workspace / f"{name}.token").read_text("utf-8").strip())
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Picture 1 of 4").wait_for()
        return page

    anna = enter("anna")
    anna.get_by_role("button", name="Propose release").click()
    said(anna, "look at it, and decide then")
    show(anna, anna.get_by_role("button", name="Show the picture").click)
    anna.get_by_text("Blur the picture").click()
    anna.get_by_text("Show the picture", exact=True).click()
    look(anna, "review-without-javascript")
    anna.get_by_role("button", name="Propose release").click()
    said(anna, "Release proposed")
    anna.get_by_role("button", name="Skip").click()
    said(anna, "Skipped")
    bert = enter("bert")
    show(bert, lambda: bert.get_by_role("button", name="Show the picture").press("Space"))
    bert.get_by_role("button", name="Confirm release").click()
    said(bert, "Released")
    bert.get_by_role("button", name="Refuse").click()
    said(bert, "Refused")
    bert.get_by_role("button", name="Sign out").click()
    bert.get_by_role("heading", name="Sign in").wait_for()
    assert bert.context.cookies() == []
    assert events(log) == [("proposed", "anna"), ("released", "bert"), ("refused", "bert")]


def test_every_stop_of_the_keyboard_can_be_seen(open_page, served):
    page = signed_in(open_page(viewport=WIDE), served)
    page.locator("body").press("Tab")
    stops = []
    for _ in range(9):
        stop = page.evaluate(
            """() => {
                const it = document.activeElement;
                const ring = getComputedStyle(it.matches(".look") ? it.nextElementSibling : it);
                return [it.getAttribute("href") || it.value || it.id || it.textContent.trim() || it.tagName,
                        ring.outlineStyle !== "none" && parseFloat(ring.outlineWidth) >= 2];
            }"""
        )
        stops.append(stop)
        page.keyboard.press("Tab")
    assert [seen for _, seen in stops] == [True] * len(stops)
    names = [re.sub(r"\s+", " ", name) for name, _ in stops]
    picture = "Show the picture b"
    assert names[:8] == ["#content", "/", "/sample", "Sign out", picture, "refuse", "propose", "skip"]
    look_at(page)
    assert page.evaluate("() => document.activeElement.id") == "look"
    page.keyboard.press("Enter")  # decides nothing
    page.keyboard.press("Space")
    assert is_blurred(page)
    ring = "() => getComputedStyle(document.querySelector('.look + label')).outlineStyle"
    assert page.evaluate(ring) != "none"


def test_nothing_that_somebody_wrote_runs(open_page, served):
    page = signed_in(open_page(), served)
    text = page.locator(".text", has_text="Text of the record")
    assert "<script>document.title='run'</script>" in text.inner_text()
    assert text.locator(".unseen").all_inner_texts() == ["U+202E", "U+202C"]
    assert page.title().startswith("1 of 4")
    assert page.locator("main script, .text img").count() == 0


def test_evidence_is_marked_with_its_rule_and_kind(open_page, served):
    page = signed_in(open_page(), served)
    text = page.locator(".text", has_text="Text of the record")
    assert "".join(text.locator("mark").all_inner_texts()).startswith("little girlturned 7")
    assert "en.age: age" in text.locator(".rule").all_inner_texts()[-1]
    assert page.locator(".text", has_text="Descriptions").locator("mark").all_inner_texts() == ["toddler"]
    machine = page.locator(".text", has_text="Alternative text by a machine")
    assert machine.locator("mark").all_inner_texts() == ["child,"]


def test_a_sample_is_checked_by_keyboard_alone(open_page, served, published, log, look):
    published.run("review", "sample", "--kept", "2", "--token", served.workspace / "anna.token").done()
    page = signed_in(open_page(viewport=WIDE), served)
    page.get_by_role("link", name="Sample of kept").press("Enter")
    page.get_by_role("heading", name="Sample, picture 1 of 2").wait_for()
    ready(page).keyboard.press("n")
    said(page, "Look at the picture first")
    look_at(page)
    look(page, "review-sample")
    press(page, "n")
    said(page, "No minor.")
    look_at(ready(page))
    press(page, "m")
    said(page, "A minor: the picture is refused, in every copy.")
    page.get_by_text("checked all 2, 1 minor").wait_for()
    look(page, "review-sample-done")
    assert [what for what, _ in events(log)] == ["drawn", "checked", "checked", "refused"]


def test_a_foreign_page_cannot_decide_in_somebodys_browser(open_page, served, log):
    page = signed_in(open_page(), served)
    form = page.locator("#decide input[name=form]").get_attribute("value")
    state = page.locator("#decide input[name=state]").get_attribute("value")
    page.goto(
        f"data:text/html,<form method=post action='{page.url}'><input name=form value={form}>"
        f"<input name=state value={state}><button name=decision value=refuse>Win</button></form>"
    )
    page.locator("button").click()
    page.get_by_text("Only this page's own forms are taken.").wait_for()
    assert events(log) == []


def item(page, served):
    signed_in(page, served)


def seen(page, served):
    signed_in(page, served)
    look_at(page)
    page.keyboard.press("?")


def proposed(page, served):
    seen(page, served)
    address = page.url
    press(page, "l")
    page.goto(address)


def without_picture(page, served):
    signed_in(page, served)
    while not page.get_by_text("The picture is not shown.").is_visible():
        press(ready(page), "s")


def done(page, served):
    without_picture(page, served)
    while not page.get_by_role("heading", name="Nothing").is_visible():
        press(ready(page), "s")


def gone(page, served):
    signed_in(page, served)
    page.goto("/queue/x/y")


def wrong_token(page, served):
    del served
    page.goto("/")
    page.locator("#token").fill("x")
    page.keyboard.press("Enter")
    page.locator("[role=alert]").wait_for()


def blurred_release(page, served):
    signed_in(page, served)
    page.evaluate("() => document.querySelector('button[value=propose]').click()")
    said(page, "look at it, and decide then")
    ready(page)


STATES = [item, seen, proposed, without_picture, done, gone, wrong_token, blurred_release]


def violations(page):
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    return [(one["id"], [node["target"] for node in one["nodes"]]) for one in found.response["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(open_page, served, look, state, scheme):
    page = open_page(color_scheme=scheme, viewport=WIDE)
    state(page, served)
    assert violations(page) == []
    look(page, f"review-{state.__name__}-{scheme}")


@pytest.mark.parametrize("state", STATES)
def test_a_narrow_window_needs_no_scrolling_sideways(open_page, served, look, state):
    page = open_page(viewport=NARROW)
    state(page, served)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= NARROW["width"]
    look(page, f"review-{state.__name__}-narrow")
