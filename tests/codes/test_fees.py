"""What the book says a service is paid, to the cent, and what an indicator says of a modifier."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from consultant.codes import fees, indicators
from consultant.codes.book import Book
from consultant.codes.importers.edition import Terms
from consultant.codes.indicators import Fit
from tests.codes.importers.ledgers import AGENCY, a_book

IN_2025, IN_2026 = date(2025, 11, 3), date(2026, 8, 3)
FILES = [
    AGENCY / name
    for name in ("PPRRVU2025_Oct.csv", "PPRRVU2026_Jul_nonQPP.csv", "PPRRVU2026_Jul_QPP.csv", "GPCI2025.csv")
]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """A book of the small fee files."""
    with a_book(tmp_path_factory.mktemp("fees") / "codebook.sqlite", *FILES) as opened:
        yield opened


def the_line(book: Book, code: str, *modifiers: str, on: date = IN_2025) -> fees.FeeLine:
    line = fees.line_for(fees.fee_lines(book, code, on), modifiers)
    assert line is not None
    return line


def the_locality(book: Book, contractor: str) -> fees.Indices:
    return next(one for one in fees.localities_of(book, IN_2025) if one.contractor == contractor)


def test_a_code_is_answered_from_the_schedule_of_the_day(book: Book) -> None:
    line = the_line(book, "u9981")
    assert (line.status, line.global_days, line.work, line.factor) == ("A", "090", Decimal("10.00"), Decimal("32.3465"))
    assert line.release.name == "October 2025"
    assert line.release.terms == Terms.AMA
    assert line.release.accepted_by == "owner@house.example"
    assert the_line(book, "U9981", on=IN_2026).release.name == "July 2026 (nonQPP)"


def test_qualifying_participants_have_a_factor_of_their_own(book: Book) -> None:
    [everybody] = fees.fee_lines(book, "U9981", IN_2026)
    [qualifying] = fees.fee_lines(book, "U9981", IN_2026, qualifying=True)
    assert (everybody.factor, qualifying.factor) == (Decimal("33.4009"), Decimal("33.5675"))


def test_a_code_or_a_schedule_that_is_not_there_gives_nothing(book: Book, small: Book) -> None:
    assert fees.fee_lines(book, "U9999", IN_2025) == ()
    assert fees.fee_lines(small, "U9981", IN_2025) == ()
    assert fees.schedule(small, IN_2025) is None
    assert fees.localities_of(small, IN_2025) == ()


def test_the_national_amount_is_units_times_factor(book: Book) -> None:
    payment = fees.payment(the_line(book, "U9982"))
    assert payment.nonfacility == Decimal("116.45")  # (1.00 + 2.50 + 0.10) x 32.3465
    assert payment.facility == Decimal("51.75")  # (1.00 + 0.50 + 0.10) x 32.3465 = 51.7544


def test_no_amount_is_given_where_the_service_is_rarely_done(book: Book) -> None:
    assert fees.payment(the_line(book, "U9981")).nonfacility is None
    assert fees.payment(the_line(book, "U9983")).facility is None


def test_a_locality_weighs_each_part_by_its_index(book: Book) -> None:
    payment = fees.payment(the_line(book, "U9981"), the_locality(book, "01112"))
    # (10.00 x 1.017 + 7.50 x 1.093 + 2.00 x 0.662) x 32.3465 = 19.6915 x 32.3465
    assert payment.facility == Decimal("636.95")


def test_a_modifier_with_a_row_of_its_own_is_priced_by_it(book: Book) -> None:
    assert the_line(book, "U9983", "26").work == Decimal("0.50")
    assert the_line(book, "U9983", "59", "TC").work == Decimal(0)
    assert the_line(book, "U9983", "59").modifier == ""
    whole, professional, technical = (
        fees.payment(the_line(book, "U9983", *modifiers)).nonfacility for modifiers in ((), ("26",), ("TC",))
    )
    assert professional
    assert technical
    assert whole == professional + technical


@pytest.mark.parametrize(("code", "paid"), [("U9981", True), ("U9984", False), ("U9987", False), ("00001", False)])
def test_only_some_statuses_are_paid_by_their_units(book: Book, code: str, paid: bool) -> None:  # noqa: FBT001  the answer itself
    assert the_line(book, code).paid is paid


@pytest.mark.parametrize(
    ("code", "modifier", "fit"),
    [
        ("U9981", "26", Fit.NO),
        ("U9983", "26", Fit.YES),
        ("U9983", "TC", Fit.YES),
        ("U9982", "50", Fit.YES),
        ("U9981", "50", Fit.YES),
        ("U9985", "50", Fit.NOT_MORE),
        ("U9987", "50", Fit.NO),
        ("U9981", "62", Fit.DOCUMENTED),
        ("U9981", "80", Fit.YES),
        ("U9982", "AS", Fit.NO),
        ("U9986", "80", Fit.DOCUMENTED),
        ("U9984", "66", Fit.YES),
    ],
)
def test_an_indicator_says_whether_a_modifier_may_be_used(book: Book, code: str, modifier: str, fit: Fit) -> None:
    [bearing] = fees.bearings(fees.fee_lines(book, code, IN_2025), [modifier])
    assert bearing.fit is fit
    assert bearing.meaning


def test_of_most_modifiers_the_schedule_says_nothing(book: Book) -> None:
    assert fees.bearings(fees.fee_lines(book, "U9981", IN_2025), ["59", "25", "RT"]) == ()


def test_localities_are_found_by_state(book: Book) -> None:
    [bakersfield, los_angeles] = fees.localities_of(book, IN_2025, "CA")
    assert (bakersfield.name, los_angeles.locality) == ("BAKERSFIELD", "18")


def test_every_value_seen_in_the_genuine_file_has_a_meaning(shared: Path, tmp_path: Path) -> None:
    genuine = shared / "data/cms/pfs/PPRRVU2025_Oct.excerpt.csv"
    tables = {
        "status": indicators.STATUS,
        "global_days": indicators.GLOBAL_DAYS,
        "pctc": indicators.PCTC,
        "multiple": indicators.MULTIPLE,
        "bilateral": indicators.BILATERAL,
        "assistant": indicators.ASSISTANT,
        "cosurgeons": indicators.COSURGEONS,
        "team": indicators.TEAM,
        "supervision": indicators.SUPERVISION,
    }
    with a_book(tmp_path / "codebook.sqlite", genuine) as book:
        volume = fees.schedule(book, IN_2025)
        assert volume is not None
        for column, meanings in tables.items():
            seen = {row[0] for row in volume.rows(f"SELECT DISTINCT {column} FROM fee WHERE release = ?")}  # noqa: S608  our own names
            assert seen <= meanings.keys()


def test_totals_of_the_genuine_file_are_the_sums_of_their_parts(shared: Path, tmp_path: Path) -> None:
    genuine = shared / "data/cms/pfs/PPRRVU2025_Oct.excerpt.csv"
    with a_book(tmp_path / "codebook.sqlite", genuine) as book:
        volume = fees.schedule(book, IN_2025)
        assert volume is not None
        codes = [row[0] for row in volume.rows("SELECT DISTINCT code FROM fee WHERE release = ?")]
        for line in (line for code in codes for line in fees.fee_lines(book, code, IN_2025)):
            assert line.work + line.facility_pe + line.malpractice == line.facility_total
            assert line.work + line.nonfacility_pe + line.malpractice == line.nonfacility_total
