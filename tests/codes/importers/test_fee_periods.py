"""Names of fee files and the periods they tell."""

from datetime import date

import pytest

from consultant.codes.importers.fee_periods import for_qualifying_participants, names_on, quarter_told, year_told


@pytest.mark.parametrize(
    ("trail", "expected"),
    [
        ("rvu25d.zip/PPRRVU2025_Oct.csv", date(2025, 10, 1)),
        ("PPRRVU24_JAN.xlsx", date(2024, 1, 1)),
        ("rvu26ar_1.zip/OPPSCAP_JAN.csv", date(2026, 1, 1)),
        ("rvu26c-updated-06-30-2026.zip/PPRRVU2026_Jul_nonQPP.csv", date(2026, 7, 1)),
        ("rvu26a-updated-12-29-2025.zip/PPRRVU2026_Jan_QPP.csv", date(2026, 1, 1)),
        ("PFREV25C.txt", date(2025, 7, 1)),
        ("DMEPOS25_APR.csv.gz", date(2025, 4, 1)),
        ("OPPSCAP_Oct.csv", date(2000, 10, 1)),
        ("download.csv", date(2000, 1, 1)),
    ],
)
def test_a_quarter_is_told_by_the_nearest_name_that_knows(trail: str, expected: date) -> None:
    assert quarter_told(*names_on(trail)).effective == expected


@pytest.mark.parametrize(
    ("trail", "expected"),
    [("rvu25d.zip/25LOCCO.csv", "2025"), ("ANES2026.txt", "2026"), ("GPCI2025.csv", "2025"), ("x", "year not stated")],
)
def test_a_year_is_told(trail: str, expected: str) -> None:
    assert year_told(*names_on(trail)).name == expected


@pytest.mark.parametrize(
    ("trail", "expected"),
    [("PPRRVU2026_Jul_QPP.csv", True), ("PPRRVU2026_Jul_nonQPP.csv", False), ("PPRRVU2025_Oct.csv", None)],
)
def test_a_name_tells_whose_factor_it_is(trail: str, expected: bool | None) -> None:  # noqa: FBT001  the answer itself
    assert for_qualifying_participants(trail) is expected
