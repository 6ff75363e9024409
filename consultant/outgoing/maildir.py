"""A Maildir of letters, for a house without a relay: what would have been sent lies there to be read.

A letter is whole and safe on disk once `keep` returns; keeping the same name twice leaves one letter.
"""

import hashlib
import os
import re
import threading
from pathlib import Path

from consultant.errors import HouseError

_SAFE = re.compile(r"[A-Za-z0-9_=-][A-Za-z0-9._=-]{0,99}")


class FolderUnwritableError(HouseError):
    """Letters cannot be kept in {folder}: {reason}. Make the folder writable for the account the service runs as."""


def keep(message: bytes, folder: Path, name: str) -> Path:
    """Write the message into `new/` under the name and return where it lies, or where it already lay.

    A name that no file could carry is replaced by its SHA-256, so that any key of a letter will do. Raise
    `FolderUnwritableError`.
    """
    name = name if _SAFE.fullmatch(name) else hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()
    try:
        for part in ("tmp", "new", "cur"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        path = _lying(folder, name) or _delivered(message, folder, name)
        _sync_folder(path.parent)
    except OSError as error:
        raise FolderUnwritableError(folder=folder, reason=error.strerror or error) from error
    return path


def kept(folder: Path) -> list[Path]:
    """Return the letters in the Maildir, read or not, oldest first; none when there is no such folder."""
    paths = [path for part in ("new", "cur") for path in (folder / part).glob("*") if path.is_file()]
    return sorted(paths, key=lambda path: (path.stat().st_mtime_ns, path.name))


def _lying(folder: Path, name: str) -> Path | None:
    """Return the letter of that name; a mail program that showed it moved it to `cur/` and added its flags."""
    places = [folder / "new" / name, folder / "cur" / name, *(folder / "cur").glob(f"{name}:2,*")]
    return next((place for place in places if place.exists()), None)


def _delivered(message: bytes, folder: Path, name: str) -> Path:
    """Write to `tmp/`, sync, rename: a reader sees the whole letter or none."""
    written = folder / "tmp" / f"{name}.{os.getpid()}.{threading.get_ident()}"
    with written.open("wb") as file:
        file.write(message)
        file.flush()
        os.fsync(file.fileno())
    return written.rename(folder / "new" / name)


def _sync_folder(folder: Path) -> None:
    """Make the rename itself survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
