"""`reviewer`: who may review."""

import click
from rich.table import Table

from consultant.cli.context import Branch, House, as_json, pass_house
from consultant.cli.output import result, show_json
from consultant.desk import reviewers


def add_to(root: Branch) -> None:
    """Add these commands to the root."""
    root.add_command(reviewer)


@click.group(cls=Branch)
def reviewer() -> None:
    """Register the certified coders who approve what leaves."""


@reviewer.command("add")
@click.argument("email")
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
    chosen = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True) if ask_password else ""
    with house.desk() as desk:
        password = reviewers.add(
            desk.database, email, now=desk.clock(), name=name, credential=credential, password=chosen
        )
    if as_json:
        show_json({"email": email, "password": "" if chosen else password})
    elif chosen:
        result.print(f"{email} may review now.")
    else:
        result.print(f"{email} may review now, with the password {password} (shown this once).", markup=False)


@reviewer.command("list")
@as_json
@pass_house
def list_reviewers(house: House, *, as_json: bool) -> None:
    """List who may review."""
    with house.desk() as desk:
        known = reviewers.listed(desk.database)
    if as_json:
        rows = [
            {"email": one.email, "name": one.name, "credential": one.credential, "active": one.active} for one in known
        ]
        show_json({"reviewers": rows})
        return
    table = Table("Address", "Name", "Credential", "", box=None)
    for one in known:
        table.add_row(one.email, one.name, one.credential, "" if one.active else "disabled")
    result.print(table if known else "Nobody yet; register someone with `consultant reviewer add EMAIL`.")


@reviewer.command("password")
@click.argument("email")
@pass_house
def set_password(house: House, email: str) -> None:
    """Set a reviewer's password; it is asked for, and every browser signed in as them is signed out."""
    chosen = click.prompt("New password", hide_input=True, confirmation_prompt=True, err=True)
    with house.desk() as desk:
        reviewers.set_password(desk.database, email, chosen)
    click.echo(f"{email} has a new password.", err=True)


@reviewer.command("disable")
@click.argument("email")
@pass_house
def disable_reviewer(house: House, email: str) -> None:
    """Take a reviewer's right to review away; their past decisions stay."""
    with house.desk() as desk:
        reviewers.disable(desk.database, email)
    click.echo(f"{email} may no longer review.", err=True)
