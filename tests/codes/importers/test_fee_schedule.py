"""The physician fee schedule in its formats: every column where it should be, or the file is refused."""

import zipfile
from datetime import date
from pathlib import Path

import pytest

from consultant.codes.importers.documents import UnknownFileError
from consultant.codes.importers.edition import Terms
from consultant.codes.importers.fee_schedule import FeeRow
from consultant.codes.importers.recognition import read_ledgers
from tests.codes.importers.ledgers import AGENCY, Changed, as_workbook, assert_refused, the_ledger, the_rows

CSV, TEXT = AGENCY / "PPRRVU2025_Oct.csv", AGENCY / "PPRRVU2025_Oct.txt"
NON_QPP, QPP = AGENCY / "PPRRVU2026_Jul_nonQPP.csv", AGENCY / "PPRRVU2026_Jul_QPP.csv"


def test_a_release_is_dated_by_its_title_and_is_under_terms() -> None:
    ledger = the_ledger(CSV)
    assert (ledger.source, ledger.name, ledger.effective) == (
        "Physician fee schedule",
        "October 2025",
        date(2025, 10, 1),
    )
    assert ledger.terms is Terms.AMA


def test_every_column_is_read_and_the_description_is_not() -> None:
    rows = [FeeRow._make(row) for row in the_rows(CSV)]
    assert len(rows) == 12
    assert rows[1] == FeeRow(
        *("U9981", "", "A", "", "10.00", "8.00", "NA", "7.50", "", "2.00", "20.00", "19.50", "0", "090"),
        *("0.10", "0.69", "0.21", "2", "1", "2", "1", "0", "", "", "32.3465", "09", "0", "99", "0.00", "0.00", "0.00"),
    )
    assert not any("Invented" in cell for row in rows for cell in row)


def test_a_code_has_a_row_for_each_modifier() -> None:
    rows = [FeeRow._make(row) for row in the_rows(CSV)]
    assert [row.modifier for row in rows if row.code == "U9983"] == ["", "TC", "26"]
    assert [row.unused for row in rows if row.code == "U9987"] == ["+"]
    assert [row.endoscopic_base for row in rows if row.code == "U9985"] == ["U9986"]


def test_workbook_and_csv_give_equal_rows_though_excel_lost_zeros(tmp_path: Path) -> None:
    workbook = as_workbook(CSV, tmp_path / "PPRRVU2025_Oct.xlsx")
    assert the_rows(workbook) == the_rows(CSV)
    assert the_ledger(workbook).name == "October 2025"


def test_text_gives_the_same_rows_but_for_the_mark_it_lacks() -> None:
    expected = [FeeRow._make(row)._replace(unused="") for row in the_rows(CSV)]
    assert the_rows(TEXT) == expected
    assert the_ledger(TEXT).effective == date(2025, 10, 1)


def test_the_column_of_2026_shifts_nothing() -> None:
    rows = [FeeRow._make(row) for row in the_rows(NON_QPP)]
    assert {row.pricing for row in rows} == {"9"}
    old = [FeeRow._make(row) for row in the_rows(CSV)]
    assert [row._replace(pricing="", factor="32.3465") for row in rows] == old


def test_the_two_conversion_factors_of_2026_stand_side_by_side() -> None:
    one, other = the_ledger(NON_QPP), the_ledger(QPP)
    assert (one.name, one.variant) == ("July 2026 (nonQPP)", "")
    assert (other.name, other.variant) == ("July 2026 (QPP)", "QPP")
    assert one.effective == other.effective == date(2026, 7, 1)


def test_a_download_gives_both_factors_each_in_its_fullest_format(tmp_path: Path) -> None:
    path = tmp_path / "rvu26c.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in (NON_QPP, QPP):
            archive.write(file, file.name)
        archive.write(TEXT, "PPRRVU2026_Jul_nonQPP.txt")
        archive.writestr("RVU26C.txt", "notes beside the files")
    ledgers = read_ledgers(path)
    assert sorted(ledger.name for ledger in ledgers) == ["July 2026 (QPP)", "July 2026 (nonQPP)"]


def test_the_quarterly_zip_is_taken_whole(tmp_path: Path) -> None:
    path = tmp_path / "rvu25d.zip"
    names = ("PPRRVU2025_Oct.csv", "PPRRVU2025_Oct.txt", "GPCI2025.csv", "GPCI2025.txt", "25LOCCO.csv", "ANES2025.csv")
    with zipfile.ZipFile(path, "w") as archive:
        for name in (*names, "ANES2025.txt", "OPPSCAP_Oct.csv"):
            archive.write(AGENCY / name, f"RVU25D/{name}")
        archive.writestr("RVU25D/RVU25D.pdf", b"%PDF-1.6 the layout")
    ledgers = {ledger.source: ledger for ledger in read_ledgers(path)}
    assert {source: ledger.name for source, ledger in ledgers.items()} == {
        "Physician fee schedule": "October 2025",
        "GPCI": "2025",
        "Locality counties": "2025",
        "Anesthesia factors": "2025",
        "OPPS caps": "October 2025",
    }
    [fees, *_] = ledgers["Physician fee schedule"].tables.values()
    assert any("+" in row for row in fees), "the text, which lacks the mark, was read in place of the csv"


