"""A door that is served, and Chromium before it or another page. Where nobody asked for it, a skip says so."""

import os
import shutil
from pathlib import Path

import pytest
from commands import workspace
from playwright.sync_api import sync_playwright
from served import DOOR, Served

CHROMIUM = shutil.which("chromium") if os.environ.get("OPTOUT_BROWSER") else None
"""Not asked for by `make test`: a browser takes minutes."""


def pytest_collection_modifyitems(items):
    for item in items:
        if "browser" in item.path.parts and CHROMIUM is None:
            item.add_marker(
                pytest.mark.skip(reason="no browser: `make test-browser` installs one and runs these")
            )


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A workspace with a door and one version."""
    made = workspace(tmp_path_factory.mktemp("browser") / "workspace")
    with (made.folder / "optout.yaml").open("a", encoding="utf-8") as file:
        file.write(DOOR)
    made.build().done()
    return made


@pytest.fixture(scope="module")
def served(published):
    with Served(published.folder, "--per-address", "0") as door:
        yield door


@pytest.fixture(scope="module")
def chromium():
    arguments = ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, served):
    """A function to a new page of a browser that knows nothing yet; what the browser complains of fails the test."""
    contexts, complaints = [], []

    def new(**options):
        context = chromium.new_context(base_url=served.url, **({"locale": "en-GB"} | options))
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        # Asked for from the start: it takes the browser a while to tell of file choosers.
        page.on("filechooser", lambda _: None)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield new
    for context in contexts:
        context.close()
    # A page that is answered with 4xx is one on purpose here; Chromium says so of each.
    assert [said for said in complaints if "Failed to load resource" not in said] == []


@pytest.fixture
def look(request):
    """A function that keeps a picture of a page, where OPTOUT_SCREENSHOTS names a folder for them."""

    def shoot(page, name):
        if folder := os.environ.get("OPTOUT_SCREENSHOTS"):
            page.screenshot(path=Path(folder, f"{name}.png"), full_page=True)

    del request
    return shoot
