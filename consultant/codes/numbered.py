"""Lists whose numbers are glued to what they number: `1.99213` on one line, `2.99214` on the next."""

import re
from dataclasses import dataclass

_ITEM = re.compile(r"(?:\A|\n)[ \t>]{0,8}([0-9]{1,2})\.\Z")
_SECOND_ITEM = re.compile(r"\n[ \t>]{0,8}2\.[ ]?[A-Z]?[0-9]")
_REACH = 12  # characters before an item in which its line begins


@dataclass(slots=True)
class NumberedLines:
    """The numbered lines of one text, as far as they have been read.

    `1.99213` alone may be an amount or a factor, so only a list counts: its first item needs a second, and every later
    one the one before it.
    """

    plain: str
    read: int = 0
    has_second: bool | None = None

    def number_before(self, start: int) -> bool:
        """Tell whether the digits and the dot right before a place number the next item of a list; it is then read."""
        item = _ITEM.search(self.plain, max(0, start - _REACH), start)
        if not item or int(item[1]) != self.read + 1:
            return False
        if self.has_second is None:
            self.has_second = _SECOND_ITEM.search(self.plain, start) is not None
        self.read += self.has_second
        return self.has_second
