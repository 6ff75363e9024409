"""HCPCS Level II in each of its forms, read as published."""

import io
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from consultant.codes.importers import hcpcs
from consultant.codes.importers.documents import WrongFileError, unpack
from consultant.codes.importers.edition import Edition, Kind, PrintedCode
from consultant.codes.importers.recognition import read_editions
from consultant.codes.importers.sheets import rows_of

AGENCY = Path(__file__).resolve().parents[2] / "agency"
TEXT, CSV = AGENCY / "HCPC2026_OCT_ANWEB.txt", AGENCY / "HCPC2026_OCT_ANWEB.csv"


def workbook(path: Path, sheet: str = "A", blank: object = None) -> Path:
    """Write the csv as the workbook CMS makes of it: some cells numbers, blanks as nothing or as an empty string."""
    _, rows = rows_of(unpack(CSV)[0], hcpcs.knows_cells)
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    page.append(["***Disclaimers"])
    page.append([])
    for _, cells in rows:
        modifier = [f"   {cells[0]}" if cells[2] == "7" else cells[0]]
        page.append([*modifier, *(int(c) if c == "57" else c or blank for c in cells[1:])])
    book.save(path)
    return path


def code(edition: Edition, name: str) -> PrintedCode:
    return next(printed for printed in edition.codes if printed.code == name)


@pytest.fixture(params=["txt", "csv", "xlsx with None", "xlsx with empty text"])
def edition(request: pytest.FixtureRequest, tmp_path: Path) -> Edition:
    """The same release in each of its forms."""
    if request.param == "txt":
        return read_editions(TEXT)[0]
    if request.param == "csv":
        return read_editions(CSV)[0]
    blank = None if request.param.endswith("None") else ""
    return read_editions(workbook(tmp_path / "HCPC2026_OCT_ANWEB.xlsx", blank=blank))[0]


def test_each_form_gives_the_same_codes_and_modifiers(edition: Edition) -> None:
    assert (edition.source, edition.name, edition.effective) == ("HCPCS Level II", "October 2026", date(2026, 10, 1))
    assert Counter(printed.kind for printed in edition.codes) == {Kind.CODE: 7, Kind.MODIFIER: 3}
    assert code(edition, "RT").kind is Kind.MODIFIER


def test_wrapped_text_is_joined_with_a_blank(edition: Edition) -> None:
    assert code(edition, "S0001").long == (
        "An invented service of which so much is to be said that the words of the agency do not fit into the eighty "
        "columns which the record has for them, fda-approved, each"
    )


def test_dates_are_read_and_blank_means_none(edition: Edition) -> None:
    ended, active = code(edition, "Q0001"), code(edition, "E0100")
    assert (ended.effective, ended.terminated) == (date(2001, 1, 1), date(2021, 12, 31))
    assert active.terminated is None


def test_indicators_come_with_the_agencys_meaning(edition: Edition) -> None:
    attributes = code(edition, "J1100").attributes
    assert attributes["coverage"] == "D"
    assert attributes["coverage meaning"] == "Special coverage instructions apply"
    assert attributes["pricing"] == "51"
    assert attributes["type of service"] == "1 P"
    assert attributes["BETOS"] == "O1E"
    assert "statute" not in attributes


NAMES = [
    ("january-2026-alpha-numeric-hcpcs-file.txt", date(2026, 1, 1)),
    ("HCPC2026_APR_ANWEB_v2.txt", date(2026, 4, 1)),
    ("HCPC2026_JUL_ANWEB_06172026.txt", date(2026, 7, 1)),
    ("HCPC2026_JAN_ANWEB_12082025.txt", date(2026, 1, 1)),
    ("2019-Alpha-Numeric-HCPCS-File.txt", date(2019, 1, 1)),
    ("HCPC17_CONTR_ANWEB.txt", date(2017, 1, 1)),
    ("download.txt", date(2027, 1, 1)),
    ("downloaded 2026-11-23.txt", date(2027, 1, 1)),
]


@pytest.mark.parametrize(("name", "effective"), NAMES)
def test_the_quarter_is_read_from_the_name_else_from_the_newest_code(
    changed: Callable[..., Path], name: str, effective: date
) -> None:
    assert read_editions(changed(TEXT, name))[0].effective == effective


def test_the_sheets_name_tells_the_quarter_where_the_file_does_not(tmp_path: Path) -> None:
    assert read_editions(workbook(tmp_path / "file.xlsx", sheet="HCPC2023_JAN_Contr"))[0].effective == date(2023, 1, 1)


