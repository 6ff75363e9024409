"""One header line from one value: cleaned of controls, encoded and folded so that any relay takes it.

Whatever the value, the result is one header with the name given, and no line in it is longer than RFC 5322 allows.
"""

import base64
import re
import unicodedata
from collections.abc import Iterable, Iterator

LINE = 76  # RFC 2047, section 2: a line holding an encoded word has at most 76 characters
ENCODED_BYTES = 39  # of UTF-8 in one encoded word, so that "Reply-To: " and the word fit one line
LONGEST_TEXT = 250  # characters of a subject or a name; Outlook keeps 255
LONGEST_ID = 500  # characters of a message id; a longer one cannot stand on one line (RFC 5322, section 2.1.1)

_ID = re.compile(r"<[!-;=?-~]{1,498}>")  # visible ASCII without angle brackets; real ones do not always hold an @
_SPACE = re.compile(r"\s+")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")  # RFC 5322, section 3.2.3
# Marks that turn the reading direction: a name must not be shown as another one.
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})


def cleaned(value: str) -> str:
    """Return the value as one line of at most `LONGEST_TEXT`: no controls or turning marks, blanks single."""
    visible = "".join(" " if _unfit(character) else character for character in value[: 4 * LONGEST_TEXT])
    return _SPACE.sub(" ", visible).strip()[:LONGEST_TEXT].rstrip()


def text(name: str, value: str) -> str:
    """Return an unstructured header such as Subject; what is not plain ASCII becomes encoded words (RFC 2047)."""
    value = cleaned(value)
    words = value.split(" ") if _plain(value) else encoded_words(value)
    return folded(name, words, " ")


def mailbox(name: str, display: str, address: str) -> str:
    """Return a header holding one address with a display name; the address is taken as it is."""
    display = cleaned(display)
    if not display:
        return folded(name, [address], " ")
    return folded(name, [*_phrase(display), f"<{address}>"], " ")


def folded(name: str, items: Iterable[str], separator: str) -> str:
    """Return the header with its items parted by the separator and folded before the line gets too long.

    An item is never broken; the first stands on the first line, as some relays drop a line of blanks.
    """
    lines = [f"{name}:"]
    for position, item in enumerate(items):
        glue = "" if position == 0 else separator.rstrip()
        fits = len(lines[-1]) + len(glue) + 1 + len(item) <= LINE
        lines[-1] += glue
        if fits or position == 0:
            lines[-1] += f" {item}"
        else:
            lines.append(f" {item}")
    return "\r\n".join(lines) + "\r\n"


def message_ids(values: Iterable[str]) -> list[str]:
    """Return the well-formed message ids among the values, each once and in order (RFC 5322, section 3.6.4)."""
    whole = (value.strip() for value in values if len(value) <= LONGEST_ID)
    return list(dict.fromkeys(value for value in whole if _ID.fullmatch(value)))


def encoded_words(value: str) -> Iterator[str]:
    """Cut the value into base64 encoded words of UTF-8, never inside a character (RFC 2047, section 5)."""
    chunk = b""
    for character in value:
        octets = character.encode()
        if len(chunk) + len(octets) > ENCODED_BYTES:
            yield _encoded_word(chunk)
            chunk = b""
        chunk += octets
    yield _encoded_word(chunk)


def _encoded_word(chunk: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(chunk).decode()}?="


def _unfit(character: str) -> bool:
    return character in _TURNING or unicodedata.category(character) in _UNPRINTABLE


def _plain(value: str) -> bool:
    """Tell whether a value can stand unencoded: ASCII, no word too long, and nothing a reader would decode."""
    return value.isascii() and "=?" not in value and max(map(len, value.split(" "))) < LINE


def _phrase(display: str) -> list[str]:
    if not _plain(display):
        return list(encoded_words(display))
    if _ATOMS.fullmatch(display):
        return display.split(" ")
    quoted = display.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"'.split(" ")
