"""Mail accepted but not yet read, safe on disk. A letter is safe once the future that `store` returned has resolved.

One SQLite file (`spool.sqlite`, write-ahead log, every commit synced) holds envelopes and bodies; a large body lies in
a synced file of its own under `spool/`. One thread writes: it commits whatever arrived while the last commit ran, so
that a lone letter waits for nobody and a crowd shares one sync. A second thread moves committed pages out of the log,
so that no letter waits for that either. Several processes may open one spool; a file lock gives each its turn to write.
"""

import json
import logging
import sqlite3
import threading
import uuid
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from consultant.errors import HouseError
from consultant.spool.checkpoints import Tidier
from consultant.spool.disk import (
    LOCK_SECONDS,
    Body,
    LetterDamagedError,
    body_of,
    connect,
    examine,
    make_folders,
    prepared,
    sweep,
    told_apart,
)
from consultant.spool.letters import (
    NewLetter,
    SetAsideLetter,
    SpooledLetter,
    envelope_of,
    fingerprint,
    set_aside_letter,
)
from consultant.spool.turn import Turn
from consultant.spool.writer import Job, Writer

LARGE_BODY_BYTES = 256 * 1024
READ_BYTES = 32 * 1024 * 1024
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


class LetterUnknownError(HouseError):
    """There is no letter {id} in the spool."""


class Spool:
    """The spool in one folder. Safe to use from any thread; close it when done."""

    def __init__(self, folder: Path, *, patience: float = LOCK_SECONDS) -> None:
        """Open the spool, or make an empty one, and sweep away bodies no letter owns.

        `patience` is how many seconds to wait for another process that writes. Raises FolderUnwritableError,
        SpoolUnavailableError when that process takes longer, or SpoolDamagedError; a damaged spool is left as it is.
        """
        self._path = folder / "spool.sqlite"
        self._bodies = folder / "spool"
        make_folders(self._bodies)
        turn = Turn(self._path, patience)
        with told_apart(self._path), turn.taken():
            examine(self._path)
            self._reader = prepared(self._path)
            sweep(self._reader, self._bodies)
            self._writer = Writer(connect(self._path, patience), self._path, self._bodies, turn)
            self._tidier = Tidier(connect(self._path, patience), self._writer.committed)
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
        return [set_aside_letter(row) for row in self._ask_all(_SET_ASIDE)]

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
        raw = row["raw"] if row["body"] is None else body_of(row, self._bodies / row["body"])
        return SpooledLetter(raw=raw, failures=row["failures"], peer=row["peer"], helo=row["helo"], **envelope_of(row))

    def _ask(self, question: str, *values: object) -> sqlite3.Row | None:
        return next(iter(self._ask_all(question, *values)), None)

    def _ask_all(self, question: str, *values: object) -> list[sqlite3.Row]:
        with self._reading, told_apart(self._path):
            return self._reader.execute(question, values).fetchall()

    def _change_one(self, statement: str, *values: object) -> int:
        """Run a statement that returns one number above zero for the letter named last among the values."""
        return self._change(statement, *values) or _unknown(values[-1])

    def _change(self, statement: str, *values: object) -> int:
        """Run one statement in the writer's next batch; return what it returned first, else 0."""

        def apply(database: sqlite3.Connection) -> int:
            row = database.execute(statement, values).fetchone()
            return int(row[0]) if row else 0

        return self._writer.submit(Job(apply)).result()


def _deposit(letter: NewLetter) -> Job:
    large = len(letter.raw) > LARGE_BODY_BYTES
    body = Body(f"{uuid.uuid4().hex}.eml", letter.raw) if large else None

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

    return Job(apply, len(letter.raw), body)


def _unknown(letter_id: object) -> NoReturn:
    raise LetterUnknownError(id=letter_id)
