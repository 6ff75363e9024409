"""Mail accepted but not yet read, safe on disk. A letter is safe once the future that `store` returned has resolved.

One SQLite file (`spool.sqlite`, write-ahead log, every commit synced) holds envelopes and bodies; a large body lies in
a synced file of its own under `spool/`. One thread writes: it commits whatever arrived while the last commit ran, so
that a lone letter waits for nobody and a crowd shares one sync. A second thread moves committed pages out of the log,
so that no letter waits for that either. Several processes may open one spool; a file lock gives each its turn to write.
"""

import errno
import fcntl
import hashlib
import json
import logging
import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO, NoReturn, TypedDict

from consultant.errors import HouseError

LARGE_BODY_BYTES = 256 * 1024
BATCH_BYTES = 8 * 1024 * 1024
READ_BYTES = 32 * 1024 * 1024
LOCK_SECONDS = 5.0
CHECKPOINT_SECONDS = 0.2
IDLE_SECONDS = 2.0
APPLICATION_ID = 0x43435350  # "CCSP", so that another program's database is never taken for a spool

_SCHEMA = """
CREATE TABLE IF NOT EXISTS letters(
  id INTEGER PRIMARY KEY AUTOINCREMENT, fingerprint TEXT NOT NULL, envelope_from TEXT NOT NULL,
  envelope_to TEXT NOT NULL, peer TEXT NOT NULL, helo TEXT NOT NULL, received TEXT NOT NULL,
  size INTEGER NOT NULL, raw BLOB, body TEXT,
  failures INTEGER NOT NULL DEFAULT 0, set_aside INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS letters_waiting ON letters(id) WHERE set_aside = 0;
"""
_ENVELOPE = "id, fingerprint, envelope_from, envelope_to, peer, helo, received, size, raw, body, failures"
_NEXT_WAITING = f"SELECT {_ENVELOPE} FROM letters WHERE set_aside = 0 AND id > ? ORDER BY id LIMIT 1"  # noqa: S608  constant
_ONE = f"SELECT {_ENVELOPE} FROM letters WHERE id = ?"  # noqa: S608  our own constant, not a person's words
_SET_ASIDE = (
    "SELECT id, fingerprint, envelope_from, envelope_to, received, size, failures, reason"
    " FROM letters WHERE set_aside = 1 ORDER BY id"
)
_INSERT = (
    "INSERT INTO letters(fingerprint, envelope_from, envelope_to, peer, helo, received, size, raw, body)"
    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)"
)

log = logging.getLogger(__name__)


class FolderUnwritableError(HouseError):
    """The folder {folder} cannot be written to ({reason}): give this user the right, or set queue.path to another."""


class SpoolDamagedError(HouseError):
    """The spool {path} is damaged ({reason}) and was left as it is.

    Move it aside to start with an empty one, and put letters you save from it back with `consultant mail take-in`.
    """


class SpoolFullError(HouseError):
    """There is no room left for mail in {folder}: free some space, and senders will deliver what they kept."""


class SpoolUnavailableError(HouseError):
    """The spool {path} cannot be written just now ({reason}); senders keep their mail and try again."""


class LetterUnknownError(HouseError):
    """There is no letter {id} in the spool."""


class LetterDamagedError(HouseError):
    """The body of letter {id} in the spool, {path}, is {reason}; its envelope is kept."""


@dataclass(frozen=True)
class NewLetter:
    """A letter as it came through the door: the envelope, where it came from, and its bytes exactly as sent.

    An empty `envelope_from` is the null sender (RFC 5321, section 4.5.5). `received` is aware.
    """

    envelope_from: str
    envelope_to: tuple[str, ...]
    peer: str
    helo: str
    received: datetime
    raw: bytes


@dataclass(frozen=True)
class SpooledLetter:
    """A letter in the spool. `fingerprint` is equal for equal bytes from the same sender to the same recipients."""

    id: int
    fingerprint: str
    envelope_from: str
    envelope_to: tuple[str, ...]
    peer: str
    helo: str
    received: datetime
    raw: bytes
    failures: int


@dataclass(frozen=True)
class SetAsideLetter:
    """A letter a person must look at, with the reason; `Spool.get` has its bytes."""

    id: int
    fingerprint: str
    envelope_from: str
    envelope_to: tuple[str, ...]
    received: datetime
    size: int
    failures: int
    reason: str


