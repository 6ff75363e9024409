"""A stranger's bytes become a letter we can think about: `read_mail` reads what can be read and tells what was odd.

It raises UnreadableMailError and nothing else. The text is kept whole; what is new, quoted or a signature are spans of
it.
"""

from email import message_from_bytes
from email.message import Message
from email.policy import compat32

from consultant.intake.addresses import Mailbox, mailboxes
from consultant.intake.headers import header_text, message_ids, parameters, raw_text
from consultant.intake.limits import UnreadableMailError, check_limits
from consultant.intake.mail import IncomingMail
from consultant.intake.parts import Defect, read_parts
from consultant.intake.replies import separate

LONGEST_SUBJECT = 998  # RFC 5322, section 2.1.1
MOST_REPLIED_TO = 20
MOST_REFERENCES = 50

# What Python's parser raises on mail made to break it (CPython issues 83281, 87058, 121650, 144125).
_PARSER_FAILURES = (RecursionError, ValueError, LookupError, TypeError, AttributeError)


def read_mail(raw: bytes) -> IncomingMail:
    """Read one raw message; raise UnreadableMailError when it is beyond the limits or breaks the parser."""
    raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")  # the parser takes either for a line end
    check_limits(raw)
    try:
        message = message_from_bytes(raw, policy=compat32)
        reading = read_parts(message)
    except _PARSER_FAILURES as error:
        raise UnreadableMailError(reason=f"its parts cannot be told apart ({type(error).__name__})") from error
    header = _Header(message)
    senders = header.mailboxes("from")
    subject = header.text("subject")
    separated = separate(reading.text)
    return IncomingMail(
        sender=senders[0].address if senders else "",
        sender_name=header_text(senders[0].name) if senders else "",
        to=_addresses(header.mailboxes("to")),
        cc=_addresses(header.mailboxes("cc")),
        reply_to=_addresses(header.mailboxes("reply-to")),
        subject=subject[:LONGEST_SUBJECT],
        message_id="".join(header.ids("message-id", 1)),
        in_reply_to=header.ids("in-reply-to", MOST_REPLIED_TO),
        references=header.ids("references", MOST_REFERENCES, newest=True),
        headers=header.decoded(),
        content_type=_content_type(header),
        text=reading.text,
        new=separated.new,
        quoted=separated.quoted,
        signature=separated.signature,
        attachments=reading.attachments,
        defects=(*_header_defects(message, senders, subject), *reading.defects),
    )


class _Header:
    """The header fields of a message, in order, each read when asked for."""

    def __init__(self, message: Message) -> None:
        self.fields = tuple((name.lower(), str(value)) for name, value in message.raw_items())

    def raw(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key == name]

    def text(self, name: str) -> str:
        return header_text("".join(self.raw(name)[:1]))

    def mailboxes(self, name: str) -> tuple[Mailbox, ...]:
        return tuple(mailbox for value in self.raw(name) for mailbox in mailboxes(raw_text(value)))

    def ids(self, name: str, most: int, *, newest: bool = False) -> tuple[str, ...]:
        return message_ids(raw_text(" ".join(self.raw(name))), most, newest=newest)

    def decoded(self) -> tuple[tuple[str, str], ...]:
        return tuple((name, header_text(value)) for name, value in self.fields)


def _addresses(found: tuple[Mailbox, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(mailbox.address for mailbox in found))


def _content_type(header: _Header) -> str:
    media_type, given = parameters("".join(header.raw("content-type")[:1]))
    report = given.get("report-type", "").lower()
    return (media_type or "text/plain") + (f"; report-type={report}" if report else "")


def _header_defects(message: Message, senders: tuple[Mailbox, ...], subject: str) -> tuple[str, ...]:
    found = {
        Defect.BROKEN_PARTS: bool(message.defects),
        Defect.NO_SENDER: not senders,
        Defect.SEVERAL_SENDERS: len({mailbox.address for mailbox in senders}) > 1,
        Defect.LONG_SUBJECT: len(subject) > LONGEST_SUBJECT,
    }
    return tuple(defect for defect, is_so in found.items() if is_so)
