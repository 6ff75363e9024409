"""Where files sent to the page lie until they are imported: one tray for each sending, under `<queue>/incoming`.

A tray is cleared whatever becomes of its files. What a process that was stopped left behind is swept up at the next
start; a tray somebody still holds is left alone.
"""

import fcntl
import hashlib
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from consultant.errors import HouseError

FOLDER = "incoming"
LONGEST_NAME = 150  # characters
_LONGEST_TAIL = 20


class TrayFullError(HouseError):
    """The files could not be kept while they came in ({reason}); nothing was imported. Check permissions and space."""


@dataclass(frozen=True)
class Sent:
    """A file as it was sent, under the name it had: importers read releases out of names."""

    path: Path
    size: int
    sha256: str


class Tray:
    """The files of one sending; whoever has it clears it."""

    def __init__(self, queue: Path) -> None:
        """Set up an empty tray and hold it."""
        self.files: list[Sent] = []
        self._folder = queue / FOLDER / secrets.token_hex(8)
        try:
            self._folder.mkdir(parents=True)
            self._hold = os.open(self._folder, os.O_RDONLY)
        except OSError as error:
            raise TrayFullError(reason=error.strerror) from error
        fcntl.flock(self._hold, fcntl.LOCK_EX)

    def lay_in(self, name: str) -> "Arriving":
        """Begin a file; it counts as one of the tray's when it is closed."""
        own = self._folder / str(len(list(self._folder.iterdir())) + 1)
        try:
            own.mkdir()
            return Arriving(self, own / plain_name(name))
        except OSError as error:
            raise TrayFullError(reason=error.strerror) from error

    def clear(self) -> None:
        """Remove the tray with all that lies in it; a second time changes nothing."""
        shutil.rmtree(self._folder, ignore_errors=True)
        if self._hold >= 0:
            os.close(self._hold)
            self._hold = -1


class Arriving:
    """A file being written as it comes in; its checksum is known when it is closed."""

    def __init__(self, tray: Tray, path: Path) -> None:
        self._tray, self._path = tray, path
        self._file = path.open("wb")
        self._digest = hashlib.sha256()
        self._size = 0

    def write(self, piece: bytes) -> None:
        """Add the next bytes; raise `TrayFullError` when the disk takes no more."""
        try:
            self._file.write(piece)
        except OSError as error:
            raise TrayFullError(reason=error.strerror) from error
        self._digest.update(piece)
        self._size += len(piece)

    def close(self) -> None:
        """Lay the file in the tray; one without a name and a byte is a field nobody filled in."""
        try:
            self._file.close()
        except OSError as error:
            raise TrayFullError(reason=error.strerror) from error
        self._tray.files.append(Sent(self._path, self._size, self._digest.hexdigest()))

    def drop(self) -> None:
        """Stop writing; the file goes with its tray."""
        self._file.close()


def sweep(queue: Path) -> int:
    """Remove the trays that a stopped process left behind; return how many there were."""
    left = [folder for folder in (queue / FOLDER).glob("*") if folder.is_dir() and not _held(folder)]
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    return len(left)


def plain_name(name: str) -> str:
    """Return the last part of a name as a file may bear it here: printable, no path, not too long."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(letter for letter in last if letter.isprintable()).strip().lstrip(".")
    while len(plain.encode()) > LONGEST_NAME:
        plain = plain[: len(plain) - _LONGEST_TAIL - 1] + plain[-_LONGEST_TAIL:]
    return plain or "file"


def _held(folder: Path) -> bool:
    try:
        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:  # its holder has just cleared it
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
