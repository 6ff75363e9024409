"""The lists beside the fee schedule: printed amounts, caps, anesthesia and equipment fees, counties, places, groups.

Each answers from its own release for a day; where it is not loaded, or does not list what is asked, it says nothing.
"""

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from consultant.codes.book import Book, Volume
from consultant.codes.fees import FeeLine, Indices
from consultant.codes.importers import (
    anesthesia,
    dmepos,
    fee_amounts,
    localities,
    opps_caps,
    place_of_service,
    rbcs,
)
from consultant.codes.shelving import key_of


def counties(book: Book, contractor: str, locality: str, on: date) -> tuple[str, ...]:
    """Return the counties of a payment locality, as CMS prints them."""
    statement = "SELECT counties FROM locality WHERE release = ? AND contractor = ? AND locality = ? ORDER BY line"
    rows = _rows(book.volume(localities.SOURCE, on), statement, contractor, locality)
    return tuple(dict.fromkeys(row[0] for row in rows))


def anesthesia_factor(book: Book, on: date, contractor: str = "", locality: str = "") -> Decimal | None:
    """Return the anesthesia conversion factor of a locality, or the nation's; None where it is not loaded."""
    volume = book.volume(anesthesia.SOURCE, on, "")
    if contractor:
        statement = "SELECT factor FROM anesthesia WHERE release = ? AND contractor = ? AND locality = ?"
        rows = _rows(volume, statement, contractor, locality)
    else:
        rows = _rows(volume, "SELECT factor FROM anesthesia_national WHERE release = ?")
    return Decimal(rows[0][0]) if rows else None


def printed_amounts(book: Book, line: FeeLine, indices: Indices, on: date) -> tuple[Decimal, Decimal] | None:
    """Return the non-facility and facility amounts CMS prints for a locality; None where its files are not loaded."""
    statement = (
        "SELECT nonfacility, facility FROM fee_amount"
        " WHERE release = ? AND code = ? AND modifier = ? AND contractor = ? AND locality = ?"
    )
    asked = line.code, line.modifier, indices.contractor, indices.locality
    rows = _rows(book.volume(fee_amounts.SOURCE, on), statement, *asked)
    return (Decimal(rows[0][0]), Decimal(rows[0][1])) if rows else None


def cap(book: Book, line: FeeLine, indices: Indices, on: date) -> tuple[Decimal, Decimal] | None:
    """Return the facility and non-facility amounts that imaging may not exceed there; None where there is no cap."""
    statement = (
        "SELECT facility, nonfacility FROM opps_cap"
        " WHERE release = ? AND code = ? AND modifier = ? AND contractor = ? AND locality = ?"
    )
    asked = line.code, line.modifier, indices.contractor, indices.locality
    rows = _rows(book.volume(opps_caps.SOURCE, on), statement, *asked)
    return (Decimal(rows[0][0]), Decimal(rows[0][1])) if rows else None


def equipment_fee(
    book: Book, code: str, modifiers: Sequence[str], state: str, on: date
) -> tuple[Decimal | None, Decimal | None] | None:
    """Return the non-rural and rural fee for equipment in a state; None where the schedule does not list it so."""
    first, second, *_ = (*modifiers, "", "")
    statement = "SELECT fees FROM dmepos WHERE release = ? AND code = ? AND modifier = ? AND modifier2 = ?"
    rows = _rows(book.volume(dmepos.SOURCE, on), statement, key_of(code), first, second)
    fees = json.loads(rows[0][0]).get(state) if rows else None
    if fees is None:
        return None
    nonrural, rural = (Decimal(fee) if fee else None for fee in fees)
    return nonrural, rural


def place(book: Book, code: str, on: date) -> tuple[str, str] | None:
    """Return the name of a place of service and its site ("Facility", "Non-Facility" or ""); None if it is unknown."""
    statement = "SELECT name, site FROM place WHERE release = ? AND code = ?"
    rows = _rows(book.volume(place_of_service.SOURCE, on), statement, code)
    return (rows[0][0], rows[0][1]) if rows else None


def group(book: Book, code: str, on: date) -> tuple[str, str, str] | None:
    """Return the RBCS category, subcategory and family a code is in on a day; None where it is in none."""
    statement = (
        "SELECT category, subcategory, family FROM rbcs"
        " WHERE release = ? AND code = ? AND assigned <= ? AND ended >= ? ORDER BY assigned DESC LIMIT 1"
    )
    rows = _rows(book.volume(rbcs.SOURCE, on), statement, key_of(code), on.isoformat(), on.isoformat())
    return (rows[0][0], rows[0][1], rows[0][2]) if rows else None


def _rows(volume: Volume | None, statement: str, *parameters: str) -> list[Sequence[str]]:
    return volume.rows(statement, *parameters) if volume else []
