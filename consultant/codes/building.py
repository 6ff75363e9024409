"""Building the code book: a new file beside the one in use, complete and synced before it takes its place.

Readers never wait and never see half a book: they keep the file they opened until they open again. Whatever goes wrong
on the way, the book in use stays as it was.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from consultant.codes import indexing, ledgers, shelving
from consultant.codes.entries import Release
from consultant.codes.importers.documents import Document
from consultant.codes.importers.edition import Edition, Ledger, Table, Terms
from consultant.codes.importers.recognition import recognise
from consultant.codes.progress import Progress, Report, Steps
from consultant.codes.shelf import release_of
from consultant.errors import HouseError

__all__ = [
    "BookBusyError",
    "BookUnwritableError",
    "PackageMissingError",
    "Progress",
    "TermsNotAcceptedError",
    "build_book",
    "import_files",
    "installed_tabular",
    "needs_building",
    "sweep",
]

PACKAGE = "simple-icd-10-cm"
PACKAGE_FILE = "simple_icd_10_cm/data/icd10c-tabular-April-1-2026.xml"


class BookBusyError(HouseError):
    """Another import or build is writing the code book {path}: wait until it is done and run the command again."""


class BookUnwritableError(HouseError):
    """The code book {path} cannot be written ({reason}); nothing was changed. Check permissions and free space."""


class PackageMissingError(HouseError):
    """The package simple-icd-10-cm lacks {file}: install this project again, or `codes import` a tabular list."""


class TermsNotAcceptedError(HouseError):
    """The file {file} is under terms of the {owner}: read them, then import with --accept-terms; nothing was done."""


def build_book(path: Path, progress: Report | None = None, *, now: datetime | None = None) -> Release:
    """Build the book with the ICD-10-CM release that comes installed, keeping what was imported into a readable one.

    One made by another version of this program is made anew, and what was imported into it must be imported again.
    `now` is the time written beside the release; by default the time this is run.
    """
    release, *_ = _rebuild(
        path, [installed_tabular()], _Stamp("", now or datetime.now(UTC)), progress, keep=_readable(path)
    )
    return release


def import_files(
    path: Path, files: Sequence[Path], *, accepted_by: str = "", now: datetime, progress: Report | None = None
) -> list[Release]:
    """Add what is in these files, all or none, and return the releases they made.

    `accepted_by` names who accepts the terms of files that are under any; without it those raise
    `TermsNotAcceptedError`. Any file that is not what it should be raises `WrongFileError` or `UnknownFileError` and
    leaves the book as it is; a damaged book raises `BookDamagedError`, since what was imported into it must be imported
    again. No book yet is no hindrance.
    """
    if path.exists():
        shelving.open_for_reading(path).close()
    return _rebuild(path, files, _Stamp(accepted_by, now), progress, keep=path.exists())


def sweep(path: Path) -> None:
    """Remove the half-made book a build left that was stopped; one that is under way is left alone."""
    with contextlib.suppress(BookBusyError), _alone(path):
        _building(path).unlink(missing_ok=True)


def needs_building(path: Path) -> bool:
    """Tell whether there is no book, or one of another version, which nothing can be read from or added to."""
    try:
        shelving.open_for_reading(path).close()
    except (shelving.BookMissingError, shelving.BookOlderError):
        return True
    except shelving.BookDamagedError:  # a person should see it before it is gone
        return False
    return False


def installed_tabular() -> Path:
    """Find the package's data file without importing the package, which would parse it all (4 s, 190 MB)."""
    try:
        file = Path(str(metadata.distribution(PACKAGE).locate_file(PACKAGE_FILE)))
    except metadata.PackageNotFoundError as error:
        raise PackageMissingError(file=PACKAGE_FILE) from error
    if not file.is_file():
        raise PackageMissingError(file=PACKAGE_FILE)
    return file


def _rebuild(
    path: Path, files: Sequence[Path], stamp: "_Stamp", progress: Report | None, *, keep: bool
) -> list[Release]:
    steps = Steps(progress, total=len(files) + 2)
    with _alone(path), _new_file(path) as building:
        with contextlib.closing(_opened(path, building, keep=keep)) as connection:
            shelving_run = _Run(connection, steps)
            for file in files:
                shelving_run.take_in(file, stamp)
            releases = shelving_run.releases()
            _finish(connection, shelving_run.tables, steps)
        _swap_in(building, path)
    steps.next("ready")
    return releases


