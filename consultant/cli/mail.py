"""`mail`: one raw message looked at, put through the real intake, or run through it again."""

import sys
from collections.abc import Iterable
from email.utils import parseaddr

import click

from consultant.cli.branches import Branch
from consultant.cli.bulk import Line, answer_lines
from consultant.cli.context import House, in_bulk, pass_house
from consultant.cli.desk import VIA, at_the_desk, let_work, operator
from consultant.cli.output import ANSWER_IS_NO, Shape, show_json
from consultant.cli.reading import NothingGivenError, read_bytes, read_file
from consultant.desk import arrivals, shapes
from consultant.desk.room import Desk
from consultant.intake.limits import UnreadableMailError
from consultant.intake.reading import read_mail
from consultant.spool.letters import NewLetter

json_anyway = click.option("--json", "as_json", is_flag=True, expose_value=False, help="Taken, but it is JSON anyway.")


@click.group(cls=Branch)
def mail() -> None:
    """Look at raw messages, and put them through the real intake."""


@mail.command("inspect")
@click.argument("file", required=False, metavar="FILE.eml")
@click.option("--envelope-from", default=None, metavar="ADDRESS", help="The SMTP sender; '' is the null sender.")
@json_anyway
@in_bulk
@pass_house
def inspect(house: House, file: str | None, envelope_from: str | None, jsonl: str | None) -> None:
    """Show as JSON what intake makes of one raw message, storing nothing; FILE may be "-" for standard input.

    \b
    Examples:
      consultant mail inspect question.eml
      consultant mail inspect bounce.eml --envelope-from ''
    """  # noqa: D301  \b is click's own mark against re-wrapping
    if not (file or jsonl):
        raise NothingGivenError(what="a raw message as a file, or '-' for standard input")
    settings = house.settings.smtp

    def answer(line: Line) -> Shape:
        return shapes.inspected(read_file(line.words("path")), line.words_or_none("envelope_from"), settings)

    if jsonl:
        sys.exit(0 if answer_lines(jsonl, answer) else ANSWER_IS_NO)
    show_json(shapes.inspected(read_bytes(file or "-"), envelope_from, settings))


@mail.command("take-in")
@click.argument("files", nargs=-1, required=True, metavar="FILE.eml...")
@click.option("--envelope-from", default=None, metavar="ADDRESS", help="The SMTP sender (default: the message's From).")
@json_anyway
@pass_house
def take_in(house: House, files: tuple[str, ...], envelope_from: str | None) -> None:
    """Put raw message files through the real intake, as if they had come by SMTP, and show what became of each.

    \b
    Example:
      consultant mail take-in saved/*.eml
    """  # noqa: D301  \b is click's own mark against re-wrapping
    raws = [(name, read_bytes(name)) for name in files]
    with at_the_desk(house) as desk:
        show_json({"arrivals": _taken_in(desk, raws, envelope_from)})


@mail.command("replay")
@click.argument("message", type=int, metavar="ID")
@click.option("--let-in", is_flag=True, help="Make it a ticket whatever screening says.")
@json_anyway
@pass_house
def replay(house: House, message: int, *, let_in: bool) -> None:
    """Run a held or ignored message through intake again; the page shows their ids under Mail.

    \b
    Example:
      consultant mail replay 17 --let-in
    """  # noqa: D301  \b is click's own mark against re-wrapping
    with at_the_desk(house) as desk:
        arrival = arrivals.replay(desk, message, operator(), let_in=let_in)
        let_work(desk)
    show_json(shapes.arrival(arrival))


def _taken_in(desk: Desk, raws: Iterable[tuple[str, bytes]], envelope_from: str | None) -> list[Shape]:
    taken = [{"file": name, **_taken(desk, raw, envelope_from)} for name, raw in raws]
    let_work(desk)
    return taken


def _taken(desk: Desk, raw: bytes, envelope_from: str | None) -> Shape:
    """Spool the message first, as the door does, so that nothing is lost should this stop half-way."""
    sender = _sender(raw) if envelope_from is None else parseaddr(envelope_from)[1]
    letter = NewLetter(
        envelope_from=sender,
        envelope_to=(desk.settings.smtp.address,),
        peer=VIA,
        helo="",
        received=desk.clock(),
        raw=raw,
    )
    spooled = desk.spool.get(desk.spool.store(letter).result())
    return shapes.arrival(arrivals.take_in(desk, spooled))


def _sender(raw: bytes) -> str:
    try:
        return read_mail(raw).sender
    except UnreadableMailError:
        return ""  # intake will say why it cannot be read; here only the sender is wanted
