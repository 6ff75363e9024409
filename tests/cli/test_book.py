"""`codes build` and `codes import`: the code book made and filled, or left as it was."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from consultant.codes.importers.recognition import IMPORTERS
from tests.cli.conftest import Run, sentence

Ask = Callable[..., Any]
AGENCY = Path(__file__).parents[1] / "agency"
TABULAR = AGENCY / "icd10cm-tabular-April-1-2026.xml"
HCPCS = AGENCY / "HCPC2026_OCT_ANWEB.txt"
ON = ("--on", "2026-11-23")

WRONG = {
    "picture.png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(500),
    "empty.txt": b"",
    "edits.txt": b"Column 1\tColumn 2\t*=in existence\tEffective\r\nX0001\tX0002\t \t20260101\t*\t1\r\n",
    "letter.txt": b"Dear all,\n\nplease find attached what is not attached.\n",
    "cut.zip": b"PK\x03\x04 and then nothing",
    "book.xlsx": b"PK\x03\x04" + bytes(300),
    "random.csv": bytes(range(256)) * 40,
    "page.xml": b"<?xml version='1.0'?><html><body>Not found</body></html>",
}


@pytest.fixture
def small(run: Run, config: Path) -> Path:
    """A house whose code book is a small tabular list."""
    assert run("codes", "import", str(TABULAR)).exit_code == 0
    return config.parent / "queue" / "codebook.sqlite"


def loaded(ask_json: Ask) -> dict[str, int]:
    return {row["name"]: row["rows"] for row in ask_json("codes", "status", *ON)["sources"] if row["rows"]}


def test_importing_makes_a_book_where_there_is_none(run: Run, ask_json: Ask, config: Path) -> None:
    result = run("codes", "import", str(TABULAR), str(HCPCS))
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "rows, in force from 2026-04-01." in result.stderr
    assert loaded(ask_json).keys() == {"ICD-10-CM", "HCPCS Level II"}
    assert (config.parent / "queue" / "codebook.sqlite").is_file()


def test_the_help_lists_every_file_that_is_recognised(run: Run) -> None:
    shown = run("codes", "import", "--help").stdout
    assert all(f"  {importer.wording}\n" in shown for importer in IMPORTERS)


def test_a_zip_as_downloaded_is_imported(run: Run, ask_json: Ask, small: Path, tmp_path: Path) -> None:
    assert small.is_file()
    download = tmp_path / "october-2026-alpha-numeric-hcpcs-files.zip"
    with zipfile.ZipFile(download, "w") as archive:
        archive.write(HCPCS, "HCPC2026_OCT_ANWEB.txt")
    assert run("codes", "import", str(download)).exit_code == 0
    assert "HCPCS Level II" in loaded(ask_json)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_told_and_the_book_in_use_untouched(run: Run, small: Path, tmp_path: Path, name: str) -> None:
    wrong = tmp_path / name
    wrong.write_bytes(WRONG[name])
    before = small.read_bytes()
    result = run("codes", "import", str(wrong))
    assert result.exit_code == 2
    assert f"consultant: The file {name} was not imported" in result.stderr
    assert "untouched" in result.stderr
    assert "Traceback" not in result.stderr
    assert small.read_bytes() == before


def test_one_wrong_file_keeps_all_out(run: Run, ask_json: Ask, small: Path, tmp_path: Path) -> None:
    assert small.is_file()
    wrong = tmp_path / "letter.txt"
    wrong.write_bytes(WRONG["letter.txt"])
    assert run("codes", "import", str(HCPCS), str(wrong)).exit_code == 2
    assert loaded(ask_json).keys() == {"ICD-10-CM"}


def test_a_file_that_does_not_exist_is_told_before_anything_is_done(run: Run, tmp_path: Path, config: Path) -> None:
    assert "There is no file" in sentence(run("codes", "import", str(HCPCS), str(tmp_path / "none.txt")))
    assert "There is no file" in sentence(run("codes", "import", str(tmp_path)))
    assert run("codes", "import").exit_code == 2
    assert not (config.parent / "queue").exists()


def test_a_damaged_book_is_not_imported_into(run: Run, small: Path) -> None:
    small.write_bytes(b"\x93 garbage " * 5000)
    result = run("codes", "import", str(HCPCS))
    assert result.exit_code == 2
    assert "run `consultant codes build`" in result.stderr


@pytest.mark.parametrize("words", ["codes build", f"codes import {HCPCS}"])
def test_a_folder_that_cannot_be_written_is_told(run: Run, tmp_path: Path, words: str) -> None:
    in_the_way = tmp_path / "a file"
    in_the_way.write_text("", encoding="utf-8")
    result = run(*words.split(), CONSULTANT_QUEUE__PATH=str(in_the_way / "queue"))
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


def test_the_whole_book_is_built_over_a_damaged_one(run: Run, ask_json: Ask, config: Path) -> None:
    book = config.parent / "queue" / "codebook.sqlite"
    book.parent.mkdir()
    book.write_bytes(b"\x93 garbage " * 5000)
    result = run("codes", "build")
    assert result.exit_code == 0
    assert "98,186 codes" in result.stderr
    assert loaded(ask_json) == {"ICD-10-CM": 98_186}
