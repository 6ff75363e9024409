"""What the book says of a code on a day."""

import random
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from consultant.codes.book import Book, BookDamagedError, BookMissingError
from consultant.codes.entries import NoteKind, Status, System

AGENCY = Path(__file__).resolve().parents[1] / "agency"
TABULAR, TEXT = AGENCY / "icd10cm-tabular-April-1-2026.xml", AGENCY / "HCPC2026_OCT_ANWEB.txt"
ON = date(2026, 6, 15)
LATER = date(2026, 11, 23)


@pytest.mark.parametrize("written", ["E11.40", "e11.40", " E1140 "])
def test_a_diagnosis_is_found_however_it_is_written(small: Book, written: str) -> None:
    entry = small.entry(written, ON, System.ICD_10_CM)
    assert (entry.code, entry.found, entry.status, entry.billable) == ("E11.40", True, Status.ACTIVE, True)
    assert entry.long == "Type 2 diabetes mellitus with diabetic neuropathy, unspecified"
    assert entry.category == "Diabetes mellitus (E08-E13)"
    assert (entry.parent, entry.children) == ("E11.4", ())


def test_a_heading_needs_more_characters_and_says_which_codes_have_them(small: Book) -> None:
    entry = small.entry("E11.4", ON)
    assert (entry.status, entry.billable, entry.children) == (Status.HEADER, False, ("E11.40", "E11.42"))
    assert small.entry("T07", ON).children == ("T07.XXXA", "T07.XXXD", "T07.XXXS")


def test_a_seventh_character_code_is_found_and_one_ruled_out_is_not(small: Book) -> None:
    assert small.entry("S061X0D", ON).code == "S06.1X0D"
    assert small.entry("S06.1X7D", ON).status is Status.UNKNOWN


def test_notes_are_its_own_first_then_those_of_its_parents(small: Book) -> None:
    notes = small.entry("E11.42", ON).notes
    assert [note.printed_at for note in notes] == ["E11.42", "E11", "E11", "E11", "E11"]
    assert notes[0].kind is NoteKind.INCLUSION_TERM
    assert notes[-1].refers_to == ("E10",)
    assert [note.printed_at for note in small.entry("A15.9", ON).notes] == ["A15-A19", "Chapter 1"]


def test_notes_can_be_left_out(small: Book) -> None:
    [entry] = small.entries(["E11.42"], ON, notes=False)
    assert entry.notes == ()
    assert entry.category == "Diabetes mellitus (E08-E13)"


def test_ancestors_reach_to_the_chapter(small: Book) -> None:
    assert small.ancestors("E11.42", ON) == ("E11.4", "E11", "E08-E13", "Chapter 4")
    assert small.ancestors("Q99.99", ON) == ()


def test_many_codes_come_back_in_the_order_asked(small: Book) -> None:
    asked = ["J65", "Q99Z9", "E11.9", "J65", "99213"]
    assert [entry.found for entry in small.entries(asked, ON)] == [True, False, True, True, False]
    assert [entry.code for entry in small.entries(asked, ON)] == asked


def test_a_supply_has_its_dates_and_the_agencys_words(small: Book) -> None:
    entry = small.entry("J1100", LATER)
    assert (entry.system, entry.status, entry.billable) == (System.HCPCS, Status.ACTIVE, None)
    assert (entry.short, entry.effective) == ("Dexamethasone sodium phos", date(1982, 1, 1))
    assert entry.attributes["coverage meaning"] == "Special coverage instructions apply"


def test_a_modifier_with_a_letter_is_found(small: Book) -> None:
    assert small.entry("rt", LATER).short == "Right side"


def test_a_code_may_be_used_through_its_last_day(small: Book) -> None:
    assert small.entry("Q0001", date(2021, 12, 31)).status is Status.ACTIVE
    ended = small.entry("Q0001", date(2022, 1, 1))
    assert (ended.status, ended.terminated) == (Status.TERMINATED, date(2021, 12, 31))


