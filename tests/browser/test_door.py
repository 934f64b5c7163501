"""The door in a real browser: by keyboard alone, without JavaScript, in three languages, for every eye."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from optout_registry.door.texts import LANGUAGES, texts
from optout_registry.door.uploads import PICTURE
from optout_registry.opening import open_registry
from optout_registry.receipts import Receipt, check_receipt
from optout_registry.transparency.notes import parse_verifier

PAGES = ("", "objection", "no-account", "record", "picture", "status", "withdrawal")
MENU = [f"/en/{name}" for name in PAGES]
WIDE = {"width": 1280, "height": 800}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NARROW = {"width": 320, "height": 640}


@pytest.fixture
def registry(served):
    return open_registry(f"sqlite:///{served.workspace}/registry.db")


def focused(page):
    """What has the focus: its name or text, and whether it can be seen to have it."""
    return page.evaluate(
        """() => {
            const it = document.activeElement, style = getComputedStyle(it), box = it.getBoundingClientRect();
            return {
                what: it.name || it.getAttribute("href") || it.tagName.toLowerCase(),
                seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
                    && box.width > 0 && box.left >= 0 && box.right <= innerWidth,
            };
        }"""
    )


def tab_to(page, what):
    """Press Tab until ``what`` has the focus; the stops on the way, each of which must be seen."""
    stops = []
    for _ in range(80):
        page.keyboard.press("Tab")
        now = focused(page)
        assert now["seen"], now
        stops.append(now["what"])
        if now["what"] == what:
            return stops
    raise AssertionError(stops)


def test_the_whole_form_is_walked_by_tab(open_page, registry):
    page = open_page()
    page.goto("/en/objection")
    before = registry.head().event
    assert tab_to(page, "type") == [
        "#content", "/en/objection", "/fr/objection", "/de/objection", *MENU, "type",
    ]  # fmt: skip
    page.keyboard.press("ArrowDown")  # from the account number
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.locator("input[name=type]:checked").get_attribute("value") == "handle"
    assert tab_to(page, "value") == ["value"]
    page.keyboard.type("@keyboard")
    assert tab_to(page, "contact") == ["region", "basis", "contact"]
    assert tab_to(page, "summary") == ["summary"]
    page.keyboard.press("Enter")
    assert tab_to(page, "purposes") == ["not_linked", *["surfaces"] * 8, *["roles"] * 7, "purposes"]
    page.keyboard.press("Space")
    assert tab_to(page, "button") == ["purposes", "button"]
    page.keyboard.press("Enter")
    page.wait_for_selector("#secret")
    assert page.locator("h1").inner_text() == texts("en")["receipt_title"]
    assert registry.head().event == before + 1
    # The receipt, and from it the status, by keyboard as well.
    secret = page.locator("#secret").inner_text()
    tab_to(page, "/en/status")
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/status")
    tab_to(page, "secret")
    page.keyboard.type(secret)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=It holds.")


def test_a_record_is_named_by_keyboard_alone(open_page, registry):
    page = open_page()
    page.goto("/en/record")
    before = registry.head().event
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # skips to the content
    assert tab_to(page, "value") == ["value"]
    page.keyboard.type("https://social.example/@ana/1")
    assert tab_to(page, "summary") == ["basis", "contact", "summary"]
    page.keyboard.press("Enter")
    assert tab_to(page, "button") == ["purposes", "purposes", "button"]
    page.keyboard.press("Enter")
    page.wait_for_selector("#secret")
    assert registry.head().event == before + 1


def test_a_picture_is_chosen_by_keyboard_alone(open_page, registry, tmp_path):
    (tmp_path / "cat.jpg").write_bytes(bytes(range(256)) * 1000)
    page = open_page()
    page.goto("/en/picture")
    before = registry.head().event
    assert tab_to(page, "picture")[-2:] == ["/en/withdrawal", "picture"]
    with page.expect_file_chooser() as opened:
        page.keyboard.press("Enter")
    opened.value.set_files(tmp_path / "cat.jpg")
    assert tab_to(page, "button") == ["sha256", "basis", "contact", "summary", "button"]
    page.keyboard.press("Enter")
    page.wait_for_selector("#secret")
    assert registry.head().event == before + 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_picture_is_named_and_taken_back_without_javascript(open_page, registry, tmp_path, language):
    picture = tmp_path / "cat.jpg"
    picture.write_bytes(language.encode() * 100_000)
    page = open_page(java_script_enabled=False)
    words = texts(language)
    held = registry.snapshot().objections.num_rows
    page.goto(f"/{language}/picture")
    page.get_by_label(words["picture"]["file"]).set_input_files(picture)
    page.get_by_role("button", name=words["submit_objection"]).click()
    page.get_by_role("heading", name=words["receipt_title"]).wait_for()
    assert registry.snapshot().objections.num_rows == held + 1
    secret = page.locator("#secret").inner_text()
    page.goto(f"/{language}/withdrawal")
    page.get_by_label(words["receipt_secret"]).fill(secret)
    page.get_by_label(words["types"]["media"], exact=True).check()
    page.get_by_label(words["picture"]["file"]).set_input_files(picture)
    page.locator("[name=releases_older]").check()  # of a picture nothing is older
    page.get_by_role("button", name=words["submit_withdrawal"]).click()
    page.get_by_role("heading", name=words["done"]["withdrawn"][0]).wait_for()
    assert registry.snapshot().objections.num_rows == held
    page.goto(f"/{language}/status")
    page.get_by_label(words["receipt_secret"]).fill(secret)
    page.get_by_role("button", name=words["submit_status"]).click()
    page.get_by_text(words["state"]["withdrawn"]).wait_for()


def test_a_picture_that_is_too_large_is_said_to_be(open_page, registry, tmp_path, look):
    with (tmp_path / "large.tiff").open("wb") as file:
        file.truncate(PICTURE + 1)
    page = open_page()
    page.goto("/en/picture")
    before = registry.head().event
    page.locator("#picture").set_input_files(tmp_path / "large.tiff")
    page.locator("main button").click()
    page.get_by_role("heading", name=texts("en")["failure"]["large_file"][0]).wait_for()
    look(page, "large-file")
    assert registry.head().event == before


def test_the_skip_link_skips(open_page):
    page = open_page()
    page.goto("/en/objection")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert tab_to(page, "type") == ["type"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_works_without_javascript(open_page, served, registry, tmp_path, language):
    page = open_page(java_script_enabled=False, accept_downloads=True)
    words = texts(language)
    page.goto(f"/{language}/no-account")
    page.get_by_label(words["types"]["email"], exact=True).check()
    page.get_by_label(words["value"]).fill(f"person-{language}@example.org")
    page.get_by_role("button", name=words["submit_objection"]).click()
    page.get_by_role("heading", name=words["receipt_title"]).wait_for()
    with page.expect_download() as started:
        page.get_by_role("link", name=words["receipt_file"]).click()
    started.value.save_as(tmp_path / "receipt.json")
    receipt = Receipt.parse((tmp_path / "receipt.json").read_bytes(), "file")
    check_receipt(receipt, parse_verifier(registry.identity.log_key))
    assert started.value.suggested_filename == f"receipt-{receipt.event}.json"

    page.goto(link_to(served, f"person-{language}@example.org", "confirmation"))
    page.get_by_role("button", name=words["button_confirm"], exact=True).click()
    page.get_by_role("heading", name=words["done"]["confirmed"][0]).wait_for()

    page.goto(f"/{language}/withdrawal")
    page.get_by_label(words["receipt_secret"]).fill(receipt.secret)
    page.get_by_label(words["types"]["email"], exact=True).check()
    page.get_by_label(words["value"]).fill(f"person-{language}@example.org")
    page.get_by_role("button", name=words["submit_withdrawal"]).click()
    page.get_by_role("heading", name=words["done"]["link_sent"][0]).wait_for()
    page.goto(link_to(served, f"person-{language}@example.org", "withdrawal/link"))
    page.get_by_role("button", name=words["button_withdraw"], exact=True).click()
    page.get_by_role("heading", name=words["done"]["withdrawn"][0]).wait_for()

    page.goto(f"/{language}/status")
    page.get_by_label(words["receipt_secret"]).fill(receipt.secret)
    page.get_by_role("button", name=words["submit_status"]).click()
    page.get_by_text(words["state"]["withdrawn"]).wait_for()
    assert registry.verify().ok


def link_to(served, address, path):
    """The link in the mail to an address: the door writes it beside the answer, so it may come a moment later."""
    from email import message_from_bytes
    from email.policy import default

    for _ in range(2000):
        for file in (served.workspace / "outbox").glob("*.eml"):
            mail = message_from_bytes(file.read_bytes(), policy=default)
            found = re.search(rf"{served.url}(/\w\w/{path}\?token=\S+)", mail.get_content())
            if mail["To"] == address and found:
                return found[1]
        served.client().close()
    raise AssertionError(path)


def filled(page, language="en", value="@axe"):
    page.goto(f"/{language}/objection")
    page.locator("input[name=type][value=handle]").check()
    page.locator("#value").fill(value)
    page.locator("main button").click()
    page.wait_for_selector("#secret")


def with_error(page, language):
    page.goto(f"/{language}/no-account")
    page.locator("input[name=type][value=phone]").check()
    page.locator("#value").fill("06 12 34 56 78")
    page.locator("#region").fill("XX")
    page.locator("main button").click()
    page.wait_for_selector("[role=alert]")


def unknown_secret(page, language):
    page.goto(f"/{language}/status")
    page.locator("#secret").fill("0" * 32)
    page.locator("main button").click()
    page.wait_for_selector("[role=alert]")


def no_picture(page, language):
    page.goto(f"/{language}/picture")
    page.locator("main button").click()
    page.wait_for_selector("[role=alert]")


def less(page, language):
    page.goto(f"/{language}/objection")
    page.locator("summary").click()


STATES = {
    **{
        f"page-{name or 'information'}": (lambda page, language, name=name: page.goto(f"/{language}/{name}"))
        for name in PAGES
    },
    "receipt": filled,
    "error": with_error,
    "unknown-secret": unknown_secret,
    "no-picture": no_picture,
    "less": less,
    "not-found": lambda page, language: page.goto(f"/{language}/nothing"),
}


def violations(page):
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    return [(one["id"], [node["target"] for node in one["nodes"]]) for one in found.response["violations"]]


@pytest.mark.parametrize(
    ("scheme", "languages"), [("light", LANGUAGES), ("dark", ("de",))], ids=["light", "dark"]
)
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(open_page, look, state, scheme, languages):
    for language in languages:
        page = open_page(color_scheme=scheme, viewport=WIDE)
        STATES[state](page, language)
        assert page.locator("html").get_attribute("lang") == language
        assert violations(page) == []
        look(page, f"{state}-{language}-{scheme}")


def test_axe_would_find_something(open_page):
    page = open_page()
    page.goto("/en/status")
    page.evaluate("() => document.querySelector('label').remove()")
    assert "label" in {name for name, _ in violations(page)}


@pytest.mark.parametrize("state", STATES)
def test_a_narrow_window_needs_no_scrolling_sideways(open_page, look, state):
    for language in LANGUAGES:
        page = open_page(viewport=NARROW)
        STATES[state](page, language)
        page.wait_for_load_state()  # the style sheet has come
        assert page.evaluate("() => document.documentElement.scrollWidth") <= NARROW["width"]
        look(page, f"{state}-{language}-narrow")


def test_an_officer_signs_in_looks_and_signs_out(open_page, served, look):
    page = open_page()
    page.goto("/officer")
    assert violations(page) == []
    page.locator("#token").fill(served.token)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Registry").wait_for()
    assert violations(page) == []
    look(page, "officer")
    (cookie,) = page.context.cookies()
    assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Strict")
    page.get_by_role("button", name="Sign out").click()
    page.locator("#token").wait_for()
    assert page.context.cookies() == []


def test_an_officer_previews_an_import_by_keyboard_alone(
    open_page, served, published, look, tmp_path, registry
):
    file = tmp_path / "people.csv"
    file.write_text("type,value\naccount,a1\naccount,nobody\nphone,none\n")
    said = published.run("registry", "preview", file, "--json").done().json
    assert (said["matched"], said["touched"]["rows"], said["bad"]) == (1, 4, 1)
    before = registry.head()
    page = open_page(java_script_enabled=False, viewport=WIDE)
    signed_in(page, served)
    tab_to(page, "file")
    with page.expect_file_chooser() as opened:
        page.keyboard.press("Enter")
    opened.value.set_files(file)
    assert tab_to(page, "button") == ["button"]
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="What it would come to").wait_for()
    look(page, "officer-preview")
    cells = page.locator("table").first.locator("td").all_inner_texts()
    shown = dict(zip(cells[::2], cells[1::2], strict=True))
    expected = {**said, **said["touched"]}
    assert shown == {name.replace("_", " "): f"{value}" for name, value in expected.items()
                     if name not in {"touched", "bad_lines"}}  # fmt: skip
    assert page.locator("table").last.locator("td").all_inner_texts() == [
        "4",
        "value",
        said["bad_lines"][0]["expected"],
    ]
    tab_to(page, "/officer")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Registry").wait_for()
    assert registry.head() == before


@pytest.mark.parametrize("name", ["people.csv", "people.xlsx"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_an_officers_pages_are_for_every_eye(open_page, served, look, tmp_path, name, viewport):
    (tmp_path / name).write_text("type,value\naccount,a1\nphone,none\n")
    page = open_page(viewport=viewport)
    signed_in(page, served)
    for what in ("view", "preview"):
        assert violations(page) == []
        assert page.evaluate("() => document.documentElement.scrollWidth") <= viewport["width"]
        look(page, f"officer-{what}-{name.partition('.')[2]}-{viewport['width']}")
        if what == "view":
            page.locator("#file").set_input_files(tmp_path / name)
            page.get_by_role("button", name="Preview").click()
            page.get_by_role("heading", name="Preview of an import").wait_for()
    # As text, so that a failure says what was refused.
    refused = "\n".join(page.locator("[role=alert]").all_inner_texts())
    assert ("ends in .csv" in refused) if name == "people.xlsx" else (refused == "")


def signed_in(page, served):
    page.goto("/officer")
    page.locator("#token").fill(served.token)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Registry").wait_for()


def test_a_foreign_page_cannot_object_in_somebodys_browser(open_page, served, registry):
    before = registry.head().event
    page = open_page()
    page.goto(
        f"data:text/html,<form method=post action='{served.url}/en/objection'><input name=type value=handle>"
        "<input name=value value=ana><button>Win</button></form>"
    )
    page.locator("button").click()
    page.wait_for_url(f"{served.url}/**")
    assert page.locator("h1").inner_text() == texts("en")["failure"]["foreign"][0]
    assert registry.head().event == before


def test_nothing_that_is_typed_runs(open_page):
    page = open_page()
    page.goto("/en/no-account")
    page.locator("input[name=type][value=phone]").check()
    page.locator("#value").fill(
        "\"><script>document.title='run'</script><img src=x onerror=\"document.title='run'\">"
    )
    page.locator("#region").fill("XX")
    page.locator("main button").click()
    page.wait_for_selector("[role=alert]")
    assert page.title() != "run"
    assert page.locator("main script, main img").count() == 0
