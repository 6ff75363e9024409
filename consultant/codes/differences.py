"""What changed between two releases of a source: codes and rows that came, went, were reworded, opened or closed.

A code that ends counts as terminated whether the newer file dates its end or leaves it out.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from consultant.codes.book import Book, Volume
from consultant.codes.changed_rows import of_rows, tables
from consultant.codes.changes import Change, Difference, Differences
from consultant.codes.entries import Release
from consultant.errors import HouseError

_CODES = """
SELECT key, system, code, CASE long WHEN '' THEN short ELSE long END, billable, terminated, attributes FROM code
WHERE release = ? AND kind IN ('code', 'modifier') ORDER BY key, system
"""
_UNTOLD = ("action", "action effective")  # what the agency did to a code this quarter is no property of it


class NoSuchReleaseError(HouseError):
    """The code book has no release "{name}"{of_source}; it has: {known}. Name one so, or by its first day."""


class NoPairOfReleasesError(HouseError):
    """The releases "{old}" and "{new}" fit several sources: {sources}. Name one with --source."""


class NotComparableError(HouseError):
    """The releases "{old}" and "{new}" are of different sources: compare two of one, as `codes status` lists them."""


def compare(book: Book, old: str, new: str, source: str = "") -> Differences:
    """Return what changed from one release to another, each named by name, part of a name or first day.

    Raises an error that says what to name where the names fit none, or several.
    """
    before, after = _chosen(book, old, new, source)
    return between(before, after)


def between(before: Volume, after: Volume) -> Differences:
    """Return what changed from one release of a source to another."""
    return Differences(after.release.source, before.release, after.release, tuple(differing(before, after)))


def differing(before: Volume, after: Volume) -> Iterator[Difference]:
    """Yield what changed, one after the other, for whoever cannot keep it all."""
    for one in chain(_of_codes(before, after), *(of_rows(table, before, after) for table in tables(before, after))):
        if one.what or not _by_silence(one.change, before.release, after.release):
            yield one


def _by_silence(change: Change, old: Release, new: Release) -> bool:
    """Tell whether a difference is only that a release lacks a row which may be in a file of it not loaded."""
    came = change in {Change.ADDED, Change.OPENED}
    return old.partial if came else new.partial


def previous(book: Book, release: Release) -> Volume | None:
    """Return the release that one follows in the book: the latest earlier one of its source and variant."""
    earlier = [
        volume
        for volume in book.volumes(release.source)
        if volume.release.variant == release.variant and volume.release.effective < release.effective
    ]
    return max(earlier, key=lambda volume: volume.release.effective, default=None)


def _chosen(book: Book, old: str, new: str, source: str) -> tuple[Volume, Volume]:
    volumes = book.volumes(source)
    olds, news = (_named(name, volumes, source) for name in (old, new))
    of_source = [(one, other) for one in olds for other in news if one.release.source == other.release.source]
    alike = [(one, other) for one, other in of_source if one.release.variant == other.release.variant]
    pairs = alike or of_source
    if not pairs:
        raise NotComparableError(old=old, new=new)
    if len(pairs) > 1:
        raise NoPairOfReleasesError(old=old, new=new, sources=", ".join(dict.fromkeys(map(_source_of, pairs))))
    return pairs[0]


def _source_of(pair: tuple[Volume, Volume]) -> str:
    return f"{pair[1].release.source} ({pair[1].release.name})"


def _named(name: str, volumes: Sequence[Volume], source: str) -> list[Volume]:
    """Return the releases a name may mean: exactly so called, else beginning on that day, else called so in part."""
    wanted = name.strip().casefold()
    for fits in (
        lambda release: release.name.casefold() == wanted,
        lambda release: release.effective.isoformat() == wanted,
        lambda release: wanted in release.name.casefold(),
    ):
        found = [volume for volume in volumes if wanted and fits(volume.release)]
        if found:
            return found
    known = ", ".join(f"{volume.release.source} {volume.release.name}" for volume in volumes) or "none"
    raise NoSuchReleaseError(name=name, of_source=f" of {source}" if source else "", known=known)


@dataclass(frozen=True, slots=True)
class _Code:
    code: str
    title: str
    billable: int | None
    terminated: str | None
    attributes: str


def _of_codes(before: Volume, after: Volume) -> Iterator[Difference]:
    olds, news = _codes(before), _codes(after)
    for key in sorted(olds.keys() | news.keys()):
        old, new = olds.get(key), news.get(key)
        if new is None:
            assert old is not None  # the key is of one of the two
            if not old.terminated:
                yield Difference(Change.TERMINATED, "code", (old.code,), old.title)
        elif old is None:
            yield Difference(Change.ADDED, "code", (new.code,), new.title)
        elif old != new:
            yield from _of_code(old, new)


def _codes(volume: Volume) -> dict[tuple[str, str], _Code]:
    return {(row[0], row[1]): _Code(*row[2:]) for row in volume.rows(_CODES)}


def _of_code(old: _Code, new: _Code) -> Iterator[Difference]:
    if new.terminated and not old.terminated:
        yield Difference(Change.TERMINATED, "code", (new.code,), new.title, ("terminated",), ("",), (new.terminated,))
    elif old.terminated and not new.terminated:
        yield Difference(Change.ADDED, "code", (new.code,), new.title, ("terminated",), (old.terminated,), ("",))
    if old.title.casefold() != new.title.casefold():  # one source writes in capitals in one year, and not in the next
        yield Difference(Change.REWORDED, "code", (new.code,), new.title, ("title",), (old.title,), (new.title,))
    was, is_ = _properties(old), _properties(new)
    what = tuple(name for name in sorted(was.keys() | is_.keys()) if was.get(name, "") != is_.get(name, ""))
    if what:
        changed = (tuple(side.get(name, "") for name in what) for side in (was, is_))
        yield Difference(Change.CHANGED, "code", (new.code,), new.title, what, *changed)


def _properties(code: _Code) -> dict[str, str]:
    attributes: dict[str, str] = json.loads(code.attributes) if code.attributes else {}
    told = {
        name: value
        for name, value in attributes.items()
        if name not in _UNTOLD and not name.endswith((" meaning", " descriptor"))
    }
    return told if code.billable is None else {**told, "billable": "yes" if code.billable else "no"}
