"""Equipment fees: a pair of columns for each state."""

import json
from datetime import date
from pathlib import Path

import pytest

from consultant.codes.importers.dmepos import Fee
from tests.codes.importers.ledgers import AGENCY, Changed, as_workbook, assert_refused, the_ledger, the_rows

CSV = AGENCY / "DMEPOS25_APR.csv"


def test_a_row_holds_the_fees_of_every_state_that_has_one() -> None:
    rows = [Fee._make(row) for row in the_rows(CSV)]
    assert len(rows) == 4
    assert rows[0][:7] == ("E9981", "NU", "", "D", "IN", "250.00", "212.50")
    assert json.loads(rows[0].fees) == {"AL": ["220.50", "231.75"], "CA": ["250.00", ""], "HI": ["300.10", ""]}
    assert rows[2][2] == "KU"
    assert "HI" not in json.loads(rows[2].fees)


def test_the_preamble_may_be_there_or_not(changed: Changed) -> None:
    title = "2025 DMEPOS Fee Schedule, April release,,,,,,,,,,,,,\r\n"
    bare = changed(CSV, "DMEPOS25_APR.csv", (title, ""))
    assert the_rows(bare) == the_rows(CSV)
    assert the_ledger(bare).effective == date(2025, 4, 1)
    assert the_ledger(changed(CSV, "fees.csv")).name == "April 2025"


def test_a_workbook_gives_the_same_rows(tmp_path: Path) -> None:
    assert the_rows(as_workbook(CSV, tmp_path / "DMEPOS25_APR.xlsx")) == the_rows(CSV)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("220.5,", "n/a,", ("row 3", "column 8 (AL (NR))", "'n/a'")),
        ("AL (R)", "Alabama rural", ("row 2", "column 9", "NR or R in brackets")),
        (",Description", ",Remarks", ("row 2", "the description")),
        ("L9983,,,L", "L9983,,,", ("row 6", "column 4 (jurisdiction)")),
    ],
)
def test_what_is_not_as_it_should_be_is_named(changed: Changed, old: str, new: str, words: tuple[str, ...]) -> None:
    assert_refused(changed(CSV, "DMEPOS25_APR.csv", (old, new)), *words)


def test_the_genuine_file_is_read_whole(shared: Path) -> None:
    path = shared / "data/cms/dmepos/DMEPOS25_APR.csv.gz"
    rows = [Fee._make(row) for row in the_rows(path)]
    assert len(rows) == 3511
    assert the_ledger(path).name == "April 2025"
