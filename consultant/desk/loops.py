"""What could go round for ever, and where it is stopped: machines that answer whatever they get, and say so nowhere.

Screening keeps out the machines that say what they are. These limits are for the rest: a robot that answers every
letter, at the asker's end or at a reviewer's, from one address or ever new ones. A letter over a limit is still a
question and waits on the page; it only causes no mail (RFC 3834, section 2; the counters follow Zammad's).
"""

import re
from datetime import timedelta

from sqlmodel import Session

from consultant.desk.room import Desk
from consultant.intake.mail import IncomingMail
from consultant.outgoing.letters import LetterKind
from consultant.store import reviewers, tickets
from consultant.store.tables import IncomingLetter, Ticket

NOTICED_A_DAY = 10  # letters of one address, or in the same words, that reviewers are told of by mail
NOTICED_A_DAY_OF_A_REVIEWER = 3  # a reviewer who asks is told by the page; a robot in their mailbox would ask for ever
SAME_WORDS = 2  # acknowledgements of the same words from different addresses of one domain
_DAY = timedelta(days=1)
_LOOKED_BACK = 50  # letters of ours
_LOOKED_AT = 400  # characters of a text

_OUR_NOTICE = re.compile(r"<(?:notice|digest)\.[0-9a-f]{32}@([^<>@\s]{1,255})>")
_NOT_WORDS = re.compile(r"[\W\d_]+")


def answers_a_notice(session: Session, desk: Desk, letter: IncomingLetter, mail: IncomingMail) -> bool:
    """Tell whether a letter answers what we wrote to our own reviewers, by its headers or by what it repeats."""
    for key in (*mail.in_reply_to, *mail.references):
        match = _OUR_NOTICE.fullmatch(key.lower())
        if match and match[1] == desk.settings.smtp.domain.lower():
            return True
    return _of_a_reviewer(session, desk, letter.sender) and tickets.mentions_a_ticket(letter.subject)


def reason_against_a_notice(session: Session, desk: Desk, ticket: Ticket) -> str:
    """Return why reviewers are not told by mail of a ticket's new draft, or the empty string."""
    assert ticket.id is not None
    most = NOTICED_A_DAY_OF_A_REVIEWER if _of_a_reviewer(session, desk, ticket.asker) else NOTICED_A_DAY
    if tickets.letters_from(session, ticket.asker, desk.clock() - _DAY) > most:
        return f"this address wrote more than {most} letters in a day"
    newest = tickets.letters_of(session, ticket.id)[-1]
    if said_before(session, newest, LetterKind.NOTICE, NOTICED_A_DAY):
        return "the same words come again and again from there"
    return ""


def said_before(session: Session, letter: IncomingLetter, told: LetterKind, most: int) -> bool:
    """Tell whether so many letters of the same words, numbers aside, came from that domain and we wrote of each."""
    domain = letter.sender.rpartition("@")[2].lower()
    words = _words(letter.subject, letter.text[:_LOOKED_AT])
    times = sum(
        sender.rpartition("@")[2].lower() == domain and _words(subject, text) == words
        for sender, subject, text in tickets.lately_told_of(session, told, _LOOKED_BACK, _LOOKED_AT)
    )
    return times >= most


def _of_a_reviewer(session: Session, desk: Desk, address: str) -> bool:
    known = {reviewer.email for reviewer in reviewers.listed(session)}
    return address.lower() in known | {email.lower() for email in desk.settings.reviewers.notify}


def _words(subject: str, text: str) -> str:
    return _NOT_WORDS.sub(" ", f"{subject} {text}".lower()).strip()
