"""Bytes as text, whatever charset a stranger declared: that one, then UTF-8, then windows-1252. It never fails."""

import codecs
import re
from dataclasses import dataclass

# What mail calls by one name and means by another: each right-hand side reads everything the left one can.
_MEANT = {
    "ascii": "utf-8",
    "us-ascii": "utf-8",
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "iso8859-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "iso-2022-jp": "iso-2022-jp-ext",
    "big5": "big5hkscs",
    "cp-850": "cp850",
    "utf8": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "iso-8859-8-i": "iso-8859-8",
    "windows-1258": "cp1258",
}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,39}")
# Text encodings of mail; Python also knows punycode, idna and unicode_escape, which are slow or no charset of a letter.
_FAMILIES = ("utf-", "iso8859", "iso2022", "cp", "koi8", "mac-", "gb", "big5", "euc", "shift", "hz", "johab", "tis-620")
_MORE = frozenset({"ascii", "ptcp154", "kz1048", "hp-roman8"})


@dataclass(frozen=True)
class Decoded:
    """A text, and whether its declared charset was one we know and was true."""

    text: str
    known: bool = True
    true: bool = True


def decode(raw: bytes, charset: str) -> Decoded:
    """Return the text of some bytes; of an unknown or untrue charset the best guess is made and told."""
    name = _codec(charset or "us-ascii")
    try:
        if name:
            return Decoded(raw.decode(name))
    except UnicodeError:
        pass  # The declaration was untrue; the guess below is the answer, and `true` tells of it.
    return Decoded(_guess(raw), known=bool(name), true=False)


def _codec(charset: str) -> str:
    """Return the name of the Python codec for a declared charset, or the empty string."""
    charset = charset.strip().strip("\"'").lower()
    if not _NAME.fullmatch(charset):
        return ""
    try:
        name = codecs.lookup(_MEANT.get(charset, charset)).name
    except LookupError:
        return ""
    return name if name.startswith(_FAMILIES) or name in _MORE else ""


def _guess(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
