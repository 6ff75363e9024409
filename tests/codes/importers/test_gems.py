"""General Equivalence Mappings, from the agency's text and from the NBER's csv."""

from collections.abc import Callable
from pathlib import Path

import pytest

from consultant.codes.book import Book
from consultant.codes.entries import System
from consultant.codes.equivalents import equivalents
from consultant.codes.importers.documents import WrongFileError
from consultant.codes.importers.gems import TABLE
from consultant.codes.importers.recognition import read_ledgers
from tests.codes.conftest import NOW

AGENCY = Path(__file__).resolve().parents[2] / "agency"
TEXT = AGENCY / "2018_I9gem.txt"
CSV = AGENCY / "gem_icd10cm_icd9cm.csv"
DAY = NOW.date()


def test_the_direction_is_told_by_header_or_codes() -> None:
    directions = [ledger.variant for path in (TEXT, CSV) for ledger in read_ledgers(path)]
    assert directions == ["ICD-9-CM to ICD-10-CM", "ICD-10-CM to ICD-9-CM"]


def test_procedures_are_told_from_diagnoses(tmp_path: Path) -> None:
    path = tmp_path / "gem_i9pcs.txt"
    path.write_text("0011 0016070 10000\r\n0012 0016071 10000\r\n", newline="")
    assert read_ledgers(path)[0].variant == "ICD-9-CM to ICD-10-PCS"


def test_an_old_code_has_its_equivalents_with_its_dot(book_of: Callable[..., Book]) -> None:
    book = book_of(TEXT, CSV)
    [found] = equivalents(book, "250.00", System.ICD_9_CM, DAY)
    assert [(one.code, one.approximate, one.part_of_combination) for one in found.equivalents] == [
        ("E11.9", True, False)
    ]
    [external] = equivalents(book, "E885.9", System.ICD_9_CM, DAY)
    assert external.equivalents[0].code == "W18.49XA"
    [combined] = equivalents(book, "E11.40", System.ICD_10_CM, DAY)
    assert [(one.code, one.scenario, one.choice) for one in combined.equivalents] == [("250.60", 1, 1), ("357.2", 1, 2)]


def test_a_code_without_an_equivalent_is_not_an_unknown_one(book_of: Callable[..., Book]) -> None:
    book = book_of(CSV)
    [none] = equivalents(book, "T07.XXXA", System.ICD_10_CM, DAY)
    assert none.equivalents == ()
    assert equivalents(book, "T07.XXXD", System.ICD_10_CM, DAY) == ()
    assert equivalents(book, "250.00", System.ICD_9_CM, DAY) == ()


@pytest.mark.parametrize(
    ("source", "change", "place"),
    [
        (TEXT, ("25060 E1140   10000", "25060 E1140   1000"), "line 2, column 1"),
        (TEXT, ("29900 NoDx    11000", "29900 NoDx    10000"), "line 3, column 3"),
        (CSV, ('"E1140","25060","10111"', '"E1140","25060","9"'), "line 3, column 3"),
        (CSV, ('"25000"', '"250.00"'), "line 2, column 2"),
    ],
)
def test_a_broken_line_is_refused(
    changed: Callable[..., Path], source: Path, change: tuple[str, str], place: str
) -> None:
    with pytest.raises(WrongFileError) as refused:
        read_ledgers(changed(source, source.name, change))
    assert place in str(refused.value)


@pytest.mark.parametrize(
    ("name", "rows"),
    [("gem_2018_icd10cm_to_icd9cm.csv.gz", 78_838), ("gem_2018_icd9cm_to_icd10cm.csv.gz", 23_912)],
)
def test_the_genuine_files_read_whole(shared: Path, name: str, rows: int) -> None:
    ledger = read_ledgers(shared / "data/cms/icd10cm" / name)[0]
    assert sum(1 for _ in ledger.tables[TABLE]) == rows
