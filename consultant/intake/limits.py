"""How large and how deep a message may be before it is parsed: counted on the raw bytes, each in one pass.

The parser behind this door takes time for every line at every depth, and more than that for long parameters
(CPython issue 136063). What passes here is parsed in seconds at worst; what does not is kept for a person to look at.
"""

import re
from collections.abc import Iterator

from consultant.errors import HouseError

MOST_HEADER_BYTES = 256 * 1024
MOST_HEADER_LINES = 1000
MOST_PARTS = 1000
MOST_DEPTH = 100  # Postfix: mime_nesting_limit
MOST_DASHED_LINES = 20_000  # any of them may end a part whose boundary is written in a way we do not see
MOST_LINES = 1_000_000  # lines times depth
LONGEST_STRUCTURED_FIELD = 16 * 1024
MOST_LONG_FIELD_BYTES = 64 * 1024
_LONG_FIELD = 1024

# The parser's own idea of a header line: a mailbox separator, a name with its colon, or a folded line.
_HEADER_LINE = re.compile(rb"(?:From |[!-9;-~]{0,998}:|[\t ])[^\n]*(?:\n|$)")
_STRUCTURED = re.compile(rb"content-[a-z-]{1,40}:[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE)
_CONTAINER = re.compile(rb"\A[^:]*:\s*(multipart|message)/", re.IGNORECASE)
_BOUNDARY = re.compile(rb'boundary\s{0,100}=\s{0,100}(?:"([^"\n]{1,200})"|([^\s;"]{1,200}))', re.IGNORECASE)
_DASHED = re.compile(rb"--[^\n]{1,210}")


_Matches = Iterator[re.Match[bytes]]


class UnreadableMailError(HouseError):
    """This message cannot be read: {reason}.

    It is kept as it came; look at its raw text, or ask for it to be sent anew.
    """


def check_limits(raw: bytes) -> None:
    """Raise UnreadableMailError when a message is too much to parse, naming the first limit it breaks.

    Its line ends are single line feeds already.
    """
    _check_header(raw)
    fields = list(_matches_at_line_start(_STRUCTURED, raw, raw.lower(), b"content-"))
    long_fields = [len(match[0]) for match in fields if len(match[0]) > _LONG_FIELD]
    _refuse_above(max(long_fields, default=0), LONGEST_STRUCTURED_FIELD, "bytes in one content field")
    _refuse_above(sum(long_fields), MOST_LONG_FIELD_BYTES, "bytes in long content fields")
    depth = _check_parts(raw, fields)
    _refuse_above(raw.count(b"\n") * max(depth, 1), MOST_LINES, "lines at their depth")


def _check_header(raw: bytes) -> None:
    position = lines = 0
    while position < len(raw) and (line := _HEADER_LINE.match(raw, position)):
        position, lines = line.end(), lines + 1
        _refuse_above(lines, MOST_HEADER_LINES, "header lines")
        _refuse_above(position, MOST_HEADER_BYTES, "bytes of header")


def _matches_at_line_start(pattern: re.Pattern[bytes], raw: bytes, searched: bytes, start: bytes) -> _Matches:
    """Try a pattern wherever a line of the searched copy begins so: ten times faster than a multi-line pattern."""
    position = 0 if searched.startswith(start) else searched.find(b"\n" + start) + 1 or -1
    while position >= 0:
        match = pattern.match(raw, position)
        if match:
            yield match
        position = searched.find(b"\n" + start, position) + 1 or -1


def _check_parts(raw: bytes, fields: list[re.Match[bytes]]) -> int:
    """Count parts and depth as a parser would meet them; return the depth."""
    if not any(_CONTAINER.match(field[0]) for field in fields):
        return 0
    dashed = list(_matches_at_line_start(_DASHED, raw, raw, b"--"))
    _refuse_above(len(dashed), MOST_DASHED_LINES, "lines that may part it")
    nesting = _Nesting()
    deepest = 0
    for event in sorted([*fields, *dashed], key=re.Match.start):
        if event[0].startswith(b"--"):
            nesting.cross(event[0][2:].rstrip())
        elif _CONTAINER.match(event[0]):
            nesting.enter(event[0])
        deepest = max(deepest, len(nesting.open))
        _refuse_above(nesting.parts, MOST_PARTS, "parts")
        _refuse_above(deepest, MOST_DEPTH, "parts within parts")
    return deepest


class _Nesting:
    """The containers we are inside of, by their boundaries, at one place of a message."""

    def __init__(self) -> None:
        self.open: list[bytes] = []
        self.depth_of: dict[bytes, int] = {}
        self.parts = 0

    def enter(self, field: bytes) -> None:
        """Go into the multipart or message that a Content-Type field announces."""
        declared = _BOUNDARY.search(field)
        name = (declared[1] or declared[2]) if declared else b""
        self.depth_of.setdefault(name, len(self.open))
        self.open.append(name)

    def cross(self, line: bytes) -> None:
        """Leave what a boundary line ends; `line` is without its two dashes."""
        ends = line not in self.depth_of
        boundary = line.removesuffix(b"--") if ends else line
        if boundary not in self.depth_of:
            return
        self.parts += 1
        stay = self.depth_of[boundary] + (not ends)
        while len(self.open) > stay:
            self.depth_of.pop(self.open.pop(), None)
        if not ends:
            self.depth_of.setdefault(boundary, stay - 1)


def _refuse_above(count: int, most: int, what: str) -> None:
    if count > most:
        raise UnreadableMailError(reason=f"it has more than {most:,} {what}")
