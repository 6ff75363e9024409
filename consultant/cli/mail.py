"""`mail`: one raw message looked at, put through the real intake, or run through it again."""

import sys
from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any

import click

from consultant.cli.context import Branch, House, in_bulk, operator, pass_house
from consultant.cli.output import Shape, answer_lines, read_bytes, show_json
from consultant.desk import arrivals, shapes
from consultant.desk.room import Desk
from consultant.errors import HouseError
from consultant.intake.limits import UnreadableMailError
from consultant.intake.reading import read_mail
from consultant.service import utc_now, work_through
from consultant.spool.letters import NewLetter

ANSWER_IS_NO = 1


class NothingGivenError(HouseError):
    """Give a file to read, '-' for standard input, or --jsonl FILE."""


def add_to(root: Branch) -> None:
    """Add these commands to the root."""
    root.add_command(mail)


@click.group(cls=Branch)
def mail() -> None:
    """Raw messages: what intake makes of them."""


@mail.command("inspect")
@click.argument("file", required=False)
@click.option("--envelope-from", default=None, metavar="ADDRESS", help="The SMTP sender; '' is the null sender.")
@click.option("--json", "as_json", is_flag=True, help="JSON is what this prints anyway; taken for uniformity.")
@in_bulk
@pass_house
def inspect(house: House, file: str | None, envelope_from: str | None, jsonl: str | None, *, as_json: bool) -> None:
    """Show what intake makes of one raw message, storing nothing.

    \b
    Example:
      consultant mail inspect question.eml
    """  # noqa: D301  \b is click's own mark against re-wrapping
    del as_json  # a message has no other form worth printing
    settings = house.settings.smtp

    def answer(given: Mapping[str, Any]) -> Shape:
        return shapes.inspected(read_bytes(given["path"]), given.get("envelope_from"), settings)

    if jsonl:
        sys.exit(0 if answer_lines(jsonl, answer) else ANSWER_IS_NO)
    if not file:
        raise NothingGivenError
    show_json(shapes.inspected(read_bytes(file), envelope_from, settings))


@mail.command("take-in")
@click.argument("files", nargs=-1, required=True)
@click.option("--envelope-from", default=None, metavar="ADDRESS", help="The SMTP sender (default: the message's From).")
@pass_house
def take_in(house: House, files: tuple[str, ...], envelope_from: str | None) -> None:
    """Put raw message files through the real intake, as if they had come by SMTP."""
    raws = [(name, read_bytes(name)) for name in files]
    with house.desk() as desk:
        taken = [{"file": name, **_taken(desk, raw, envelope_from)} for name, raw in raws]
        work_through(desk)
    show_json({"arrivals": taken})


@mail.command("replay")
@click.argument("message", type=int)
@click.option("--let-in", is_flag=True, help="Make it a ticket whatever screening says.")
@pass_house
def replay(house: House, message: int, *, let_in: bool) -> None:
    """Run a held or ignored message through intake again."""
    with house.desk() as desk:
        arrival = arrivals.replay(desk, message, operator("operator"), let_in=let_in)
        work_through(desk)
    show_json(shapes.arrival(arrival))


def _taken(desk: Desk, raw: bytes, envelope_from: str | None) -> Shape:
    """Spool the message first, as the door does, so that nothing is lost should this stop half-way."""
    sender = _sender(raw) if envelope_from is None else parseaddr(envelope_from)[1]
    letter = NewLetter(
        envelope_from=sender,
        envelope_to=(desk.settings.smtp.address,),
        peer="command line",
        helo="",
        received=utc_now(),
        raw=raw,
    )
    spooled = desk.spool.get(desk.spool.store(letter).result())
    return shapes.arrival(arrivals.take_in(desk, spooled))


def _sender(raw: bytes) -> str:
    try:
        return read_mail(raw).sender
    except UnreadableMailError:
        return ""  # intake will say why it cannot be read; here only the sender is wanted
