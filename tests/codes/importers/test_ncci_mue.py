"""Limits of units: three tables told by their headings, a notice of many lines, and rows that are none."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from consultant.codes.importers.documents import WrongFileError
from consultant.codes.importers.edition import Row
from consultant.codes.importers.ncci_mue import LIMITS
from consultant.codes.importers.recognition import read_ledgers

AGENCY = Path(__file__).resolve().parents[2] / "agency"
NAME = "MCR_MUE_{}_Eff_10-01-2026.csv"
PRACTITIONER = AGENCY / NAME.format("PractitionerServices")


def limits_of(path: Path) -> list[Row]:
    return list(read_ledgers(path)[0].tables[LIMITS])


def test_values_indicators_and_rationales_are_read() -> None:
    assert limits_of(PRACTITIONER) == [
        ("Q9981", 2, 3, "Clinical: Data"),
        ("Q9982", 1, 2, "CMS Policy"),
        ("Q9983", 4, 1, "Anatomic Consideration"),
        ("Q9984", 0, 2, "Oral Medication; Not Payable"),
        ("Q9985", 90000, 3, "Nature of Service, Procedure"),
    ]


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("PractitionerServices", "NCCI MUE practitioner"),
        ("OutpatientHospitalServices", "NCCI MUE outpatient"),
        ("DMESupplierServices", "NCCI MUE DME"),
    ],
)
def test_the_headings_tell_the_table_and_the_name_the_quarter(
    changed: Callable[..., Path], name: str, source: str
) -> None:
    [ledger] = read_ledgers(AGENCY / NAME.format(name))
    assert (ledger.source, ledger.name, ledger.effective) == (source, "October 2026", date(2026, 10, 1))
    assert read_ledgers(changed(AGENCY / NAME.format(name), "download"))[0].source == source


def test_the_notice_tells_at_least_the_year(changed: Callable[..., Path]) -> None:
    [ledger] = read_ledgers(changed(PRACTITIONER, "download"))
    assert (ledger.name, ledger.effective) == ("2026, quarter not told", date(2026, 1, 1))


def test_a_file_that_tells_no_day_at_all_is_refused(changed: Callable[..., Path]) -> None:
    with pytest.raises(WrongFileError, match="tell no quarter or year"):
        read_ledgers(changed(PRACTITIONER, "download", ("copyright 2025", "copyright")))


def test_utf_8_and_a_workbook_are_read_too(tmp_path: Path) -> None:
    text = PRACTITIONER.read_bytes().decode("cp1252")
    again = tmp_path / PRACTITIONER.name
    again.write_text(text, encoding="utf-8", newline="")
    assert limits_of(again) == limits_of(PRACTITIONER)
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["A notice, copyright 2025", None, None, None])
    book.active.append(
        ["HCPCS/\nCPT Code", "DME Supplier Services MUE Values", "MUE Adjudication Indicator", "MUE Rationale"]
    )
    book.active.append([123, 3, "2 Date of Service Edit: Policy", "CMS Policy"])
    book.save(tmp_path / "MCR_MUE_Eff_10-01-2026.xlsx")
    assert limits_of(tmp_path / "MCR_MUE_Eff_10-01-2026.xlsx") == [("00123", 3, 2, "CMS Policy")]


BROKEN = [
    (("Q9982,1,", "Q9982,one,"), "row 4"),
    (("Q9983,4,1 Line Edit", "Q9983,4,4 Line Edit"), "row 5"),
    (("Q9984,0,", "Q99840,0,"), "row 6"),
    ((",CMS Policy", ""), "row 4"),
]


@pytest.mark.parametrize(("change", "place"), BROKEN)
def test_a_row_that_is_no_limit_refuses_the_file(
    changed: Callable[..., Path], change: tuple[str, str], place: str
) -> None:
    with pytest.raises(WrongFileError, match=place):
        limits_of(changed(PRACTITIONER, PRACTITIONER.name, change))


def test_a_table_of_neither_kind_is_refused(changed: Callable[..., Path]) -> None:
    with pytest.raises(WrongFileError, match="one of a practitioner, outpatient or DME table"):
        read_ledgers(changed(PRACTITIONER, PRACTITIONER.name, ("Practitioner Services MUE", "Dental Services MUE")))


@pytest.mark.parametrize(
    ("name", "rows", "by_indicator"),
    [
        ("MCR_MUE_PractitionerServices_Eff_07-01-2024.rerendered.csv", 14_677, (41, 5_157, 9_479)),
        ("MCR_MUE_PractitionerServices_Eff_07-01-2026.excerpt.csv", 44, None),
    ],
)
def test_the_genuine_files_give_their_count(
    shared: Path, name: str, rows: int, by_indicator: tuple[int, ...] | None
) -> None:
    limits = limits_of(shared / "data/cms/ncci" / name)
    assert len(limits) == rows
    if by_indicator:
        assert tuple(sum(limit[2] == indicator for limit in limits) for indicator in (1, 2, 3)) == by_indicator
