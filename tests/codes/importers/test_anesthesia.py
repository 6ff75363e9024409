"""Anesthesia factors: a header that speaks, and a text with implied decimals."""

from datetime import date
from pathlib import Path

import pytest

from consultant.codes.importers.anesthesia import NATIONAL, Factor
from tests.codes.importers.ledgers import AGENCY, Changed, as_workbook, assert_refused, the_ledger, the_rows

CSV, TEXT = AGENCY / "ANES2025.csv", AGENCY / "ANES2025.txt"


def test_the_header_tells_the_national_factor() -> None:
    ledger = the_ledger(CSV)
    assert (ledger.source, ledger.name, ledger.effective) == ("Anesthesia factors", "2025", date(2025, 1, 1))
    assert list(ledger.tables[NATIONAL]) == [("20.3178",)]


def test_the_point_of_the_text_is_implied() -> None:
    rows = the_rows(TEXT)
    assert rows[0] == Factor("10112", "00", "ALABAMA", "19.31")
    assert [row[::3] for row in rows] == [row[::3] for row in the_rows(CSV)]


def test_a_workbook_gives_the_same_rows(tmp_path: Path) -> None:
    assert the_rows(as_workbook(CSV, tmp_path / "ANES2025.xlsx")) == the_rows(CSV)


def test_a_factor_dates_a_file_without_a_name_and_a_text_stays_undated(changed: Changed) -> None:
    assert the_ledger(changed(CSV, "factors.csv")).name == "2025"
    undated = the_ledger(changed(TEXT, "factors.txt"))
    assert (undated.name, undated.effective) == ("year not stated", date(2000, 1, 1))


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        (CSV, "ALABAMA,19.31 ", "ALABAMA,19,31 ", ("row 2", "5 columns")),
        (CSV, "ALABAMA,19.31 ", "ALABAMA, ", ("row 2", "column 4 (factor)")),
        (CSV, "02102 ,01", "02102 ,one", ("row 3", "column 2 (locality)")),
        (TEXT, "1931", "19.31", ("line 1", "a row of the anesthesia factors")),
    ],
)
def test_what_is_not_as_it_should_be_is_named(
    changed: Changed, file: Path, old: str, new: str, words: tuple[str, ...]
) -> None:
    assert_refused(changed(file, file.name, (old, new)), *words)


@pytest.mark.parametrize("name", ["ANES2025.csv", "ANES2025.txt"])
def test_the_genuine_files_have_their_109_localities(shared: Path, name: str) -> None:
    rows = the_rows(shared / "data/cms/pfs" / name)
    assert len(rows) == 109
    assert [row[::3] for row in rows] == [row[::3] for row in the_rows(shared / "data/cms/pfs/ANES2025.csv")]
