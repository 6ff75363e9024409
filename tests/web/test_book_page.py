"""Agency files sent to the page: taken in, refused, imported, and compared with the release before."""

import asyncio
import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from starlette.types import Message

from consultant.codes.book import Book
from consultant.codes.building import import_files
from consultant.config import Settings, WebSettings
from consultant.desk.room import Actor, Desk
from consultant.desk.trays import FOLDER, Sent, Tray
from consultant.store import audit
from consultant.web.app import create_app
from tests.conftest import OpenDesk
from tests.web.browser import HOST, ORIGIN, Browser, a_signed_in_browser

if TYPE_CHECKING:
    from fastapi import FastAPI

    from consultant.desk.importing import Imports

AGENCY = Path(__file__).resolve().parents[1] / "agency"
HCPCS = AGENCY / "HCPC2026_OCT_ANWEB.txt"
MUE = AGENCY / "MCR_MUE_PractitionerServices_Eff_10-01-2026.csv"
TABULAR = AGENCY / "icd10cm-tabular-April-1-2026.xml"
KEY = "key of rita@house.example"
IMPORT = "/codes/import"


@pytest.fixture(scope="module")
def codebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small book, in the place of the real one: an import writes the whole book anew."""
    path = tmp_path_factory.mktemp("small") / "codebook.sqlite"
    import_files(path, [TABULAR], now=datetime(2026, 6, 1, tzinfo=UTC))
    return path


def send(browser: Browser, *files: Path, key: str = KEY, terms: bool = False) -> str:
    """Send files with the page's form; return where it leads, or the page it shows."""
    browser.get(IMPORT)
    fields = {"form_key": key} | ({"terms": "accepted"} if terms else {})
    parts = [("files", (path.name, path.read_bytes())) for path in files]
    browser.page = browser.client.post(IMPORT, data=fields, files=parts, headers={"Origin": ORIGIN})
    return browser.page.headers.get("location", browser.page.text)


def ended(browser: Browser) -> str:
    """Return the page when the import is over."""
    for _ in range(600):
        if browser.get(f"{IMPORT}/progress").json()["over"]:
            break
        time.sleep(0.05)
    return browser.get(IMPORT).text


def nothing_left(desk: Desk) -> bool:
    """Tell whether no file that was sent is still there."""
    return not list((desk.settings.queue.path / FOLDER).glob("*"))


def traces(desk: Desk) -> list[str]:
    """Return what is noted of imports, oldest first."""
    with desk.database.reading() as session:
        noted = audit.noted(session, [f"code book import {end}" for end in ("begun", "done", "refused")])
        return [event.what for event in reversed(noted)]


@contextlib.contextmanager
def a_running_import(desk: Desk, browser: Browser) -> Iterator[None]:
    """An import that waits for the bytes of its file until it is left."""
    imports: Imports = cast("FastAPI", browser.client.app).state.imports
    tray = Tray(desk.settings.queue.path)
    tray.lay_in("slow.txt").close()
    path = tray.files[0].path
    path.unlink()
    os.mkfifo(path)
    tray.files[:] = [Sent(path, 0, "")]
    imports.begin(tray, by=Actor("otto@house.example", "Otto", "", "page"), terms_accepted=False)
    try:
        yield
    finally:
        path.open("wb").close()
        imports.wait(10)


def test_a_file_sent_is_imported_and_what_came_of_it_is_shown(desk: Desk, rita: Browser) -> None:
    assert send(rita, HCPCS) == IMPORT
    page = ended(rita)
    assert "Imported" in page
    assert "HCPCS Level II" in page
    assert "October 2026: 10 rows" in page
    assert "no release before it" in page
    assert nothing_left(desk)
    assert "October 2026" in rita.get("/codes/status").text


def test_every_import_is_noted_with_who_made_it_and_the_checksums(desk: Desk, rita: Browser) -> None:
    send(rita, HCPCS)
    ended(rita)
    assert traces(desk) == ["code book import begun", "code book import done"]
    with desk.database.reading() as session:
        begun = audit.noted(session, ["code book import begun"])[0]
        assert (begun.by, begun.ticket_id) == ("rita@house.example", None)
        assert begun.detail["files"][0]["name"] == HCPCS.name
        assert len(begun.detail["files"][0]["sha256"]) == 64
        assert begun.detail["terms_accepted"] is False


