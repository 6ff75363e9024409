"""How editions are shelved in the book file: its tables, the list of its releases, and writing codes into it.

Codes keep the print order: `id` grows from parent to child, and `last` is the last row below it, so that a range of
codes is a range of numbers. A release is never changed once shelved; the same source, date and variant again takes its
place.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from consultant.codes.importers.edition import Edition, Ledger, PrintedCode
from consultant.codes.references import read_references
from consultant.errors import HouseError

APPLICATION_ID = 0x436F6465  # "Code": tells the book from any other SQLite file
SCHEMA_VERSION = 2

SCHEMA = """
CREATE TABLE release (
    id INTEGER PRIMARY KEY, source TEXT NOT NULL, system TEXT NOT NULL, name TEXT NOT NULL, publisher TEXT NOT NULL,
    effective TEXT NOT NULL, rows INTEGER NOT NULL, imported TEXT NOT NULL, file TEXT NOT NULL, sha256 TEXT NOT NULL,
    accepted_by TEXT NOT NULL, terms TEXT NOT NULL, variant TEXT NOT NULL, parts TEXT NOT NULL,
    partial INTEGER NOT NULL, UNIQUE (source, effective, variant)
) STRICT;
CREATE TABLE ledger (name TEXT PRIMARY KEY) STRICT;
CREATE TABLE code (
    id INTEGER PRIMARY KEY, release INTEGER NOT NULL REFERENCES release, system TEXT NOT NULL, key TEXT NOT NULL,
    code TEXT NOT NULL, kind TEXT NOT NULL, parent INTEGER, last INTEGER NOT NULL,
    short TEXT NOT NULL, long TEXT NOT NULL, billable INTEGER, effective TEXT, terminated TEXT,
    listed INTEGER NOT NULL, attributes TEXT NOT NULL, path TEXT NOT NULL
) STRICT;
CREATE TABLE note (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL REFERENCES code,
    kind TEXT NOT NULL, text TEXT NOT NULL, refers TEXT NOT NULL
) STRICT;
"""
INDEXES = """
CREATE UNIQUE INDEX IF NOT EXISTS code_by_key ON code (key, system, release);
CREATE INDEX IF NOT EXISTS code_by_parent ON code (parent) WHERE parent IS NOT NULL;
CREATE INDEX IF NOT EXISTS note_by_code ON note (at);
"""


class BookMissingError(HouseError):
    """There is no code book at {path}: build it with `consultant codes build`."""


class BookDamagedError(HouseError):
    """The code book {path} cannot be read ({reason}): run `consultant codes build`, then import your files again."""


class BookOlderError(BookDamagedError):
    """The code book {path} is of another version of this program: run `consultant codes build`, then import again."""


class TwiceListedError(HouseError):
    """The {source} edition {name} in {file} lists {code} twice: download it again. The code book is untouched."""


@dataclass(frozen=True)
class Provenance:
    """Where an edition came from and who accepted its terms; `imported` is ISO 8601 in UTC."""

    file: str
    sha256: str
    imported: str
    accepted_by: str = ""


def key_of(code: str) -> str:
    """Return a code as it is looked up: no dot, no blanks, capital letters."""
    return code.strip().replace(".", "").upper()


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Open a book any thread may read, having seen that it is one, of this version and whole length."""
    if not path.is_file():
        raise BookMissingError(path=path)
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)
    except sqlite3.Error as error:
        raise BookDamagedError(path=path, reason=error) from error
    try:
        _check(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection, path: Path) -> None:
    try:
        application, version, pages, size = (
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("application_id", "user_version", "page_count", "page_size")
        )
        connection.execute("SELECT count(*) FROM release").fetchone()
    except sqlite3.DatabaseError as error:
        raise BookDamagedError(path=path, reason=error) from error
    if (application, version) != (APPLICATION_ID, SCHEMA_VERSION):
        if application == APPLICATION_ID:
            raise BookOlderError(path=path)
        raise BookDamagedError(path=path, reason="it is no code book")
    if pages * size > path.stat().st_size:
        raise BookDamagedError(path=path, reason="it is cut short")


def begin(connection: sqlite3.Connection) -> None:
    """Make an empty book."""
    connection.executescript(
        f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION}; {SCHEMA}"
    )


