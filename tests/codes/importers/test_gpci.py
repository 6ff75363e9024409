"""Geographic indices: three formats of one file, and the foot-notes that show it is whole."""

from datetime import date
from pathlib import Path

import pytest

from consultant.codes.importers.gpci import Indices
from tests.codes.importers.ledgers import AGENCY, Changed, as_workbook, assert_refused, the_ledger, the_rows

CSV, TEXT = AGENCY / "GPCI2025.csv", AGENCY / "GPCI2025.txt"


def test_a_release_is_dated_by_the_year_in_its_header(changed: Changed) -> None:
    for path in (changed(CSV, "a file"), changed(TEXT, "another")):
        ledger = the_ledger(path)
        assert (ledger.source, ledger.name, ledger.effective, ledger.terms) == ("GPCI", "2025", date(2025, 1, 1), None)


def test_localities_keep_their_zeros_and_lose_their_stars() -> None:
    rows = the_rows(CSV)
    assert len(rows) == 6
    assert rows[1] == Indices("02102", "01", "AK", "ALASKA", "1.500", "1.081", "0.592")
    assert rows[4] == Indices("12302", "01", "MD", "BALTIMORE, SURR. CNTYS", "1.022", "1.040", "1.002")


def test_csv_text_and_workbook_give_equal_rows(tmp_path: Path) -> None:
    assert the_rows(TEXT) == the_rows(CSV)
    assert the_rows(as_workbook(CSV, tmp_path / "GPCI2025.xlsx")) == the_rows(CSV)


def test_a_year_with_a_star_in_its_header_is_read(changed: Changed) -> None:
    starred = changed(CSV, "GPCI2026.csv", ("2025 PW GPCI (with 1.0 Floor)", "2026 PW GPCI (with 1.0 Floor)***"))
    assert the_ledger(starred).name == "2026"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("10112,AL", "1O112,AL", ("row 4", "column 1 (contractor)", "a number of 5 digits")),
        ("10112,AL,00", "10112,Alabama,00", ("row 4", "column 2 (state)")),
        ("0.869", "low", ("row 4", "column 6 (practice)", "an amount")),
        ("ALABAMA,1,0.869,0.575", "ALABAMA,1,0.869,0.575,9", ("row 4", "8 columns")),
        ("**PE GPCI reflects", "PE GPCI reflects", ("its end", "foot-notes")),
    ],
)
def test_what_is_not_as_it_should_be_is_named(changed: Changed, old: str, new: str, words: tuple[str, ...]) -> None:
    assert_refused(changed(CSV, "GPCI2025.csv", (old, new)), *words)


@pytest.mark.parametrize("file", [CSV, TEXT])
def test_a_file_cut_short_between_two_rows_is_refused(tmp_path: Path, file: Path) -> None:
    path = tmp_path / file.name
    path.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:6]))
    assert_refused(path, "its end", "foot-notes")


def test_a_text_row_without_an_index_is_refused(changed: Changed) -> None:
    assert_refused(changed(TEXT, "GPCI2025.txt", ("       1.022       1.040       1.002", "       1.022")), "row 8")


@pytest.mark.parametrize("name", ["GPCI2025.csv", "GPCI2025.txt", "GPCI2025.xlsx", "GPCI2026.csv"])
def test_the_genuine_files_have_their_109_localities(shared: Path, name: str) -> None:
    path = shared / "data/cms/pfs" / name
    assert len(the_rows(path)) == 109
    assert the_ledger(path).name == name[4:8]


def test_the_genuine_formats_agree(shared: Path) -> None:
    csv, text, workbook = (the_rows(shared / "data/cms/pfs" / f"GPCI2025.{end}") for end in ("csv", "txt", "xlsx"))
    assert csv == text == workbook
