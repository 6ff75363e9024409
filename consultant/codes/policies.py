"""What Medicare's coverage policies list: which LCDs and Articles name a code, and which diagnoses they name for it.

A policy binds the contractor that holds it, and a list says what its group's paragraph says. That a diagnosis is listed
makes no pair of codes valid, and that it is not makes none invalid.
"""

from dataclasses import dataclass
from datetime import date

from consultant.codes.book import Book, Volume
from consultant.codes.entries import Release
from consultant.codes.shelving import key_of

SOURCE = "Medicare coverage"
KINDS = ("Article", "LCD")  # an NCD lists no codes in the database


@dataclass(frozen=True)
class Policy:
    """One version of a policy in force on the day asked; `contractors` hold it, where the book knows them."""

    kind: str
    display: str  # "L12345", "A54321"
    title: str
    effective: date | None
    ended: date | None
    contractors: tuple[str, ...]
    release: Release


@dataclass(frozen=True)
class Listing:
    """A code in a list of a policy: which list ("covered", "procedures"), its group, and the group's paragraph."""

    policy: Policy
    list: str
    group: int
    paragraph: str
    starred: bool  # the agency's asterisk: a condition stands in the paragraph


_LISTINGS = """
SELECT policy.number, policy.version, policy.display, policy.title, policy.effective, policy.ended,
       policy_code.list, policy_code.grp, policy_code.starred
FROM policy_code JOIN policy USING (release, number, version)
WHERE release = ? AND policy_code.code = ?
  AND (policy.effective IS NULL OR policy.effective <= ?) AND (policy.ended IS NULL OR policy.ended >= ?)
ORDER BY policy.number, policy.version DESC, policy_code.list, policy_code.grp
"""
_PARAGRAPH = (
    "SELECT paragraph FROM policy_group WHERE release = ? AND number = ? AND version = ? AND list = ? AND grp = ?"
)
_HOLDERS = """
SELECT DISTINCT contractor.name FROM policy_contractor JOIN contractor USING (release, contractor, type, edition)
WHERE release = ? AND number = ? AND version = ? ORDER BY contractor.name
"""


def listings(book: Book, code: str, on: date) -> tuple[Listing, ...]:
    """Return every list of a policy in force on a day that names a code; of a policy, its latest version in force."""
    found: list[Listing] = []
    for kind in KINDS:
        volume = book.volume(SOURCE, on, kind)
        if volume and _has(volume, "policy", "policy_code"):
            found += _in_force(volume, kind, code, on)
    return tuple(found)


def listed_together(book: Book, procedure: str, diagnosis: str, on: date) -> tuple[Listing, ...]:
    """Return the lists of diagnoses that name a diagnosis, in the policies that list a procedure."""
    policies = {listing.policy.display for listing in listings(book, procedure, on) if listing.list == "procedures"}
    return tuple(
        listing
        for listing in listings(book, diagnosis, on)
        if listing.policy.display in policies and listing.list in {"covered", "not covered"}
    )


def _in_force(volume: Volume, kind: str, code: str, on: date) -> list[Listing]:
    day = on.isoformat()
    latest: dict[int, int] = {}
    found: list[Listing] = []
    for number, version, display, title, effective, ended, where, group, starred in volume.rows(
        _LISTINGS, key_of(code), day, day
    ):
        if latest.setdefault(number, version) != version:
            continue
        policy = Policy(
            kind, display, title, _date(effective), _date(ended), _holders(volume, number, version), volume.release
        )
        paragraph = _paragraph(volume, number, version, where, group)
        found.append(Listing(policy, where, group, paragraph, bool(starred)))
    return found


def _paragraph(volume: Volume, *place: object) -> str:
    rows: list[tuple[str]] = volume.rows(_PARAGRAPH, *place) if _has(volume, "policy_group") else []
    return rows[0][0] if rows else ""


def _holders(volume: Volume, number: int, version: int) -> tuple[str, ...]:
    if not _has(volume, "policy_contractor", "contractor"):
        return ()
    return tuple(name for (name,) in volume.rows(_HOLDERS, number, version))


def _has(volume: Volume, *tables: str) -> bool:
    """Tell whether tables are there at all: each comes with its own file, and not all of them may be loaded."""
    marks = ", ".join("?" * len(tables))
    statement = f"SELECT count(*) FROM ledger WHERE ? > 0 AND name IN ({marks})"  # noqa: S608  only marks
    return bool(volume.rows(statement, *tables)[0][0] == len(tables))


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
