"""The parts of a message: which of them are the letter's text, and what came with it.

Of alternatives the plain text is taken, else the HTML as text; several texts in a row are joined. Every other leaf is
listed as an attachment, never opened, and refused with its reason when it is too large, one too many, or of a kind that
can act.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.message import Message
from enum import StrEnum

from consultant.intake.charsets import decode
from consultant.intake.headers import header_text, parameters
from consultant.intake.mail import Attachment
from consultant.intake.markup import text_of_html

MOST_ATTACHMENTS = 50
MOST_ATTACHED_BYTES = 10 * 1024 * 1024
LONGEST_NAME = 255

# Programs, scripts, shortcuts and installers: what a double click would run.
_ACTIVE_NAMES = (  # noqa: SIM905  forty quoted words are harder to read
    ".ade .adp .apk .app .bat .chm .cmd .com .cpl .dll .dmg .exe .hta .htm .html .ins .iso .jar .js .jse .lnk .mde "
    ".msc .msi .msp .mst .pif .ps1 .reg .scr .sct .sh .shtml .svg .sys .vb .vbe .vbs .wsf .wsh .xht .xhtml .xll"
).split()
_ACTIVE_TYPES = frozenset(
    {
        "application/hta",
        "application/java-archive",
        "application/javascript",
        "application/x-msdos-program",
        "application/x-msdownload",
        "application/x-sh",
        "application/xhtml+xml",
        "image/svg+xml",
        "text/html",
        "text/javascript",
    },
)
_TNEF_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})


class Refusal(StrEnum):
    """Why an attachment was refused, in the words the reviewer reads."""

    ACTIVE = "it could run or act when opened"
    TOO_MANY = f"more than {MOST_ATTACHMENTS} attachments"
    TOO_LARGE = f"more than {MOST_ATTACHED_BYTES // 1024 // 1024} MiB attached"
    WRAPPED = "Outlook wrapped its content in winmail.dat"


class Defect(StrEnum):
    """What was odd about a message, in the words the reviewer reads."""

    UNKNOWN_CHARSET = "its character set is unknown"
    UNTRUE_CHARSET = "its text is not in the character set it names"
    CONTROLS = "it held control characters"
    NO_TEXT = "it has no text"
    BROKEN_PARTS = "its parts are not put together as they should be"
    NO_SENDER = "it has no readable sender"
    SEVERAL_SENDERS = "it names several senders"
    LONG_SUBJECT = "its subject was cut"
    BROKEN_HEADER = "a line of its header is broken"


@dataclass(frozen=True)
class Reading:
    """What was found in the parts: the text, what came with it, and what was odd."""

    text: str
    attachments: tuple[Attachment, ...]
    defects: tuple[str, ...]


@dataclass(frozen=True)
class _Leaf:
    """A part without parts: its type, parameters and still encoded content."""

    media_type: str
    parameters: dict[str, str]
    name: str
    attached: bool
    part: Message
    alone: bool = False  # it is the whole message

    @property
    def is_text(self) -> bool:
        written = self.media_type in ("text/plain", "text/html", "text/enriched")
        return written and (self.alone or not (self.attached or self.name))


def read_parts(message: Message) -> Reading:
    """Return text, attachments and defects of a parsed message; it never raises, whatever the parts hold."""
    defects: dict[str, None] = {}
    texts: list[str] = []
    attached: list[Attachment] = []
    for leaf in _leaves(message, alone=True):
        if leaf.is_text:
            texts.append(_text(leaf, defects))
        else:
            attached.append(Attachment(leaf.name, leaf.media_type, _size(leaf.part), accepted=True, reason=""))
    text = "\n\n".join(piece.strip("\n") for piece in texts if piece.strip())
    if not text:
        defects.setdefault(Defect.NO_TEXT)
    return Reading(text, _judged(attached), tuple(defects))


def plain(text: str, defects: dict[str, None]) -> str:
    """Return a text with single line feeds and no other control character but tabs."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    clean = _CONTROLS.sub("", text)
    if clean != text:
        defects.setdefault(Defect.CONTROLS)
    return clean


_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufeff\ud800-\udfff]")


def _leaves(part: Message, *, alone: bool = False) -> Iterator[_Leaf]:
    """Walk the tree in order, taking of alternatives the best one; reports are leaves, whatever is inside them."""
    media_type, given = _media_type(part)
    if not part.is_multipart() or media_type.startswith("message/"):
        yield replace(_leaf(part, media_type, given), alone=alone)
    elif media_type == "multipart/alternative":
        yield from _best([list(_leaves(child)) for child in _children(part)])
    else:
        for child in _children(part):
            yield from _leaves(child)