def shelve(connection: sqlite3.Connection, edition: Edition, provenance: Provenance) -> int:
    """Write an edition, taking the place of an earlier import of the same source and date; return its number."""
    _refuse_twice(edition, provenance)
    remove(connection, edition.source, edition.effective.isoformat(), edition.variant)
    release = enter(connection, edition, provenance, system=edition.system, rows=edition.rows)
    first = int(connection.execute("SELECT coalesce(max(id), 0) + 1 FROM code").fetchone()[0])
    connection.executemany(
        "INSERT INTO code VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _code_rows(edition, release, first)
    )
    connection.executemany(
        "INSERT INTO note (at, kind, text, refers) VALUES (?, ?, ?, ?)", _note_rows(edition.codes, first)
    )
    return release


def enter(
    connection: sqlite3.Connection,
    reading: Edition | Ledger,
    provenance: Provenance,
    *,
    system: str = "",
    rows: int = 0,
) -> int:
    """Enter a release in the list of releases and return its number."""
    ledger = reading if isinstance(reading, Ledger) else None
    parts = {ledger.part} if ledger and ledger.part else set()
    cursor = connection.execute(
        "INSERT INTO release (source, system, name, publisher, effective, rows, imported, file, sha256, accepted_by,"
        " terms, variant, parts, partial) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(reading.source, system, reading.name, reading.publisher, reading.effective.isoformat(), rows),
            *(provenance.imported, provenance.file, provenance.sha256, provenance.accepted_by, reading.terms or ""),
            *(reading.variant, " ".join(parts), bool(ledger and not ledger.whole <= parts)),
        ),
    )
    return int(cursor.lastrowid or 0)


def remove(connection: sqlite3.Connection, source: str, effective: str, variant: str) -> None:
    """Take a release out of the book, with all that was shelved of it; one that is not there is no hindrance."""
    known = connection.execute(
        "SELECT id FROM release WHERE source = ? AND effective = ? AND variant = ?", (source, effective, variant)
    ).fetchone()
    if known:
        for (table,) in connection.execute("SELECT name FROM ledger").fetchall():
            connection.execute(f"DELETE FROM {table} WHERE release = ?", known)  # noqa: S608  our own tables
        connection.execute("DELETE FROM note WHERE at IN (SELECT id FROM code WHERE release = ?)", known)
        connection.execute("DELETE FROM code WHERE release = ?", known)
        connection.execute("DELETE FROM release WHERE id = ?", known)


def _refuse_twice(edition: Edition, provenance: Provenance) -> None:
    seen: set[str] = set()
    for code in edition.codes:
        if (key := key_of(code.code)) in seen:
            raise TwiceListedError(source=edition.source, name=edition.name, file=provenance.file, code=code.code)
        seen.add(key)


def _code_rows(edition: Edition, release: int, first: int) -> Iterator[tuple[object, ...]]:
    last = _last_below(edition.codes)
    paths: list[str] = []
    for place, code in enumerate(edition.codes):
        above = "" if code.parent is None else f"{first + code.parent} {paths[code.parent]}".rstrip()
        paths.append(above)
        yield (
            *(first + place, release, edition.system, key_of(code.code), code.code, code.kind),
            *(None if code.parent is None else first + code.parent, first + last[place]),
            *(code.short, code.long if code.long != code.short else "", code.billable),
            *(code.effective and code.effective.isoformat(), code.terminated and code.terminated.isoformat()),
            *(code.listed, json.dumps(code.attributes) if code.attributes else "", above),
        )


def _last_below(codes: Sequence[PrintedCode]) -> list[int]:
    """Return for each code the place of the last one below it, or its own."""
    last = list(range(len(codes)))
    for place in range(len(codes) - 1, -1, -1):
        parent = codes[place].parent
        if parent is not None:
            last[parent] = max(last[parent], last[place])
    return last


def _note_rows(codes: Iterable[PrintedCode], first: int) -> Iterator[tuple[int, str, str, str]]:
    for place, code in enumerate(codes):
        for note in code.notes:
            refers = " ".join(reference.label for reference in read_references(note.text))
            yield first + place, note.kind, note.text, refers