def test_a_file_under_terms_is_not_imported_before_they_are_accepted(desk: Desk, rita: Browser) -> None:
    send(rita, MUE)
    page = ended(rita)
    assert "under terms of the American Medical Association" in page
    assert "The terms it is under were not accepted." in page
    assert "--accept-terms" not in page
    assert 'name="terms"' in page
    assert nothing_left(desk)
    assert traces(desk)[-1] == "code book import refused"


def test_who_accepted_the_terms_is_recorded_and_shown(desk: Desk, rita: Browser) -> None:
    send(rita, MUE, terms=True)
    assert "NCCI MUE practitioner" in ended(rita)
    (release,) = [one for one in desk.shelf.book().releases() if one.source == "NCCI MUE practitioner"]
    assert release.accepted_by == "rita@house.example, page"
    assert "rita@house.example, page" in rita.get("/codes/status").text


def test_several_files_are_imported_together_or_not_at_all(desk: Desk, rita: Browser, tmp_path: Path) -> None:
    wrong = tmp_path / "notes.txt"
    wrong.write_text("These are my notes.\n")
    before = desk.settings.code_book_path.stat()
    send(rita, HCPCS, wrong)
    page = ended(rita)
    assert "notes.txt was not imported" in page
    assert desk.settings.code_book_path.stat().st_ino == before.st_ino
    assert nothing_left(desk)


def test_what_changed_since_the_release_before_is_shown_after_an_import(rita: Browser, tmp_path: Path) -> None:
    send(rita, MUE, terms=True)
    ended(rita)
    newer = tmp_path / "MCR_MUE_PractitionerServices_Eff_01-01-2027.csv"
    newer.write_bytes(MUE.read_bytes().replace(b"Q9983,4,", b"Q9983,7,").replace(b"10/1/2026", b"1/1/2027"))
    send(rita, newer, terms=True)
    page = ended(rita)
    assert "Since 2026-10-01: 1 changed" in page
    (pair,) = [line for line in page.splitlines() if "/codes/diff?" in line]
    shown = rita.get(pair.split('href="')[1].split('"')[0].replace("&amp;", "&")).text
    assert "Q9983" in shown
    assert "<del>4</del> <ins>7</ins>" in shown


def test_releases_without_one_before_are_not_compared(rita: Browser) -> None:
    assert "Nothing to compare yet" in rita.get("/codes/diff").text
    answer = rita.get("/codes/diff?source=HCPCS+Level+II&old=2020-01-01&new=2020-04-01")
    assert answer.status_code == 404
    assert "does not hold both releases" in answer.text
    for odd in ("kind=x", "page=0", "source=x&old=yesterday", f"source={'x' * 101}"):
        assert rita.get(f"/codes/diff?{odd}").status_code == 422


def test_a_stranger_sends_nothing(desk: Desk, stranger: Browser) -> None:
    parts = [("files", (HCPCS.name, HCPCS.read_bytes()))]
    answer = stranger.client.post(IMPORT, data={"form_key": KEY}, files=parts, headers={"Origin": ORIGIN})
    assert answer.status_code == 401
    assert stranger.get(IMPORT).headers["location"].startswith("/sign-in")
    assert stranger.get(f"{IMPORT}/progress").status_code == 303
    assert nothing_left(desk)
    assert traces(desk) == []


def test_files_with_a_foreign_key_or_none_are_not_kept(desk: Desk, rita: Browser) -> None:
    for key in ("", "key of someone else"):
        assert "was not made for you" in send(rita, HCPCS, key=key)
        assert rita.page is not None
        assert rita.page.status_code == 403
    assert nothing_left(desk)
    assert traces(desk) == []


def test_files_from_a_foreign_page_are_not_taken_in(desk: Desk, rita: Browser) -> None:
    parts = [("files", (HCPCS.name, HCPCS.read_bytes()))]
    origin = {"Origin": "https://elsewhere.example"}
    answer = rita.client.post(IMPORT, data={"form_key": KEY}, files=parts, headers=origin)
    assert answer.status_code == 403
    assert nothing_left(desk)


def test_nothing_chosen_is_said(desk: Desk, rita: Browser) -> None:
    empty = [("files", ("", b""))]
    rita.page = rita.client.post(IMPORT, data={"form_key": KEY}, files=empty, headers={"Origin": ORIGIN})
    assert rita.page.status_code == 422
    assert "No file was chosen" in rita.page.text
    assert nothing_left(desk)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain", b"words"),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=b", b"garbage"),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\ncut'),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n' + b"y" * 5000),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\n\r\n" * 100 + b"--b--\r\n"),
    ],
)
def test_what_is_no_form_with_files_is_refused(desk: Desk, rita: Browser, kind: str, body: bytes) -> None:
    answer = rita.client.post(IMPORT, content=body, headers={"Origin": ORIGIN, "Content-Type": kind})
    assert answer.status_code in {403, 422}
    assert nothing_left(desk)
    assert traces(desk) == []


