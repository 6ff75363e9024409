"""The public JSON shapes: what the command line prints and the API answers, each written once.

They are promises to other programs (see `docs/`): add to them freely, change one only with a changelog line. Those of
questions to the code book are worded in `answers` and handed on here, so that whoever shows shapes asks in one place.
"""

from collections.abc import Collection, Iterable

from sqlmodel import Session

from consultant.config import SmtpSettings
from consultant.desk.answers import (
    ReadingRoom,
    Shape,
    ask,
    check,
    extract,
    extracted,
    fact,
    lookup,
    reading_room,
    status,
)
from consultant.desk.arrivals import Arrival
from consultant.desk.plain import plain
from consultant.desk.readings import UNREADABLE, house_of
from consultant.desk.searching import search
from consultant.intake.authenticity import read_authenticity
from consultant.intake.identifiers import find_identifiers
from consultant.intake.limits import UnreadableMailError
from consultant.intake.mail import Envelope, IncomingMail, MailClass, Span
from consultant.intake.reading import read_mail
from consultant.intake.screening import screen
from consultant.store import tickets as store
from consultant.store.tables import Draft, IncomingLetter, OutboxLetter, Ticket
from consultant.workflow import State

__all__ = [
    "ReadingRoom",
    "Shape",
    "arrival",
    "ask",
    "check",
    "extract",
    "extracted",
    "fact",
    "inspected",
    "lookup",
    "outbox_letter",
    "reading_room",
    "search",
    "status",
    "ticket",
    "tickets",
]


def inspected(raw: bytes, envelope_from: str | None, settings: SmtpSettings) -> Shape:
    """Return what intake makes of one raw message, storing nothing: `mail inspect`.

    Without an envelope sender the message's From is taken for it; an empty one is the null sender.
    """
    try:
        mail = read_mail(raw)
    except UnreadableMailError as error:
        return {**_inspected(_NOTHING, settings), "class": str(MailClass.HUMAN), "reason": f"{UNREADABLE}: {error}"}
    sender = mail.sender if envelope_from is None else envelope_from.strip("<>")
    verdict = screen(mail, Envelope(sender), house_of(settings))
    return {"class": str(verdict.kind), "reason": verdict.reason, "rule": verdict.rule, **_inspected(mail, settings)}


def arrival(taken: Arrival) -> Shape:
    """Return what became of a message."""
    return {"outcome": str(taken.outcome), "ticket": taken.ticket, "reason": taken.reason}


def tickets(session: Session, states: Collection[State] | None = None, limit: int = 200) -> Shape:
    """Return tickets, the one due first at the top: `tickets list`."""
    return {"tickets": [_ticket_line(ticket) for ticket in store.listed(session, states, limit)]}


def ticket(session: Session, ticket_id: int) -> Shape:
    """Return one ticket with all that belongs to it: `tickets show`."""
    row = store.find(session, ticket_id)
    return {
        **_ticket_line(row),
        "mailbox": row.mailbox,
        "draft_version": row.draft_version,
        "last_event": row.last_event,
        "trouble": row.trouble,
        "messages": [_message(letter) for letter in store.letters_of(session, ticket_id)],
        "drafts": [_draft(draft) for draft in store.drafts_of(session, ticket_id)],
        "decisions": [
            {
                "action": decision.action,
                "by": decision.by,
                "via": decision.via,
                "note": decision.note,
                "override": decision.override,
                "draft_version": decision.draft_version,
                "approval": decision.approval,
                "at": decision.created.isoformat(),
            }
            for decision in store.decisions_of(session, ticket_id)
        ],
        "outbox": [outbox_letter(letter) for letter in store.outbox_of(session, ticket_id)],
        "trace": [
            {"id": event.id, "at": event.at.isoformat(), "by": event.by, "what": event.what, "detail": event.detail}
            for event in store.events_of(session, ticket_id)
        ],
    }


def outbox_letter(letter: OutboxLetter) -> Shape:
    """Return one letter that leaves: `outbox list`."""
    return {
        "id": letter.id,
        "ticket": store.reference(letter.ticket_id) if letter.ticket_id is not None else "",
        "kind": letter.kind,
        "state": letter.state,
        "to": list(letter.recipients),
        "subject": letter.subject,
        "message_id": letter.message_id,
        "attempts": letter.attempts,
        "due": letter.due.isoformat(),
        "sent": letter.sent.isoformat() if letter.sent else None,
        "problem": letter.problem,
        "reply": letter.relay_reply,
    }


_NOTHING = IncomingMail("", "", (), "", "", (), (), (), "", (), (), (), (), ())


def _inspected(mail: IncomingMail, settings: SmtpSettings) -> Shape:
    return {
        "from": mail.sender,
        "to": list(mail.to),
        "subject": mail.subject,
        "message_id": mail.message_id,
        "in_reply_to": list(mail.in_reply_to),
        "references": list(mail.references),
        "text": mail.text,
        "new": _words(mail.text, mail.new),
        "quoted": _words(mail.text, mail.quoted),
        "signature": _words(mail.text, mail.signature),
        "spans": {"new": plain(mail.new), "quoted": plain(mail.quoted), "signature": plain(mail.signature)},
        "attachments": [
            {
                "name": attachment.name,
                "type": attachment.media_type,
                "size": attachment.size,
                "accepted": attachment.accepted,
                "reason": attachment.reason,
            }
            for attachment in mail.attachments
        ],
        "identifiers": [plain(found) for found in find_identifiers(mail.text, sender=mail.sender)],
        "authenticity": plain(read_authenticity(mail, settings.trusted_authserv_id)),
        "defects": list(mail.defects),
    }


def _words(text: str, spans: Iterable[Span]) -> str:
    return "".join(span.of(text) for span in spans)


def _ticket_line(row: Ticket) -> Shape:
    assert row.id is not None
    return {
        "ref": store.reference(row.id),
        "state": row.state,
        "subject": row.subject,
        "asker": row.asker,
        "received": row.received.isoformat(),
        "due": row.due.isoformat(),
        "intents": list(row.intents),
        "codes": list(row.codes),
    }


def _message(letter: IncomingLetter) -> Shape:
    return {
        "id": letter.id,
        "outcome": letter.outcome,
        "class": letter.kind,
        "reason": letter.reason,
        "from": letter.sender,
        "subject": letter.subject,
        "message_id": letter.message_id,
        "received": letter.received.isoformat(),
        "text": letter.text,
        "spans": letter.spans,
        "attachments": letter.attachments,
        "identifiers": letter.identifiers,
        "authenticity": letter.authenticity,
        "defects": letter.defects,
        "size": letter.size,
    }


def _draft(draft: Draft) -> Shape:
    return {
        "version": draft.version,
        "author": draft.author,
        "subject": draft.subject,
        "text": draft.text,
        "note": draft.note,
        "on": draft.on.isoformat(),
        "intents": draft.intents,
        "facts": draft.facts,
        "missing": draft.missing,
        "checks": draft.checks,
        "releases": draft.releases,
        "created": draft.created.isoformat(),
    }
