"""Imports in a thread: one at a time, noted before and after, and harmless when the house is stopped in the middle."""

import multiprocessing
import os
import time
from pathlib import Path

import pytest

from consultant.codes.book import Book
from consultant.config import Settings
from consultant.desk.importing import Import, Imports, ImportUnderWayError, NothingSentError, Refusal
from consultant.desk.imports_made import Trace
from consultant.desk.room import Actor, Desk
from consultant.desk.trays import FOLDER, Sent, Tray
from consultant.service import open_desk

AGENCY = Path(__file__).resolve().parents[1] / "agency"
RITA = Actor("rita@house.example", "Rita Moss", "CPC", "page")


def a_tray(desk: Desk, *files: Path) -> Tray:
    """A tray with copies of files."""
    tray = Tray(desk.settings.queue.path)
    for file in files:
        arriving = tray.lay_in(file.name)
        arriving.write(file.read_bytes())
        arriving.close()
    return tray


def a_tray_that_waits(desk: Desk) -> Tray:
    """A tray whose file gives no byte until somebody opens it for writing."""
    tray = a_tray(desk, AGENCY / "README.md")
    path = tray.files[0].path
    path.unlink()
    os.mkfifo(path)
    tray.files[:] = [Sent(path, 0, "")]
    return tray


def the_end(imports: Imports) -> Import:
    """Return the latest import when it is over."""
    imports.wait(60)
    assert imports.latest is not None
    assert imports.latest.over
    return imports.latest


def import_until_killed(settings: Settings) -> None:
    """Begin an import that never ends."""
    desk = open_desk(settings)
    imports = Imports(desk)
    imports.begin(a_tray_that_waits(desk), by=RITA, terms_accepted=False)
    imports.wait(600)


def test_an_import_tells_how_far_it_is_and_what_it_brought(desk: Desk) -> None:
    imports = Imports(desk)
    imports.begin(a_tray(desk, AGENCY / "HCPC2026_OCT_ANWEB.txt"), by=RITA, terms_accepted=False)
    end = the_end(imports)
    assert end.refusal is None
    assert end.done > 0
    (brought,) = end.brought
    assert (brought.release.source, brought.pair, brought.counts) == ("HCPCS Level II", None, {})
    (past,) = imports.past()
    assert (past.how, past.by, past.releases) == (Trace.DONE, RITA.email, ("HCPCS Level II October 2026",))


def test_the_same_release_again_takes_its_place(desk: Desk) -> None:
    imports = Imports(desk)
    for _ in range(2):
        imports.begin(a_tray(desk, AGENCY / "HCPC2026_OCT_ANWEB.txt"), by=RITA, terms_accepted=False)
        assert the_end(imports).refusal is None
    assert len([one for one in desk.shelf.book().releases() if one.source == "HCPCS Level II"]) == 1


def test_only_one_import_runs_at_a_time_and_the_other_tray_is_cleared(desk: Desk) -> None:
    imports = Imports(desk)
    waiting = a_tray_that_waits(desk)
    imports.begin(waiting, by=RITA, terms_accepted=False)
    with pytest.raises(ImportUnderWayError, match=RITA.email):
        imports.begin(a_tray(desk, AGENCY / "MODUL.txt"), by=RITA, terms_accepted=True)
    assert imports.past() == []
    assert len(list((desk.settings.queue.path / FOLDER).iterdir())) == 1
    waiting.files[0].path.open("wb").close()
    assert the_end(imports).refusal is Refusal.FILES
    assert not list((desk.settings.queue.path / FOLDER).iterdir())


def test_an_empty_tray_imports_nothing(desk: Desk) -> None:
    with pytest.raises(NothingSentError):
        Imports(desk).begin(Tray(desk.settings.queue.path), by=RITA, terms_accepted=False)
    assert not list((desk.settings.queue.path / FOLDER).iterdir())


def test_a_house_killed_in_the_middle_of_an_import_has_its_old_book_and_no_files(settings: Settings) -> None:
    book, folder = settings.code_book_path, settings.queue.path / FOLDER
    building = book.with_name("codebook.sqlite.building")
    before = book.stat().st_ino
    child = multiprocessing.get_context("forkserver").Process(target=import_until_killed, args=(settings,))
    child.start()
    deadline = time.monotonic() + 60
    while not building.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert building.exists()
    assert list(folder.iterdir())
    child.kill()
    child.join()
    desk = open_desk(settings)
    try:
        (past,) = Imports(desk).past()
    finally:
        desk.spool.close()
        desk.database.close()
    assert past.how is None
    assert not list(folder.iterdir())
    assert not building.exists()
    assert book.stat().st_ino == before
    with Book.open(book) as opened:
        assert opened.releases()
