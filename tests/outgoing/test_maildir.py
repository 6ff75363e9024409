"""Letters kept in a folder: whole, once, oldest first."""

import mailbox
import os
from pathlib import Path

import pytest

from consultant.outgoing.maildir import FolderUnwritableError, keep, kept


def test_a_kept_letter_is_read_by_any_mail_program(tmp_path: Path) -> None:
    keep(b"Subject: hello\r\n\r\nDear Ann\r\n", tmp_path / "outbox", "letter-1")
    (found,) = mailbox.Maildir(tmp_path / "outbox", create=False)
    assert found["Subject"] == "hello"


def test_a_letter_kept_twice_is_there_once(tmp_path: Path) -> None:
    first = keep(b"once", tmp_path, "<Q-1.d1@consult.example>")
    assert keep(b"once", tmp_path, "<Q-1.d1@consult.example>") == first
    assert kept(tmp_path) == [first]
    assert not list((tmp_path / "tmp").iterdir())


@pytest.mark.parametrize("name", ["letter-1", "letter-1:2,S"])
def test_a_letter_somebody_has_read_is_not_delivered_again(tmp_path: Path, name: str) -> None:
    read = keep(b"once", tmp_path, "letter-1").rename(tmp_path / "cur" / name)
    assert keep(b"once", tmp_path, "letter-1") == read
    assert kept(tmp_path) == [read]


def test_a_letter_half_written_before_a_crash_is_not_seen(tmp_path: Path) -> None:
    keep(b"whole", tmp_path, "letter-1")
    (tmp_path / "tmp" / "letter-2.1.1").write_bytes(b"hal")
    assert [path.name for path in kept(tmp_path)] == ["letter-1"]


@pytest.mark.parametrize(
    "name", ["../../escaped", "/etc/escaped", ".hidden", "", "a:2,S", "n\x00l", "x" * 300, "\ud800"]
)
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    path = keep(b"letter", tmp_path / "outbox", name)
    assert path.parent == tmp_path / "outbox" / "new"
    assert keep(b"letter", tmp_path / "outbox", name) == path


def test_letters_come_oldest_first(tmp_path: Path) -> None:
    for age, name in enumerate(["c", "a", "b"]):
        os.utime(keep(b"letter", tmp_path, name), (1_000_000 - age, 1_000_000 - age))
    assert [path.name for path in kept(tmp_path)] == ["b", "a", "c"]


def test_no_folder_holds_no_letters(tmp_path: Path) -> None:
    assert kept(tmp_path / "none") == []


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file where the folder should be")
    with pytest.raises(FolderUnwritableError, match=r"outbox: .*Make the folder writable"):
        keep(b"letter", tmp_path / "outbox", "letter-1")
