"""The code book: what is known of a code on a day, read from one SQLite file that never changes while it is open.

Several releases of a source stand side by side. A question about a day is answered from the release in force on it,
else from the nearest earlier one the book has, else from the earliest; `Entry.release` says which.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from consultant.codes import numbering, releases, shelving
from consultant.codes.entries import Entry, Hit, Release, SourceStatus, Status, System
from consultant.codes.importers.edition import Kind
from consultant.codes.search import WordSearch
from consultant.codes.shelf import Heading, Row, Shelf
from consultant.codes.shelving import BookDamagedError, BookMissingError, BookOlderError, key_of
from consultant.codes.standing import Standing, standing

__all__ = ["Book", "BookDamagedError", "BookMissingError", "BookOlderError", "Volume"]

_DOT = 3  # characters before the dot of an ICD-10-CM code


@dataclass(frozen=True)
class Volume:
    """What one release holds beside codes: the rows of its ledger, asked for in SQL."""

    release: Release
    number: int
    ask: Callable[[str, Sequence[object]], list[Any]]

    def rows(self, statement: str, *parameters: object) -> list[Any]:
        """Return the rows of a statement whose first mark stands for the release: `WHERE release = ? AND code = ?`."""
        return self.ask(statement, (self.number, *parameters))


class Book:
    """An open code book; threads may share it. Close it, or use it in a `with` statement."""

    def __init__(self, shelf: Shelf) -> None:
        self.path = shelf.path
        self._shelf = shelf
        self._identity = _identity(shelf.path)
        self._words = WordSearch(shelf.ask)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the book in milliseconds, read-only. Raises `BookMissingError` or `BookDamagedError`."""
        return cls(Shelf(path, shelving.open_for_reading(path)))

    def close(self) -> None:
        """Let go of the file."""
        self._shelf.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def replaced(self) -> bool:
        """Tell whether another book has since taken this one's place; open it again to read that one."""
        return _identity(self.path) != self._identity

    def entry(self, code: str, on: date, system: System | None = None) -> Entry:
        """Return what is known of a code on a day, its dot written or not; `found` is False where nothing is known."""
        return self.entries([code], on, system)[0]

    def entries(
        self, codes: Sequence[str], on: date, system: System | None = None, *, notes: bool = True
    ) -> list[Entry]:
        """Return an entry for each code, in order, with three statements however many there are.

        `notes=False` leaves out the instructional notes.
        """
        stands = self._stands(codes, on, system)
        rows = [stand.row for stand in stands if stand]
        headings, children = self._shelf.headings(rows), self._shelf.children(rows)
        entries: list[Entry] = []
        for code, stand in zip(codes, stands, strict=True):
            if stand is None:
                entries.append(_unknown(code, on, system))
                continue
            lines = [headings[number] for number in stand.row.lines]
            release = self._shelf.releases[stand.row.release]
            entry = _entry(stand, on, lines if notes else _without_notes(lines), release)
            entries.append(replace(entry, children=children[stand.row.id]) if stand.row.id in children else entry)
        return entries

    def ancestors(self, code: str, on: date, system: System | None = None) -> tuple[str, ...]:
        """Return the lines a code stands under, nearest first: "E11.4", "E11", "E08-E13", "Chapter 4"."""
        stand = self._stands([code], on, system)[0]
        if stand is None:
            return ()
        headings = self._shelf.headings([stand.row])
        return tuple(headings[above].code for above in stand.row.lines[1:])

    def spans(self, codes: Iterable[str], release: Release) -> dict[str, tuple[int, int]]:
        """Return for each code or heading of a release its place in print order and the last place below it.

        One code stands under another if its place lies in the other's span. Unknown codes are left out.
        """
        wanted = {key_of(code): code for code in codes}
        number = next((number for number, known in self._shelf.releases.items() if known == release), None)
        return {wanted[row.key]: (row.id, row.last) for row in self._shelf.rows(wanted) if row.release == number}

    def systems_of(self, code: str) -> frozenset[System]:
        """Return the systems in which any release knows this code, whether its dot is written or not."""
        if not code.isascii():  # no code is, and half a character cannot be asked for
            return frozenset()
        rows = self._shelf.ask("SELECT DISTINCT system FROM code WHERE key = ?", [key_of(code)])
        return frozenset(System(system) for (system,) in rows)

    def releases(self) -> list[Release]:
        """Return the releases in the book, by source and date."""
        return list(self._shelf.releases.values())

    def volume(self, source: str, on: date, variant: str | None = None) -> Volume | None:
        """Return the release of a source to answer from on a day: in force, else nearest earlier, else the earliest.

        None where nothing of the source is loaded. Of editions that hold beside each other one is named by its
        `variant`.
        """
        own = self._volumes.get(source, ())
        if variant is not None:
            own = [volume for volume in own if volume.release.variant == variant]
        chosen = releases.in_force([volume.release for volume in own], on)
        return next((volume for volume in own if volume.release is chosen), None)

    def other_volumes(self, chosen: Volume) -> list[Volume]:
        """Return the other releases of a volume's source: the later ones in order, then the earlier ones backwards."""
        others = [other for other in self._volumes[chosen.release.source] if other is not chosen]
        since = chosen.release.effective
        later = [other for other in others if other.release.effective >= since]
        earlier = [other for other in others if other.release.effective < since]
        return [*later, *reversed(earlier)]

    def status(self, on: date) -> list[SourceStatus]:
        """Return what is loaded of every source, what is missing or stale on that day, and what that means."""
        return releases.status(self.releases(), on)

    def volumes(self, source: str = "") -> list[Volume]:
        """Return every release of a source, or of all, with its rows: for those who compare releases."""
        return [volume for name, own in self._volumes.items() if source in {"", name} for volume in own]

    def search(self, words: str, limit: int = 10, system: System | None = None) -> list[Hit]:
        """Find codes by words, best first, in the newest release of each source; a code finds itself and its kin."""
        return self._words.find(words, limit, system)

    def did_you_mean(self, words: str) -> str:
        """Return a search with its spelling mistakes repaired, as it was searched for; nothing if it has none."""
        return self._words.meant(words)

    @cached_property
    def _volumes(self) -> dict[str, list[Volume]]:
        volumes: dict[str, list[Volume]] = {}
        for number, release in self._shelf.releases.items():
            volumes.setdefault(release.source, []).append(Volume(release, number, self._shelf.ask))
        return volumes

    def _stands(self, codes: Sequence[str], on: date, system: System | None) -> list[Standing | None]:
        """Return how each code stands on the day, None where no release knows it as it is written."""
        by_key: dict[str, list[Row]] = {}
        for row in self._shelf.rows({key_of(code) for code in codes}):
            by_key.setdefault(row.key, []).append(row)
        return [
            standing(_meant(code, by_key.get(key_of(code), ()), system), self._shelf.releases, on) for code in codes
        ]


