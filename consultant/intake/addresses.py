"""Addresses out of a header a stranger wrote: in one pass, without recursion, and never an address that is not there.

RFC 5322, section 3.4, with its comments, quoted names and groups. What cannot be read with certainty yields no address,
since an answer to the wrong person is worse than none: `alice@example.org)bob@example.org` is nobody (CVE-2023-27043).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

MOST_ADDRESSES = 500

_SIGN = re.compile(r'\\.?|["()<>,;:]|[^\\"()<>,;:]+', re.DOTALL)
_ADDRESS = re.compile(r'([^\s@<>()\[\]",;:\\\x00-\x1f\x7f]{1,64})@([^\s@<>()\[\]",;:\\\x00-\x1f\x7f]{1,255})')
_LONE_ANGLE = re.compile(r"<([^<>\s@]{1,64}@[^<>\s@]{1,255})>")


@dataclass(frozen=True)
class Mailbox:
    """One address (domain in lower case) and the name written beside it, encoded words untouched."""

    name: str
    address: str


def mailboxes(value: str) -> tuple[Mailbox, ...]:
    """Return the readable mailboxes of an address header, groups opened, at most `MOST_ADDRESSES`."""
    found: list[Mailbox] = []
    for piece in _pieces(value):
        mailbox = piece.mailbox()
        if mailbox is not None:
            found.append(mailbox)
        if len(found) == MOST_ADDRESSES:
            break
    return tuple(found) or _only_angle(value)


class _Kind(Enum):
    TEXT = auto()
    SIGN = auto()
    QUOTED = auto()
    COMMENT = auto()


@dataclass
class _Piece:
    """What stands between two commas, sorted as it is read."""

    phrase: list[str] = field(default_factory=list)
    bare: list[str] = field(default_factory=list)  # the same without quoted strings: only here may an address stand
    angle: list[str] = field(default_factory=list)
    comment: list[str] = field(default_factory=list)
    angles: int = 0
    in_angle: bool = False
    broken: bool = False

    def take(self, kind: _Kind, written: str) -> None:
        if kind is _Kind.SIGN and written in "<>)":
            # A second bracket of one kind, or one that closes nothing, and nobody knows who is meant.
            self.broken |= written == ")" or self.in_angle == (written == "<")
            self.angles += written == "<"
            self.in_angle = written == "<"
        elif kind is _Kind.COMMENT:
            self.comment.append(written)
        elif self.in_angle:
            self.angle.append(written)
        else:
            self.phrase.append(written)
            self.bare += [written] if kind is _Kind.TEXT else []

    def mailbox(self) -> Mailbox | None:
        written = "".join(self.angle if self.angles else self.bare).strip()
        if self.broken or self.in_angle or self.angles > 1:
            return None
        # RFC 5322, section 4.4: an obsolete source route, `<@relay.example:ann@example.org>`, ends at its colon.
        match = _ADDRESS.fullmatch(written.rpartition(":")[2] if written.startswith("@") else written)
        if match is None and not self.angles and written.count("@") == 1:
            match = _ADDRESS.fullmatch(written.split()[-1])  # `Ann Asker ann@asker.example`, its brackets forgotten
        if match is None:
            return None
        name = "".join(self.phrase) if self.angles else "".join(self.comment)
        return Mailbox(" ".join(name.split()), f"{match[1]}@{match[2].lower().rstrip('.')}")


def _pieces(value: str) -> Iterator[_Piece]:
    """Yield what stands between top-level commas and semicolons; the name of a group is left out."""
    piece = _Piece()
    for kind, written in _read(value):
        if kind is _Kind.SIGN and written in ",;" and not piece.in_angle:
            yield piece
            piece = _Piece()
        elif kind is _Kind.SIGN and written == ":" and not piece.in_angle:
            piece = _Piece()
        else:
            piece.take(kind, written)
    yield piece


def _read(value: str) -> Iterator[tuple[_Kind, str]]:
    """Sort a header's characters into text, signs, quoted strings and comments, in one pass."""
    quoted, depth = False, 0
    for sign in _SIGN.findall(value):
        if quoted:
            quoted = sign != '"'
            yield _Kind.QUOTED, sign.removeprefix("\\") if quoted else ""
        elif depth or sign == "(":
            depth += (sign == "(") - (sign == ")")
            yield _Kind.COMMENT, "" if sign in "()" else sign
        elif sign == '"':
            quoted = True
        else:
            yield (_Kind.SIGN if sign in "<>,;:)" else _Kind.TEXT), sign
    if quoted or depth:
        yield _Kind.SIGN, ")"  # never closed: what was read so far cannot be believed


def _only_angle(value: str) -> tuple[Mailbox, ...]:
    """Return the one address in angle brackets of a header that is otherwise broken, such as by an unclosed quote."""
    if value.count("<") != 1:
        return ()
    match = _LONE_ANGLE.search(value)
    address = _ADDRESS.fullmatch(match[1]) if match else None
    if match is None or address is None:
        return ()
    name = value[: match.start()].replace('"', " ")
    return (Mailbox(" ".join(name.split()), f"{address[1]}@{address[2].lower()}"),)
