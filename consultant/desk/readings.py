"""A message as it is kept: its bytes, what intake read in them, and what screening said, laid out as one row."""

import zlib

from consultant.config import SmtpSettings
from consultant.desk.plain import plain
from consultant.desk.room import Desk
from consultant.intake.authenticity import read_authenticity
from consultant.intake.identifiers import find_identifiers
from consultant.intake.limits import UnreadableMailError
from consultant.intake.mail import Envelope, IncomingMail, MailClass
from consultant.intake.reading import read_mail
from consultant.intake.screening import House, screen
from consultant.spool.letters import SpooledLetter
from consultant.store.tables import IncomingLetter

UNREADABLE = "unreadable"


def read(desk: Desk, letter: SpooledLetter) -> tuple[IncomingLetter, IncomingMail | None, Envelope]:
    """Return the letter as a row, as mail (None when it cannot be read) and its envelope."""
    row = row_of(letter)
    envelope = Envelope(letter.envelope_from, letter.envelope_to, letter.peer, letter.received)
    try:
        mail = read_mail(letter.raw)
    except UnreadableMailError as error:
        row.kind, row.rule, row.reason = MailClass.HUMAN, UNREADABLE, str(error)
        return row, None, envelope
    verdict = screen(mail, envelope, house_of(desk.settings.smtp))
    row.kind, row.rule, row.reason = verdict.kind, verdict.rule, verdict.reason
    _describe(row, mail, desk)
    return row, mail, envelope


def row_of(letter: SpooledLetter) -> IncomingLetter:
    """Return a message as a row that says nothing yet of what it is."""
    return IncomingLetter(
        fingerprint=letter.fingerprint,
        outcome="",
        kind="",
        rule="",
        reason="",
        received=letter.received,
        envelope_from=_storable(letter.envelope_from),
        envelope_to=[_storable(recipient) for recipient in letter.envelope_to],
        peer=_storable(letter.peer),
        size=len(letter.raw),
        raw=zlib.compress(letter.raw, level=6),
    )


def spooled(row: IncomingLetter) -> SpooledLetter:
    """Return a message kept as it lay in the spool."""
    return SpooledLetter(
        id=0,
        fingerprint=row.fingerprint,
        envelope_from=row.envelope_from,
        envelope_to=tuple(row.envelope_to),
        peer=row.peer,
        helo="",
        received=row.received,
        raw=zlib.decompress(row.raw or b""),
        failures=0,
    )


def lay_over(source: IncomingLetter, target: IncomingLetter) -> None:
    """Lay a fresh reading over a held row; what was received stays as it was."""
    kept = {
        "id",
        "fingerprint",
        "ticket_id",
        "outcome",
        "received",
        "envelope_from",
        "envelope_to",
        "peer",
        "size",
        "raw",
    }
    for name in set(type(source).model_fields) - kept:
        setattr(target, name, getattr(source, name))


def house_of(settings: SmtpSettings) -> House:
    """Return what screening must know of us to recognise our own mail."""
    return House(address=settings.address, domain=settings.domain, loop=f"caseconsultant@{settings.domain}")


def _storable(word: str) -> str:
    """Return a word without what no database takes: NULs, and halves of characters from undecodable bytes."""
    return word.encode("utf-8", "replace").decode().replace("\x00", "")


def _describe(row: IncomingLetter, mail: IncomingMail, desk: Desk) -> None:
    row.sender, row.sender_name, row.subject = mail.sender, mail.sender_name, mail.subject
    row.message_id, row.references = mail.message_id, list(mail.references)
    row.thread_index = mail.header("thread-index")
    row.text = mail.text
    row.spans = {
        name: [[span.start, span.end] for span in spans]
        for name, spans in (("new", mail.new), ("quoted", mail.quoted), ("signature", mail.signature))
    }
    row.attachments = plain(mail.attachments)
    row.identifiers = plain(find_identifiers(mail.text, sender=mail.sender))
    row.authenticity = plain(read_authenticity(mail, desk.settings.smtp.trusted_authserv_id))
    row.defects = list(mail.defects)
