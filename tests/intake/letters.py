"""Letters for the tests of intake: from the files beside them, or built on the spot."""

from pathlib import Path

from consultant.intake.mail import Envelope, IncomingMail
from consultant.intake.reading import read_mail

MAILS = Path(__file__).resolve().parents[1] / "mails"


def letter(name: str) -> IncomingMail:
    """Read one of the letters in tests/mails."""
    return read_mail((MAILS / f"{name}.eml").read_bytes())


def a_letter(*headers: str, text: str = "Is E11.9 billable?", sender: str = "ann@asker.example") -> IncomingMail:
    """Build a person's letter with some more header lines."""
    lines = [f"From: Ann Asker <{sender}>", "To: consult@consult.example", "Message-ID: <one@asker.example>", *headers]
    if not any(header.lower().startswith("subject:") for header in headers):
        lines.append("Subject: A question")
    return read_mail("\r\n".join((*lines, "", text)).encode("utf-8", "surrogateescape"))


def an_envelope(sender: str = "ann@asker.example", *recipients: str) -> Envelope:
    """Say who SMTP said it was."""
    return Envelope(sender, recipients or ("consult@consult.example",))