def fingerprint(raw: bytes, envelope_from: str, envelope_to: Iterable[str]) -> str:
    """Return the SHA-256, in hex, over the bytes and their envelope; recipients count in any order and case."""
    envelope = "\n".join([envelope_from, *sorted(recipient.lower() for recipient in envelope_to)])
    digest = hashlib.sha256(f"{envelope}\n\n".encode())
    digest.update(raw)
    return digest.hexdigest()


class Spool:
    """The spool in one folder. Safe to use from any thread; close it when done."""

    def __init__(self, folder: Path, *, patience: float = LOCK_SECONDS) -> None:
        """Open the spool, or make an empty one, and sweep away bodies no letter owns.

        `patience` is how many seconds to wait for another process that writes. Raises FolderUnwritableError,
        SpoolUnavailableError when that process takes longer, or SpoolDamagedError; a damaged spool is left as it is.
        """
        self._path = folder / "spool.sqlite"
        self._bodies = folder / "spool"
        _make_folders(self._bodies)
        turn = _Turn(self._path, patience)
        with _told_apart(self._path), turn.taken():
            _examine(self._path)
            self._reader = _prepared(self._path)
            _sweep(self._reader, self._bodies)
            self._writer = _Writer(_connect(self._path, patience), self._path, self._bodies, turn)
            self._tidier = _Tidier(_connect(self._path, patience), self._writer.committed)
        self._reading = threading.Lock()

    def store(self, letter: NewLetter) -> Future[int]:
        """Keep a letter; the future gives its id once it is committed and synced, and never before.

        Otherwise the future raises SpoolFullError or SpoolUnavailableError, and the sender must keep the letter.
        """
        return self._writer.submit(_deposit(letter))

    def waiting(self, limit: int = 20) -> list[SpooledLetter]:
        """Return the letters to be read next, oldest first: at most `limit`, and not much over 32 MB of them.

        A letter whose body is missing or damaged is set aside on the way, so that it never blocks the rest.
        """
        letters: list[SpooledLetter] = []
        last, size = 0, 0
        while len(letters) < limit and size < READ_BYTES:
            row = self._ask(_NEXT_WAITING, last)
            if row is None:
                break
            last = row["id"]
            try:
                letters.append(self._letter(row))
            except LetterDamagedError as damage:
                log.warning("letter %d is set aside: %s", last, damage)
                self.set_aside(last, str(damage))
            size += row["size"]
        return letters

    def get(self, letter_id: int) -> SpooledLetter:
        """Return one letter, waiting or set aside. Raises LetterUnknownError or LetterDamagedError."""
        row = self._ask(_ONE, letter_id)
        if row is None:
            raise LetterUnknownError(id=letter_id)
        return self._letter(row)

    def remove(self, letter_id: int) -> None:
        """Forget a letter for good, once its story goes on elsewhere. Removing it twice changes nothing."""
        row = self._ask("SELECT body FROM letters WHERE id = ?", letter_id)
        self._change("DELETE FROM letters WHERE id = ?", letter_id)
        if row is not None and row["body"]:
            # After the commit: a crash in between leaves a file without a row, which the next start sweeps away.
            (self._bodies / row["body"]).unlink(missing_ok=True)

    def note_failure(self, letter_id: int, reason: str) -> int:
        """Count one more failed reading of a letter; return how many there are. Raises LetterUnknownError."""
        return self._change_one(
            "UPDATE letters SET failures = failures + 1, reason = ? WHERE id = ? RETURNING failures", reason, letter_id
        )

    def set_aside(self, letter_id: int, reason: str) -> None:
        """Keep a letter for a person and offer it no more. Raises LetterUnknownError."""
        self._change_one("UPDATE letters SET set_aside = 1, reason = ? WHERE id = ? RETURNING 1", reason, letter_id)

    def put_back(self, letter_id: int) -> None:
        """Offer a letter that was set aside once more, its failures forgotten. Raises LetterUnknownError."""
        self._change_one("UPDATE letters SET set_aside = 0, failures = 0 WHERE id = ? RETURNING 1", letter_id)

    def set_aside_letters(self) -> list[SetAsideLetter]:
        """Return what waits for a person, oldest first, without the bytes."""
        return [_set_aside_letter(row) for row in self._ask_all(_SET_ASIDE)]

    def count(self) -> int:
        """Return how many letters wait to be read."""
        row = self._ask("SELECT count(*) AS letters FROM letters WHERE set_aside = 0")
        return int(row["letters"]) if row is not None else 0

    def oldest(self) -> datetime | None:
        """Return when the oldest waiting letter came, in UTC; None when none waits."""
        row = self._ask("SELECT received FROM letters WHERE set_aside = 0 ORDER BY id LIMIT 1")
        return datetime.fromisoformat(row["received"]) if row is not None else None

    def close(self) -> None:
        """Finish everything handed in so far, then let go of the files. Closing twice changes nothing."""
        self._writer.close()
        self._tidier.close()
        with self._reading:
            self._reader.close()

    def _letter(self, row: sqlite3.Row) -> SpooledLetter:
        raw = row["raw"] if row["body"] is None else _body_of(row, self._bodies / row["body"])
        return SpooledLetter(raw=raw, failures=row["failures"], peer=row["peer"], helo=row["helo"], **_envelope_of(row))

    def _ask(self, question: str, *values: object) -> sqlite3.Row | None:
        return next(iter(self._ask_all(question, *values)), None)

    def _ask_all(self, question: str, *values: object) -> list[sqlite3.Row]:
        with self._reading, _told_apart(self._path):
            return self._reader.execute(question, values).fetchall()

    def _change_one(self, statement: str, *values: object) -> int:
        """Run a statement that returns one number above zero for the letter named last among the values."""
        return self._change(statement, *values) or _unknown(values[-1])

    def _change(self, statement: str, *values: object) -> int:
        """Run one statement in the writer's next batch; return what it returned first, else 0."""

        def apply(database: sqlite3.Connection) -> int:
            row = database.execute(statement, values).fetchone()
            return int(row[0]) if row else 0

        return self._writer.submit(_Job(apply)).result()