def _meant(code: str, rows: Sequence[Row], system: System | None) -> Sequence[Row]:
    """Return the rows of the system a code was meant for, where two systems share its characters.

    A dot makes it a diagnosis. Without one it is HCPCS if that knows it: HCPCS is written so by rule, a diagnosis only
    by habit. Who knows better says which `system`.
    """
    if "." in code:
        rows = [row for row in rows if row.system == System.ICD_10_CM and code.strip().find(".") == _DOT]
    if system is None and any(row.system == System.HCPCS for row in rows):
        system = System.HCPCS
    return [row for row in rows if row.system == (system or rows[0].system)]


def _entry(stand: Standing, on: date, lines: Sequence[Heading], release: Release) -> Entry:
    row = stand.row
    return Entry(
        system=System(row.system),
        code=row.code,
        on=on,
        found=True,
        status=stand.status(on),
        short=row.short or row.long,
        long=row.long or row.short,
        billable=None if row.billable is None else bool(row.billable),
        category=next((line.title for line in lines[1:] if line.kind in {Kind.BLOCK, Kind.CHAPTER}), ""),
        effective=stand.effective,
        terminated=stand.terminated,
        parent=lines[1].code if len(lines) > 1 else "",
        notes=tuple(note for line in lines for note in line.notes),
        attributes=json.loads(row.attributes) if row.attributes else {},
        release=release,
    )


def _without_notes(lines: Iterable[Heading]) -> list[Heading]:
    return [line._replace(notes=()) for line in lines]


def _unknown(code: str, on: date, system: System | None) -> Entry:
    """Say of a code no release knows what its number alone tells."""
    section = numbering.Section.NONE if "." in code else numbering.section_of(key_of(code))
    status = Status.NO_DESCRIPTOR if section else Status.UNKNOWN
    guessed = system or (System.HCPCS if section is numbering.Section.DENTAL else numbering.system_by_shape(code))
    return Entry(guessed, code.strip().upper(), on, found=False, status=status, category=section.value)


def _identity(path: Path) -> tuple[int, int, int]:
    try:
        stat = path.stat()
    except OSError:
        return 0, 0, 0
    return stat.st_dev, stat.st_ino, stat.st_mtime_ns
