"""The lists beside the fee schedule, each asked for a day; what is not loaded says nothing."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from consultant.codes import fees, price_lists
from consultant.codes.book import Book
from tests.codes.importers.ledgers import AGENCY, a_book

ON = date(2025, 11, 3)
FILES = (
    *("PPRRVU2025_Oct.csv", "GPCI2025.csv", "25LOCCO.csv", "ANES2025.csv", "OPPSCAP_Oct.csv", "PFREV25C.txt"),
    *("DMEPOS25_APR.csv", "place_of_service.csv", "rbcs_2024.csv"),
)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """A book of all small fee files."""
    files = [AGENCY / name for name in FILES]
    with a_book(tmp_path_factory.mktemp("lists") / "codebook.sqlite", *files) as opened:
        yield opened


def the_line(book: Book, code: str) -> fees.FeeLine:
    line = fees.line_for(fees.fee_lines(book, code, ON), ())
    assert line is not None
    return line


def bakersfield(book: Book) -> fees.Indices:
    return next(one for one in fees.localities_of(book, ON) if one.name == "BAKERSFIELD")


def test_an_amount_worked_out_equals_the_one_cms_prints(book: Book) -> None:
    line = the_line(book, "U9981")
    printed = price_lists.printed_amounts(book, line, bakersfield(book), ON)
    assert printed == (Decimal("654.63"), Decimal("636.95"))
    assert fees.payment(line, bakersfield(book)).facility == printed[1]


def test_imaging_has_a_cap_and_surgery_has_none(book: Book) -> None:
    here = bakersfield(book)
    assert price_lists.cap(book, the_line(book, "U9983"), here, ON) == (Decimal("45.10"), Decimal("45.10"))
    assert price_lists.cap(book, the_line(book, "U9981"), here, ON) is None


def test_anesthesia_has_a_factor_for_the_nation_and_for_each_locality(book: Book) -> None:
    assert price_lists.anesthesia_factor(book, ON) == Decimal("20.3178")
    assert price_lists.anesthesia_factor(book, ON, "02102", "01") == Decimal("27.86")
    assert price_lists.anesthesia_factor(book, ON, "99999", "01") is None


def test_equipment_has_a_fee_for_town_and_country(book: Book) -> None:
    assert price_lists.equipment_fee(book, "E9981", ["NU"], "AL", ON) == (Decimal("220.50"), Decimal("231.75"))
    assert price_lists.equipment_fee(book, "E9981", ["NU"], "CA", ON) == (Decimal("250.00"), None)
    assert price_lists.equipment_fee(book, "E9982", ["RR", "KU"], "HI", ON) is None
    assert price_lists.equipment_fee(book, "E9981", [], "CA", ON) is None


def test_a_locality_knows_its_counties(book: Book) -> None:
    assert price_lists.counties(book, "01112", "54", ON) == ("KERN",)
    assert price_lists.counties(book, "05302", "99", ON) == ("ALL OTHER COUNTIES",)


def test_a_place_has_a_name_and_a_site(book: Book) -> None:
    assert price_lists.place(book, "22", ON) == ("On Campus-Outpatient Hospital", "Facility")
    assert price_lists.place(book, "98", ON) is None


def test_a_code_is_in_the_group_last_assigned_until_it_ends(book: Book) -> None:
    assert price_lists.group(book, "U9983", ON) == ("Imaging", "Standard X-ray", "Invented Family")
    assert price_lists.group(book, "U9983", date(2015, 6, 1)) == ("Imaging", "Standard X-ray", "No RBCS Family")
    assert price_lists.group(book, "U9989", ON) is None  # it ended in 2018


def test_what_is_not_loaded_says_nothing(small: Book) -> None:
    assert price_lists.anesthesia_factor(small, ON) is None
    assert price_lists.place(small, "22", ON) is None
    assert price_lists.counties(small, "01112", "54", ON) == ()
    assert price_lists.group(small, "U9983", ON) is None
