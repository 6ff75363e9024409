"""A file as downloaded, unpacked: a document is one readable file inside whatever zip or gz it came in.

Sizes are bounded before a byte is unpacked, and each member is read through once before it is used, since an archive's
own word is not to be trusted. Nothing is kept in memory but the bytes being read.
"""

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from consultant.errors import HouseError

HEAD_BYTES = 64 * 1024
LARGEST_MEMBER = 500 * 1024 * 1024
LARGEST_RATIO = 200  # agency files compress 5 to 25 times; a bomb a thousand times and more
MOST_MEMBERS = 2000
_PIECE = 256 * 1024
_NO_YEAR = 1980
_DECLARES = re.compile(rb"<!(?:ENTITY|DOCTYPE)")


class WrongFileError(HouseError):
    """The file {file} was not imported: at {place} it is not {expected}. The code book in use is untouched."""


class UnknownFileError(HouseError):
    """The file {file} was not imported: it is no agency file the house can read.

    {hint}`consultant codes import --help` and docs/codebook.md list those it can. The code book in use is untouched.
    """


class ArchiveTooLargeError(HouseError):
    """The file {file} was not imported: {member} in it exceeds {limit}. The code book in use is untouched."""


class FileUnreadableError(HouseError):
    """The file {file} was not imported: {reason}. Download it again. The code book in use is untouched."""


@dataclass(frozen=True)
class Document:
    """One file to read. `trail` names every file on the way to it, outermost first: names may carry the release.

    `dated` is the day an archive gives to its member, None of a file that came in none.
    """

    name: str
    trail: str
    size: int
    opener: Callable[[], BinaryIO]
    dated: date | None = None

    def open(self) -> BinaryIO:
        """Open it for reading from its beginning; the caller closes it."""
        return self.opener()

    def head(self) -> bytes:
        """Return its first 64 KB, enough to recognise it by."""
        with self.open() as stream:
            return stream.read(HEAD_BYTES)

    def watched(self, reached: Callable[[int], None]) -> "Document":
        """Return the same document, which tells how many of its bytes have been read as it is."""
        return replace(self, opener=lambda: _Watched(self.open(), reached))


def unpack(path: Path) -> list[Document]:
    """Return the documents in a file as downloaded: itself, or what its gz or zip holds, two archives deep."""
    try:
        size = path.stat().st_size
        document = Document(path.name, path.name, size, lambda: path.open("rb"))
        return _unwrapped(document, depth=2)
    except FileNotFoundError as error:
        raise FileUnreadableError(file=path, reason="there is no such file") from error
    except (zipfile.BadZipFile, gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise FileUnreadableError(file=path.name, reason="it is cut short or damaged") from error
    except (OSError, NotImplementedError, RuntimeError) as error:  # zipfile says RuntimeError for an encrypted member
        raise FileUnreadableError(file=path.name, reason=f"it cannot be opened ({error})") from error


def _unwrapped(document: Document, depth: int) -> list[Document]:
    head = document.head()
    if not head:
        raise WrongFileError(file=document.name, place="its very beginning", expected="anything: the file is empty")
    if depth and head.startswith(b"\x1f\x8b"):
        return _unwrapped(_gunzipped(document), depth - 1)
    if depth and head.startswith(b"PK\x03\x04"):
        return _members(document, depth)
    if b"<?xml" in head[:200] and _DECLARES.search(head):
        raise WrongFileError(
            file=document.name, place="its document type", expected="plain XML without entity declarations"
        )
    return [document]


def _gunzipped(document: Document) -> Document:
    def opened() -> BinaryIO:
        packed = document.open()
        return _Inside(gzip.GzipFile(fileobj=packed), packed)

    size = _length(opened, document, document.name)
    return Document(document.name.removesuffix(".gz"), document.trail, size, opened, document.dated)


def _members(document: Document, depth: int) -> list[Document]:
    """Return the documents in a zip; a workbook is a zip too, but one document."""
    with document.open() as packed, zipfile.ZipFile(packed) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if any(info.filename.startswith("xl/") for info in infos):
            _refuse_large(document, infos)
            return [document]
        _refuse_large(document, infos)
    members = [_member(document, info) for info in infos if info.file_size]
    return [inner for member in members for inner in _unwrapped(member, depth - 1)]


def _member(document: Document, info: zipfile.ZipInfo) -> Document:
    def opened() -> BinaryIO:
        packed = document.open()
        archive = zipfile.ZipFile(packed)
        return _Inside(archive.open(info), archive, packed)

    name = Path(info.filename).name
    size = _length(opened, document, info.filename)
    return Document(name, f"{document.trail}/{name}", size, opened, _day(info))


def _day(info: zipfile.ZipInfo) -> date | None:
    """Return the day a member was last changed; 1980 is what archives write that do not know."""
    year, month, day = info.date_time[:3]
    try:
        return date(year, month, day) if year > _NO_YEAR else None
    except ValueError:  # an archive may write any month
        return None


def _refuse_large(document: Document, infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MOST_MEMBERS:
        raise ArchiveTooLargeError(file=document.name, member="the list of files", limit=f"{MOST_MEMBERS} files")
    if sum(info.file_size for info in infos) > 2 * LARGEST_MEMBER:
        raise ArchiveTooLargeError(file=document.name, member="everything together", limit=_limit())
    for info in infos:
        if info.file_size > min(LARGEST_MEMBER, max(info.compress_size, 10_000) * LARGEST_RATIO):
            raise ArchiveTooLargeError(file=document.name, member=info.filename, limit=_limit())


def _length(opened: Callable[[], BinaryIO], document: Document, member: str) -> int:
    """Unpack once, so that damage shows now, no further than 2 MB or the archive's size times the allowed ratio."""
    limit = min(LARGEST_MEMBER, max(document.size, 10_000) * LARGEST_RATIO)
    length = 0
    with opened() as stream:
        while piece := stream.read(_PIECE):
            length += len(piece)
            if length > limit:
                raise ArchiveTooLargeError(file=document.name, member=member, limit=_limit())
    return length


def _limit() -> str:
    return f"{LARGEST_MEMBER // 1024 // 1024} MB, or {LARGEST_RATIO} times its packed size"


class _Inside(io.BufferedReader):
    """A member being read; closing it lets go of the archives around it."""

    def __init__(self, stream: Any, *around: Any) -> None:
        super().__init__(stream, _PIECE)
        self._around = around

    def close(self) -> None:
        super().close()
        for outer in self._around:
            outer.close()


class _Watched(io.BufferedReader):
    """A document being read by somebody who is waited for."""

    def __init__(self, stream: BinaryIO, reached: Callable[[int], None]) -> None:
        super().__init__(_Counted(stream, reached), _PIECE)


class _Counted(io.RawIOBase):
    """Passes bytes on and tells how far it is."""

    def __init__(self, stream: BinaryIO, reached: Callable[[int], None]) -> None:
        self._stream, self._reached = stream, reached

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._stream.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def readinto(self, buffer: Any) -> int:
        piece = self._stream.read(len(buffer))
        buffer[: len(piece)] = piece
        self._reached(self._stream.tell())
        return len(piece)

    def close(self) -> None:
        self._stream.close()
        super().close()
