"""Unpacking what was downloaded, and refusing what no agency ever published."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from consultant.codes.importers.documents import (
    ArchiveTooLargeError,
    FileUnreadableError,
    WrongFileError,
    unpack,
)
from consultant.codes.importers.sheets import encoding_of, lines_of


def zipped(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"folder/{name}.txt", content)
    return path


def test_a_plain_file_is_one_document(tmp_path: Path) -> None:
    path = tmp_path / "plain.txt"
    path.write_bytes(b"text")
    [document] = unpack(path)
    with document.open() as stream:
        assert (document.name, stream.read()) == ("plain.txt", b"text")


def test_a_zip_in_a_zip_is_unpacked_and_the_way_to_it_remembered(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("deep.txt", "text")
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.writestr("inner.zip", inner.getvalue())
    [document] = unpack(tmp_path / "outer.zip")
    assert (document.name, document.trail) == ("deep.txt", "outer.zip/inner.zip/deep.txt")


def test_each_member_is_read_for_itself(tmp_path: Path) -> None:
    documents = unpack(zipped(tmp_path / "two.zip", one=b"1", two=b"2", empty=b""))
    assert {document.name: document.head() for document in documents} == {"one.txt": b"1", "two.txt": b"2"}


def test_a_gz_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "list.txt.gz"
    path.write_bytes(gzip.compress(b"text"))
    assert [(document.name, document.head()) for document in unpack(path)] == [("list.txt", b"text")]


@pytest.mark.parametrize("pack", ["zip", "gz"])
def test_a_bomb_is_refused_before_it_goes_off(tmp_path: Path, pack: str) -> None:
    path = tmp_path / f"bomb.{pack}"
    nothing = b"\0" * 30_000_000
    if pack == "zip":
        zipped(path, zeros=nothing)
    else:
        path.write_bytes(gzip.compress(nothing))
    with pytest.raises(ArchiveTooLargeError, match="500 MB, or 200 times"):
        unpack(path)


def test_a_zip_that_lies_about_its_sizes_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "liar.zip", zeros=b"\0" * 30_000_000)
    path.write_bytes(path.read_bytes().replace((30_000_000).to_bytes(4, "little"), (3_000).to_bytes(4, "little")))
    with pytest.raises((ArchiveTooLargeError, FileUnreadableError)):
        unpack(path)


def test_a_damaged_zip_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "half.zip", text=b"text" * 1000)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(FileUnreadableError, match="cut short or damaged"):
        unpack(path)


def test_a_damaged_gz_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "half.gz"
    path.write_bytes(gzip.compress(bytes(range(256)) * 50)[:-20])
    with pytest.raises(FileUnreadableError, match="cut short or damaged"):
        unpack(path)


def test_an_empty_file_and_a_missing_one_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    with pytest.raises(WrongFileError, match="the file is empty"):
        unpack(tmp_path / "empty.txt")
    with pytest.raises(FileUnreadableError, match="there is no such file"):
        unpack(tmp_path / "nowhere.txt")
    with pytest.raises(FileUnreadableError, match="cannot be opened"):
        unpack(tmp_path)


@pytest.mark.parametrize(
    ("written", "read"), [(b"caf\xc3\xa9\r\n", "café"), (b"caf\xe9\r\n", "café"), (b"\xef\xbb\xbfa", "a")]
)
def test_text_is_read_in_the_encoding_it_is_in(tmp_path: Path, written: bytes, read: str) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes(written)
    assert [line.text for line in lines_of(unpack(path)[0])] == [read]


def test_a_letter_cut_at_the_end_of_the_first_bytes_does_not_change_the_encoding(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes(b"a" * (64 * 1024 - 1) + "é".encode())
    assert encoding_of(unpack(path)[0]) == "utf-8-sig"


def test_a_member_is_read_as_often_as_one_likes_and_tells_how_far_it_is(tmp_path: Path) -> None:
    reached: list[int] = []
    [document] = unpack(zipped(tmp_path / "one.zip", one=b"text" * 200_000))
    for _ in range(2):
        with document.watched(reached.append).open() as stream:
            assert len(stream.read()) == document.size == 800_000
    assert reached[-1] == 800_000
    assert len(reached) > 4


def test_a_damaged_member_is_refused_before_anything_is_read_from_it(tmp_path: Path) -> None:
    path = tmp_path / "bad.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("one.txt", b"text" * 1000)
    path.write_bytes(path.read_bytes().replace(b"texttext", b"TEXTtext", 1))
    with pytest.raises(FileUnreadableError, match="cut short or damaged"):
        unpack(path)