def test_dental_and_numeric_codes_are_not_kept(changed: Callable[..., Path]) -> None:
    edition = read_editions(changed(TEXT, "HCPC2026_OCT.txt", ("Q0001", "D9999"), ("Q0002", "99999")))[0]
    assert not {"D9999", "99999"} & {printed.code for printed in edition.codes}
    assert len(edition.codes) == 8


BROKEN = [
    (("J110000100", "J1100\r\n00100"), "line 13 (5 columns)"),
    (("20211231", "20211331"), "line 14, TERMDT '20211331',"),
    (("S0001002004", "Z0001002004"), "a continuation of Z0001 without its beginning"),
]


@pytest.mark.parametrize(("change", "place"), BROKEN)
def test_a_broken_text_file_is_refused_with_the_line(
    changed: Callable[..., Path], change: tuple[str, str], place: str
) -> None:
    with pytest.raises(WrongFileError) as refused:
        read_editions(changed(TEXT, "HCPC2026_OCT.txt", change))
    assert place in str(refused.value)


def test_a_text_file_cut_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "HCPC2026_OCT.txt"
    path.write_bytes(TEXT.read_bytes()[:-100])
    with pytest.raises(WrongFileError, match=r"line 18 \(2\d\d columns\)"):
        read_editions(path)


def test_a_table_without_a_column_is_refused_by_its_name(changed: Callable[..., Path]) -> None:
    with pytest.raises(WrongFileError, match="column TERMDT is missing"):
        read_editions(changed(CSV, "HCPC2026_OCT.csv", ("TERM DT", "TERMINATES")))


def test_of_a_download_the_highest_version_is_taken_and_what_comes_beside_it_left(tmp_path: Path) -> None:
    older = TEXT.read_bytes().replace(b"Dexamethasone sodium phos", b"Older dexamethasone text ")
    path = tmp_path / "october-2026-alpha-numeric-hcpcs-file.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("HCPC2026_OCT_ANWEB.txt", older)
        archive.writestr("HCPC2026_OCT_ANWEB_v2.txt", TEXT.read_bytes())
        archive.writestr("HCPC2026_recordlayout.txt", "  CMS RIF REPORT\r\n")
        archive.writestr("proc_notes_OCT2026.txt", "0001 a note\r\n")
        archive.writestr("HCPC2026_OCT_Corrections_v9.txt", older)
    edition = read_editions(path)[0]
    assert code(edition, "J1100").short == "Dexamethasone sodium phos"


GENUINE = [
    ("HCPC2023_JAN_ANWEB_v3.xlsx", 7404, 381, date(2023, 1, 1)),
    ("HCPC2024_OCT_ANWEB.uppercased.txt.gz", 8091, 383, date(2024, 10, 1)),
    ("HCPC2026_OCT_ANWEB.excerpt.csv", 0, 18, date(2026, 10, 1)),
    ("2019-Alpha-Numeric-HCPCS-File.zip", 6440, 360, date(2019, 1, 1)),
]


@pytest.mark.parametrize(("name", "codes", "modifiers", "effective"), GENUINE)
def test_the_agencys_own_files_read_whole(shared: Path, name: str, codes: int, modifiers: int, effective: date) -> None:
    edition = read_editions(shared / "data/cms/hcpcs" / name)[0]
    kinds = Counter(printed.kind for printed in edition.codes)
    assert (kinds[Kind.CODE], kinds[Kind.MODIFIER], edition.effective) == (codes, modifiers, effective)


def test_text_and_workbook_of_one_genuine_release_say_the_same(shared: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(shared / "data/cms/hcpcs/2019-Alpha-Numeric-HCPCS-File.zip") as archive:
        for name in ("HCPC2019_CONTR_ANWEB.txt", "HCPC2019_CONTR_ANWEB.xlsx"):
            (tmp_path / name).write_bytes(io.BytesIO(archive.read(name)).getvalue())
    text, table = (
        {printed.code: printed for printed in read_editions(tmp_path / name)[0].codes}
        for name in ("HCPC2019_CONTR_ANWEB.txt", "HCPC2019_CONTR_ANWEB.xlsx")
    )
    assert text.keys() == table.keys()
    # The agency's own two files differ in 115 action dates and two types of service; in nothing else.
    differing = [name for name in text if _without_actions(text[name]) != _without_actions(table[name])]
    assert sorted(differing) == ["E0210", "E0776"]


def _without_actions(printed: PrintedCode) -> PrintedCode:
    kept = {name: value for name, value in printed.attributes.items() if name != "action effective"}
    return replace(printed, attributes=kept)
