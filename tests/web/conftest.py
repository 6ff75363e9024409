"""Browsers looking at a house with a question in it."""

import pytest

from consultant.desk.drafts import write_draft
from consultant.desk.room import Desk
from tests.builders import a_letter, a_mail, arrive
from tests.web.browser import Browser, a_signed_in_browser, a_stranger

QUESTION = """Hello,

is E11.9 valid and billable for a date of service of 05/12/2026? And may it stand beside G62.9?

Patient Jane Sample, DOB 04/05/1961, telephone 555-201-3344.

{signature}
Jordan Reyes
Riverbend Clinic

On Mon, Jun 8, 2026 at 9:00 AM Payer <no@payer.example> wrote:
> Denied
> Please resubmit
""".replace("{signature}", "-- ")  # the space belongs to the mark of a signature (RFC 3676, section 4.3)


@pytest.fixture
def stranger(desk: Desk) -> Browser:
    """A browser nobody signed in on."""
    return a_stranger(desk)


@pytest.fixture
def rita(desk: Desk) -> Browser:
    """A browser the reviewer Rita is signed in on."""
    return a_signed_in_browser(desk)


@pytest.fixture
def drafted(desk: Desk) -> Desk:
    """A desk with one question, CC-1001, drafted and waiting for review."""
    arrive(desk, a_letter(raw=a_mail(text=QUESTION, subject="E11.9 on 05/12/2026, call 555-201-3344")))
    write_draft(desk, 1)
    return desk
