"""`tickets`: the questions people sent, shown and decided on from the command line."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click

from consultant.cli.branches import Branch
from consultant.cli.context import House, as_json, pass_house
from consultant.cli.desk import at_the_desk, let_work, reviewer_acting
from consultant.cli.output import Shape, remark, say, short, show_json, table
from consultant.desk import decisions, shapes
from consultant.desk.decisions import Stand, stand_of
from consultant.desk.room import Actor, Desk
from consultant.errors import HouseError
from consultant.store import tickets as store
from consultant.workflow import State


class UnknownStateError(HouseError):
    """There is no state "{state}"; there are: {known}."""


@click.group(cls=Branch)
def tickets() -> None:
    """Show the questions people sent, and decide on them."""


@tickets.command("list")
@click.option("--state", default="", help="Only tickets in this state, such as 'in review'.")
@as_json
@pass_house
def list_tickets(house: House, state: str, *, as_json: bool) -> None:
    """List tickets, the one due first at the top.

    \b
    Examples:
      consultant tickets list
      consultant tickets list --state "in review" --json
    """  # noqa: D301  \b is click's own mark against re-wrapping
    states = _states(state)
    with at_the_desk(house) as desk, desk.database.reading() as session:
        shape = shapes.tickets(session, states)
    if as_json:
        show_json(shape)
    else:
        _show_list(shape, state)


@tickets.command("show")
@click.argument("ref", metavar="REF")
@as_json
@pass_house
def show_ticket(house: House, ref: str, *, as_json: bool) -> None:
    """Show one ticket: its letters, the current draft, decisions and trace.

    \b
    Example:
      consultant tickets show CC-1001
    """  # noqa: D301  \b is click's own mark against re-wrapping
    with at_the_desk(house) as desk, desk.database.reading() as session:
        shape = shapes.ticket(session, store.ticket_number(ref))
    if as_json:
        show_json(shape)
    else:
        _show_ticket(shape)


@dataclass(frozen=True)
class _Case:
    """A ticket somebody decides on from here, as it stands at this moment."""

    desk: Desk
    ticket_id: int
    by: Actor
    stand: Stand


def _deciding(name: str) -> Callable[[Callable[[_Case, str], None]], click.Command]:
    """Make a command of a decision: find the ticket, decide as it stands now, and let the desk make its rounds."""

    def make(decide: Callable[[_Case, str], None]) -> click.Command:
        @tickets.command(name, help=decide.__doc__)
        @click.argument("ref", metavar="REF")
        @click.option(
            "--as", "email", default="", metavar="EMAIL", help="The reviewer who decides (default: the first)."
        )
        @click.option("--note", default="", metavar="TEXT", help="The note, question or reason.")
        @pass_house
        def command(house: House, ref: str, email: str, note: str) -> None:
            with _case(house, ref, email) as case:
                decide(case, note)
                let_work(case.desk)
                with case.desk.database.reading() as session:
                    remark(f"{store.reference(case.ticket_id)}: {store.find(session, case.ticket_id).state}")

        return command

    return make


@_deciding("approve")
def approve(case: _Case, note: str) -> None:
    """Approve the current draft; --note gives the reason when a blocking check is set aside.

    \b
    Example:
      consultant tickets approve CC-1001 --as pat@example.org
    """  # noqa: D301  \b is click's own mark against re-wrapping
    decisions.approve(case.desk, case.ticket_id, case.by, case.stand, override=note)


@_deciding("revise")
def revise(case: _Case, note: str) -> None:
    """Send the draft back with a note that the next version follows.

    \b
    Example:
      consultant tickets revise CC-1001 --note "They asked about E11.65 too."
    """  # noqa: D301  \b is click's own mark against re-wrapping
    decisions.revise(case.desk, case.ticket_id, case.by, case.stand, note=note)


@_deciding("reject")
def reject(case: _Case, note: str) -> None:
    """Close the ticket without an answer; --note gives the reason, and nothing is sent.

    \b
    Example:
      consultant tickets reject CC-1001 --note "An advertisement."
    """  # noqa: D301  \b is click's own mark against re-wrapping
    decisions.reject(case.desk, case.ticket_id, case.by, case.stand, reason=note)


@_deciding("ask")
def ask(case: _Case, note: str) -> None:
    """Send the asker the question given in --note; their answer joins the ticket.

    \b
    Example:
      consultant tickets ask CC-1001 --note "Which payer, and which date of service?"
    """  # noqa: D301  \b is click's own mark against re-wrapping
    decisions.ask(case.desk, case.ticket_id, case.by, case.stand, text=note)


@contextmanager
def _case(house: House, ref: str, email: str) -> Iterator[_Case]:
    with at_the_desk(house) as desk:
        ticket_id = store.ticket_number(ref)
        with desk.database.reading() as session:
            stand = stand_of(store.find(session, ticket_id))
        yield _Case(desk, ticket_id, reviewer_acting(desk, email), stand)


def _states(word: str) -> tuple[State, ...] | None:
    if not word:
        return None
    if word.lower() not in set(State):
        raise UnknownStateError(state=word, known=", ".join(State))
    return (State(word.lower()),)


def _show_list(shape: Shape, state: str) -> None:
    if not shape["tickets"]:
        say(f"No ticket is {state}." if state else "No tickets. Mail a question, or try `consultant demo`.")
        return
    rows = [
        (
            *(row["ref"], row["state"], _minute(row["due"]), short(row["asker"])),
            *(" ".join(row["codes"][:4]) or "-", short(row["subject"])),
        )
        for row in shape["tickets"]
    ]
    say("\n".join(table(("Ticket", "State", "Due (UTC)", "Asker", "Codes", "Subject"), rows)))


def _show_ticket(shape: Shape) -> None:
    say(f"{shape['ref']}  {shape['state']}  from {shape['asker']}  due {_minute(shape['due'])} UTC")
    if shape["trouble"]:
        say(f"Trouble: {shape['trouble']}")
    for message in shape["messages"]:
        say(f"\n--- {message['from']}, {_minute(message['received'])}: {message['subject']}\n{message['text'].strip()}")
    for draft in shape["drafts"][:1]:
        say(f"\n=== draft {draft['version']} by {draft['author']}: {draft['subject']}\n{draft['text']}")
        for check in draft["checks"]:
            say(f"{check['level']}: {check['message']}")
    _show_story(shape)


def _show_story(shape: Shape) -> None:
    """Show what was decided, what left, and what happened when."""
    for decision in shape["decisions"]:
        words = decision["note"] or decision["override"]
        say(f"\n{decision['action']} by {decision['by']} ({decision['via']}){f': {words}' if words else ''}")
    for letter in shape["outbox"]:
        say(f"letter {letter['id']}, {letter['kind']}: {letter['state']} {letter['problem']}".rstrip())
    say("")
    for event in shape["trace"]:
        say(f"{_minute(event['at'])}  {event['what']}  ({event['by']})")


def _minute(moment: str) -> str:
    return moment[:16].replace("T", " ")
