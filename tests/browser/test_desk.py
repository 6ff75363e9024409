"""The page in a real browser: a reviewer reads, edits, approves; also without the script, or with the keys alone."""

import re
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect

from consultant.desk.room import Desk
from consultant.workflow import State
from tests.browser.conftest import OpenHouse, sign_in
from tests.builders import a_letter, a_mail, arrive, outbox_in, ticket_in

pytestmark = pytest.mark.browser

PAGES = (
    *("/", "/?tab=answered", "/tickets/CC-1001", "/mail", "/outbox?tab=sent", "/outbox/1", "/nowhere"),
    *(
        "/codes?q=E11.40",
        "/codes?q=diabetes",
        "/codes?q=E10.9+E11.9",
        "/codes/status",
        "/codes/import",
        "/codes/diff",
        "/ask",
        "/api/docs",
    ),
)


def answers_in(desk: Desk) -> list[str]:
    """Return the texts of the answers to CC-1001 in the outbox."""
    return [letter.text for letter in outbox_in(desk) if letter.kind == "answer"]


def test_a_reviewer_signs_in_edits_and_approves(page: Page, house: OpenHouse) -> None:
    page.get_by_role("link", name="Is E11.9 billable?").click()
    expect(page.get_by_role("button", name="Approve and send")).to_be_visible()
    expect(page.get_by_role("button", name="Approve with my edits")).to_be_hidden()
    editor = page.get_by_label("Text of the letter")
    editor.fill(editor.input_value().replace("Short answer", "In short"))
    expect(page.get_by_role("button", name="Approve and send")).to_be_hidden()
    page.get_by_role("button", name="Approve with my edits and send").click()
    expect(page.get_by_role("status")).to_contain_text("Approved.")
    (text,) = answers_in(house.desk)
    assert "In short" in text
    assert "Rita Moss, CPC" in text
    expect(page.get_by_role("link", name="Next: CC-1002")).to_be_visible()


def test_the_keyboard_alone_is_enough(page: Page, house: OpenHouse) -> None:
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/CC-1001")
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Approve and send")).to_be_focused()
    assert answers_in(house.desk) == []
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Approved.")
    assert len(answers_in(house.desk)) == 1
    page.wait_for_load_state()  # a key pressed before the script has run is nobody's
    page.keyboard.press("n")
    page.wait_for_url("**/tickets/CC-1002")
    page.keyboard.press("g")
    page.keyboard.press("q")
    page.wait_for_url(f"{house.url}/")


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("e", "Text of the letter"),
        ("r", "What should the next draft do?"),
        ("q", "Your question; it leaves"),
        ("x", "Why? The ticket is closed"),
    ],
)
def test_each_verb_has_a_key_that_leads_to_its_words(page: Page, house: OpenHouse, key: str, label: str) -> None:
    page.goto(f"{house.url}/tickets/CC-1001")
    page.keyboard.press(key)
    expect(page.get_by_label(label)).to_be_focused()
    page.keyboard.type("ax?")
    expect(page.get_by_label(label)).to_have_value(re.compile("ax\\?"))
    assert ticket_in(house.desk).state == State.IN_REVIEW


