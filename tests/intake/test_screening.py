"""Machines are known by what they say of themselves, and a person's letter is not taken for one."""

import pytest

from consultant.intake.mail import Envelope, IncomingMail, MailClass, Verdict
from consultant.intake.screening import RULES, House, screen
from tests.intake.letters import a_letter, an_envelope, letter

HOUSE = House(address="consult@consult.example", domain="consult.example", loop="consult.example")


def screened(mail: IncomingMail, envelope: Envelope | None = None) -> Verdict:
    return screen(mail, envelope or an_envelope(), HOUSE)


def test_a_question_is_a_persons() -> None:
    assert screened(letter("question_with_code")).kind is MailClass.HUMAN


@pytest.mark.parametrize(
    ("name", "kind", "rule"),
    [
        ("bounce_from_a_mail_system", MailClass.BOUNCE, "delivery report"),
        ("plain_bounce_without_headers", MailClass.BOUNCE, "mail system"),
        ("away_until_monday", MailClass.AUTO_REPLY, "automatic subject"),
        ("complaint", MailClass.COMPLAINT, "feedback report"),
    ],
)
def test_machines_letters_are_known(name: str, kind: MailClass, rule: str) -> None:
    verdict = screened(letter(name))
    assert (verdict.kind, verdict.rule) == (kind, rule)
    assert verdict.reason


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated (failure)",
        'auto-submitted:AUTO-NOTIFIED; owner-email="x@y"',
        "X-Auto-Response-Suppress: OOF, AutoReply",
        "X-Auto-Response-Suppress: All",
        "X-Autoreply: yes",
        "X-Autorespond: 1",
        "Precedence: auto_reply",
        "Precedence: junk",
        "X-Loop: somebody@else.example",
        "X-Cron-Env: <SHELL=/bin/sh>",
        "Subject: Automatic reply: your letter",
        "Subject: Out of Office: back on Monday",
        "Subject: Respuesta automática: su carta",
    ],
)
def test_one_automatic_header_is_enough(header: str) -> None:
    assert screened(a_letter(header)).kind is MailClass.AUTO_REPLY


@pytest.mark.parametrize(
    "header",
    [
        "List-Id: <coders.lists.example>",
        "List-Unsubscribe: <mailto:u@lists.example>",
        "List-Post: <mailto:coders@lists.example>",
        "Precedence: bulk",
        "Precedence: list",
        "Feedback-ID: 1:2:3:esp",
    ],
)
def test_list_mail_is_known(header: str) -> None:
    assert screened(a_letter(header)).kind is MailClass.LIST


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: no",
        "X-Auto-Response-Suppress: DR, NDR, RN, NRN",
        "X-Autoreply: no",
        "Precedence: normal",
        "Subject: Failed delivery, then cesarean: which code?",
        "Subject: Re: Undeliverable: my question of Monday",
        "Subject: Delivery status of the placenta",
        "Subject: Rejected claim, payer error 197",
        "Subject: Out of office visits and modifier 25",
        "Subject: Returned claim",
        "Subject: Problem with E11.9",
    ],
)
def test_a_person_is_not_taken_for_a_machine(header: str) -> None:
    assert screened(a_letter(header)).kind is MailClass.HUMAN


def test_nobody_is_answered_at_the_null_sender() -> None:
    assert screened(a_letter(), an_envelope("")).rule == "null sender"
    assert screened(a_letter("Return-Path: <>")).kind is MailClass.BOUNCE


def test_a_vacation_notice_from_nobody_is_an_automatic_answer() -> None:
    assert screened(a_letter("Auto-Submitted: auto-replied"), an_envelope("")).kind is MailClass.AUTO_REPLY


@pytest.mark.parametrize(
    ("mail", "envelope"),
    [
        (a_letter("X-Loop: consult.example"), an_envelope()),
        (a_letter(sender="consult@consult.example"), an_envelope()),
        (a_letter(sender="consult+cc-1.x@consult.example"), an_envelope()),
        (a_letter(), an_envelope("consult@consult.example")),
    ],
)
def test_our_own_mail_is_known_when_it_comes_back(mail: IncomingMail, envelope: Envelope) -> None:
    assert screened(mail, envelope).kind is MailClass.OWN


def test_an_answer_to_our_letter_is_a_persons_though_a_service_sent_it() -> None:
    ours = f"<cc-1042.abc.{'a' * 24}@consult.example>"
    mail = a_letter("List-Unsubscribe: <mailto:u@crm.example>", f"In-Reply-To: {ours}")
    assert screened(mail).kind is MailClass.HUMAN


def test_a_postmaster_may_ask_a_question() -> None:
    assert screened(a_letter(sender="postmaster@asker.example")).kind is MailClass.HUMAN


def test_every_rule_has_a_name_of_its_own() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
