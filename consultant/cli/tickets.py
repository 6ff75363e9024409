"""`tickets`, `outbox` and `digest`: the desk from the command line.

Whoever may run these owns the house, so `--as` defaults to the first registered reviewer; the decision says that it
came from the command line.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click
from rich.table import Table

from consultant.cli.context import Branch, House, as_json, operator, pass_house
from consultant.cli.output import result, show_json
from consultant.desk import decisions, departures, digests, reviewers, shapes
from consultant.desk.decisions import Stand, stand_of
from consultant.desk.room import Actor, Desk
from consultant.errors import HouseError
from consultant.service import work_through
from consultant.store import outbox as outbox_store
from consultant.store import tickets as store
from consultant.workflow import State


class NobodyToActError(HouseError):
    """No reviewer is registered to decide as; register one with `consultant reviewer add EMAIL`."""


class UnknownStateError(HouseError):
    """There is no state "{state}"; there are: {known}."""


def add_to(root: Branch) -> None:
    """Add these commands to the root."""
    for group in (tickets, outbox, digest):
        root.add_command(group)


@click.group(cls=Branch)
def tickets() -> None:
    """Show the questions people sent, and decide on them."""


@tickets.command("list")
@click.option("--state", default="", help="Only tickets in this state, such as 'in review'.")
@as_json
@pass_house
def list_tickets(house: House, state: str, as_json: bool) -> None:  # noqa: FBT001  click passes flags by name
    """List tickets, the one due first at the top."""
    with house.desk() as desk, desk.database.reading() as session:
        shape = shapes.tickets(session, states=_states(state))
    if as_json:
        show_json(shape)
        return
    table = Table("Ticket", "State", "Due (UTC)", "Asker", "Subject", "Codes", box=None)
    for row in shape["tickets"]:
        table.add_row(
            row["ref"], row["state"], row["due"][:16], row["asker"], row["subject"][:60], " ".join(row["codes"][:6])
        )
    result.print(table if shape["tickets"] else "No tickets. Mail a question, or try `consultant demo`.")


@tickets.command("show")
@click.argument("ref")
@as_json
@pass_house
def show_ticket(house: House, ref: str, as_json: bool) -> None:  # noqa: FBT001  click passes flags by name
    """Show one ticket: its letters, the current draft, decisions and trace."""
    with house.desk() as desk, desk.database.reading() as session:
        shape = shapes.ticket(session, store.ticket_number(ref))
    if as_json:
        show_json(shape)
        return
    result.print(f"{shape['ref']}  {shape['state']}  from {shape['asker']}  due {shape['due'][:16]}", markup=False)
    for message in shape["messages"]:
        result.print(f"\n--- {message['from']}, {message['received'][:16]}\n{message['text']}", markup=False)
    for draft in shape["drafts"][:1]:
        result.print(f"\n=== draft {draft['version']} by {draft['author']}\n{draft['text']}", markup=False)
        for check in draft["checks"]:
            result.print(f"{check['level']}: {check['message']}", markup=False)


@dataclass(frozen=True)
class _Case:
    """A ticket somebody decides on from here, as it stands at this moment."""

    desk: Desk
    ticket_id: int
    by: Actor
    stand: Stand


def _deciding(name: str, summary: str) -> Callable[[Callable[[_Case, str], None]], click.Command]:
    """Make a command of a decision: find the ticket, decide as it stands now, then let the desk make its rounds."""

    def make(decide: Callable[[_Case, str], None]) -> click.Command:
        @tickets.command(name, help=summary)
        @click.argument("ref")
        @click.option("--as", "email", default="", help="The reviewer who decides (default: the first registered).")
        @click.option("--note", default="", metavar="TEXT", help="The note, question or reason.")
        @pass_house
        def command(house: House, ref: str, email: str, note: str) -> None:
            with _case(house, ref, email) as case:
                decide(case, note)
                work_through(case.desk)
                with case.desk.database.reading() as session:
                    state = store.find(session, case.ticket_id).state
                click.echo(f"{ref}: {state}", err=True)

        return command

    return make


@_deciding("approve", "Approve the current draft; --note gives the reason when a blocking check is set aside.")
def approve(case: _Case, note: str) -> None:
    """Approve the current draft."""
    decisions.approve(case.desk, case.ticket_id, case.by, case.stand, override=note)


@_deciding("revise", "Send the draft back with a note that the next version follows.")
def revise(case: _Case, note: str) -> None:
    """Send the draft back."""
    decisions.revise(case.desk, case.ticket_id, case.by, case.stand, note=note)


@_deciding("reject", "Close the ticket without an answer; --note gives the reason.")
def reject(case: _Case, note: str) -> None:
    """Close without an answer."""
    decisions.reject(case.desk, case.ticket_id, case.by, case.stand, reason=note)


@_deciding("ask", "Send the asker the question given in --note.")
def ask(case: _Case, note: str) -> None:
    """Ask the asker."""
    decisions.ask(case.desk, case.ticket_id, case.by, case.stand, text=note)


@click.group(cls=Branch)
def outbox() -> None:
    """Letters that leave, and those that could not."""


@outbox.command("list")
@as_json
@pass_house
def list_outbox(house: House, as_json: bool) -> None:  # noqa: FBT001  click passes flags by name
    """List letters, newest first."""
    with house.desk() as desk, desk.database.reading() as session:
        rows = [shapes.outbox_letter(letter) for letter in outbox_store.listed(session)]
    if as_json:
        show_json({"letters": rows})
        return
    table = Table("Id", "State", "Kind", "Ticket", "To", "Problem", box=None)
    for row in rows:
        table.add_row(str(row["id"]), row["state"], row["kind"], row["ticket"], ", ".join(row["to"]), row["problem"])
    result.print(table if rows else "No letters yet.")


@outbox.command("retry")
@click.argument("letter", type=int)
@click.option("--as", "email", default="", help="The reviewer who decides (default: the first registered).")
@pass_house
def retry(house: House, letter: int, email: str) -> None:
    """Send a letter again that was refused, or that may not have arrived."""
    with house.desk() as desk:
        departures.retry(desk, letter, _actor(desk, email))
        work_through(desk)
        with desk.database.reading() as session:
            click.echo(f"letter {letter}: {outbox_store.find(session, letter).state}", err=True)


@click.group(cls=Branch)
def digest() -> None:
    """Digests: what waits, told on a schedule."""


@digest.command("preview")
@click.argument("name", default=digests.REVIEWERS)
@as_json
@pass_house
def preview(house: House, name: str, as_json: bool) -> None:  # noqa: FBT001  click passes flags by name
    """Show the issue that would be sent now."""
    with house.desk() as desk:
        _show_issue(digests.preview_digest(desk, name), as_json=as_json)


@digest.command("send")
@click.argument("name", default=digests.REVIEWERS)
@as_json
@pass_house
def send(house: House, name: str, as_json: bool) -> None:  # noqa: FBT001  click passes flags by name
    """Send an issue now, beside the scheduled ones."""
    with house.desk() as desk:
        issue = digests.send_digest(desk, name, f"by hand {desk.clock().isoformat()}")
        assert issue is not None
        work_through(desk)
        _show_issue(issue, as_json=as_json)


def _show_issue(issue: digests.Issue, *, as_json: bool) -> None:
    if as_json:
        show_json(
            {
                "name": issue.name,
                "number": issue.number,
                "to": list(issue.recipients),
                "subject": issue.subject,
                "text": issue.text,
            }
        )
    elif issue.number:
        result.print(f"To: {', '.join(issue.recipients)}\nSubject: {issue.subject}\n\n{issue.text}", markup=False)
    else:
        result.print("Nothing waits, or nobody is to be told: no issue is sent.")


@contextmanager
def _case(house: House, ref: str, email: str) -> Iterator[_Case]:
    with house.desk() as desk:
        ticket_id = store.ticket_number(ref)
        with desk.database.reading() as session:
            stand = stand_of(store.find(session, ticket_id))
        yield _Case(desk, ticket_id, _actor(desk, email), stand)


def _actor(desk: Desk, email: str) -> Actor:
    """Return the named reviewer, by default the first registered one still active."""
    active = [reviewer for reviewer in reviewers.listed(desk.database) if reviewer.active]
    if email:
        active = [reviewer for reviewer in active if reviewer.email == email.lower()]
        if not active:
            raise reviewers.UnknownReviewerError(email=email)
    if not active:
        raise NobodyToActError
    return operator(active[0].email, active[0].name, active[0].credential)


def _states(word: str) -> tuple[State, ...] | None:
    if not word:
        return None
    if word not in set(State):
        raise UnknownStateError(state=word, known=", ".join(State))
    return (State(word),)