@dataclass(frozen=True)
class _Body:
    """A body too large for a row, and the name of its file."""

    name: str
    raw: bytes


@dataclass(frozen=True)
class _Job:
    """One change, run inside the writer's transaction; a large body is written and synced before it."""

    apply: Callable[[sqlite3.Connection], int]
    size: int = 0
    body: _Body | None = None
    done: Future[int] = field(default_factory=Future)


def _deposit(letter: NewLetter) -> _Job:
    large = len(letter.raw) > LARGE_BODY_BYTES
    body = _Body(f"{uuid.uuid4().hex}.eml", letter.raw) if large else None

    def apply(database: sqlite3.Connection) -> int:
        row = (
            fingerprint(letter.raw, letter.envelope_from, letter.envelope_to),
            letter.envelope_from,
            json.dumps(letter.envelope_to),
            letter.peer,
            letter.helo,
            letter.received.astimezone(UTC).isoformat(),
            len(letter.raw),
            None if body else letter.raw,
            body.name if body else None,
        )
        return database.execute(_INSERT, row).lastrowid or 0

    return _Job(apply, len(letter.raw), body)


class _Writer:
    """The one thread that changes the spool: group commit, with no timer (whoever comes first is not kept waiting)."""

    def __init__(self, database: sqlite3.Connection, path: Path, bodies: Path, turn: "_Turn") -> None:
        self.committed = threading.Event()
        self._database = database
        self._path = path
        self._bodies = bodies
        self._turn = turn
        self._inbox: SimpleQueue[_Job | None] = SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="spool-writer", daemon=True)
        self._thread.start()

    def submit(self, job: _Job) -> Future[int]:
        """Hand a job in; its future is always settled in the end."""
        with self._gate:
            if self._closed:
                job.done.set_exception(self._gone())
            else:
                self._inbox.put(job)
        return job.done

    def close(self) -> None:
        """Let the thread finish what was handed in so far, and end."""
        with self._gate:
            if not self._closed:
                self._inbox.put(None)
            self._closed = True
        self._thread.join()

    def _run(self) -> None:
        """Commit batches until told to stop; whatever ends this thread, nobody is left waiting for it."""
        try:
            with closing(self._database):
                while jobs := self._next_batch():
                    self._settle([job for job in jobs if job.done.set_running_or_notify_cancel()])
        finally:
            with self._gate:
                self._closed = True
            while not self._inbox.empty():
                job = self._inbox.get()
                if job:
                    job.done.set_exception(self._gone())

    def _next_batch(self) -> list[_Job]:
        """Wait for a job, then take all that gathered meanwhile, up to the cap; an empty batch means stop."""
        job = self._inbox.get()
        jobs: list[_Job] = []
        size = 0
        while job is not None:
            jobs.append(job)
            size += job.size
            # The cap keeps one huge letter from holding up fifty small ones.
            if size >= BATCH_BYTES or self._inbox.empty():
                return jobs
            job = self._inbox.get()
        if jobs:
            self._inbox.put(None)
        return jobs

    def _settle(self, jobs: Sequence[_Job]) -> None:
        """Commit the jobs together; if that fails each alone, so that one bad row costs only itself."""
        try:
            results = self._commit(jobs)
        except (sqlite3.Error, OSError, ValueError, OverflowError, SpoolUnavailableError) as cause:
            if len(jobs) > 1 and not _held_elsewhere(cause):
                for job in jobs:
                    self._settle([job])
            else:
                self._refuse(jobs, cause)
        else:
            self.committed.set()
            for job, result in zip(jobs, results, strict=True):
                job.done.set_result(result)
        finally:
            for job in jobs:
                if not job.done.done():
                    job.done.set_exception(self._gone())

    def _commit(self, jobs: Sequence[_Job]) -> list[int]:
        database = self._database
        with self._turn.taken():
            _write_bodies(self._bodies, [job.body for job in jobs if job.body])
            try:
                database.execute("BEGIN IMMEDIATE")
                results = [job.apply(database) for job in jobs]
                database.execute("COMMIT")
            finally:
                # On a full disk SQLite may have rolled back by itself; a second ROLLBACK would hide the first error.
                if database.in_transaction:
                    database.execute("ROLLBACK")
        return results

    def _refuse(self, jobs: Sequence[_Job], cause: Exception) -> None:
        for job in jobs:
            if job.body:
                with suppress(OSError):  # a disk in trouble; the next start sweeps what is left
                    (self._bodies / job.body.name).unlink(missing_ok=True)
            job.done.set_exception(_refusal(self._path, cause))

    def _gone(self) -> SpoolUnavailableError:
        return SpoolUnavailableError(path=self._path, reason="it is closed")