def test_a_code_may_not_be_used_before_its_first_day(small: Book) -> None:
    assert small.entry("Q0002", date(2026, 12, 31)).status is Status.NOT_YET
    assert small.entry("Q0002", date(2027, 1, 1)).status is Status.ACTIVE


def test_a_number_two_systems_share_is_hcpcs_unless_dotted_or_told(small: Book) -> None:
    assert small.systems_of("E1140") == {System.HCPCS, System.ICD_10_CM}
    assert small.entry("E1140", ON).system is System.HCPCS
    assert small.entry("E11.40", ON).system is System.ICD_10_CM
    assert small.entry("E1140", ON, System.ICD_10_CM).code == "E11.40"


def test_a_dot_in_the_wrong_place_is_not_overlooked(small: Book) -> None:
    assert not small.entry("E114.0", ON).found
    assert not small.entry("J110.0", ON).found


def test_a_number_no_source_knows_says_its_section_or_that_it_is_unknown(small: Book) -> None:
    numbered = small.entry("99213", ON)
    assert (numbered.system, numbered.found, numbered.status) == (System.CPT, False, Status.NO_DESCRIPTOR)
    assert numbered.category == "Category I, evaluation and management"
    assert numbered.release is None
    assert small.entry("D9999", ON).category == "dental (CDT)"
    assert small.entry("05000", ON).status is Status.UNKNOWN
    assert small.entry("Q99.Z9", ON).status is Status.UNKNOWN


def test_systems_of_an_unknown_code_are_none(small: Book) -> None:
    assert small.systems_of("Q99Z9") == frozenset()


@pytest.mark.parametrize("odd", ["", ".", "...", "'; DROP TABLE code; --", "\0", "E11\n40", "é" * 5000, "Ω", "0", "%"])
def test_odd_codes_are_unknown_and_nothing_worse(small: Book, odd: str) -> None:
    assert not small.entry(odd, ON).found
    assert small.systems_of(odd) == frozenset()
    assert isinstance(small.search(odd), list)


def test_the_release_that_speaks_for_a_day_is_the_one_in_force(
    book_of: Callable[..., Book], changed: Callable[..., Path]
) -> None:
    october = changed(TABULAR, "october.xml", ("Tuberculosis of lung", "Consumption"))
    book = book_of(TABULAR, october)
    assert [release.name for release in book.releases()] == ["FY2026, October 1, 2025", "FY2026, April 1, 2026"]
    assert book.entry("A15.0", date(2026, 3, 31)).long == "Consumption"
    assert book.entry("A15.0", date(2026, 4, 1)).long == "Tuberculosis of lung"
    assert book.entry("A15.0", date(2019, 1, 1)).long == "Consumption"


def test_a_stale_release_still_answers_and_says_that_it_is_stale(small: Book) -> None:
    release = small.entry("E11.40", LATER).release
    assert release is not None
    assert release.superseded == date(2026, 10, 1)
    assert not release.in_force(LATER)
    assert release.in_force(ON)


def test_a_code_only_a_later_release_has_is_not_yet_in_force(
    book_of: Callable[..., Book], changed: Callable[..., Path]
) -> None:
    october = changed(TABULAR, "october.xml", ("A15.9", "A15.8"))
    book = book_of(TABULAR, october)
    coming = book.entry("A15.9", date(2026, 3, 1))
    assert (coming.status, coming.effective) == (Status.NOT_YET, date(2026, 4, 1))
    gone = book.entry("A15.8", date(2026, 4, 1))
    assert (gone.status, gone.terminated) == (Status.TERMINATED, date(2026, 3, 31))
    assert gone.release is not None
    assert gone.release.name == "FY2026, October 1, 2025"


def test_the_silence_of_an_excerpt_ends_no_code(book_of: Callable[..., Book], tmp_path: Path) -> None:
    lines = TEXT.read_bytes().splitlines(keepends=True)
    excerpt = tmp_path / "HCPC2027_JAN_ANWEB.txt"
    excerpt.write_bytes(b"".join(lines[5:8]))
    book = book_of(TEXT, excerpt)
    entry = book.entry("J1100", date(2027, 2, 1))
    assert (entry.status, entry.terminated) == (Status.ACTIVE, None)
    assert entry.release is not None
    assert entry.release.name == "October 2026"