def test_without_telling_names_the_factor_tells(changed: Changed) -> None:
    assert the_ledger(changed(NON_QPP, "download.csv")).name == "July 2026 (nonQPP)"
    assert the_ledger(changed(QPP, "download (1).csv")).name == "July 2026 (QPP)"
    assert the_ledger(changed(TEXT, "download.txt")).name == "January 2025"


def test_a_file_named_for_the_other_factor_is_refused(changed: Changed) -> None:
    assert_refused(changed(NON_QPP, "PPRRVU2026_Jul_QPP.csv"), "conversion factor 33.4009", "_nonQPP")


def test_a_year_of_two_factors_we_do_not_know_must_name_which(changed: Changed) -> None:
    unnamed = changed(QPP, "next.csv", ("2026 National", "2027 National"))
    assert_refused(unnamed, "next.csv", "_QPP or _nonQPP")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("U9982,,", "U998,,", ("row 13", "column 1 (code)", "'U998'", "a code of five characters")),
        ("U9983,TC,", "U9983,TCX,", ("row 15", "column 2 (modifier)")),
        ("A,,1.00,2.50", "A,,1.00,two", ("row 13", "column 7 (nonfacility_pe)", "'two'", "an amount")),
        ("A,,1.00,2.50", "A,,-1.00,2.50", ("row 13", "column 6 (work)", "'-1.00'")),
        ("A,,1.00,2.50", "?,,1.00,2.50", ("row 13", "column 4 (status)")),
        (
            "HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU",
            "HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,PE RVU,RVU",
            ("row 10", "column 6", "'PE RVU'", "the header RVU"),
        ),
    ],
)  # fmt: skip  one case a line
def test_what_is_not_as_it_should_be_is_named(changed: Changed, old: str, new: str, words: tuple[str, ...]) -> None:
    assert_refused(changed(CSV, "PPRRVU2025_Oct.csv", (old, new)), *words)


def test_a_file_cut_short_inside_a_row_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "PPRRVU2025_Oct.csv"
    path.write_bytes(CSV.read_bytes()[:-40])
    assert_refused(path, "row 22", "columns")


def test_a_header_without_rows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "PPRRVU2025_Oct.csv"
    path.write_bytes(b"".join(CSV.read_bytes().splitlines(keepends=True)[:10]))
    assert_refused(path, "its first row", "31 columns")


def test_a_header_of_other_width_is_refused(changed: Changed) -> None:
    wider = changed(CSV, "wider.csv", ("AMOUNT,AMOUNT,AMOUNT", "AMOUNT,AMOUNT,AMOUNT,AMOUNT,AMOUNT"))
    assert_refused(wider, "row 10", "column")


def test_a_text_with_a_short_line_is_refused(changed: Changed) -> None:
    assert_refused(
        changed(TEXT, "PPRRVU2025_Oct.txt", ("88      1.00   1.00   0.01", "88      1.00")), "line 8", "171 columns"
    )


def test_a_letter_about_the_schedule_is_not_the_schedule(tmp_path: Path) -> None:
    path = tmp_path / "PPRRVU2025_Oct.csv"
    path.write_text("HCPCS,MOD,PRICE\nU9981,,1.00\n")
    with pytest.raises(UnknownFileError):
        read_ledgers(path)


@pytest.mark.parametrize(
    ("name", "release", "rows"),
    [
        ("PPRRVU2025_Oct.excerpt.csv", "October 2025", 200),
        ("PPRRVU2025_Oct.excerpt.xlsx", "October 2025", 200),
        ("PPRRVU2026_Jul_nonQPP.excerpt.csv", "July 2026 (nonQPP)", 12),
    ],
)
def test_the_genuine_files_are_read_whole(shared: Path, name: str, release: str, rows: int) -> None:
    path = shared / "data/cms/pfs" / name
    assert the_ledger(path).name == release
    assert len(the_rows(path)) == rows


def test_the_genuine_workbook_equals_the_genuine_csv(shared: Path) -> None:
    folder = shared / "data/cms/pfs"
    assert the_rows(folder / "PPRRVU2025_Oct.excerpt.xlsx") == the_rows(folder / "PPRRVU2025_Oct.excerpt.csv")
