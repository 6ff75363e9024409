"""The list of places of service, with and without the site it is paid as."""

from pathlib import Path

import pytest

from consultant.codes.importers.place_of_service import Place
from tests.codes.importers.ledgers import AGENCY, Changed, assert_refused, the_ledger, the_rows

CSV = AGENCY / "place_of_service.csv"


def test_a_place_has_a_site_and_a_name() -> None:
    rows = [Place._make(row) for row in the_rows(CSV)]
    assert [(row.code, row.site) for row in rows] == [("02", "Facility"), ("11", "Non-Facility"), ("22", "Facility")]
    assert rows[0].name == "Telehealth Provided Other than in Patient\u2019s Home"


def test_the_list_states_no_date() -> None:
    assert the_ledger(CSV).name == "year not stated"


def test_the_list_of_the_web_page_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "pos.csv"
    path.write_text(
        "Place of Service Code(s),Place of Service Name,Place of Service Description\n"
        "1,Pharmacy,A facility where drugs are sold.\n27-30,Unassigned,N/A\n"
    )
    assert the_rows(path) == [Place("01", "", "Pharmacy", "A facility where drugs are sold.")]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("11,Non-Facility", "11,Office", ("row 3", "column 2 (site)")),
        ("11,Non-Facility", "1A,Non-Facility", ("row 3", "column 1 (code)")),
        ("11,Non-Facility,Office", "11,Non-Facility,", ("row 3", "column 3 (name)")),
    ],
)
def test_what_is_not_as_it_should_be_is_named(changed: Changed, old: str, new: str, words: tuple[str, ...]) -> None:
    assert_refused(changed(CSV, "places.csv", (old, new)), *words)


def test_the_real_list_is_read_whole(shared: Path) -> None:
    assert len(the_rows(shared / "data/cms/reference/place_of_service.csv")) == 52
