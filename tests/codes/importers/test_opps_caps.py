"""The outpatient caps on imaging: a file that does not say its date."""

import zipfile
from datetime import date
from pathlib import Path

import pytest

from consultant.codes.importers.edition import Terms
from consultant.codes.importers.opps_caps import Cap
from tests.codes.importers.ledgers import AGENCY, Changed, as_workbook, assert_refused, the_ledger, the_rows

CSV = AGENCY / "OPPSCAP_Oct.csv"


def test_prices_are_read_facility_first(changed: Changed) -> None:
    assert the_rows(CSV)[0] == Cap("U9983", "", "01112", "54", "A", "45.10", "45.10")
    unequal = changed(CSV, "OPPSCAP_Oct.csv", ("A,01112,54,45.10,45.10", "A,01112,54,40.10,45.10"))
    assert the_rows(unequal)[0][-2:] == ("40.10", "45.10")


def test_a_workbook_gives_the_same_rows(tmp_path: Path) -> None:
    assert the_rows(as_workbook(CSV, tmp_path / "OPPSCAP_Oct.xlsx")) == the_rows(CSV)


def test_the_zip_tells_the_year(tmp_path: Path) -> None:
    path = tmp_path / "rvu25d.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(CSV, "OPPSCAP_Oct.csv")
    ledger = the_ledger(path)
    assert (ledger.name, ledger.effective, ledger.terms) == ("October 2025", date(2025, 10, 1), Terms.AMA)


def test_a_file_without_a_year_stands_before_every_dated_one() -> None:
    ledger = the_ledger(CSV)
    assert (ledger.name, ledger.effective) == ("October, year not stated", date(2000, 10, 1))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("45.10,45.10", "45.10,n/a", ("row 2", "column 7 (nonfacility)", "'n/a'")),
        ("U9983,TC,A", "U9983,TC,", ("row 3", "column 3 (status)")),
        ("45.10,45.10", "45.10", ("row 2", "6 columns")),
    ],
)
def test_what_is_not_as_it_should_be_is_named(changed: Changed, old: str, new: str, words: tuple[str, ...]) -> None:
    assert_refused(changed(CSV, "OPPSCAP_Oct.csv", (old, new)), *words)


def test_the_genuine_excerpt_is_read_whole(shared: Path) -> None:
    assert len(the_rows(shared / "data/cms/pfs/OPPSCAP_Oct.excerpt.csv")) == 200
