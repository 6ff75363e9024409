"""Whom mail may be addressed to."""

import pytest

from consultant.config import SmtpSettings
from consultant.reception.mailboxes import NO_SUCH_MAILBOX, RELAYING_DENIED, refusal

HERE = SmtpSettings(domain="Consult.Example", mailbox="Consult")


@pytest.mark.parametrize(
    "recipient",
    [
        "consult@consult.example",
        "CONSULT@CONSULT.EXAMPLE",
        "consult+t-17.Ab_c@consult.example",
        "consult+@consult.example",
        "postmaster@consult.example",
        "Postmaster",
        "abuse@consult.example",
    ],
)
def test_mail_for_us_is_let_in(recipient: str) -> None:
    assert refusal(recipient, HERE) is None


@pytest.mark.parametrize(
    "recipient",
    ["someone@consult.example", "consultant@consult.example", "postmaster+x@consult.example", "@consult.example", ""],
)
def test_an_unknown_mailbox_is_refused(recipient: str) -> None:
    assert refusal(recipient, HERE) == NO_SUCH_MAILBOX


@pytest.mark.parametrize(
    "recipient",
    ["consult@elsewhere.example", "consult@consult.example.evil.example", "consult@consult.example@evil.example"],
)
def test_mail_for_elsewhere_is_not_relayed(recipient: str) -> None:
    assert refusal(recipient, HERE) == RELAYING_DENIED
