"""Leafing through what changed between two releases: the counts of all changes, and the first of each kind.

A comparison of millions of rows takes seconds and is the same for everybody, so the latest few are kept; only so much
of each that the memory they take is bounded.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from consultant.codes.book import Book, Volume
from consultant.codes.changes import Change, Difference
from consultant.codes.differences import differing, previous
from consultant.codes.entries import Release
from consultant.desk.shelf import Shelf
from consultant.errors import HouseError

MOST_KEPT = 2000  # differences of one kind
_COMPARISONS = 4


class NoSuchPairError(HouseError):
    """The code book does not hold both releases of {source} to compare: see what is loaded."""


@dataclass(frozen=True)
class Pair:
    """Two releases of a source, by their first days."""

    source: str
    variant: str
    old: date
    new: date


@dataclass(frozen=True)
class Leaves:
    """What changed: how much of each kind, and the first of it."""

    old: Release
    new: Release
    counts: Mapping[Change, int]
    first: Mapping[Change, tuple[Difference, ...]]


class Leafing:
    """Compares releases of the book on the shelf; threads may share it."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._turn = threading.Lock()
        self._kept: OrderedDict[tuple[Release, Release], Leaves] = OrderedDict()

    def pairs(self) -> list[Pair]:
        """Return every release that has one before it, with that one: by source, newest first."""
        book = self._shelf.book()
        found = [self.before(release, book) for release in reversed(book.releases())]
        return sorted((pair for pair in found if pair), key=lambda pair: (pair.source, pair.variant))

    def before(self, release: Release, book: Book | None = None) -> Pair | None:
        """Return a release with the one it follows, None where the book has none before it."""
        earlier = previous(book or self._shelf.book(), release)
        if earlier is None:
            return None
        return Pair(release.source, release.variant, earlier.release.effective, release.effective)

    def between(self, pair: Pair) -> Leaves:
        """Return what changed between the two; raise `NoSuchPairError`."""
        book = self._shelf.book()
        before, after = (_volume(book, pair, day) for day in (pair.old, pair.new))
        key = before.release, after.release
        with self._turn:  # who asks meanwhile for the same gets it without comparing again
            if key not in self._kept:
                self._kept[key] = _compared(before, after)
            self._kept.move_to_end(key)
            while len(self._kept) > _COMPARISONS:
                self._kept.popitem(last=False)
            return self._kept[key]


def _volume(book: Book, pair: Pair, day: date) -> Volume:
    for volume in book.volumes(pair.source):
        if pair.source and (volume.release.effective, volume.release.variant) == (day, pair.variant):
            return volume
    raise NoSuchPairError(source=pair.source)


def _compared(before: Volume, after: Volume) -> Leaves:
    counts = dict.fromkeys(Change, 0)
    first: dict[Change, list[Difference]] = {change: [] for change in Change}
    for one in differing(before, after):
        counts[one.change] += 1
        if len(first[one.change]) < MOST_KEPT:
            first[one.change].append(one)
    kept = {change: tuple(differences) for change, differences in first.items()}
    return Leaves(before.release, after.release, counts, kept)
