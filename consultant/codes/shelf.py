"""The book's file as rows: the statements the book is read with, and nothing of what they mean.

One connection serves all threads behind a lock, for the microseconds a statement takes. A file that turns out damaged
under reading raises `BookDamagedError`.
"""

import json
import sqlite3
import threading
import weakref
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from consultant.codes import releases
from consultant.codes.entries import Note, NoteKind, Release
from consultant.codes.shelving import BookDamagedError

REMEMBERED = 50_000  # lines kept in memory with their notes; the whole tabular list prints about 47,000


class Row(NamedTuple):
    """A line of the code table; `path` holds the lines above it, nearest first."""

    id: int
    release: int
    system: str
    key: str
    code: str
    kind: str
    last: int
    short: str
    long: str
    billable: int | None
    effective: str | None
    terminated: str | None
    attributes: str
    path: str

    @property
    def lines(self) -> list[int]:
        """Return the line itself and those above it, nearest first."""
        return [self.id, *map(int, self.path.split())]


class Heading(NamedTuple):
    """What is printed at one line: a code inherits it from the lines above."""

    code: str
    kind: str
    title: str
    notes: tuple[Note, ...]


_COLUMNS = ", ".join(Row._fields)
_BY_KEY = f"SELECT {_COLUMNS} FROM code WHERE key IN (SELECT value FROM json_each(?))"  # noqa: S608  our own columns
_HEADINGS = """
SELECT code.id, code.code, code.kind, iif(code.long = '', code.short, code.long), note.kind, note.text, note.refers
FROM code LEFT JOIN note ON note.at = code.id
WHERE code.id IN (SELECT value FROM json_each(?)) ORDER BY code.id, note.id
"""
_CHILDREN = "SELECT parent, code FROM code WHERE parent IN (SELECT value FROM json_each(?)) ORDER BY id"
_OF_RELEASE = (
    *("source", "name", "publisher", "effective", "rows", "imported", "file", "sha256"),
    *("variant", "partial", "terms", "accepted_by"),
)
_RELEASE = f"SELECT id, {', '.join(_OF_RELEASE)} FROM release"  # noqa: S608  our own columns


def release_of(connection: sqlite3.Connection, number: int) -> Release:
    """Return one release by its number, not knowing what comes after it."""
    return _release(connection.execute(f"{_RELEASE} WHERE id = ?", (number,)).fetchone()[1:])


class Shelf:
    """The rows of an open book."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._lock = threading.Lock()
        self._remembered: dict[int, Heading] = {}
        # A book that was swapped out is read on by whoever holds it, and closed when the last one lets go of it.
        self._closing = weakref.finalize(self, connection.close)

    def close(self) -> None:
        """Let go of the file."""
        self._closing()

    def ask(self, statement: str, parameters: Sequence[object]) -> list[Any]:
        """Put one statement to the file and return all its rows."""
        try:
            with self._lock:
                return self._connection.execute(statement, tuple(parameters)).fetchall()
        except sqlite3.ProgrammingError:  # a closed book, not a damaged one
            raise
        except sqlite3.DatabaseError as error:
            raise BookDamagedError(path=self.path, reason=error) from error

    @cached_property
    def releases(self) -> dict[int, Release]:
        """The releases in the book by their number, ordered by source and date."""
        rows = self.ask(f"{_RELEASE} ORDER BY source, effective, variant", ())
        known = releases.with_successors(_release(row[1:]) for row in rows)
        return {row[0]: release for row, release in zip(rows, known, strict=True)}

    def rows(self, keys: Collection[str]) -> list[Row]:
        """Return what every release says of these keys, in one statement."""
        return [Row._make(row) for row in self.ask(_BY_KEY, [json.dumps(list(keys))])]

    def headings(self, rows: Iterable[Row]) -> Mapping[int, Heading]:
        """Return what is printed at these rows and at the lines above them; it is remembered, for headings are few."""
        if len(self._remembered) > REMEMBERED:
            self._remembered = {}
        remembered = self._remembered  # another thread may begin a new one, but takes nothing out of this one
        wanted = {number for row in rows for number in row.lines if number not in remembered}
        if wanted:
            remembered.update(_gathered(self.ask(_HEADINGS, [json.dumps(sorted(wanted))])))
            if lost := wanted - remembered.keys():
                raise BookDamagedError(path=self.path, reason=f"{len(lost)} of its lines are gone")
        return remembered

    def children(self, rows: Iterable[Row]) -> dict[int, tuple[str, ...]]:
        """Return the codes printed one step below each of these rows."""
        parents = [row.id for row in rows if row.last > row.id]
        below: dict[int, list[str]] = {}
        for parent, code in self.ask(_CHILDREN, [json.dumps(parents)]) if parents else ():
            below.setdefault(parent, []).append(code)
        return {parent: tuple(codes) for parent, codes in below.items()}


def _release(row: tuple[Any, ...]) -> Release:
    told = dict(zip(_OF_RELEASE, row, strict=True))
    told["effective"] = date.fromisoformat(told["effective"])
    return Release(**{**told, "partial": bool(told["partial"])})


def _gathered(rows: Iterable[tuple[Any, ...]]) -> dict[int, Heading]:
    notes: dict[int, list[Note]] = {}
    lines: dict[int, tuple[str, str, str]] = {}
    for number, code, kind, title, note_kind, text, refers in rows:
        lines[number] = code, kind, title
        if note_kind:
            notes.setdefault(number, []).append(Note(NoteKind(note_kind), text, code, tuple(refers.split())))
    return {number: Heading(*line, tuple(notes.get(number, ()))) for number, line in lines.items()}
