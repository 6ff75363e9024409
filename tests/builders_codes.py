"""Small code books on real files: a few public-domain HCPCS Level II lines in the agency's layout, written by us."""

from datetime import UTC, datetime
from pathlib import Path

from consultant.codes.building import import_files

_RECORD = 320


def a_hcpcs_line(  # noqa: PLR0913  a record is what its columns say
    code: str, text: str, *, coverage: str = "", added: str = "19960101", ended: str = "", modifier: bool = False
) -> str:
    """Return one record of the 320-column file: first line of a code, or of a modifier."""
    columns = [" "] * _RECORD
    fields = (
        (1, code.rjust(5)),
        (6, "00100"),
        (11, "7" if modifier else "3"),
        (12, text[:80]),
        (92, text[:28]),
        (230, coverage),
        (269, added),
        (277, added),
        (285, ended),
        (293, "N"),
    )
    for first, value in fields:
        columns[first - 1 : first - 1 + len(value)] = value
    return "".join(columns)


def import_hcpcs(book: Path, *lines: str) -> Path:
    """Add an October 2026 edition of these lines to a book and return the book's path."""
    file = book.parent / "HCPC2026_OCT_ANWEB.txt"
    file.write_text("".join(f"{line}\r\n" for line in lines), encoding="ascii", newline="")
    import_files(book, [file], now=datetime(2026, 11, 23, tzinfo=UTC))
    return book
