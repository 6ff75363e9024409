"""A HCPCS Level II list prepared from the agency's file; codes and words in it are invented."""

from collections import Counter
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from consultant.codes.importers.documents import WrongFileError
from consultant.codes.importers.edition import Edition, Kind
from consultant.codes.importers.hcpcs_list import QuarterNotNamedError
from consultant.codes.importers.recognition import read_editions

HEADER = (
    "code,record_type,long_description,short_description,pricing_indicator,multiple_pricing_indicator,coverage_code,"
    "betos,type_of_service,add_date,action_effective_year,termination_date_as_of_2024Q4,action_code_2024Q4"
)
ROWS = [
    'X0001,code,"A thing for  testing, per mile",Test thing,00,9,I,O1A,D,19850101,1996,,N',
    "X0002,code,A thing that ended,Ended thing,51,A,C,Z2,1P,20200101,2020,20231231,D",
    "X0003,code,A thing since then,New thing,51,A,C,Z2,1,20251001,2025,,",
    "X1,modifier,Testing one thing,Testing,,,C,,,20020701,2002,,N",
]


def prepared(folder: Path, *rows: str, name: str = "hcpcs_2025Q4.csv", header: str = HEADER) -> Path:
    """Write such a list."""
    path = folder / name
    path.write_text("\r\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def read(path: Path) -> Edition:
    [edition] = read_editions(path)
    return edition


def test_a_prepared_list_is_an_edition_of_its_quarter_that_says_what_it_lacks(tmp_path: Path) -> None:
    edition = read(prepared(tmp_path, *ROWS))
    assert (edition.source, edition.publisher, edition.effective) == ("HCPCS Level II", "CMS", date(2025, 10, 1))
    assert edition.name == "October 2025 (prepared copy, terminations to October 2024)"
    assert edition.terms is None
    assert edition.rows == len(ROWS)


def test_each_code_has_its_words_days_coverage_and_betos(tmp_path: Path) -> None:
    first, ended, since, modifier = read(prepared(tmp_path, *ROWS)).codes
    assert (first.long, first.short) == ("A thing for testing, per mile", "Test thing")
    assert (first.effective, first.terminated) == (date(1985, 1, 1), None)
    assert (ended.terminated, since.effective) == (date(2023, 12, 31), date(2025, 10, 1))
    assert (modifier.code, modifier.kind) == ("X1", Kind.MODIFIER)
    assert first.attributes == {
        "coverage": "I",
        "coverage meaning": "Not payable by Medicare",
        "pricing": "00",
        "multiple pricing": "9",
        "BETOS": "O1A",
        "type of service": "D",
    }
    assert modifier.attributes == {"coverage": "C", "coverage meaning": "Carrier judgment"}


def test_codes_of_other_owners_are_left_out(tmp_path: Path) -> None:
    others = [ROWS[0].replace("X0001", code) for code in ("D9999", "00000")]
    assert [code.code for code in read(prepared(tmp_path, ROWS[0], *others)).codes] == ["X0001"]


def test_a_workbook_of_it_is_read_too(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    for line in (HEADER, *ROWS[1:]):
        page.append([cell or None for cell in line.split(",")])
    path = tmp_path / "hcpcs-2025-q4.xlsx"
    book.save(path)
    assert read(path) == read(prepared(tmp_path, *ROWS[1:]))


def test_a_name_without_the_quarter_is_asked_for_one(tmp_path: Path) -> None:
    with pytest.raises(QuarterNotNamedError, match=r"hcpcs_2025Q4\.csv"):
        read_editions(prepared(tmp_path, *ROWS, name="hcpcs.csv"))


WRONG = [
    ("X0001,code", "X0001,thing", "record_type"),
    ("X0001,", "X001,", "code"),
    ("X0001,", "x0001,", "code"),
    ('"A thing for  testing, per mile"', "", "long_description"),
    ("19850101", "19851301", "add_date"),
    (",1996,,", ",1996,soon,", "termination_date"),
    (",N", ",N,more", "14 columns"),
]


@pytest.mark.parametrize(("cell", "wrong", "place"), WRONG)
def test_a_wrong_cell_is_told_by_its_place(tmp_path: Path, cell: str, wrong: str, place: str) -> None:
    with pytest.raises(WrongFileError) as refused:
        read_editions(prepared(tmp_path, ROWS[0].replace(cell, wrong)))
    assert "row 2" in str(refused.value)
    assert place in str(refused.value)


def test_a_list_without_a_row_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongFileError, match="row below its header"):
        read_editions(prepared(tmp_path))


def test_the_list_as_it_was_prepared_is_read_whole(shared: Path) -> None:
    edition = read(shared / "data/cms/hcpcs/hcpcs_level2_2025Q4.recovered.csv")
    assert Counter(code.kind for code in edition.codes) == {Kind.CODE: 8463, Kind.MODIFIER: 383}
    assert edition.rows == 8846
    assert sum(1 for code in edition.codes if code.terminated) == 1074
