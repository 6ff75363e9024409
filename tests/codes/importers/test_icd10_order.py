"""The order files of diagnoses and procedures, and the addenda that come with them."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from consultant.codes.entries import System
from consultant.codes.importers.documents import WrongFileError
from consultant.codes.importers.edition import Edition, PrintedCode
from consultant.codes.importers.icd10cm_addenda import CHANGES
from consultant.codes.importers.recognition import read_editions, read_ledgers

AGENCY = Path(__file__).resolve().parents[2] / "agency"
DIAGNOSES = AGENCY / "icd10cm_order_2027.txt"
PROCEDURES = AGENCY / "icd10pcs_order_2027.txt"
ADDENDA = AGENCY / "icd10cm_order_addenda_2027.txt"


def code(edition: Edition, name: str) -> PrintedCode:
    return next(printed for printed in edition.codes if printed.code == name)


def test_a_diagnosis_has_its_dot_its_titles_and_whether_it_may_be_billed() -> None:
    edition = read_editions(DIAGNOSES)[0]
    assert (edition.source, edition.variant, edition.effective) == ("ICD-10-CM", "order file", date(2026, 10, 1))
    printed = code(edition, "E11.40")
    assert printed.short == "Type 2 diabetes mellitus with diabetic neuropathy, unsp"
    assert printed.long == "Type 2 diabetes mellitus with diabetic neuropathy, unspecified"
    assert printed.billable is True
    assert code(edition, "E11.4").billable is False


def test_a_code_stands_under_the_longest_it_begins_with_placeholders_passed_over() -> None:
    edition = read_editions(DIAGNOSES)[0]
    parents = {
        printed.code: "" if printed.parent is None else edition.codes[printed.parent].code for printed in edition.codes
    }
    assert (parents["E11.40"], parents["E11.4"], parents["E11"]) == ("E11.4", "E11", "")
    assert parents["T07.XXXA"] == "T07"
    assert not code(edition, "T07.XXXA").listed


def test_procedures_are_told_from_diagnoses_by_their_codes(tmp_path: Path) -> None:
    path = tmp_path / "list_2027.txt"
    path.write_bytes(PROCEDURES.read_bytes())
    edition = read_editions(path)[0]
    assert (edition.source, edition.system, edition.rows) == ("ICD-10-PCS", System.ICD_10_PCS, 5)
    assert code(edition, "B00B0ZZ").billable is True
    table = edition.codes[code(edition, "B00B0ZZ").parent or 0]
    assert (table.code, table.billable) == ("B00", False)


@pytest.mark.parametrize(
    ("name", "effective", "release"),
    [
        ("icd10cm-order-2026.txt", date(2025, 10, 1), "FY2026, October 1, 2025, order file"),
        ("icd10cm_order_2026_april.txt", date(2026, 4, 1), "FY2026, April 1, 2026, order file"),
        ("data.txt", date(2000, 1, 1), "fiscal year not stated, order file"),
    ],
)
def test_the_release_is_dated_by_the_name_since_the_lines_say_nothing(
    changed: Callable[..., Path], name: str, effective: date, release: str
) -> None:
    edition = read_editions(changed(DIAGNOSES, name))[0]
    assert (edition.effective, edition.name) == (effective, release)


BROKEN = [
    (("00014 E119    1", "00014 E119    7"), "line 5, column 1,"),
    (("00020 Q99Z ", "00012 Q99Z "), "line 6, column 1, it is not an order number after 00014"),
    (("E1142 ", "E11.2 "), "line 4, column 1,"),
    (("00031 T07     0", "00031 T0!     0"), "line 7, column 1,"),
]


@pytest.mark.parametrize(("change", "place"), BROKEN)
def test_a_broken_line_is_refused_with_line_and_column(
    changed: Callable[..., Path], change: tuple[str, str], place: str
) -> None:
    with pytest.raises(WrongFileError) as refused:
        read_editions(changed(DIAGNOSES, "icd10cm_order_2027.txt", change))
    assert place in str(refused.value)


def test_an_order_file_with_procedures_among_diagnoses_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "icd10cm_order_2027.txt"
    path.write_bytes(DIAGNOSES.read_bytes() + PROCEDURES.read_bytes().replace(b"00001 001", b"00100 001"))
    with pytest.raises(WrongFileError, match="line 11, column 7"):
        read_editions(path)


@pytest.mark.parametrize("cut", [10, 40, 60])
def test_an_order_file_cut_short_is_refused(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "icd10cm_order_2027.txt"
    path.write_bytes(DIAGNOSES.read_bytes()[:-cut])
    with pytest.raises(WrongFileError, match="line 10"):
        read_editions(path)


def test_addenda_are_kept_as_changes() -> None:
    ledger = read_ledgers(ADDENDA)[0]
    assert (ledger.source, ledger.variant, ledger.effective) == ("ICD-10 addenda", "ICD-10-CM", date(2026, 10, 1))
    assert [row[:4] for row in ledger.tables[CHANGES]] == [
        ("E1140", 1, "added", True),
        ("E1142", 4, "revised", True),
        ("Q99Y", 2, "deleted", True),
    ]


def test_the_codes_addenda_without_a_flag_reads_too(tmp_path: Path) -> None:
    path = tmp_path / "order_addenda_2027.txt"
    path.write_text("Add:         00H033J Invented insertion of an infusion device\r\n", newline="")
    ledger = read_ledgers(path)[0]
    assert ledger.variant == "ICD-10-PCS"
    assert list(ledger.tables[CHANGES]) == [
        ("00H033J", 1, "added", None, "Invented insertion of an infusion device", "")
    ]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (("Revise to:", "Add:      "), "line 4, column 1, it is not Revise to: E1142"),
        (("Delete:", "Remove:"), "line 2, column 1"),
    ],
)
def test_broken_addenda_are_refused(changed: Callable[..., Path], change: tuple[str, str], place: str) -> None:
    with pytest.raises(WrongFileError) as refused:
        read_ledgers(changed(ADDENDA, "icd10cm_order_addenda_2027.txt", change))
    assert place in str(refused.value)


@pytest.mark.parametrize(
    ("name", "rows", "billable"),
    [("icd10cm_order_2025.rerendered.txt.gz", 97_584, 74_260), ("icd10cm_order_2026.excerpt.txt", 100, None)],
)
def test_the_agencys_own_files_read_whole(shared: Path, name: str, rows: int, billable: int | None) -> None:
    edition = read_editions(shared / "data/cms/icd10cm" / name)[0]
    assert edition.rows == rows
    assert billable in {None, sum(bool(printed.billable) for printed in edition.codes)}


def test_diagnoses_with_a_letter_in_second_place_are_diagnoses(changed: Callable[..., Path]) -> None:
    renamed = changed(DIAGNOSES, "icd10cm_order_2027.txt", ("Q99Z ", "QA0Z "))
    assert "QA0.Z" in {printed.code for printed in read_editions(renamed)[0].codes}
