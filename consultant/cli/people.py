"""`reviewer`: who may review."""

import click

from consultant.cli.branches import Branch
from consultant.cli.context import House, as_json, pass_house
from consultant.cli.desk import at_the_desk
from consultant.cli.output import remark, say, show_json, table
from consultant.desk import reviewers


@click.group(cls=Branch)
def reviewer() -> None:
    """Register the certified coders who approve what leaves."""


@reviewer.command("add")
@click.argument("email", metavar="EMAIL")
@click.option("--name", default="", help="The name letters are signed with.")
@click.option("--credential", default="", help="What stands behind the name, such as CPC or CCS.")
@click.option("--ask-password", is_flag=True, help="Ask for a password instead of making one up.")
@as_json
@pass_house
def add_reviewer(  # noqa: PLR0913  one parameter for each option
    house: House, email: str, name: str, credential: str, *, ask_password: bool, as_json: bool
) -> None:
    """Register a reviewer, or let a disabled one back in; a password made up is shown this once.

    \b
    Example:
      consultant reviewer add pat@example.org --name "Pat Moss" --credential CPC
    """  # noqa: D301  \b is click's own mark against re-wrapping
    chosen = _asked_for("Password") if ask_password else ""
    with at_the_desk(house) as desk:
        password = reviewers.add(
            desk.database, email, now=desk.clock(), name=name, credential=credential, password=chosen
        )
    if as_json:
        show_json({"email": email, "password": "" if chosen else password})
    elif chosen:
        say(f"{email} may review now.")
    else:
        say(f"{email} may review now, with the password {password} (shown this once).")


@reviewer.command("list")
@as_json
@pass_house
def list_reviewers(house: House, *, as_json: bool) -> None:
    """List who may review, the first registered first.

    \b
    Example:
      consultant reviewer list
    """  # noqa: D301  \b is click's own mark against re-wrapping
    with at_the_desk(house) as desk:
        known = reviewers.listed(desk.database)
    if as_json:
        show_json({"reviewers": [_shape(one) for one in known]})
    elif known:
        say("\n".join(table(("Address", "Name", "Credential", "May review"), [_row(one) for one in known])))
    else:
        say("Nobody yet; register someone with `consultant reviewer add EMAIL`.")


@reviewer.command("password")
@click.argument("email", metavar="EMAIL")
@pass_house
def set_password(house: House, email: str) -> None:
    """Set a reviewer's password; it is asked for, and every browser signed in as them is signed out.

    \b
    Example:
      consultant reviewer password pat@example.org
    """  # noqa: D301  \b is click's own mark against re-wrapping
    chosen = _asked_for("New password")
    with at_the_desk(house) as desk:
        reviewers.set_password(desk.database, email, chosen)
    remark(f"{email} has a new password.")


@reviewer.command("disable")
@click.argument("email", metavar="EMAIL")
@pass_house
def disable_reviewer(house: House, email: str) -> None:
    """Take a reviewer's right to review away; their past decisions stay.

    \b
    Example:
      consultant reviewer disable pat@example.org
    """  # noqa: D301  \b is click's own mark against re-wrapping
    with at_the_desk(house) as desk:
        reviewers.disable(desk.database, email)
    remark(f"{email} may no longer review.")


def _asked_for(what: str) -> str:
    return str(click.prompt(what, hide_input=True, confirmation_prompt=True, err=True))


def _shape(one: reviewers.Colleague) -> dict[str, object]:
    return {"email": one.email, "name": one.name, "credential": one.credential, "active": one.active}


def _row(one: reviewers.Colleague) -> tuple[str, ...]:
    return one.email, one.name or "-", one.credential or "-", "yes" if one.active else "no, disabled"
