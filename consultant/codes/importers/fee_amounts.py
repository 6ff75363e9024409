"""The physician fee schedule as amounts, code by code and locality by locality: CMS's payment amount files (PFREV).

Layout: quoted csv without a header, 16 columns: year, contractor, locality, code, modifier, non-facility amount,
facility amount, filler, PC/TC indicator, status, multiple surgery indicator, therapy reduction amounts (professional
and institutional claims), OPPS indicator, OPPS non-facility and facility amounts. Amounts carry leading zeros. The file
ends in `TRL` lines with the notices of the AMA and the ADA, so that one without them was cut short. A whole file has
about a million rows: each is read by one pattern, and cell by cell only where that fails.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from consultant.codes.importers.documents import Document, WrongFileError
from consultant.codes.importers.edition import Ledger, Table, Terms
from consultant.codes.importers.fee_periods import names_on, quarter_told
from consultant.codes.importers.sheets import Line, lines_of

SOURCE = "Physician fee amounts"
PUBLISHER = "CMS"
EXPECTED = "a row of the payment amount file (16 quoted columns)"


class Amount(NamedTuple):
    """What Medicare pays for one code and modifier in one locality; `capped` is OPPS indicator 1, 9 where it is not."""

    code: str
    modifier: str
    contractor: str
    locality: str
    nonfacility: str
    facility: str
    status: str
    capped: str
    opps_nonfacility: str
    opps_facility: str


TABLE = Table(
    "fee_amount",
    tuple(f"{field} TEXT NOT NULL" for field in Amount._fields),
    ("code", "modifier", "contractor", "locality"),
)

_AMOUNT = "([0-9]{1,7})\\.([0-9]{2})"
_FORMS = (  # what stands between the quotes of each column, and what to call it
    ("20[0-9]{2}", "a year"),
    ("([0-9]{5})", "a contractor of five digits"),
    ("([0-9]{2})", "a locality of two digits"),
    ("([0-9A-Z][0-9]{3}[0-9A-Z])", "a code of five characters"),
    ("([0-9A-Z]{2}|  )", "a modifier of two characters, or blanks"),
    (_AMOUNT, "an amount"),
    (_AMOUNT, "an amount"),
    (" ?", "a filler"),
    ("[0-9 ]", "a PC/TC indicator"),
    ("([A-Z])", "a status indicator"),
    ("[0-9 ]", "a multiple surgery indicator"),
    (_AMOUNT, "an amount"),
    (_AMOUNT, "an amount"),
    ("([0-9 ])", "an OPPS indicator"),
    (_AMOUNT, "an amount"),
    (_AMOUNT, "an amount"),
)
_ROW = re.compile(",".join(f'"{form}"' for form, _ in _FORMS))
_TRAILER = '"TRL'


def knows_line(text: str) -> bool:
    """Tell whether a line of text is a row of this file."""
    return _ROW.fullmatch(text.rstrip()) is not None


def read_text(document: Document) -> Ledger:
    """Return the ledger; reading its rows raises `WrongFileError` naming line and column."""
    first = next(line.text for line in islice(lines_of(document), 40) if knows_line(line.text))
    quarter = quarter_told(first[1:5], *names_on(document.trail))
    return Ledger(SOURCE, quarter.name, PUBLISHER, quarter.effective, {TABLE: _amounts(document)}, Terms.AMA)


def _amounts(document: Document) -> Iterator[Amount]:
    ended = False
    for line in lines_of(document):
        text = line.text.rstrip("\x1a ")
        if text.startswith(_TRAILER):
            ended = True
        elif found := _ROW.fullmatch(text):
            yield _amount(found)
        elif text:
            raise _wrong(document, line)
    if not ended:
        raise WrongFileError(file=document.name, place="its end", expected="a whole file, which ends in lines of TRL")


def _amount(found: re.Match[str]) -> Amount:
    contractor, locality, code, modifier, *amounts = found.groups()
    status, capped = amounts[4], amounts[9]
    nonfacility, facility, opps_nonfacility, opps_facility = (
        f"{int(amounts[at])}.{amounts[at + 1]}" for at in (0, 2, 10, 12)
    )
    return Amount(
        *(code, modifier.strip(), contractor, locality, nonfacility, facility, status, capped.strip()),
        *(opps_nonfacility, opps_facility),
    )


def _wrong(document: Document, line: Line) -> WrongFileError:
    """Return the refusal that names the first column that is not as it should be."""
    cells = line.text.split(",")
    if len(cells) != len(_FORMS):
        place = f"line {line.number}, which has {len(cells)} columns,"
        return WrongFileError(file=document.name, place=place, expected=EXPECTED)
    at, cell, wanted = next(
        (at, cell, wanted)
        for at, (cell, (form, wanted)) in enumerate(zip(cells, _FORMS, strict=True), 1)
        if not re.fullmatch(f'"{form}"', cell.strip())
    )
    place = f"line {line.number}, column {at}, {cell[:20]},"
    return WrongFileError(file=document.name, place=place, expected=f"{wanted} in quotation marks")