def test_files_over_the_limit_are_refused_with_the_limit(
    settings: Settings, open_a_desk: OpenDesk, tmp_path: Path
) -> None:
    desk = open_a_desk(settings.model_copy(update={"web": WebSettings(port=0, max_upload_bytes=2 * 1024 * 1024)}))
    rita = a_signed_in_browser(desk)
    large = tmp_path / "large.txt"
    large.write_bytes(b"x" * (3 * 1024 * 1024 + 10))
    page = send(rita, large)
    assert rita.page is not None
    assert rita.page.status_code == 413
    assert "larger than 2 MB" in page
    assert nothing_left(desk)


def test_other_forms_keep_their_small_limit(rita: Browser) -> None:
    body = b"x" * (1024 * 1024 + 1)
    for path in ("/codes/import/progress", "/codes/import/", "/ask"):
        assert rita.client.post(path, content=body, headers={"Origin": ORIGIN}).status_code == 413


def test_a_name_that_would_lead_elsewhere_is_only_a_name(desk: Desk, rita: Browser) -> None:
    for name in ("../../escaped.txt", "C:\\fakepath\\escaped.txt", "..", "x" * 400 + ".txt", "\x01\n.txt"):
        parts = [("files", (name, b"words\n"))]
        rita.page = rita.client.post(IMPORT, data={"form_key": KEY}, files=parts, headers={"Origin": ORIGIN})
        assert "was not imported" in ended(rita), name
    assert not list(desk.settings.queue.path.parent.rglob("escaped.txt"))
    assert nothing_left(desk)


def test_while_one_import_runs_another_is_sent_away(desk: Desk, rita: Browser) -> None:
    with a_running_import(desk, rita):
        page = send(rita, HCPCS)
        assert rita.page is not None
        assert rita.page.status_code == 409
        assert "wait until that is done" in page
        assert '<meta http-equiv="refresh"' in rita.get(IMPORT).text
    assert nothing_left(desk)


def test_an_import_at_the_command_line_is_waited_for(desk: Desk, rita: Browser) -> None:
    with (desk.settings.queue.path / "codebook.sqlite.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        send(rita, HCPCS)
        assert "at the command line" in ended(rita)
    assert nothing_left(desk)


def test_what_a_stopped_house_left_is_swept_up_at_the_start(desk: Desk) -> None:
    left = desk.settings.queue.path / FOLDER / "left"
    left.mkdir(parents=True)
    (left / "file.txt").write_text("half a fi")
    building = desk.settings.code_book_path.with_name("codebook.sqlite.building")
    building.write_text("half a book")
    held = Tray(desk.settings.queue.path)
    held.lay_in("coming.txt").close()
    create_app(desk)
    assert not left.exists()
    assert not building.exists()
    assert held.files[0].path.exists()
    held.clear()
    with Book.open(desk.settings.code_book_path) as book:
        assert book.releases()


def test_an_import_broken_off_by_a_restart_is_told(desk: Desk, rita: Browser) -> None:
    with desk.database.writing() as session:
        files = [{"name": "a.zip", "size": 1, "sha256": "0" * 64}]
        detail = {"via": "page", "files": files, "terms_accepted": True}
        audit.note(session, "code book import begun", by="rita@house.example", at=desk.clock(), **detail)
    page = rita.get(IMPORT).text
    assert "broken off" in page
    assert "the book stayed as it was" in page


@pytest.mark.usefixtures("rita")
def test_half_a_file_is_no_file(desk: Desk) -> None:
    head = f'--b\r\nContent-Disposition: form-data; name="form_key"\r\n\r\n{KEY}\r\n'
    head += '--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\nhalf'
    messages: list[Message] = [
        {"type": "http.request", "body": head.encode(), "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0)

    async def send_back(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": IMPORT,
        "raw_path": IMPORT.encode(),
        "query_string": b"",
        "headers": [
            (b"host", HOST.encode()),
            (b"cookie", b"desk_session=token of rita@house.example"),
            (b"content-type", b"multipart/form-data; boundary=b"),
        ],
        "http_version": "1.1",
        "scheme": "http",
        "app": None,
    }
    asyncio.run(create_app(desk)(scope, receive, send_back))
    assert sent[0]["status"] == 400
    assert nothing_left(desk)
    assert traces(desk) == []
