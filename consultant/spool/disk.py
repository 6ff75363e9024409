"""How the spool lies on disk: the database, the folder of large bodies, and how damage to either is told."""

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from consultant.errors import HouseError
from consultant.spool.letters import fingerprint
from consultant.spool.turn import SpoolUnavailableError

APPLICATION_ID = 0x43435350  # "CCSP", so that another program's database is never taken for a spool
LOCK_SECONDS = 5.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS letters(
  id INTEGER PRIMARY KEY AUTOINCREMENT, fingerprint TEXT NOT NULL, envelope_from TEXT NOT NULL,
  envelope_to TEXT NOT NULL, peer TEXT NOT NULL, helo TEXT NOT NULL, received TEXT NOT NULL,
  size INTEGER NOT NULL, raw BLOB, body TEXT,
  failures INTEGER NOT NULL DEFAULT 0, set_aside INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS letters_waiting ON letters(id) WHERE set_aside = 0;
"""


class FolderUnwritableError(HouseError):
    """The folder {folder} cannot be written to ({reason}): give this user the right, or set queue.path to another."""


class SpoolDamagedError(HouseError):
    """The spool {path} is damaged ({reason}) and was left as it is.

    Move it aside to start with an empty one, and put letters you save from it back with `consultant mail take-in`.
    """


class LetterDamagedError(HouseError):
    """The body of letter {id} in the spool, {path}, is {reason}; its envelope is kept."""


@dataclass(frozen=True)
class Body:
    """A body too large for a row, and the name of its file."""

    name: str
    raw: bytes


def connect(path: Path, patience: float = LOCK_SECONDS) -> sqlite3.Connection:
    """Open the database the way every connection to it must: each commit synced, no checkpoint inside a commit."""
    database = sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=False)
    database.row_factory = sqlite3.Row
    database.execute("PRAGMA synchronous = FULL")  # with NORMAL nothing is synced before 250 is said
    database.execute("PRAGMA wal_autocheckpoint = 0")
    return database


def make_folders(bodies: Path) -> None:
    """Make what is missing, for this user alone; raises FolderUnwritableError."""
    try:
        bodies.mkdir(mode=0o700, parents=True, exist_ok=True)
        (bodies.parent / "spool.lock").touch(mode=0o600)
        # SQLite gives its log the rights of the database: only this user reads mail.
        (bodies.parent / "spool.sqlite").touch(mode=0o600)
    except OSError as error:
        raise FolderUnwritableError(folder=bodies.parent, reason=error.strerror) from error


def examine(path: Path) -> None:
    """Look at the file without changing a byte of it; raise SpoolDamagedError if it is no sound spool."""
    log_file = path.with_name(f"{path.name}-wal")
    if path.stat().st_size == 0:
        # SQLite would silently delete a log whose database is empty, and the letters in it.
        if log_file.exists() and log_file.stat().st_size:
            raise SpoolDamagedError(path=path, reason="it is empty, but its log is not")
        return
    with told_apart(path), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
        owner = database.execute("PRAGMA application_id").fetchone()[0]
        verdict = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    if owner != APPLICATION_ID:
        raise SpoolDamagedError(path=path, reason="it is a database of something else")
    if verdict != "ok":
        raise SpoolDamagedError(path=path, reason=verdict)


def prepared(path: Path) -> sqlite3.Connection:
    """Return a connection to a spool that has its tables and its log, made if need be."""
    with ExitStack() as unless_sound:
        database = connect(path)
        unless_sound.callback(database.close)
        if path.stat().st_size == 0:
            database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        if database.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
            raise FolderUnwritableError(folder=path.parent, reason="its file system keeps no write-ahead log")
        database.executescript(_SCHEMA)
        _sync_folder(path.parent)
        unless_sound.pop_all()
    return database


def sweep(database: sqlite3.Connection, bodies: Path) -> None:
    """Delete body files without a row: what a crash left between the file and the commit, never answered with 250."""
    owned = {row["body"] for row in database.execute("SELECT body FROM letters WHERE body IS NOT NULL")}
    for file in bodies.glob("*.eml"):
        if file.name not in owned:
            file.unlink(missing_ok=True)


def write_bodies(folder: Path, bodies: Sequence[Body]) -> None:
    """Write large bodies so that a power cut cannot take them: file and folder are synced."""
    for body in bodies:
        descriptor = os.open(folder / body.name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(body.raw)
            file.flush()
            os.fsync(file.fileno())
    if bodies:
        _sync_folder(folder)


def body_of(row: sqlite3.Row, path: Path) -> bytes:
    """Return a large body, checked against its row; raises LetterDamagedError."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise LetterDamagedError(id=row["id"], path=path, reason="missing") from error
    except OSError as error:
        raise SpoolUnavailableError(path=path, reason=error.strerror) from error
    if len(raw) != row["size"]:
        raise LetterDamagedError(id=row["id"], path=path, reason=f"{len(raw)} bytes long instead of {row['size']}")
    if fingerprint(raw, row["envelope_from"], json.loads(row["envelope_to"])) != row["fingerprint"]:
        raise LetterDamagedError(id=row["id"], path=path, reason="not what was stored")
    return raw


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def told_apart(path: Path) -> Iterator[None]:
    """Translate what SQLite says while looking: damage needs a person, anything else passes or needs the folder."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if result_code(error) in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
            raise SpoolDamagedError(path=path, reason=error) from error
        raise SpoolUnavailableError(path=path, reason=error) from error


def result_code(error: Exception) -> int:
    """Return SQLite's primary result code; 0 for an error that is not SQLite's own."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
