"""`outbox` and `digest`: what leaves the house, what could not, and what the reviewers are told on a schedule."""

import click

from consultant.cli.branches import Branch
from consultant.cli.context import House, as_json, pass_house
from consultant.cli.desk import at_the_desk, let_work, reviewer_acting
from consultant.cli.output import Shape, remark, say, short, show_json, table
from consultant.desk import departures, digests, shapes
from consultant.store import outbox as store


@click.group(cls=Branch)
def outbox() -> None:
    """Show the letters that leave, and those that could not."""


@outbox.command("list")
@as_json
@pass_house
def list_outbox(house: House, *, as_json: bool) -> None:
    """List letters, newest first.

    \b
    Example:
      consultant outbox list
    """  # noqa: D301  \b is click's own mark against re-wrapping
    with at_the_desk(house) as desk, desk.database.reading() as session:
        letters = [shapes.outbox_letter(letter) for letter in store.listed(session)]
    if as_json:
        show_json({"letters": letters})
    else:
        _show_letters(letters)


@outbox.command("retry")
@click.argument("letter", type=int, metavar="ID")
@click.option("--as", "email", default="", metavar="EMAIL", help="The reviewer who decides (default: the first).")
@pass_house
def retry(house: House, letter: int, email: str) -> None:
    """Send a letter again that was refused, or that may not have arrived.

    \b
    Example:
      consultant outbox retry 12
    """  # noqa: D301  \b is click's own mark against re-wrapping
    with at_the_desk(house) as desk:
        departures.retry(desk, letter, reviewer_acting(desk, email))
        let_work(desk)
        with desk.database.reading() as session:
            remark(f"letter {letter}: {store.find(session, letter).state}")


@click.group(cls=Branch)
def digest() -> None:
    """Show or send what the reviewers are told on a schedule."""


@digest.command("preview")
@click.argument("name", default=digests.REVIEWERS)
@as_json
@pass_house
def preview(house: House, name: str, *, as_json: bool) -> None:
    """Show the issue that would be sent now; NAME is "reviewers", the only digest there is so far.

    \b
    Example:
      consultant digest preview reviewers
    """  # noqa: D301  \b is click's own mark against re-wrapping
    with at_the_desk(house) as desk:
        _show_issue(digests.preview_digest(desk, name), as_json=as_json)


@digest.command("send")
@click.argument("name", default=digests.REVIEWERS)
@as_json
@pass_house
def send(house: House, name: str, *, as_json: bool) -> None:
    """Send an issue now, beside the scheduled ones.

    \b
    Example:
      consultant digest send reviewers
    """  # noqa: D301  \b is click's own mark against re-wrapping
    with at_the_desk(house) as desk:
        issue = digests.send_digest(desk, name, f"by hand {desk.clock().isoformat()}")
        assert issue is not None  # no two issues are sent by hand in one microsecond
        let_work(desk)
        _show_issue(issue, as_json=as_json)


def _show_letters(letters: list[Shape]) -> None:
    if not letters:
        say("No letters yet.")
        return
    rows = [
        (
            *(str(letter["id"]), letter["state"], letter["kind"], letter["ticket"] or "-"),
            *(short(", ".join(letter["to"])), letter["problem"] or letter["reply"]),
        )
        for letter in letters
    ]
    say("\n".join(table(("Id", "State", "Kind", "Ticket", "To", "Said of it"), rows)))


def _show_issue(issue: digests.Issue, *, as_json: bool) -> None:
    if as_json:
        recipients = list(issue.recipients)
        show_json(
            {
                "name": issue.name,
                "number": issue.number,
                "to": recipients,
                "subject": issue.subject,
                "text": issue.text,
            }
        )
    elif issue.number:
        say(f"To: {', '.join(issue.recipients)}\nSubject: {issue.subject}\n\n{issue.text}")
    else:
        say("Nothing waits, or nobody is to be told: no issue is sent.")
