"""Telling files by what is in them, whatever they are called."""

import contextlib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from consultant.codes.importers.documents import UnknownFileError
from consultant.codes.importers.recognition import read_editions, read_ledgers, recognise

AGENCY = Path(__file__).resolve().parents[2] / "agency"
TABULAR, TEXT, CSV = (
    AGENCY / name for name in ("icd10cm-tabular-April-1-2026.xml", "HCPC2026_OCT_ANWEB.txt", "HCPC2026_OCT_ANWEB.csv")
)


@pytest.mark.parametrize(
    ("file", "source"), [(TABULAR, "ICD-10-CM"), (TEXT, "HCPCS Level II"), (CSV, "HCPCS Level II")]
)
def test_a_file_is_known_under_any_name(changed: Callable[..., Path], file: Path, source: str) -> None:
    assert [edition.source for edition in read_editions(changed(file, "2026 download"))] == [source]


def test_a_download_of_several_sources_gives_each(tmp_path: Path) -> None:
    path = tmp_path / "everything.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(TABULAR, "a/tabular.xml")
        archive.write(TEXT, "b/HCPC2026_OCT_ANWEB.txt")
    assert {edition.source for edition in read_editions(path)} == {"ICD-10-CM", "HCPCS Level II"}


def test_a_reissue_dated_later_is_preferred(tmp_path: Path) -> None:
    path = tmp_path / "january-2026-alpha-numeric-hcpcs-file.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("HCPC2026_JAN_ANWEB_12292025.txt", TEXT.read_bytes())
        archive.writestr("HCPC2026_JAN_ANWEB_12082025.txt", TEXT.read_bytes().replace(b"Right side ", b"Wrong side "))
    [edition] = read_editions(path)
    assert edition.codes[0].short == "Right side"


LONGEST_SENTENCE = 420  # characters, the longest hint in it
ALONE = "list of codes alone"
UNKNOWN = [
    ("codes_2026Q3.txt", b"X0001\nX0002\nX0003\n", ALONE),
    ("codes.csv", b"HCPC\r\nX0001\r\nX1\r\n", ALONE),
    ("diagnoses.txt", b"Q99.Z9\nQ99Z8\n", ALONE),
    ("words.txt", b"NOT\nONE\nCODE\n", ""),
    ("letter.txt", b"Dear Sir,\r\nis this a code book?\r\n", ""),
    ("table.csv", b"HCPC,DESCRIPTION\r\nA0021,text\r\n", ""),
    ("page.xml", b"<?xml version='1.0'?><ICD10PCS.index></ICD10PCS.index>", ""),
    ("HCPC2019_Corrections_ALPHA.csv", b"CODE,ACTION,EFF DATE\r\nA0021,Add,2019\r\n", "what comes beside a data file"),
    ("HCPC2020.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel file"),
    ("noise.bin", bytes(range(256)) * 100, ""),
]


@pytest.mark.parametrize(("name", "content", "hint"), UNKNOWN)
def test_anything_else_is_refused_with_where_to_read_what_is_recognised(
    tmp_path: Path, name: str, content: bytes, hint: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnknownFileError) as refused:
        read_editions(path)
    sentence = str(refused.value)
    assert "codes import --help" in sentence
    assert len(sentence) < LONGEST_SENTENCE
    assert name in sentence
    assert hint in sentence


REAL = [
    ("ncci/AOC_2024Q3.recovered.csv", "NCCI add-on"),
    ("ncci/MCR_MUE_PractitionerServices_Eff_07-01-2024.rerendered.csv", "NCCI MUE practitioner"),
    ("ncci/MCR_MUE_PractitionerServices_Eff_07-01-2026.excerpt.csv", "NCCI MUE practitioner"),
    ("ncci/ccipra-v322r0-f1.excerpt.txt", "NCCI PTP practitioner"),
    ("ncci/ptp_practitioner_2024Q3.recovered.tsv", "NCCI PTP practitioner"),
]


@pytest.mark.parametrize(("name", "source"), REAL)
def test_the_genuine_files_are_known_whatever_their_name(shared: Path, tmp_path: Path, name: str, source: str) -> None:
    path = tmp_path / "download"
    path.write_bytes((shared / "data/cms" / name).read_bytes())
    if "recovered" in name:  # nothing in these tells a day
        path = path.rename(tmp_path / "2024Q3")
    [ledger] = read_ledgers(path)
    assert ledger.source == source


def test_every_genuine_file_is_known_or_refused_and_none_breaks_an_importer(shared: Path) -> None:
    for path in sorted((shared / "data/cms").glob("*/*")):
        with contextlib.suppress(UnknownFileError):
            assert recognise(path)
