"""The public JSON shape of what changed between two releases, for the command line and the page."""

from typing import Any, TypeAlias

from consultant.codes.book import Book
from consultant.codes.changes import Change, Difference, Differences
from consultant.codes.differences import between, compare, previous
from consultant.codes.entries import Release

Shape: TypeAlias = dict[str, Any]


def diff(book: Book, old: str, new: str, source: str = "") -> Shape:
    """Return what changed from one release to another: `codes diff`."""
    return shown(compare(book, old, new, source))


def since_the_one_before(book: Book, release: Release) -> Shape | None:
    """Return what a release just imported changed against the one before it, None where the book has none before."""
    before = previous(book, release)
    after = next((volume for volume in book.volumes(release.source) if _same(volume.release, release)), None)
    return shown(between(before, after)) if before and after else None


def shown(differences: Differences) -> Shape:
    """Return the shape: a list and a count for each kind of change, in the order of the codes."""
    lists = {change.value: [_item(difference) for difference in differences.of(change)] for change in Change}
    return {
        "source": differences.source,
        "old": _release(differences.old),
        "new": _release(differences.new),
        "counts": {change: len(items) for change, items in lists.items()},
        **lists,
    }


def _same(one: Release, other: Release) -> bool:
    return (one.source, one.effective, one.variant) == (other.source, other.effective, other.variant)


def _release(release: Release) -> Shape:
    return {"release": release.name, "effective": release.effective.isoformat(), "partial": release.partial}


def _item(difference: Difference) -> Shape:
    changed = zip(difference.what, difference.before, difference.after, strict=True)
    return {
        "table": difference.table,
        "key": list(difference.key),
        "text": difference.text,
        "changes": [{"what": what, "before": before, "after": after} for what, before, after in changed],
    }
