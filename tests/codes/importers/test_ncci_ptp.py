"""NCCI pairs: both tables, every part, every quirk of their files."""

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from consultant.codes.importers.documents import WrongFileError
from consultant.codes.importers.edition import Ledger, Row, Terms
from consultant.codes.importers.ncci_ptp import PAIRS, REASONS
from consultant.codes.importers.recognition import read_ledgers

AGENCY = Path(__file__).resolve().parents[2] / "agency"
PART_1, PART_2, HOSPITAL = (
    AGENCY / f"{stem}.TXT" for stem in ("ccipra-v323r0-f1", "ccipra-v323r0-f2", "ccioph-v323r0-f1")
)


def edits_of(ledger: Ledger) -> list[Row]:
    return list(ledger.tables[PAIRS])


def workbook(path: Path, source: Path) -> Path:
    """Write a text file's rows as CMS's workbook has them: numbers where they look like one, None where empty."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in source.read_text(encoding="ascii").splitlines():
        book.active.append([int(cell) if cell.isdigit() else cell or None for cell in line.split("\t")])
    book.save(path)
    return path


def test_a_part_says_what_it_is_a_part_of() -> None:
    [ledger] = read_ledgers(PART_1)
    assert (ledger.source, ledger.name, ledger.effective) == (
        "NCCI PTP practitioner",
        "October 2026",
        date(2026, 10, 1),
    )
    assert (ledger.part, sorted(ledger.whole), ledger.terms) == ("f1", ["f1", "f2", "f3", "f4"], Terms.AMA)


def test_the_hospital_table_is_told_by_its_name() -> None:
    assert read_ledgers(HOSPITAL)[0].source == "NCCI PTP hospital"


def test_spans_deletions_and_indicators_are_read() -> None:
    assert [row[:5] for row in edits_of(read_ledgers(PART_1)[0])] == [
        ("Q9981", "Q9982", 20200101, 0, 0),
        ("Q9981", "Q9983", 20200101, 0, 1),
        ("Q9981", "Q9984", 20190101, 20211231, 0),
        ("Q9981", "Q9984", 20240101, 0, 1),
        ("Q9981", "Q9985", 20220101, 20220101, 9),
        ("Q9981", "Q9986", 19960101, 20231231, 1),
    ]


def test_a_rationale_has_the_same_number_in_every_part_and_one_not_known_has_its_own() -> None:
    numbers: dict[object, object] = {}
    for file in (PART_1, PART_2):
        [ledger] = read_ledgers(file)
        assert edits_of(ledger)
        for number, text in ledger.tables[REASONS]:
            assert numbers.setdefault(text, number) == number
    assert numbers["A rationale of its own"] not in range(20)


def test_the_workbook_reads_like_the_text(tmp_path: Path) -> None:
    path = workbook(tmp_path / "ccipra-v323r0-f1.xlsx", PART_1)
    [ledger] = read_ledgers(path)
    assert edits_of(ledger) == edits_of(read_ledgers(PART_1)[0])


def test_a_number_that_lost_its_zeros_in_a_workbook_gets_them_back(
    tmp_path: Path, changed: Callable[..., Path]
) -> None:
    shortened = changed(PART_1, "ccipra-v323r0-f1.TXT", ("Q9981\tQ9982", "00012\t00345"))
    [ledger] = read_ledgers(workbook(tmp_path / "ccipra-v323r0-f1.xlsx", shortened).rename(tmp_path / "f.xlsx"))
    with pytest.raises(WrongFileError):  # 12 is too short to be one
        edits_of(ledger)
    shortened = changed(PART_1, "ccipra-v323r0-f1.TXT", ("Q9981\tQ9982", "00123\t00345"))
    [ledger] = read_ledgers(workbook(tmp_path / "again.xlsx", shortened))
    assert edits_of(ledger)[0][:2] == ("00123", "00345")


def test_of_text_and_workbook_in_one_download_the_text_is_read(tmp_path: Path) -> None:
    path = tmp_path / "medicare-ncci-2026q4-practitioner-ptp-edits-ccipra-v323r0-f1.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(workbook(tmp_path / "ccipra-v323r0-f1.xlsx", PART_1), "ccipra-v323r0-f1.xlsx")
        archive.write(PART_1, "ccipra-v323r0-f1.TXT")
    [ledger] = read_ledgers(path)
    assert len(edits_of(ledger)) == 6


def test_several_parts_in_one_download_are_all_read(tmp_path: Path) -> None:
    path = tmp_path / "2026q4-practitioner.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in (PART_1, PART_2):
            archive.write(part, f"folder/{part.name}")
    assert [ledger.part for ledger in read_ledgers(path)] == ["f1", "f2"]


def test_without_a_telling_name_only_the_year_and_the_practitioner_table_are_taken_and_the_name_says_so(
    changed: Callable[..., Path],
) -> None:
    [ledger] = read_ledgers(changed(PART_1, "download"))
    assert ledger.name == "2026, quarter not told, taken for the practitioner table"
    assert (ledger.effective, ledger.part) == (date(2026, 1, 1), "")


BROKEN = [
    (("Q9981\tQ9982", "Q9981\tQ998"), r"line 7, column 2, 'Q998', it is not an NCCI PTP edit"),
    (("20200101\t*\t0", "20201301\t*\t0"), r"line 7, column 4, '20201301'"),
    (("\t*\t1\tStandards", "\t*\t2\tStandards"), r"line 8, column 6, '2'"),
    (("20200101\t*\t0\t", "20200101\t0\t"), r"line 7 \(6 columns\)"),
    (("20200101\t*\t0", "20200101\t\t0"), r"line 7, column 5, ''"),
    (("\tCPT Manual or CMS manual coding instruction\r\n", "\r\n"), r"line 11 \(6 columns\)"),
]


@pytest.mark.parametrize(("change", "place"), BROKEN)
def test_a_line_that_is_no_edit_refuses_the_file(
    changed: Callable[..., Path], change: tuple[str, str], place: str
) -> None:
    [ledger] = read_ledgers(changed(PART_1, "ccipra-v323r0-f1.TXT", change))
    with pytest.raises(WrongFileError, match=place):
        edits_of(ledger)


@pytest.mark.parametrize(
    ("name", "rows", "first"),
    [
        ("ccipra-v322r0-f1.excerpt.txt", 154, ("0001A", "0591T", 20220101, 20231231, 1)),
        ("ptp_practitioner_2024Q3.recovered.tsv", 20_000, ("10060", "11719", 0, 0, 1)),
    ],
)
def test_the_genuine_files_give_their_count(shared: Path, name: str, rows: int, first: Row) -> None:
    edits = edits_of(read_ledgers(shared / "data/cms/ncci" / name)[0])
    assert (len(edits), edits[0][:5]) == (rows, first)