def _children(part: Message) -> list[Message]:
    """Return the parts of a part, none for a leaf."""
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def _best(alternatives: list[list[_Leaf]]) -> Iterator[_Leaf]:
    """Choose plain text before HTML; of the rest only what is no text at all, such as an invitation, is kept."""
    readable = [
        leaves for leaves in alternatives if any(leaf.is_text and _content(leaf.part).strip() for leaf in leaves)
    ]
    chosen = min(readable, key=_rank) if readable else []
    for leaves in alternatives:
        for leaf in leaves:
            if leaves is chosen or not leaf.is_text:
                yield leaf


def _rank(leaves: list[_Leaf]) -> int:
    types = [leaf.media_type for leaf in leaves if leaf.is_text]
    return ("text/plain" not in types) + ("text/html" not in types and "text/plain" not in types)


def _leaf(part: Message, media_type: str, given: dict[str, str]) -> _Leaf:
    disposition, more = parameters(_raw(part, "content-disposition"))
    name = more.get("filename") or given.get("name") or ""
    if not name and media_type == "message/rfc822":
        name = "".join(header_text(_raw(child, "subject")) for child in _children(part)[:1])
    return _Leaf(media_type, given, _file_name(name), disposition == "attachment", part)


def _media_type(part: Message) -> tuple[str, dict[str, str]]:
    """Return type and parameters; what cannot be a type is plain text (RFC 2045, section 5.2)."""
    media_type, given = parameters(_raw(part, "content-type"))
    if not _MEDIA_TYPE.fullmatch(media_type):
        media_type = "message/rfc822" if part.get_default_type() == "message/rfc822" else "text/plain"
    return media_type, given


_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,80}")


def _raw(part: Message, name: str) -> str:
    return next((value for key, value in part.raw_items() if key.lower() == name), "")


def _file_name(name: str) -> str:
    """Return the last part of a path, cut in length, so that no name can climb out of a folder."""
    return re.split(r"[/\\]", name)[-1].strip(". ")[-LONGEST_NAME:]


def _content(part: Message) -> bytes:
    """Return a leaf's decoded bytes; the size of what holds other messages is that of their text."""
    if part.is_multipart():
        return b"\n".join(map(_content, _children(part)))
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _size(part: Message) -> int:
    """Return how many bytes a leaf holds; base64 is counted and not decoded, since nobody opens it here."""
    payload = None if part.is_multipart() else part.get_payload()
    if not isinstance(payload, str) or _raw(part, "content-transfer-encoding").strip().lower() != "base64":
        return len(_content(part))
    letters = len(payload) - payload.count("\n") - payload.count(" ") - payload.count("=")
    return letters * 3 // 4


def _text(leaf: _Leaf, defects: dict[str, None]) -> str:
    decoded = decode(_content(leaf.part), leaf.parameters.get("charset", ""))
    if not decoded.known:
        defects.setdefault(Defect.UNKNOWN_CHARSET)
    elif not decoded.true:
        defects.setdefault(Defect.UNTRUE_CHARSET)
    text = plain(decoded.text, defects)
    return text if leaf.media_type == "text/plain" else text_of_html(text)


def _judged(attached: list[Attachment]) -> tuple[Attachment, ...]:
    """Refuse, in order, what is active, one too many, or beyond the bytes kept."""
    judged: list[Attachment] = []
    total = 0
    for attachment in attached:
        reason = _refusal(attachment, len(judged), total)
        total += attachment.size if not reason else 0
        judged.append(replace(attachment, accepted=not reason, reason=reason))
    return tuple(judged)


def _refusal(attachment: Attachment, before: int, total: int) -> str:
    name = attachment.name.lower()
    if name == "winmail.dat" or attachment.media_type in _TNEF_TYPES:
        return Refusal.WRAPPED
    if name.endswith(tuple(_ACTIVE_NAMES)) or attachment.media_type in _ACTIVE_TYPES:
        return Refusal.ACTIVE
    if before >= MOST_ATTACHMENTS:
        return Refusal.TOO_MANY
    return Refusal.TOO_LARGE if total + attachment.size > MOST_ATTACHED_BYTES else ""
