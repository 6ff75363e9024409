"""A letter that came in, as plain values.

Nothing of the text is ever deleted: `new`, `quoted` and `signature` are spans over the kept `text`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True)
class Span:
    """Characters `start` up to, not including, `end` of a text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the characters this span covers."""
        return text[self.start : self.end]


@dataclass(frozen=True)
class Attachment:
    """One MIME leaf that is not the text; never opened, `accepted` False with its reason when it was refused."""

    name: str
    media_type: str
    size: int  # bytes, decoded
    accepted: bool
    reason: str


@dataclass(frozen=True)
class Envelope:
    """What SMTP said beside the message; an empty `sender` is the null sender `<>`."""

    sender: str
    recipients: tuple[str, ...] = ()
    peer: str = ""
    received: datetime | None = None


@dataclass(frozen=True)
class IncomingMail:
    """One message as read; addresses are lower-case in the domain, headers decoded, controls removed."""

    sender: str  # address of From, "" when there is none
    sender_name: str
    to: tuple[str, ...]
    subject: str
    message_id: str  # with angle brackets; "" when there is none
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]  # (lower-case name, decoded value), in order
    text: str
    new: tuple[Span, ...]
    quoted: tuple[Span, ...]
    signature: tuple[Span, ...]
    attachments: tuple[Attachment, ...]
    defects: tuple[str, ...]
    cc: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    content_type: str = "text/plain"  # of the whole message, lower-case, without parameters except report-type

    def header(self, name: str) -> str:
        """Return the first header of that lower-case name, or the empty string."""
        return next((value for key, value in self.headers if key == name), "")

    def new_text(self) -> str:
        """Return what the writer wrote anew, quoted history and signature left out."""
        return "".join(span.of(self.text) for span in self.new).strip()


class MailClass(StrEnum):
    """What a message is; only `human` may move a ticket or cause mail."""

    HUMAN = "human"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    LIST = "list"
    OWN = "own"
    COMMAND = "command"


@dataclass(frozen=True)
class Verdict:
    """What a message is and the rule that decided it, in the words the reviewer reads."""

    kind: MailClass
    rule: str
    reason: str


@dataclass(frozen=True)
class Identifier:
    """A likely patient identifier: its kind and where it stands in the text."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class Authenticity:
    """Who really sent it, as far as a trusted server or our own check can say: pass, fail, none, ..."""

    spf: str = "none"
    dkim: str = "none"
    dmarc: str = "none"


@dataclass(frozen=True)
class ThreadClaim:
    """The ticket a letter proves it answers: which key matched, and the address that key was made for."""

    ticket: str
    key: str  # "message id", "reply address"
    address: str
