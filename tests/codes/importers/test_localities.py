"""Localities and their counties: lost zeros, inherited states, a locality there twice."""

from datetime import date
from pathlib import Path

import pytest

from consultant.codes.importers.localities import Locality
from tests.codes.importers.ledgers import AGENCY, Changed, as_workbook, assert_refused, the_ledger, the_rows

CSV = AGENCY / "25LOCCO.csv"


def test_zeros_are_put_back_and_states_carried_down() -> None:
    rows = [Locality._make(row) for row in the_rows(CSV)]
    assert [(row.contractor, row.locality, row.state) for row in rows[:4]] == [
        ("10112", "00", "ALABAMA"),
        ("01182", "18", "CALIFORNIA"),
        ("01112", "54", "CALIFORNIA"),
        ("01112", "62", "CALIFORNIA"),
    ]
    assert rows[3].counties == "SAN BERNARDINO, RIVERSIDE"


def test_a_locality_of_two_contractors_is_kept_twice() -> None:
    rows = [Locality._make(row) for row in the_rows(CSV)]
    assert [(row.locality, row.area) for row in rows[-2:]] == [("99", "REST OF STATE"), ("99", "REST OF STATE")]
    assert rows[-1].line != rows[-2].line


def test_a_release_is_dated_by_its_title_whatever_its_name(changed: Changed) -> None:
    ledger = the_ledger(changed(CSV, "counties.csv"))
    assert (ledger.source, ledger.name, ledger.effective) == ("Locality counties", "2025", date(2025, 1, 1))


def test_a_workbook_gives_the_same_rows(tmp_path: Path) -> None:
    assert the_rows(as_workbook(CSV, tmp_path / "25LOCCO.xlsx")) == the_rows(CSV)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("10112,0,", "10112,A,", ("row 5", "column 2 (locality)")),
        ("1112,54,,BAKERSFIELD,KERN", "1112,54,,BAKERSFIELD,", ("row 9", "counties")),
        ("10112,0,ALABAMA ,", "10112,0,,", ("row 5", "state")),
        ("*  Payment", "Payment", ("row 16", "column 4 (area)")),
    ],
)
def test_what_is_not_as_it_should_be_is_named(changed: Changed, old: str, new: str, words: tuple[str, ...]) -> None:
    assert_refused(changed(CSV, "25LOCCO.csv", (old, new)), *words)


def test_a_file_without_the_foot_note_its_stars_point_to_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "25LOCCO.csv"
    path.write_bytes(b"".join(CSV.read_bytes().splitlines(keepends=True)[:14]))
    assert_refused(path, "its end", "foot-note")


def test_the_genuine_file_has_every_locality_of_the_indices(shared: Path) -> None:
    rows = the_rows(shared / "data/cms/pfs/25LOCCO.csv")
    assert len(rows) == 110  # one of the 109 is there twice, once for each of its contractors
    indexed = {row[:2] for row in the_rows(shared / "data/cms/pfs/GPCI2025.csv")}
    assert {row[:2] for row in rows} == indexed
