"""A file as downloaded, unpacked: a document is one readable file inside whatever zip or gz it came in.

Sizes are bounded before a byte is unpacked, and again while unpacking, since an archive's own word is not to be
trusted.
"""

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from consultant.errors import HouseError

HEAD_BYTES = 64 * 1024
LARGEST_MEMBER = 500 * 1024 * 1024
LARGEST_RATIO = 200  # agency files compress 5 to 25 times; a bomb a thousand times and more
MOST_MEMBERS = 2000
_DECLARES = re.compile(rb"<!(?:ENTITY|DOCTYPE)")


class WrongFileError(HouseError):
    """The file {file} was not imported: at {place} it is not {expected}. The code book in use is untouched."""


class UnknownFileError(HouseError):
    """The file {file} was not imported: it is none of these: {recognised}. {hint}The code book in use is untouched."""


class ArchiveTooLargeError(HouseError):
    """The file {file} was not imported: {member} in it exceeds {limit}. The code book in use is untouched."""


class FileUnreadableError(HouseError):
    """The file {file} was not imported: {reason}. Download it again. The code book in use is untouched."""


@dataclass(frozen=True)
class Document:
    """One file to read. `trail` names every file on the way to it, outermost first: names may carry the release."""

    name: str
    trail: str
    size: int
    opener: Callable[[], BinaryIO]

    def open(self) -> BinaryIO:
        """Open it for reading from its beginning; the caller closes it."""
        return self.opener()

    def head(self) -> bytes:
        """Return its first 64 KB, enough to recognise it by."""
        with self.open() as stream:
            return stream.read(HEAD_BYTES)


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
    with document.open() as packed, gzip.GzipFile(fileobj=packed) as stream:
        content = _bounded(stream, document, document.name)
    name = document.name.removesuffix(".gz")
    return Document(name, document.trail, len(content), lambda: io.BytesIO(content))


def _members(document: Document, depth: int) -> list[Document]:
    """Return the documents in a zip; a workbook is a zip too, but one document."""
    with document.open() as packed, zipfile.ZipFile(packed) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if any(info.filename.startswith("xl/") for info in infos):
            _refuse_large(document, infos)
            return [document]
        _refuse_large(document, infos)
        members = [_member(document, archive, info) for info in infos if info.file_size]
    return [inner for member in members for inner in _unwrapped(member, depth - 1)]


def _member(document: Document, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Document:
    with archive.open(info) as stream:
        content = _bounded(stream, document, info.filename)
    name = Path(info.filename).name
    return Document(name, f"{document.trail}/{name}", len(content), lambda: io.BytesIO(content))


def _refuse_large(document: Document, infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MOST_MEMBERS:
        raise ArchiveTooLargeError(file=document.name, member="the list of files", limit=f"{MOST_MEMBERS} files")
    if sum(info.file_size for info in infos) > 2 * LARGEST_MEMBER:
        raise ArchiveTooLargeError(file=document.name, member="everything together", limit=_limit())
    for info in infos:
        if info.file_size > min(LARGEST_MEMBER, max(info.compress_size, 10_000) * LARGEST_RATIO):
            raise ArchiveTooLargeError(file=document.name, member=info.filename, limit=_limit())


def _bounded(stream: IO[bytes] | gzip.GzipFile, document: Document, member: str) -> bytes:
    """Unpack no more than the larger of 2 MB and the archive's size times the allowed ratio."""
    limit = min(LARGEST_MEMBER, max(document.size, 10_000) * LARGEST_RATIO)
    content = stream.read(limit + 1)
    if len(content) > limit:
        raise ArchiveTooLargeError(file=document.name, member=member, limit=_limit())
    return content


def _limit() -> str:
    return f"{LARGEST_MEMBER // 1024 // 1024} MB, or {LARGEST_RATIO} times its packed size"
