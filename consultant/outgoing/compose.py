"""A letter becomes a message: its Markdown text, the same in HTML, and the headers that make clients thread it.

The same letter always becomes the same bytes, so that a letter sent twice is one letter to whoever receives it. The
names of the headers are `HEADERS`, whatever the values say, and none of them is ever Bcc.
"""

import binascii
import hashlib
import re
from collections.abc import Iterator, Sequence

from consultant.errors import HouseError
from consultant.outgoing import headers
from consultant.outgoing.addresses import AddressUnfitError, on_the_wire
from consultant.outgoing.letters import PERSONAL, LetterKind, OutgoingLetter

HEADERS = (
    "Date",
    "From",
    "Reply-To",
    "To",
    "Subject",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Thread-Index",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "X-Loop",
    "List-Id",
    "MIME-Version",
    "Content-Type",
)

# RFC 3834, section 5: what a person approved is personal mail and carries nothing.
AUTO_SUBMITTED = {
    LetterKind.ACKNOWLEDGEMENT: "auto-replied",
    LetterKind.NOTICE: "auto-generated",
    LetterKind.DIGEST: "auto-generated",
}

# Some relays refuse headers over 4,096 bytes; a client needs the first letter of a thread and the latest ones.
REFERENCES_LATEST = 9
REFERENCES_CHARACTERS = 1500

_DATE = re.compile(r"[A-Za-z0-9:,+() -]{16,64}")
_THREAD_INDEX = re.compile(r"[A-Za-z0-9+/]{20,900}={0,2}")  # base64 of 22 bytes and 5 more for each answer
_NOT_TEXT = {code: None for code in (*range(32), 127) if chr(code) not in "\t\n"}


class LetterUnfitError(HouseError):
    """The letter cannot be composed: {what} is missing or malformed."""


def compose(letter: OutgoingLetter) -> bytes:
    """Return the letter as an RFC 5322 message with CRLF line ends, in seven bits where the addresses allow it.

    Raise `AddressUnfitError` for a sender or recipient that is not one plain address, `LetterUnfitError` when the
    letter has no recipient, Message-ID or date. Any other value that cannot stand in a header is cleaned or left out.
    """
    return "".join((*_headers(letter), *_body(letter))).encode()


def _headers(letter: OutgoingLetter) -> Iterator[str]:
    """Yield the header lines in the order of `HEADERS`."""
    sender = on_the_wire(letter.sender)
    domain = sender.rpartition("@")[2]
    yield f"Date: {_date(letter)}\r\n"
    yield headers.mailbox("From", letter.sender_name, sender)
    yield from _reply_to(letter)
    yield headers.folded("To", _recipients(letter), ", ")
    yield headers.text("Subject", letter.subject)
    yield f"Message-ID: {_message_id(letter)}\r\n"
    yield from _thread(letter)
    yield from _quieting(letter, domain)
    yield "MIME-Version: 1.0\r\n"


def _date(letter: OutgoingLetter) -> str:
    if not _DATE.fullmatch(letter.date):
        raise LetterUnfitError(what="its date")
    return letter.date


def _reply_to(letter: OutgoingLetter) -> Iterator[str]:
    """Yield Reply-To if it is an address; answers then simply come back to the sender."""
    try:
        yield headers.folded("Reply-To", [on_the_wire(letter.reply_to)], " ")
    except AddressUnfitError:
        return


def _recipients(letter: OutgoingLetter) -> list[str]:
    if not letter.recipients:
        raise LetterUnfitError(what="its recipient")
    return [on_the_wire(recipient) for recipient in letter.recipients]


def _message_id(letter: OutgoingLetter) -> str:
    found = headers.message_ids([letter.message_id])
    if not found:
        raise LetterUnfitError(what="its Message-ID")
    return found[0]


def _thread(letter: OutgoingLetter) -> Iterator[str]:
    """Yield what threads the letter in real clients (RFC 5322, section 3.6.4; Thread-Index for Outlook)."""
    parent = headers.message_ids([letter.in_reply_to])
    if parent:
        yield headers.folded("In-Reply-To", parent, " ")
    references = _bounded([known for known in headers.message_ids(letter.references) if known not in parent] + parent)
    if references:
        yield headers.folded("References", references, " ")
    thread_index = "".join(letter.thread_index.split())  # it comes folded in long threads
    if _THREAD_INDEX.fullmatch(thread_index):
        yield f"Thread-Index: {thread_index}\r\n"


def _bounded(references: Sequence[str]) -> list[str]:
    """Keep the first reference and the latest ones; two always fit, as no id is longer than `headers.LONGEST_ID`."""
    kept = list(references)
    while len(kept) > 1 + REFERENCES_LATEST or len(" ".join(kept)) >= REFERENCES_CHARACTERS:
        del kept[1]
    return kept


def _quieting(letter: OutgoingLetter, domain: str) -> Iterator[str]:
    """Yield what keeps other machines from answering (RFC 3834) and lets us know our own mail again."""
    if letter.kind not in PERSONAL:
        yield f"Auto-Submitted: {AUTO_SUBMITTED[letter.kind]}\r\n"
    yield "X-Auto-Response-Suppress: All\r\n"
    yield f"X-Loop: caseconsultant@{domain}\r\n"
    if letter.kind is LetterKind.DIGEST:
        named = headers.message_ids([letter.list_id]) or [f"<digest.{domain}>"]
        yield f"List-Id: {named[0]}\r\n"


def _body(letter: OutgoingLetter) -> Iterator[str]:
    """Yield the two parts, plain first: the last one is the one clients like best (RFC 2046, section 5.1.4)."""
    boundary = _boundary(letter)
    yield f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n'
    for subtype, content in (("plain", letter.text), ("html", letter.html)):
        yield f"--{boundary}\r\n"
        yield f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
        yield f"{_quoted_printable(content)}\r\n"
    yield f"--{boundary}--\r\n"


def _boundary(letter: OutgoingLetter) -> str:
    """Return a boundary that quoted-printable can never hold (RFC 2045, section 6.7: "=_" is no encoded octet)."""
    return f"=_{hashlib.sha256(letter.message_id.encode()).hexdigest()[:32]}"


def _quoted_printable(content: str) -> str:
    """Return the text with CRLF line ends, controls gone, in lines of at most 76 characters."""
    lines = content.replace("\r\n", "\n").replace("\r", "\n").translate(_NOT_TEXT)
    octets = lines.encode(errors="replace")
    return binascii.b2a_qp(octets, istext=True).replace(b"\n", b"\r\n").decode("ascii")