def test_the_list_of_keys_is_shown_and_keys_can_be_switched_off(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.get_by_label("Single keys act as shortcuts").uncheck()
    page.get_by_role("button", name="Close").click()
    page.reload()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_the_preview_and_the_checks_follow_the_typing(page: Page, house: OpenHouse) -> None:
    page.goto(f"{house.url}/tickets/CC-1001")
    editor = page.get_by_label("Text of the letter")
    editor.fill(editor.input_value() + "\n\n**Also** look at Q99.Z99.")
    letter = page.get_by_role("article", name="The letter as it leaves")
    expect(letter.locator("strong", has_text="Also")).to_be_visible()
    expect(page.locator("#tally")).to_contain_text("it")
    expect(page.locator("#checks + .checks")).to_contain_text("Q99.Z99")
    assert answers_in(house.desk) == []


def test_a_preview_that_cannot_be_had_says_so_and_the_text_stays(page: Page, house: OpenHouse) -> None:
    page.goto(f"{house.url}/tickets/CC-1001")
    page.route("**/preview", lambda route: route.abort())
    page.get_by_label("Text of the letter").fill("Words that must not be lost.")
    expect(page.locator("#preview-failed")).to_be_visible()
    expect(page.get_by_label("Text of the letter")).to_have_value("Words that must not be lost.")


def test_leaving_with_unsaved_words_asks_first(page: Page, house: OpenHouse) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.goto(f"{house.url}/tickets/CC-1001")
    page.get_by_label("Text of the letter").press_sequentially("x")
    page.get_by_role("link", name="Outbox").click()
    expect(page.get_by_label("Text of the letter")).to_have_value(re.compile("x"))
    assert asked == ["beforeunload"]
    assert page.url.endswith("/tickets/CC-1001")


def test_pointing_at_a_code_shows_what_is_known_of_it(page: Page, house: OpenHouse) -> None:
    page.goto(f"{house.url}/tickets/CC-1001")
    code = page.locator(".code", has_text="E11.9").first
    expect(code.locator(".tip")).to_be_hidden()
    code.hover()
    expect(code.locator(".tip")).to_contain_text("Type 2 diabetes mellitus without complications")
    page.mouse.move(0, 0)
    code.focus()
    expect(code.locator(".tip")).to_be_visible()


def test_without_the_script_every_verb_still_works(chromium: Browser, house: OpenHouse) -> None:
    window = chromium.new_context(java_script_enabled=False)
    page = sign_in(window.new_page(), house)
    page.get_by_role("link", name="Is E11.9 billable?").click()
    editor = page.get_by_label("Text of the letter")
    editor.fill(editor.input_value().replace("Short answer", "In short"))
    page.get_by_role("button", name="Preview my edits").click()
    expect(page.get_by_role("article", name="The letter as it leaves")).to_contain_text("In short")
    page.get_by_role("button", name="Approve and send", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("not the draft you are approving")
    page.get_by_role("button", name="Approve with my edits and send").click()
    expect(page.get_by_role("status")).to_contain_text("Approved.")
    page.get_by_role("link", name="Next: CC-1002").click()
    page.get_by_text("Reject…").click()
    page.get_by_label("Why? The ticket is closed").fill("asked twice")
    page.get_by_role("button", name="Reject without an answer").click()
    expect(page.get_by_role("status")).to_contain_text("Rejected.")
    page.get_by_role("button", name="Reopen").click()
    expect(page.get_by_role("status")).to_contain_text("Reopened.")
    window.close()


def test_no_page_asks_another_host_or_breaks_its_own_policy(page: Page, house: OpenHouse) -> None:
    hosts: set[str] = set()
    complaints: list[str] = []
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for path in PAGES:
        page.goto(house.url + path)
    assert hosts == {urlsplit(house.url).netloc}
    assert [words for words in complaints if "404" not in words] == []


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_is_wider_than_its_window(
    chromium: Browser, house: OpenHouse, width: int, scheme: Literal["light", "dark"]
) -> None:
    window = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = sign_in(window.new_page(), house)
    too_wide = []
    for path in PAGES:
        page.goto(house.url + path)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            too_wide.append(path)
    window.close()
    assert too_wide == []


ATTACKS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<svg/onload=alert(1)>",
    "'-alert(1)-'",
    "javascript:alert(1)",
    "</textarea><script>alert(1)</script>",
    "<iframe src=http://evil.example></iframe>",
    "{{ 7*7 }}{% raw %}",
    '<a href="javascript:alert(1)">x</a>',
    "<style>@import'http://evil.example'</style>",
    "![x](http://evil.example/x.png)",
    "<base href=http://evil.example>",
]


def test_nothing_an_asker_writes_runs_or_calls_home(context: BrowserContext, house: OpenHouse) -> None:
    everything = " ".join(ATTACKS)
    for number, attack in enumerate([*ATTACKS, everything], start=3):
        raw = a_mail(
            subject=attack,
            text=f"{everything}\nIs E11.9 valid?\n> {attack}\n",
            sender=f"{attack!r} <a{number}@x.example>".replace("\\", ""),
            message_id=f"<{number}@x.example>",
        )
        arrive(house.desk, a_letter(raw=raw))
    page = sign_in(context.new_page(), house)
    ran: list[str] = []
    hosts: set[str] = set()

    def it_ran(dialog: Dialog) -> None:
        ran.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", it_ran)
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    for path in ["/", "/mail", "/outbox?tab=sent", *(f"/tickets/CC-{1000 + number}" for number in range(3, 16))]:
        page.goto(house.url + path)
    assert ran == []
    assert hosts == {urlsplit(house.url).netloc}
