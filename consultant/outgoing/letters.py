"""A letter ready to leave, as plain values: who gets it, from whom, and its one Markdown text."""

from dataclasses import dataclass
from enum import StrEnum


class LetterKind(StrEnum):
    """Why a letter leaves; only an approved answer or question is personal mail."""

    ANSWER = "answer"
    QUESTION = "question to the asker"
    ACKNOWLEDGEMENT = "acknowledgement"
    NOTICE = "reviewer notice"
    DIGEST = "digest"


PERSONAL = frozenset({LetterKind.ANSWER, LetterKind.QUESTION})


@dataclass(frozen=True)
class OutgoingLetter:
    """What composing needs, fixed when the letter was approved or written; nothing of it is computed later."""

    kind: LetterKind
    message_id: str  # with angle brackets, fixed once
    sender: str  # address in From
    sender_name: str
    recipients: tuple[str, ...]
    subject: str
    text: str  # Markdown; text/plain is this text
    html: str  # the same, rendered inside the one layout
    date: str  # RFC 5322 date-time, fixed once so that a resent letter is byte-equal
    reply_to: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    envelope_sender: str = ""  # "" is the null sender
    thread_index: str = ""  # Outlook's Thread-Index of the letter answered, echoed
    list_id: str = ""
