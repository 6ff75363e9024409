"""Add-on codes: three types, dates as the year and the day in it, and rows that are none."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from consultant.codes.importers.documents import WrongFileError
from consultant.codes.importers.edition import Row
from consultant.codes.importers.ncci_addon import ADD_ONS
from consultant.codes.importers.recognition import read_ledgers

AGENCY = Path(__file__).resolve().parents[2] / "agency"
TEXT = AGENCY / "AOC_V2026Q4-MCR.txt"


def edits_of(path: Path) -> list[Row]:
    return list(read_ledgers(path)[0].tables[ADD_ONS])


def test_types_days_and_the_earliest_deletion_are_read() -> None:
    assert edits_of(TEXT) == [
        ("Q9991", "Q9981", 20130101, 1, 0),
        ("Q9991", "Q9982", 20130101, 1, 0),
        ("Q9991", "Q9983", 20130101, 1, 20201231),
        ("Q9992", "CCCCC", 20130101, 2, 0),
        ("Q9993", "Q9984", 20140401, 3, 0),
        ("Q9993", "CCCCC", 20140401, 3, 0),
        ("Q9994", "Q9981", 20130101, 1, 20221231),
    ]


def test_the_name_tells_the_quarter() -> None:
    [ledger] = read_ledgers(TEXT)
    assert (ledger.name, ledger.effective) == ("October 2026", date(2026, 10, 1))


def test_the_workbook_reads_like_the_text(tmp_path: Path) -> None:
    path = tmp_path / "AOC_V2026Q4-MCR.xlsx"
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in TEXT.read_text(encoding="ascii").splitlines():
        book.active.append([int(cell) if cell.isdigit() else cell or None for cell in line.split("\t")])
    book.save(path)
    assert edits_of(path) == edits_of(TEXT)


BROKEN = [
    (("1\tQ9991\t\tQ9981", "4\tQ9991\t\tQ9981"), "row 3, where '4' stands"),
    (("2013001\t2020366", "2013001\t2021366"), "row 5, where '2021366' stands"),
    (("\tCCCCC\t\t2013001", "\tCCCC\t\t2013001"), "row 6, where 'CCCC' stands"),
]


@pytest.mark.parametrize(("change", "place"), BROKEN)
def test_a_row_that_is_no_edit_refuses_the_file(
    changed: Callable[..., Path], change: tuple[str, str], place: str
) -> None:
    with pytest.raises(WrongFileError, match=place):
        edits_of(changed(TEXT, TEXT.name, change))


def test_the_recovered_table_gives_its_count(shared: Path) -> None:
    edits = edits_of(shared / "data/cms/ncci/AOC_2024Q3.recovered.csv")
    assert len(edits) == 7_465
    assert Counter(edit[3] for edit in edits) == {1: 6_860, 2: 36, 3: 569}
    assert len({edit[0] for edit in edits}) == 668
