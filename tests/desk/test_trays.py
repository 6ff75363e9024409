"""Files sent to the page, until they are imported."""

import hashlib
from pathlib import Path

import pytest

from consultant.desk.trays import FOLDER, LONGEST_NAME, Tray, TrayFullError, plain_name, sweep


def test_files_lie_in_a_tray_under_their_own_names_with_their_checksums(tmp_path: Path) -> None:
    tray = Tray(tmp_path)
    for text in (b"one", b"two"):
        arriving = tray.lay_in("same.txt")
        arriving.write(text)
        arriving.close()
    assert [(sent.path.name, sent.size) for sent in tray.files] == [("same.txt", 3), ("same.txt", 3)]
    assert [sent.sha256 for sent in tray.files] == [hashlib.sha256(text).hexdigest() for text in (b"one", b"two")]
    tray.clear()
    tray.clear()
    assert not list((tmp_path / FOLDER).iterdir())


def test_a_tray_somebody_holds_is_not_swept_up(tmp_path: Path) -> None:
    tray = Tray(tmp_path)
    (tmp_path / FOLDER / "left").mkdir()
    assert sweep(tmp_path) == 1
    assert sweep(tmp_path / "nowhere") == 0
    tray.lay_in("a.txt").close()
    tray.clear()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("in the way")
    with pytest.raises(TrayFullError, match="nothing was imported"):
        Tray(tmp_path)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("PPRRVU2026_Jul.csv", "PPRRVU2026_Jul.csv"),
        ("../../etc/passwd", "passwd"),
        (r"C:\Downloads\a.zip", "a.zip"),
        ("..", "file"),
        (".hidden", "hidden"),
        ("", "file"),
        ("a\x00b\nc", "abc"),
        ("naïve.txt", "naïve.txt"),
    ],
)
def test_a_name_is_only_a_name(name: str, plain: str) -> None:
    assert plain_name(name) == plain


def test_a_long_name_keeps_its_beginning_and_end() -> None:
    name = plain_name("ß" * 500 + "_Eff_10-01-2026.csv")
    assert len(name.encode()) <= LONGEST_NAME
    assert name.endswith("_Eff_10-01-2026.csv")