def test_status_tells_what_is_loaded_stale_and_missing(small: Book) -> None:
    lines = {line.name: line for line in small.status(LATER)}
    assert lines["ICD-10-CM"].note.startswith("FY2027 is in force since 2026-10-01")
    assert (lines["HCPCS Level II"].in_force, lines["HCPCS Level II"].rows) == (True, 10)
    assert lines["NCCI PTP hospital"].note.startswith("missing: no answer says whether two procedure codes bundle")


def test_threads_share_a_book(small: Book) -> None:
    codes = ["E11.40", "J1100", "S06.1X0A", "Q99Z9", "RT", "E11.4"]

    def many(seed: int) -> list[tuple[str, int]]:
        chosen = random.Random(seed).choices(codes, k=200)  # noqa: S311  a sample, no secret
        return [(code, len(small.entry(code, ON).notes)) for code in chosen]

    with ThreadPoolExecutor(8) as pool:
        seen = {pair for pairs in pool.map(many, range(8)) for pair in pairs}
    assert len(seen) == len(codes)


def test_no_book_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(BookMissingError, match="consultant codes build"):
        Book.open(tmp_path / "codebook.sqlite")


DAMAGES: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("not a database", lambda _: b"no book at all" * 100),
    ("empty", lambda _: b""),
    ("half of it", lambda whole: whole[: len(whole) // 2]),
    ("its beginning overwritten", lambda whole: b"\0" * 4096 + whole[4096:]),
]


@pytest.mark.parametrize(("damage", "done"), DAMAGES, ids=[damage for damage, _ in DAMAGES])
def test_a_damaged_book_says_what_to_do(
    small_path: Path, tmp_path: Path, damage: str, done: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "codebook.sqlite"
    path.write_bytes(done(small_path.read_bytes()))
    with pytest.raises(BookDamagedError, match="consultant codes build"):
        Book.open(path)
    assert damage


def test_damage_found_while_reading_says_so_too(small_path: Path, tmp_path: Path) -> None:
    whole = small_path.read_bytes()
    path = tmp_path / "codebook.sqlite"
    path.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))
    with pytest.raises(BookDamagedError):
        _read_everything(path)


def test_a_book_whose_lines_are_gone_is_damaged_and_no_riddle(small_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "codebook.sqlite"
    path.write_bytes(small_path.read_bytes())
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM code WHERE code = 'E11.4'")
    connection.close()
    with pytest.raises(BookDamagedError, match="lines are gone"), Book.open(path) as book:
        book.entries(["E11.40"], ON)


def _read_everything(path: Path) -> None:
    with Book.open(path) as book:
        book.entries(["E11.40", "J1100"], ON)
        book.search("diabetes")


def test_another_sqlite_file_is_no_book(tmp_path: Path) -> None:
    path = tmp_path / "codebook.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE release (id)")
    connection.close()
    with pytest.raises(BookDamagedError, match="it is no code book"):
        Book.open(path)


def test_a_lookup_costs_statements_by_the_question_not_by_the_code(book: Book) -> None:
    statements: list[str] = []
    book._shelf._connection.set_trace_callback(statements.append)
    book.entries(["E11.40", "E11.4", "I10", "J18.9", "S06.1X0A", "Q99Z9"] * 50, ON)
    assert len(statements) <= 4


def test_every_billable_code_of_the_installed_release_is_active(book: Book) -> None:
    billable = book._shelf.ask("SELECT code FROM code WHERE billable = 1", ())
    codes = [code for (code,) in random.Random(3).sample(billable, 5000)]  # noqa: S311  a sample, no secret
    entries = book.entries(codes, ON, System.ICD_10_CM, notes=False)
    assert {entry.status for entry in entries} == {Status.ACTIVE}
