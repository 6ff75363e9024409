"""Header values as text: encoded words decoded, controls removed, ids found, and nothing a stranger writes can raise.

A decoded value never holds a line break or another control character, so that it may be shown, logged or put into a
letter of our own without becoming a second header.
"""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from consultant.intake.charsets import decode

MOST_PARAMETERS = 100
LONGEST_MESSAGE_ID = 998  # RFC 5322, section 2.1.1: no line is longer

# RFC 2047, section 2; blanks inside the encoded text are against it, and common.
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?([^?]*)\?=")
_FOLD = re.compile(r"[ \t]*[\r\n][ \t\r\n]*")
# C0, DEL, C1, the line and paragraph separators, and the marks that turn the reading direction of a name around.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")
_MESSAGE_ID = re.compile(r"<[^<>\s\x00-\x1f\x7f]{1,996}>")
_PARAMETER = re.compile(r'\s*([^=;\s"]{1,100})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))', re.DOTALL)
_CONTINUATION = re.compile(r"([^*]{1,80})\*(?:(\d{1,4})(\*?))?")


def header_text(raw: str) -> str:
    """Return a raw header value (8-bit bytes as surrogates) as one clean line of text (RFC 2047)."""
    if raw.isascii() and raw.isprintable() and "=?" not in raw:
        return raw.strip()  # as most are
    return _clean(_decode_words(raw_text(raw)))


def raw_text(raw: str) -> str:
    """Return a raw header value unfolded, its 8-bit bytes read as UTF-8 or windows-1252, encoded words untouched."""
    if not raw.isascii():
        raw = decode(raw.encode("utf-8", "surrogateescape"), "utf-8").text
    return _FOLD.sub(" ", raw).strip()


def message_ids(value: str, most: int, *, newest: bool = False) -> tuple[str, ...]:
    """Return the first message ids of a header, or the `newest` (last) ones, each once and with its angle brackets."""
    found = tuple(dict.fromkeys(_MESSAGE_ID.findall(value)))
    return found[-most:] if newest else found[:most]


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """Return a structured value's first word and its parameters, both lower-case by name (RFC 2045, 2231)."""
    value = raw_text(value)
    word, _, rest = value.partition(";")
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, given in _given_parameters(rest):
        continued = _CONTINUATION.fullmatch(name)
        if continued is None:
            plain.setdefault(name, _clean(_decode_words(given)))
        else:
            place, encoded = int(continued[2] or 0), continued[2] is None or continued[3] == "*"
            pieces.setdefault(continued[1], {}).setdefault(place, (given, encoded))
    joined = {name: _clean(_joined(parts)) for name, parts in pieces.items()}
    return word.strip().lower(), plain | joined


def _given_parameters(rest: str) -> Iterator[tuple[str, str]]:
    """Walk over `name=value; name="value"`, skipping what is neither."""
    position = 0
    for _ in range(MOST_PARAMETERS):
        match = _PARAMETER.match(rest, position)
        if match:
            quoted = match[2]
            yield match[1].lower(), match[3].strip() if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
            position = match.end()
        position = rest.find(";", position) + 1
        if not position:
            return


def _joined(parts: dict[int, tuple[str, bool]]) -> str:
    """Put the pieces of one RFC 2231 parameter together; the first may name the charset: `utf-8'en'...`."""
    charset = "utf-8"
    first, encoded = parts.get(0, ("", False))
    if encoded and first.count("'") >= 2:  # noqa: PLR2004  charset'language'value
        charset, _, first = first.split("'", 2)
        parts = parts | {0: (first, encoded)}
    raw = b"".join(
        unquote_to_bytes(text) if is_encoded else text.encode("utf-8", "replace")
        for _, (text, is_encoded) in sorted(parts.items())
    )
    return decode(raw, charset).text


def _decode_words(text: str) -> str:
    """Decode the encoded words of a value; bytes of neighbours in one charset are joined before they are decoded."""
    if "=?" not in text:
        return text
    done: list[str] = []
    waiting, waiting_charset, position = b"", "", 0
    for word in _ENCODED_WORD.finditer(text):
        between, charset = text[position : word.start()], word[1].partition("*")[0].lower()
        if waiting and (between.strip() or charset != waiting_charset):
            done.append(decode(waiting, waiting_charset).text)
            waiting = b""
        if between.strip() or not position:
            done.append(between)
        # RFC 2047, section 5 (3): a character must not be split across words; many mailers do it all the same.
        waiting, waiting_charset, position = waiting + _word_bytes(word[2], word[3]), charset, word.end()
    if waiting:
        done.append(decode(waiting, waiting_charset).text)
    done.append(text[position:])
    return "".join(done)


def _word_bytes(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return quopri.decodestring(raw, header=True)
    return _base64_bytes(raw)


def _base64_bytes(raw: bytes) -> bytes:
    """Decode base64 as far as it goes: strange characters are skipped and missing padding is supplied."""
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    try:
        return base64.b64decode(letters + b"=" * (-len(letters) % 4))
    except binascii.Error:
        # One letter beyond a multiple of four holds six bits, which is no byte.
        return base64.b64decode(letters[: len(letters) // 4 * 4])


def _clean(text: str) -> str:
    return _CONTROLS.sub(" ", _LONE_SURROGATES.sub("\ufffd", text)).strip()