class _Run:
    """One import: files taken in one after the other, and what came of them."""

    def __init__(self, connection: sqlite3.Connection, steps: Steps) -> None:
        self.connection, self.steps = connection, steps
        self.numbers: list[int] = []
        self.tables: list[Table] = []

    def take_in(self, file: Path, stamp: "_Stamp") -> None:
        """Shelve everything a file holds."""
        self.steps.next(f"reading {file.name}")
        finds = recognise(file)
        provenance = stamp.on(file)
        size = sum(find.document.size for find in finds)
        before = 0
        for find in finds:
            reading = find.read(self.steps.watch(before, size))
            _refuse_unaccepted(reading.terms, file, stamp)
            self.numbers.append(self._shelve(reading, provenance, find.document))
            before += find.document.size

    def _shelve(self, reading: Edition | Ledger, provenance: shelving.Provenance, document: Document) -> int:
        if isinstance(reading, Edition):
            self.steps.tell(f"shelving {document.name}")
            return shelving.shelve(self.connection, reading, provenance)
        self.tables += reading.tables
        return ledgers.shelve_ledger(
            self.connection,
            reading,
            provenance,
            lambda rows: self.steps.tell(f"shelving {document.name}: {rows:,} rows"),
        )

    def releases(self) -> list[Release]:
        """Return what was shelved, each release once, in the order it came."""
        return [release_of(self.connection, number) for number in dict.fromkeys(self.numbers)]


def _refuse_unaccepted(terms: Terms | None, file: Path, stamp: "_Stamp") -> None:
    if terms and not stamp.accepted_by:
        raise TermsNotAcceptedError(file=file.name, owner=terms)


@dataclass(frozen=True)
class _Stamp:
    """Who imports, and when."""

    accepted_by: str
    now: datetime

    def on(self, file: Path) -> shelving.Provenance:
        with file.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        imported = self.now.astimezone(UTC).isoformat(timespec="seconds")
        return shelving.Provenance(file.name, sha256, imported, self.accepted_by)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other builders out for as long as this one works; readers are not concerned."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.with_name(f"{path.name}.lock").open("wb")
    except OSError as error:
        raise BookUnwritableError(path=path, reason=error.strerror) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BookBusyError(path=path) from error
        yield


@contextlib.contextmanager
def _new_file(path: Path) -> Iterator[Path]:
    """Name the file to build in, and leave nothing of it behind if the build fails."""
    building = _building(path)
    try:
        building.unlink(missing_ok=True)
        yield building
    except (sqlite3.OperationalError, OSError) as error:
        raise BookUnwritableError(path=path, reason=error) from error
    except sqlite3.DatabaseError as error:  # the copy of the book in use turned out damaged
        raise shelving.BookDamagedError(path=path, reason=error) from error
    finally:
        building.unlink(missing_ok=True)


def _building(path: Path) -> Path:
    return path.with_name(f"{path.name}.building")


def _opened(path: Path, building: Path, *, keep: bool) -> sqlite3.Connection:
    """Open the file to build in, beginning with a copy of the book in use if that is to be kept."""
    if keep:
        shutil.copyfile(path, building)
    connection = sqlite3.connect(building, isolation_level=None)
    # Nothing reads this file before it is whole and synced, so a crash may leave it in any state.
    connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536")
    if not keep:
        shelving.begin(connection)
    connection.execute("BEGIN")
    return connection


def _finish(connection: sqlite3.Connection, tables: Sequence[Table], steps: Steps) -> None:
    steps.next("making the indexes")
    connection.executescript(shelving.INDEXES)  # commits what is pending first
    ledgers.index_ledgers(connection, tables)
    steps.next("making the word index")
    connection.execute("BEGIN")
    indexing.index_words(connection)
    connection.executescript("ANALYZE; VACUUM")


def _swap_in(building: Path, path: Path) -> None:
    """Put the finished file in the place of the book; after this returns it survives a power cut."""
    with building.open("rb+") as file:
        os.fsync(file.fileno())
    building.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _readable(path: Path) -> bool:
    """Tell whether there is a whole book that can be built upon."""
    try:
        with contextlib.closing(shelving.open_for_reading(path)) as connection:
            return bool(connection.execute("PRAGMA quick_check").fetchone()[0] == "ok")
    except (shelving.BookMissingError, shelving.BookDamagedError, sqlite3.DatabaseError):
        return False
