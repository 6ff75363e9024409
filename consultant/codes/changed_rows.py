"""What changed in the rows of a ledger between two releases: edits, limits, fees, policies.

Rows are compared by the key of their table without its end date, so that an edit that ends is closed and not another
edit; rows that are only numbered are compared whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from consultant.codes.book import Volume
from consultant.codes.changes import Change, Difference

PAGE = 50_000  # rows asked for at once, so that millions are never in memory together

_ENDS = frozenset({"deleted", "ended", "terminated"})
_NEVER = (None, "", 0, "9999-12-31")
_ORDINALS = frozenset({"nth", "line"})
_WORDS = frozenset({"ptp_rationale"})  # tables that only spell out what others number


@dataclass(frozen=True)
class Shape:
    """A table's columns: those that name a row, those that end it, and the rest."""

    name: str
    identity: tuple[str, ...]
    ends: tuple[str, ...]
    values: tuple[str, ...]
    key: tuple[str, ...]

    @property
    def paged(self) -> bool:
        """Tell whether the rows lie in the order of what names them."""
        return self.key[: len(self.identity)] == self.identity

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns as they are asked for."""
        return (*self.identity, *self.ends, *self.values)


def tables(before: Volume, after: Volume) -> list[Shape]:
    """Return the tables in which either release has rows that can be compared."""
    names = [name for (name,) in after.rows("SELECT name FROM ledger WHERE ? > 0 ORDER BY name") if name not in _WORDS]
    return [
        _shape(after, name)
        for name in names
        if any(volume.rows(f"SELECT 1 FROM {name} WHERE release = ? LIMIT 1") for volume in (before, after))  # noqa: S608  our own tables
    ]


def _shape(volume: Volume, table: str) -> Shape:
    rows = volume.rows("SELECT name, pk FROM pragma_table_info(?2) WHERE ?1 > 0 AND name != 'release'", table)
    columns = [name for name, _ in rows]
    key = tuple(name for name, place in sorted(rows, key=lambda row: int(row[1])) if place)
    identity = tuple(name for name in key if name not in _ENDS | _ORDINALS)
    ends = tuple(name for name in columns if name in _ENDS)
    if any(name in _ORDINALS for name in key):
        identity = tuple(name for name in columns if name not in _ENDS | _ORDINALS)
    values = tuple(name for name in columns if name not in {*identity, *ends} | _ORDINALS)
    return Shape(table, identity, ends, values, key)


def of_rows(shape: Shape, before: Volume, after: Volume) -> Iterator[Difference]:
    """Yield what differs in a table, walking both releases side by side in the order of what names a row."""
    olds, news = (_grouped(shape, volume) for volume in (before, after))
    old, new = next(olds, None), next(news, None)
    while old or new:
        if new is None or (old is not None and _sortable(old[0]) < _sortable(new[0])):
            assert old is not None  # the loop goes on while there is one
            yield from _gone(shape, *old)
            old = next(olds, None)
        elif old is None or _sortable(new[0]) < _sortable(old[0]):
            yield from _come(shape, *new)
            new = next(news, None)
        else:
            yield from _both(shape, old[0], old[1], new[1])
            old, new = next(olds, None), next(news, None)


_Group = tuple[tuple[Any, ...], list[tuple[Any, ...]]]


def _grouped(shape: Shape, volume: Volume) -> Iterator[_Group]:
    width = len(shape.identity)
    rows = _paged(shape, volume) if shape.paged else iter(volume.rows(_statement(shape)))
    for identity, group in groupby(rows, key=lambda row: row[:width]):
        yield identity, [row[width : width + len(shape.ends) + len(shape.values)] for row in group]


def _sortable(identity: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return what names a row as something that compares as the database orders it: nothing comes first."""
    return tuple((cell is not None, cell) for cell in identity)


def _statement(shape: Shape) -> str:
    order = ", ".join(shape.identity)
    return f"SELECT {', '.join(shape.columns)} FROM {shape.name} WHERE release = ? ORDER BY {order}"  # noqa: S608  our own columns


def _paged(shape: Shape, volume: Volume) -> Iterator[tuple[Any, ...]]:
    key = ", ".join(shape.key)
    marks = ", ".join("?" * len(shape.key))
    begun = f"SELECT {', '.join(shape.columns)}, {key} FROM {shape.name} WHERE release = ?"  # noqa: S608  our own columns
    ordered = f" ORDER BY {key} LIMIT {PAGE}"
    rows = volume.rows(begun + ordered)
    while rows:
        yield from rows
        rows = volume.rows(f"{begun} AND ({key}) > ({marks}){ordered}", *rows[-1][-len(shape.key) :])


def _gone(shape: Shape, identity: tuple[Any, ...], rows: list[tuple[Any, ...]]) -> Iterator[Difference]:
    if any(_open(shape, row) for row in rows):
        yield Difference(Change.CLOSED if shape.ends else Change.TERMINATED, shape.name, tuple(map(_said, identity)))


def _come(shape: Shape, identity: tuple[Any, ...], rows: list[tuple[Any, ...]]) -> Iterator[Difference]:
    if any(_open(shape, row) for row in rows):
        yield Difference(Change.OPENED if shape.ends else Change.ADDED, shape.name, tuple(map(_said, identity)))


def _both(
    shape: Shape, identity: tuple[Any, ...], olds: list[tuple[Any, ...]], news: list[tuple[Any, ...]]
) -> Iterator[Difference]:
    if olds == news:
        return
    old = next((row for row in olds if _open(shape, row)), None)
    new = next((row for row in news if _open(shape, row)), None)
    if old and new:
        yield from _changed(shape, Change.CHANGED, identity, old, new)
    elif old:
        yield from _changed(shape, Change.CLOSED, identity, old, news[-1])
    elif new:
        yield from _changed(shape, Change.OPENED, identity, olds[-1], new)


def _changed(
    shape: Shape, change: Change, identity: tuple[Any, ...], old: tuple[Any, ...], new: tuple[Any, ...]
) -> Iterator[Difference]:
    columns = (*shape.ends, *shape.values)
    differing = [place for place in range(len(columns)) if old[place] != new[place]]
    if differing:
        what = tuple(columns[place] for place in differing)
        before, after = (tuple(_said(row[place]) for place in differing) for row in (old, new))
        yield Difference(change, shape.name, tuple(map(_said, identity)), "", what, before, after)


def _open(shape: Shape, row: tuple[Any, ...]) -> bool:
    """Tell whether a row has no end, however its file writes that there is none."""
    return all(end in _NEVER for end in row[: len(shape.ends)])


def _said(cell: Any) -> str:
    return "" if cell is None else str(cell)
