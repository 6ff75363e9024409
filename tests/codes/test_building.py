"""The book is built beside the one in use, and takes its place whole or not at all."""

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from consultant.codes.book import Book, BookDamagedError, BookOlderError
from consultant.codes.building import (
    BookBusyError,
    BookUnwritableError,
    Progress,
    TermsNotAcceptedError,
    build_book,
    import_files,
    needs_building,
)
from consultant.codes.importers.documents import FileUnreadableError, UnknownFileError, WrongFileError
from consultant.codes.shelving import TwiceListedError

AGENCY = Path(__file__).resolve().parents[1] / "agency"
TABULAR, TEXT = AGENCY / "icd10cm-tabular-April-1-2026.xml", AGENCY / "HCPC2026_OCT_ANWEB.txt"
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
ON = date(2026, 11, 23)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A book of the small tabular list, in use."""
    path = tmp_path / "queue" / "codebook.sqlite"
    import_files(path, [TABULAR], now=NOW)
    return path


def names(path: Path) -> list[str]:
    with Book.open(path) as book:
        return [release.name for release in book.releases()]


def test_an_import_keeps_what_was_there_and_records_where_it_came_from(path: Path) -> None:
    [release] = import_files(path, [TEXT], accepted_by="owner@house.example", now=NOW)
    assert (release.source, release.rows, release.file) == ("HCPCS Level II", 10, "HCPC2026_OCT_ANWEB.txt")
    assert release.imported == "2026-11-23T09:30:00+00:00"
    assert len(release.sha256) == 64
    assert names(path) == ["October 2026", "FY2026, April 1, 2026"]


def test_who_accepted_the_terms_is_kept(path: Path) -> None:
    import_files(path, [TEXT], accepted_by="owner@house.example", now=NOW)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT source, accepted_by FROM release ORDER BY id").fetchall()
    assert rows == [("ICD-10-CM", ""), ("HCPCS Level II", "owner@house.example")]


def test_the_same_release_again_takes_its_own_place(path: Path, changed: Callable[..., Path]) -> None:
    reissued = changed(TABULAR, "tabular-april_v2.xml", ("Tuberculosis of lung", "Tuberculosis of the lung"))
    import_files(path, [reissued], now=NOW)
    assert names(path) == ["FY2026, April 1, 2026"]
    with Book.open(path) as book:
        assert book.entry("A15.0", ON).long == "Tuberculosis of the lung"
        assert len(book.entry("E11", ON).notes) == 4


def test_a_wrong_file_leaves_the_book_untouched(path: Path, tmp_path: Path) -> None:
    before = path.read_bytes()
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("not a code in it")
    with pytest.raises(UnknownFileError):
        import_files(path, [TEXT, wrong], now=NOW)
    assert path.read_bytes() == before
    assert sorted(file.name for file in path.parent.iterdir()) == ["codebook.sqlite", "codebook.sqlite.lock"]


def test_a_truncated_file_leaves_the_book_untouched(path: Path, tmp_path: Path) -> None:
    before = path.read_bytes()
    half = tmp_path / "half.xml"
    half.write_bytes(TABULAR.read_bytes()[:3000])
    with pytest.raises(WrongFileError, match=r"half\.xml"):
        import_files(path, [half], now=NOW)
    with pytest.raises(FileUnreadableError, match="no such file"):
        import_files(path, [tmp_path / "nowhere.xml"], now=NOW)
    assert path.read_bytes() == before


def test_a_file_that_lists_a_code_twice_is_refused(path: Path, changed: Callable[..., Path]) -> None:
    twice = changed(TEXT, "HCPC2026_OCT.txt", ("Q0002001003", "Q0001001003"))
    with pytest.raises(TwiceListedError, match="lists Q0001 twice"):
        import_files(path, [twice], now=NOW)


def test_readers_keep_the_book_they_opened_and_can_tell_that_there_is_a_newer_one(path: Path) -> None:
    with Book.open(path) as reader:
        assert not reader.replaced()
        import_files(path, [TEXT], now=NOW)
        assert reader.replaced()
        assert not reader.entry("J1100", ON).found
        assert reader.entry("E11.40", ON).found


def test_one_builder_works_at_a_time(path: Path) -> None:
    with path.with_name("codebook.sqlite.lock").open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(BookBusyError, match="Another import or build"):
            import_files(path, [TEXT], now=NOW)
    import_files(path, [TEXT], now=NOW)


def test_what_a_crashed_build_left_is_no_hindrance(path: Path) -> None:
    path.with_name("codebook.sqlite.building").write_bytes(b"half a book")
    import_files(path, [TEXT], now=NOW)
    assert len(names(path)) == 2


def test_progress_ends_where_it_said_it_would(path: Path) -> None:
    steps: list[Progress] = []
    import_files(path, [TEXT], now=NOW, progress=steps.append)
    done = [step.done for step in steps]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, steps[-1].total)
    assert [steps[0].what, steps[-1].what] == ["reading HCPC2026_OCT_ANWEB.txt", "ready"]
    assert "shelving HCPC2026_OCT_ANWEB.txt" in {step.what for step in steps}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_said_so(path: Path) -> None:
    path.parent.chmod(0o500)
    try:
        with pytest.raises(BookUnwritableError):
            import_files(path, [TEXT], now=NOW)
    finally:
        path.parent.chmod(0o700)


def test_a_file_where_the_folder_should_be_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "queue").touch()
    with pytest.raises(BookUnwritableError, match="nothing was changed"):
        import_files(tmp_path / "queue" / "codebook.sqlite", [TEXT], now=NOW)


def test_nothing_is_imported_into_a_damaged_book_but_a_build_makes_it_anew(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + b"\1" * 5000)
    with pytest.raises(BookDamagedError, match="consultant codes build"):
        import_files(path, [TEXT], now=NOW)
    assert build_book(path, now=NOW).rows == 98_186
    with Book.open(path) as book:
        assert book.entry("E11.40", ON).found


def test_damage_deep_in_a_book_stops_an_import_and_leaves_it_for_a_build(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))
    damaged = path.read_bytes()
    with pytest.raises(BookDamagedError, match="consultant codes build"):
        import_files(path, [TEXT], now=NOW)
    assert path.read_bytes() == damaged


def test_a_build_keeps_what_was_imported(path: Path) -> None:
    import_files(path, [TEXT], now=NOW)
    build_book(path, now=NOW)
    with Book.open(path) as book:
        assert [(release.source, release.rows) for release in book.releases()] == [
            ("HCPCS Level II", 10),
            ("ICD-10-CM", 98_186),
        ]


PARTS = sorted(AGENCY.glob("ccipra-*"))


def test_a_file_under_terms_needs_somebody_who_accepts_them(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(TermsNotAcceptedError, match=r"American Medical Association.*--accept-terms"):
        import_files(path, [TEXT, PARTS[0]], now=NOW)
    assert path.read_bytes() == before
    [release] = import_files(path, [PARTS[0]], accepted_by="owner@house.example", now=NOW)
    assert (release.terms, release.accepted_by) == ("American Medical Association (CPT)", "owner@house.example")


def ptp_release(path: Path) -> tuple[int, bool, int]:
    with Book.open(path) as book:
        [release] = [release for release in book.releases() if release.source == "NCCI PTP practitioner"]
        volume = book.volume("NCCI PTP practitioner", ON)
        assert volume is not None
        return release.rows, release.partial, volume.rows("SELECT count(*) FROM ptp WHERE release = ?")[0][0]


def test_parts_given_one_after_the_other_make_a_release_whole(path: Path) -> None:
    for part, expected in zip(PARTS, ((6, True, 6), (8, True, 8), (9, True, 9), (10, False, 10)), strict=True):
        import_files(path, [part], accepted_by="owner@house.example", now=NOW)
        assert ptp_release(path) == expected


def test_a_part_given_again_begins_the_release_anew(path: Path) -> None:
    import_files(path, PARTS, accepted_by="owner@house.example", now=NOW)
    import_files(path, PARTS[1:2], accepted_by="owner@house.example", now=NOW)
    assert ptp_release(path) == (2, True, 2)


def test_an_error_far_down_in_a_ledger_leaves_the_book_untouched(path: Path, changed: Callable[..., Path]) -> None:
    before = path.read_bytes()
    wrong = changed(PARTS[0], "ccipra-v323r0-f1.TXT", ("19960101\t20231231", "19960101\t2023123"))
    with pytest.raises(WrongFileError, match="line 12, column 5, '2023123'"):
        import_files(path, [PARTS[1], wrong], accepted_by="owner@house.example", now=NOW)
    assert path.read_bytes() == before


def test_a_ledger_that_lists_a_code_twice_is_refused(path: Path, changed: Callable[..., Path]) -> None:
    mue = AGENCY / "MCR_MUE_PractitionerServices_Eff_10-01-2026.csv"
    with pytest.raises(TwiceListedError, match="lists Q9981 twice"):
        import_files(path, [changed(mue, mue.name, ("Q9985", "Q9981"))], accepted_by="owner@house.example", now=NOW)


def test_a_book_of_another_version_says_so_and_is_made_anew(path: Path) -> None:
    assert not needs_building(path)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 1")
    assert needs_building(path)
    for attempt in (lambda: Book.open(path), lambda: import_files(path, [TEXT], now=NOW)):
        with pytest.raises(BookOlderError, match="another version of this program: run `consultant codes build`"):
            attempt()
    build_book(path, now=NOW)
    assert not needs_building(path)


def test_a_damaged_book_is_not_built_over_unasked(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + b"\1" * 5000)
    assert not needs_building(path)
    assert needs_building(path.with_name("none.sqlite"))
