"""A procedure code and a date as the cells of NCCI files hold them.

A code is five characters, of which a workbook may hold `00100` as the number 100. Dates become numbers that sort as
they do, YYYYMMDD, for two and a half million of them are kept.
"""

import re
from collections.abc import Mapping
from datetime import datetime

NEVER = 0  # in place of a date that has not been set

_CODE = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z]")
_SHORTENED = re.compile(r"[0-9]{3,4}")


class Codes(dict[str, str]):
    """Cells as codes, each looked at once; a cell that is none raises `KeyError`."""

    def __init__(self, *, from_workbook: bool = False) -> None:
        """`from_workbook` gives shortened numbers their zeros back."""
        super().__init__()
        self._from_workbook = from_workbook

    def __missing__(self, cell: str) -> str:
        code = cell.zfill(5) if self._from_workbook and _SHORTENED.fullmatch(cell) else cell
        if not _CODE.fullmatch(code):
            raise KeyError(cell)
        self[cell] = code
        return code


class Days(dict[str, int]):
    """Cells as days, each looked at once; a cell that is none raises `KeyError`."""

    def __init__(self, written: str, known: Mapping[str, int] | None = None) -> None:
        """`written` is how a day is, as `strptime` has it: "%Y%m%d", or "%Y%j" for the year and the day in it.

        `known` are cells that say something else.
        """
        super().__init__(known or {})
        self._written = written

    def __missing__(self, cell: str) -> int:
        try:
            day = datetime.strptime(cell, self._written)  # noqa: DTZ007  a calendar day has no zone
        except ValueError as error:
            raise KeyError(cell) from error
        if f"{day:{self._written}}" != cell:  # the 366th day of a common year, a month of one digit
            raise KeyError(cell)
        self[cell] = int(f"{day:%Y%m%d}")
        return self[cell]
