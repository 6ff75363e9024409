"""`demo`: a house of its own in a temporary folder, mailed a handful of questions over real SMTP."""

import smtplib
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path

from consultant.cli.output import remark, say
from consultant.config import (
    HouseSettings,
    LogSettings,
    QueueSettings,
    Settings,
    SmtpSettings,
    WebSettings,
)
from consultant.observability import set_up_logging
from consultant.service import Running, close_desk, make_first_reviewer, open_desk, running
from consultant.store import tickets
from consultant.workflow import State

PATIENCE_SECONDS = 30.0
ASKER = "jordan@riverbend.example"


@dataclass(frozen=True)
class Question:
    """A sample question, invented; it names no patient."""

    subject: str
    text: str


QUESTIONS = (
    Question(
        "Is E11.9 still billable?",
        "Hello, is E11.9 valid and billable for a visit on 05/12/2026, and is there anything I have to add to it?",
    ),
    Question(
        "E10.9 and E11.9 together?",
        "Our physician documented both. May I report E10.9 with E11.9 on one claim? DOS 06/02/2026.",
    ),
    Question("Which ICD-10-CM code", "What is the diagnosis code for type 2 diabetes with neuropathy? Thank you!"),
    Question(
        "S52.501 denied",
        "The payer says S52.501 is not specific enough. What is missing? The wrist was broken on 2026-04-20.",
    ),
    Question("99213 with modifier 25", "Can we bill 99213-25 with J1885 x 2 for a Medicare patient in the office?"),
)


def demonstrate(
    prepare_book: Callable[[Settings], None], *, port: int = 0, stopped: threading.Event | None = None
) -> None:
    """Run the demonstration; with `stopped` the page stays open until it is set."""
    with tempfile.TemporaryDirectory(prefix="consultant-demo-") as folder:
        settings = _settings(Path(folder), port or _free_port())
        set_up_logging(settings.log)
        prepare_book(settings)
        desk = open_desk(settings)
        try:
            first = make_first_reviewer(desk)
            assert first is not None  # the folder is new, so nobody was registered
            with running(desk) as house:
                remark(f"Mailing {len(QUESTIONS)} questions to {settings.smtp.address} ...")
                _mail(house)
                _show_drafts(house)
                _invite(house, first.email, first.password, stopped)
        finally:
            close_desk(desk)


def _settings(folder: Path, port: int) -> Settings:
    return Settings(
        house=HouseSettings(name="CaseConsultant (demonstration)"),
        smtp=SmtpSettings(port=0),
        web=WebSettings(port=port),
        queue=QueueSettings(path=folder / "queue"),
        log=LogSettings(level="WARNING"),
    )


def _free_port() -> int:
    """Return a port nobody listens on, so that the links in the notices can name it."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _mail(house: Running) -> None:
    with smtplib.SMTP("127.0.0.1", house.smtp_port) as client:
        for question in QUESTIONS:
            message = EmailMessage()
            message["From"] = f"Jordan Reyes <{ASKER}>"
            message["To"] = house.desk.settings.smtp.address
            message["Subject"] = question.subject
            message["Message-ID"] = make_msgid(domain="riverbend.example")
            message.set_content(question.text)
            client.send_message(message)


def _show_drafts(house: Running) -> None:
    """Print each draft as soon as it is written."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    shown: set[int] = set()
    while len(shown) < len(QUESTIONS) and time.monotonic() < deadline:
        with house.desk.database.reading() as session:
            ready = [ticket.id for ticket in tickets.listed(session, (State.IN_REVIEW,)) if ticket.id is not None]
            for ticket_id in sorted(set(ready) - shown):
                draft = tickets.drafts_of(session, ticket_id)[0]
                say(f"\n===== {tickets.reference(ticket_id)}  {draft.subject}\n\n{draft.text}")
                shown.add(ticket_id)
        time.sleep(0.05)


def _invite(house: Running, email: str, password: str, stopped: threading.Event | None) -> None:
    if stopped is None:
        return
    remark(f"\nThe page is open at http://127.0.0.1:{house.web_port}")
    remark(f"Sign in as {email} with the password {password}; approve a draft and read it under Outbox.")
    remark("Stop with Ctrl-C; everything is then thrown away.")
    stopped.wait()
