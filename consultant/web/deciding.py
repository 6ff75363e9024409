"""The ticket page's one form, and what each of its buttons does at the desk."""

from collections.abc import Callable

from pydantic import BaseModel, ConfigDict, Field

from consultant.desk import decisions
from consultant.desk.decisions import Stand
from consultant.desk.room import Actor, Desk
from consultant.errors import HouseError
from consultant.store import tickets

LONGEST_TEXT = 200_000  # characters; the gate's limit is in bytes

# Controls a letter cannot carry and PostgreSQL cannot keep; a browser's line ends become plain ones.
_UNWANTED = {code: None for code in range(32) if chr(code) not in "\n\t"}


class EditedError(HouseError):
    """You changed the text: send it with your edits, or take them back to approve the draft as it stood."""


class Filled(BaseModel):
    """The ticket page's one form."""

    model_config = ConfigDict(extra="ignore")

    draft_version: int = 0
    last_event: int = 0
    text: str = Field(default="", max_length=LONGEST_TEXT)
    note: str = Field(default="", max_length=LONGEST_TEXT)
    question: str = Field(default="", max_length=LONGEST_TEXT)
    reason: str = Field(default="", max_length=LONGEST_TEXT)
    override: str = Field(default="", max_length=LONGEST_TEXT)

    @property
    def stand(self) -> Stand:
        """Return what the person who filled the form in had seen."""
        return Stand(self.draft_version, self.last_event)


Act = Callable[[Desk, int, Actor, Filled], object]


def approve_as_drafted(desk: Desk, ticket_id: int, by: Actor, form: Filled) -> None:
    """Approve the draft as it stood; raise `EditedError` when the text was changed after all."""
    with desk.database.reading() as session:
        draft = tickets.draft_of(session, ticket_id, form.draft_version)
    if draft is not None and typed(form.text) != typed(draft.text):
        raise EditedError
    decisions.approve(desk, ticket_id, by, form.stand, text=typed(form.text), override=typed(form.override))


def approve_as_edited(desk: Desk, ticket_id: int, by: Actor, form: Filled) -> None:
    """Approve the text as typed."""
    decisions.approve(desk, ticket_id, by, form.stand, text=typed(form.text), override=typed(form.override))


def save(desk: Desk, ticket_id: int, by: Actor, form: Filled) -> None:
    """Keep the text as typed as a new version."""
    decisions.save_draft(desk, ticket_id, by, form.stand, text=typed(form.text))


def revise(desk: Desk, ticket_id: int, by: Actor, form: Filled) -> None:
    """Send the draft back with the note."""
    decisions.revise(desk, ticket_id, by, form.stand, note=typed(form.note))


def ask(desk: Desk, ticket_id: int, by: Actor, form: Filled) -> None:
    """Send the asker the question."""
    decisions.ask(desk, ticket_id, by, form.stand, text=typed(form.question))


def reject(desk: Desk, ticket_id: int, by: Actor, form: Filled) -> None:
    """Close the ticket for the reason given."""
    decisions.reject(desk, ticket_id, by, form.stand, reason=typed(form.reason))


def reopen(desk: Desk, ticket_id: int, by: Actor, form: Filled) -> None:
    """Take the ticket back into work."""
    decisions.reopen(desk, ticket_id, by, form.stand)


def typed(text: str) -> str:
    """Return what somebody typed: plain line ends, no controls, no blank lines around it."""
    return text.replace("\r\n", "\n").translate(_UNWANTED).strip()
