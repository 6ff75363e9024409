"""How ledgers are shelved in the book file: rows of whatever kind, in the table each importer brings along.

A table is made when it is first needed, and every row begins with the number of its release. The same source, date and
variant again takes a release's place, but a part that a release lacks is added to it.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator

from consultant.codes.importers.edition import Ledger, Row, Table
from consultant.codes.shelving import Provenance, TwiceListedError, enter, remove

TOLD_EVERY = 25_000  # rows


def shelve_ledger(
    connection: sqlite3.Connection,
    ledger: Ledger,
    provenance: Provenance,
    written: Callable[[int], None] = lambda _: None,
) -> int:
    """Write a ledger while it is read, as a release of its own or as a further part of one; return its number.

    `written` is told from time to time how many rows are.
    """
    release = _release_for(connection, ledger, provenance)
    counts = [
        _write(connection, table, _Numbered(release, rows, written), ledger, provenance)
        for table, rows in ledger.tables.items()
    ]
    connection.execute("UPDATE release SET rows = rows + ? WHERE id = ?", (counts[0], release))
    return release


def index_ledgers(connection: sqlite3.Connection, tables: Iterable[Table]) -> None:
    """Make the indexes of these tables."""
    for table in tables:
        for columns in table.indexes:
            name = f"{table.name}_by_{'_'.join(columns)}"
            connection.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {table.name} (release, {', '.join(columns)})")


def _release_for(connection: sqlite3.Connection, ledger: Ledger, provenance: Provenance) -> int:
    """Return the number of the release a ledger belongs to: a new one, or the one it is a further part of."""
    effective = ledger.effective.isoformat()
    known = connection.execute(
        "SELECT id, parts FROM release WHERE source = ? AND effective = ? AND variant = ?",
        (ledger.source, effective, ledger.variant),
    ).fetchone()
    if known and ledger.part and known[1] and ledger.part not in known[1].split():
        _add_part(connection, known[0], ledger, {*known[1].split(), ledger.part}, provenance)
        return int(known[0])
    remove(connection, ledger.source, effective, ledger.variant)
    return enter(connection, ledger, provenance)


def _add_part(
    connection: sqlite3.Connection, release: int, ledger: Ledger, parts: set[str], provenance: Provenance
) -> None:
    connection.execute(
        "UPDATE release SET parts = ?, partial = ?, imported = ?, accepted_by = ? WHERE id = ?",
        (
            *(" ".join(sorted(parts)), not ledger.whole <= parts),
            *(provenance.imported, provenance.accepted_by, release),
        ),
    )
    connection.execute(  # several parts may come in one file
        "UPDATE release SET file = file || ', ' || ?, sha256 = sha256 || ', ' || ?"
        " WHERE id = ? AND NOT instr(sha256, ?)",
        (provenance.file, provenance.sha256, release, provenance.sha256),
    )


def _write(
    connection: sqlite3.Connection, table: Table, rows: "_Numbered", ledger: Ledger, provenance: Provenance
) -> int:
    """Write rows into their table and return how many are new; a row that is there already refuses the file."""
    _make(connection, table)
    before = connection.total_changes
    marks = ", ".join("?" * (len(table.columns) + 1))
    verb = "INSERT OR IGNORE" if table.repeats else "INSERT"
    try:
        connection.executemany(f"{verb} INTO {table.name} VALUES ({marks})", rows)
    except sqlite3.IntegrityError as error:
        code = " ".join(str(cell) for cell in rows.last[: len(table.key)])
        raise TwiceListedError(source=ledger.source, name=ledger.name, file=provenance.file, code=code) from error
    return connection.total_changes - before


def _make(connection: sqlite3.Connection, table: Table) -> None:
    connection.execute(
        f"CREATE TABLE IF NOT EXISTS {table.name} (release INTEGER NOT NULL, {', '.join(table.columns)},"
        f" PRIMARY KEY (release, {', '.join(table.key)})) STRICT, WITHOUT ROWID"
    )
    connection.execute("INSERT OR IGNORE INTO ledger VALUES (?)", (table.name,))


class _Numbered:
    """Rows with their release's number before them, and the last one taken."""

    def __init__(self, release: int, rows: Iterable[Row], written: Callable[[int], None]) -> None:
        self.release, self.rows, self.written = release, rows, written
        self.last: Row = ()

    def __iter__(self) -> Iterator[Row]:
        release = self.release
        for count, row in enumerate(self.rows, start=1):
            self.last = row
            yield (release, *row)
            if not count % TOLD_EVERY:
                self.written(count)
