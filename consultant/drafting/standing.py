"""How one code stands on the day: complete, a heading, ended, unknown, or not to be read for want of its source."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from consultant.codes.book import Book
from consultant.codes.diagnoses import lacks_only_the_seventh
from consultant.codes.entries import Entry, Release, Status, System
from consultant.codes.releases import in_force
from consultant.drafting.findings import Finding, Kind, not_loaded, read_from
from consultant.drafting.gaps import SYSTEM_SOURCES, Gap, loaded
from consultant.drafting.neighbours import neighbours
from consultant.drafting.questions import AskedCode

MOST_CHILDREN = 8

_STATUS_KINDS = {
    Status.ACTIVE: Kind.VALID,
    Status.HEADER: Kind.HEADER,
    Status.TERMINATED: Kind.TERMINATED,
    Status.NOT_YET: Kind.NOT_YET,
}


@dataclass(frozen=True)
class Choice:
    """One code below a heading: what its title adds, and whether it is a heading itself."""

    code: str
    title: str
    heading: bool


def standing(asked: AskedCode, entry: Entry, book: Book) -> Iterator[Finding]:
    """Yield how a code stands; what its instructions say is another matter."""
    if entry.found and entry.release:
        yield from _of_entry(entry, book)
    elif asked.system is System.CPT:
        yield not_loaded(Kind.NUMBER_ONLY, (asked.code,), Gap.CPT, {"category": entry.category})
    else:
        yield from _of_unknown(asked, entry.on, book, book.releases())


def _of_unknown(asked: AskedCode, on: date, book: Book, releases: Sequence[Release]) -> Iterator[Finding]:
    gap = _gap_of(asked)
    if not loaded(gap, releases):
        yield not_loaded(Kind.NOT_LOADED, (asked.code,), gap, {"system": gap})
        return
    release = release_on(asked.system, on, releases)
    yield read_from(Kind.UNKNOWN, (asked.code,), release, {"system": asked.system})
    near = neighbours(asked.code, asked.system, book, on)
    if near:
        values = {"near": near, "system": asked.system}
        yield read_from(Kind.NEIGHBOUR, (asked.code, *(entry.code for entry in near)), release, values)


def _gap_of(asked: AskedCode) -> Gap:
    dental = asked.system is System.HCPCS and asked.code.startswith("D")
    return Gap.CDT if dental else SYSTEM_SOURCES[asked.system]


def release_on(system: System, on: date, releases: Sequence[Release]) -> Release:
    """Return the release of that system a look-up on that day is answered from: in force, else nearest earlier."""
    own = [release for release in releases if loaded(SYSTEM_SOURCES[system], (release,))]
    speaking = in_force(own, on)
    assert speaking is not None  # asked only of systems that are loaded
    return speaking


def _of_entry(entry: Entry, book: Book) -> Iterator[Finding]:
    assert entry.release is not None
    kind = _STATUS_KINDS.get(entry.status, Kind.VALID)
    if entry.system is System.HCPCS and kind is Kind.VALID:
        kind = Kind.HCPCS
    values = {"entry": entry, "title": entry.long or entry.short, "seventh": lacks_only_the_seventh(entry)}
    yield read_from(kind, (entry.code,), entry.release, values)
    if kind is Kind.HEADER and entry.children:
        yield choices(entry, book)
    if entry.attributes.get("coverage"):
        yield read_from(Kind.COVERAGE, (entry.code,), entry.release, values)


def choices(entry: Entry, book: Book) -> Finding:
    """Return the codes one step below a heading, the first of them by name."""
    assert entry.release is not None
    shown = book.entries(entry.children[:MOST_CHILDREN], entry.on, entry.system)
    children = tuple(Choice(child.code, _beyond(entry, child), child.billable is False) for child in shown)
    values = {"children": children, "more": len(entry.children) - len(shown)}
    return read_from(Kind.CHILD, (entry.code, *(child.code for child in shown)), entry.release, values)


def _beyond(entry: Entry, child: Entry) -> str:
    """Return a child's title; of one that differs by its 7th character only, what that character adds."""
    heading, title = entry.long or entry.short, child.long or child.short
    return title.removeprefix(f"{heading}, ") if lacks_only_the_seventh(entry) else title