class _Tidier:
    """The thread that moves committed pages from the log into the database, so that no commit ever waits for that."""

    def __init__(self, database: sqlite3.Connection, committed: threading.Event) -> None:
        self._database = database
        self._committed = committed
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="spool-checkpoints", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._stop.set()
        self._committed.set()
        self._thread.join()

    def _run(self) -> None:
        with closing(self._database):
            self._database.execute("PRAGMA busy_timeout = 0")  # rather later than in anybody's way
            while not self._stop.is_set():
                self._committed.wait()
                self._committed.clear()
                self._checkpoint("PASSIVE")
                if self._stop.wait(CHECKPOINT_SECONDS):
                    break
                # Nothing came for a while: give the log's space back, which takes the writer's lock for a moment.
                if not self._committed.wait(IDLE_SECONDS):
                    self._checkpoint("TRUNCATE")

    def _checkpoint(self, mode: str) -> None:
        try:
            self._database.execute(f"PRAGMA wal_checkpoint({mode})").fetchall()
        except sqlite3.Error as error:
            # Nothing is lost: the pages stay in the log until a later turn succeeds.
            log.warning("the spool's log could not be moved into its database: %s", error)


class _Turn:
    """Whose turn it is to write, between threads and between processes.

    SQLite's own waiting is unfair: with several processes the slowest may never get in. A file lock is fair enough.
    """

    def __init__(self, path: Path, patience: float) -> None:
        self._path = path
        self._patience = patience

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold the turn; raises SpoolUnavailableError when another process keeps it for too long."""
        with self._path.with_suffix(".lock").open("ab") as file:
            until = time.monotonic() + self._patience
            while not _locked(file):
                if time.monotonic() > until:
                    raise SpoolUnavailableError(path=self._path, reason="another process is writing to it")
                time.sleep(0.002)
            yield


def _locked(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _connect(path: Path, patience: float = LOCK_SECONDS) -> sqlite3.Connection:
    """Open the database the way every connection to it must: each commit synced, no checkpoint inside a commit."""
    database = sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=False)
    database.row_factory = sqlite3.Row
    database.execute("PRAGMA synchronous = FULL")  # with NORMAL nothing is synced before 250 is said
    database.execute("PRAGMA wal_autocheckpoint = 0")
    return database


def _make_folders(bodies: Path) -> None:
    """Make what is missing, for this user alone; raises FolderUnwritableError."""
    try:
        bodies.mkdir(mode=0o700, parents=True, exist_ok=True)
        (bodies.parent / "spool.lock").touch(mode=0o600)
        # SQLite gives its log the rights of the database: only this user reads mail.
        (bodies.parent / "spool.sqlite").touch(mode=0o600)
    except OSError as error:
        raise FolderUnwritableError(folder=bodies.parent, reason=error.strerror) from error


def _examine(path: Path) -> None:
    """Look at the file without changing a byte of it; raise SpoolDamagedError if it is no sound spool."""
    log_file = path.with_name(f"{path.name}-wal")
    if path.stat().st_size == 0:
        # SQLite would silently delete a log whose database is empty, and the letters in it.
        if log_file.exists() and log_file.stat().st_size:
            raise SpoolDamagedError(path=path, reason="it is empty, but its log is not")
        return
    with _told_apart(path), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
        owner = database.execute("PRAGMA application_id").fetchone()[0]
        verdict = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    if owner != APPLICATION_ID:
        raise SpoolDamagedError(path=path, reason="it is a database of something else")
    if verdict != "ok":
        raise SpoolDamagedError(path=path, reason=verdict)


def _prepared(path: Path) -> sqlite3.Connection:
    """Return a connection to a spool that has its tables and its log, made if need be."""
    with ExitStack() as unless_sound:
        database = _connect(path)
        unless_sound.callback(database.close)
        if path.stat().st_size == 0:
            database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        if database.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
            raise FolderUnwritableError(folder=path.parent, reason="its file system keeps no write-ahead log")
        database.executescript(_SCHEMA)
        _sync_folder(path.parent)
        unless_sound.pop_all()
    return database


def _sweep(database: sqlite3.Connection, bodies: Path) -> None:
    """Delete body files without a row: what a crash left between the file and the commit, never answered with 250."""
    owned = {row["body"] for row in database.execute("SELECT body FROM letters WHERE body IS NOT NULL")}
    for file in bodies.glob("*.eml"):
        if file.name not in owned:
            file.unlink(missing_ok=True)


def _write_bodies(folder: Path, bodies: Sequence[_Body]) -> None:
    """Write large bodies so that a power cut cannot take them: file and folder are synced."""
    for body in bodies:
        descriptor = os.open(folder / body.name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(body.raw)
            file.flush()
            os.fsync(file.fileno())
    if bodies:
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _body_of(row: sqlite3.Row, path: Path) -> bytes:
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


def _set_aside_letter(row: sqlite3.Row) -> SetAsideLetter:
    """Return a row as a letter for a person."""
    return SetAsideLetter(size=row["size"], failures=row["failures"], reason=row["reason"], **_envelope_of(row))


class _Envelope(TypedDict):
    id: int
    fingerprint: str
    envelope_from: str
    envelope_to: tuple[str, ...]
    received: datetime


def _envelope_of(row: sqlite3.Row) -> _Envelope:
    """Return what all letters have in common."""
    return {
        "id": row["id"],
        "fingerprint": row["fingerprint"],
        "envelope_from": row["envelope_from"],
        "envelope_to": tuple(json.loads(row["envelope_to"])),
        "received": datetime.fromisoformat(row["received"]),
    }


def _unknown(letter_id: object) -> NoReturn:
    raise LetterUnknownError(id=letter_id)


@contextmanager
def _told_apart(path: Path) -> Iterator[None]:
    """Translate what SQLite says while looking: damage needs a person, anything else passes or needs the folder."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if _code(error) in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
            raise SpoolDamagedError(path=path, reason=error) from error
        raise SpoolUnavailableError(path=path, reason=error) from error


def _held_elsewhere(cause: Exception) -> bool:
    """Tell whether somebody else holds the spool: then no row is at fault, and trying each alone only takes longer."""
    return isinstance(cause, SpoolUnavailableError) or _code(cause) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def _refusal(path: Path, cause: Exception) -> HouseError:
    full = isinstance(cause, OSError) and cause.errno in {errno.ENOSPC, errno.EDQUOT}
    full = full or _code(cause) == sqlite3.SQLITE_FULL
    reason = cause.facts["reason"] if isinstance(cause, SpoolUnavailableError) else cause
    refusal = SpoolFullError(folder=path.parent) if full else SpoolUnavailableError(path=path, reason=reason)
    refusal.__cause__ = cause
    return refusal


def _code(error: Exception) -> int:
    """Return SQLite's primary result code; 0 for an error that is not SQLite's own."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
