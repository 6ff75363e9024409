"""A real Chromium looking at a house whose page and desk are open on loopback."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from consultant.desk import reviewers
from consultant.desk.drafts import write_draft
from consultant.desk.room import Desk
from consultant.service import Door, running
from tests.builders import a_letter, a_mail, arrive

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET = ["--disable-component-update", "--disable-sync"]
RITA, PASSWORD = "rita@house.example", "a quiet green door"

QUESTION = """Is E11.9 valid and billable for a date of service of 05/12/2026?

Patient Jane Sample, DOB 04/05/1961.
"""


@dataclass(frozen=True)
class OpenHouse:
    """A house with its doors open: where its page is, and the desk inside."""

    url: str
    desk: Desk


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """The driver of the browser; while it is there this thread has a running event loop, so it goes with its module."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """A Chromium, started once for a module; tests are skipped by name where this machine has none."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: install one to run the browser tests")
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS + QUIET)
    yield browser
    browser.close()


@pytest.fixture
def house(desk: Desk) -> Iterator[OpenHouse]:
    """A house with two questions drafted, its page and its desk open."""
    reviewers.add(desk.database, RITA, name="Rita Moss", credential="CPC", password=PASSWORD, now=desk.clock())
    for number, subject in ((1, "Is E11.9 billable?"), (2, "Another question")):
        raw = a_mail(text=QUESTION, subject=subject, message_id=f"<{number}@riverbend.example>")
        arrive(desk, a_letter(raw=raw))
        write_draft(desk, number)
    with running(desk, frozenset({Door.WEB, Door.DESK})) as opened:
        yield OpenHouse(f"http://127.0.0.1:{opened.web_port}", opened.desk)


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser window of its own, with nothing remembered."""
    window = chromium.new_context(viewport={"width": 1280, "height": 900})
    yield window
    window.close()


@pytest.fixture
def page(context: BrowserContext, house: OpenHouse) -> Page:
    """A page Rita has signed in on, at the queue."""
    return sign_in(context.new_page(), house)


def sign_in(page: Page, house: OpenHouse) -> Page:
    """Sign Rita in and wait for the queue."""
    page.goto(house.url)
    page.get_by_label("Email address").fill(RITA)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{house.url}/")
    return page
