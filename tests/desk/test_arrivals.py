"""Every accepted message ends as exactly one of: a ticket, a joined letter, held for a person, noted."""

import zlib

import pytest

from consultant.desk.arrivals import NothingToReplayError, Outcome, replay, set_aside
from consultant.desk.departures import send_next
from consultant.desk.drafts import write_draft
from consultant.desk.room import Desk
from consultant.intake.conversations import make_message_id, make_reply_address
from consultant.store import tickets
from consultant.store.tables import IncomingLetter
from consultant.workflow import State
from tests.builders import ASKER, a_letter, a_mail, a_reviewer, arrive, events_in, outbox_in, ticket_in


def incoming(desk: Desk, number: int = 1) -> IncomingLetter:
    with desk.database.reading() as session:
        found = tickets.incoming(session, number)
    assert found is not None
    return found


def test_a_question_becomes_a_ticket_with_its_raw_bytes_kept(desk_anywhere: Desk) -> None:
    letter = a_letter()
    arrival = arrive(desk_anywhere, letter)
    assert (arrival.outcome, arrival.ticket) == (Outcome.TICKET, "CC-1001")
    kept = incoming(desk_anywhere)
    assert kept.raw is not None
    assert zlib.decompress(kept.raw) == letter.raw
    ticket = ticket_in(desk_anywhere)
    assert (ticket.state, ticket.asker, ticket.mailbox) == (State.RECEIVED, ASKER, "consult@house.example")
    assert desk_anywhere.spool.count() == 0


def test_the_same_bytes_twice_make_one_ticket(desk_anywhere: Desk) -> None:
    first, second = arrive(desk_anywhere), arrive(desk_anywhere)
    assert (first.ticket, second.ticket) == ("CC-1001", "CC-1001")
    assert second.outcome is Outcome.KNOWN
    with desk_anywhere.database.reading() as session:
        assert len(tickets.listed(session)) == 1
    assert desk_anywhere.spool.count() == 0


def test_other_bytes_under_the_same_message_id_make_a_second_ticket(desk: Desk) -> None:
    arrive(desk)
    other = arrive(desk, a_letter(raw=a_mail(text="Is E10.9 valid?")))
    assert other.ticket == "CC-1002"


@pytest.mark.parametrize(
    ("raw", "envelope_from"),
    [
        (a_mail(Auto_Submitted="auto-replied"), ASKER),
        (a_mail(subject="Undelivered Mail Returned to Sender", sender="MAILER-DAEMON@riverbend.example"), ""),
        (a_mail(List_Id="<coders.riverbend.example>", Precedence="list"), "coders-bounces@riverbend.example"),
        (a_mail(sender="consult@house.example"), "consult@house.example"),
    ],
    ids=["auto-reply", "null sender", "list", "own mail"],
)
def test_mail_from_machines_is_noted_and_moves_nothing(desk: Desk, raw: bytes, envelope_from: str) -> None:
    arrival = arrive(desk, a_letter(raw=raw, envelope_from=envelope_from))
    assert arrival.outcome is Outcome.NOTED
    assert arrival.reason
    with desk.database.reading() as session:
        assert tickets.listed(session) == []


def test_what_cannot_be_read_is_held_for_a_person_with_its_raw_bytes(desk: Desk) -> None:
    raw = b"Subject: too many\r\n" + b"X-Header: 1\r\n" * 3000 + b"\r\ntext\r\n"
    arrival = arrive(desk, a_letter(raw=raw))
    assert arrival.outcome is Outcome.HELD
    kept = incoming(desk)
    assert (kept.rule, zlib.decompress(kept.raw or b"")) == ("unreadable", raw)


def test_a_letter_without_from_is_held_until_a_person_lets_it_in(desk: Desk) -> None:
    assert arrive(desk, a_letter(raw=a_mail(sender=""))).outcome is Outcome.HELD
    arrival = replay(desk, 1, a_reviewer(), let_in=True)
    assert arrival.outcome is Outcome.TICKET
    assert ticket_in(desk).asker == ASKER
    assert "let in" in events_in(desk)


def test_running_a_message_again_that_became_a_ticket_is_refused(desk: Desk) -> None:
    arrive(desk)
    with pytest.raises(NothingToReplayError):
        replay(desk, 1, a_reviewer())


def test_a_reply_with_our_signed_message_id_joins_its_ticket(desk_anywhere: Desk) -> None:
    arrive(desk_anywhere)
    write_draft(desk_anywhere, 1)
    key = make_message_id("CC-1001", ASKER, desk_anywhere.secret, "house.example", "00ff")
    reply = a_mail(text="The payer is Medicare.", message_id="<two@riverbend.example>", in_reply_to=key)
    arrival = arrive(desk_anywhere, a_letter(raw=reply))
    assert (arrival.outcome, arrival.ticket) == (Outcome.JOINED, "CC-1001")
    assert ticket_in(desk_anywhere).state == State.RECEIVED
    with desk_anywhere.database.reading() as session:
        assert len(tickets.letters_of(session, 1)) == 2


def test_a_reply_to_our_signed_address_joins_even_without_thread_headers(desk: Desk) -> None:
    arrive(desk)
    address = make_reply_address("CC-1001", ASKER, desk.secret, "consult", "house.example")
    reply = a_mail(text="It was in May.", message_id="<two@riverbend.example>", to=address)
    assert arrive(desk, a_letter(raw=reply, envelope_to=(address,))).outcome is Outcome.JOINED


def test_a_ticket_number_in_the_subject_joins_nothing(desk: Desk) -> None:
    arrive(desk)
    forged = a_mail(subject="Re: A coding question [CC-1001]", message_id="<x@riverbend.example>")
    assert arrive(desk, a_letter(raw=forged)).ticket == "CC-1002"


def test_a_right_key_from_another_address_waits_for_a_persons_word(desk: Desk) -> None:
    arrive(desk)
    key = make_message_id("CC-1001", ASKER, desk.secret, "house.example", "00ff")
    stranger = a_mail(sender="eve@elsewhere.example", message_id="<e@elsewhere.example>", in_reply_to=key)
    arrival = arrive(desk, a_letter(raw=stranger, envelope_from="eve@elsewhere.example"))
    assert arrival.outcome is Outcome.HELD
    assert "another address" in arrival.reason
    assert replay(desk, 2, a_reviewer(), let_in=True).outcome is Outcome.JOINED


def test_an_empty_letter_is_a_ticket_whose_draft_says_what_is_missing(desk: Desk) -> None:
    arrive(desk, a_letter(raw=a_mail(text="", subject="")))
    assert write_draft(desk, 1) == 1
    with desk.database.reading() as session:
        assert len(tickets.drafts_of(session, 1)[0].text.split()) > 30


def test_a_letter_that_breaks_the_machine_is_held_once_with_its_bytes(desk: Desk) -> None:
    spooled = desk.spool.get(desk.spool.store(a_letter()).result())
    set_aside(desk, spooled, "the machine failed")
    set_aside(desk, spooled, "the machine failed")
    kept = incoming(desk)
    assert (kept.outcome, zlib.decompress(kept.raw or b"")) == (Outcome.HELD, spooled.raw)
    assert desk.spool.count() == 0


def test_the_asker_gets_one_acknowledgement_a_day(desk: Desk) -> None:
    arrive(desk)
    arrive(desk, a_letter(raw=a_mail(text="Is E10.9 valid?")))
    assert [letter.kind for letter in outbox_in(desk, 1)] == ["acknowledgement"]
    assert outbox_in(desk, 2) == []
    assert "not acknowledged" in events_in(desk, 2)


def test_an_acknowledgement_echoes_nothing_and_has_the_null_sender(desk: Desk) -> None:
    arrive(desk, a_letter(raw=a_mail(subject="BUY THIS NOW", text="http://spam.example E11.9")))
    (letter,) = outbox_in(desk)
    assert "BUY" not in letter.subject + letter.text
    assert "spam" not in letter.subject + letter.text
    assert letter.envelope_sender == ""
    assert letter.recipients == [ASKER]


@pytest.mark.parametrize("machine", ["no-reply@riverbend.example", "mailer-daemon@riverbend.example"])
def test_a_machine_is_never_acknowledged(desk: Desk, machine: str) -> None:
    arrive(desk, a_letter(raw=a_mail(sender=machine), envelope_from=machine))
    with desk.database.reading() as session:
        everything = tickets.listed(session)
    assert all(outbox_in(desk, ticket.id or 0) == [] for ticket in everything)


def test_at_most_thirty_acknowledgements_leave_in_ten_minutes(desk: Desk) -> None:
    for number in range(33):
        sender = f"asker{number}@riverbend.example"
        raw = a_mail(sender=sender, message_id=f"<{number}@riverbend.example>")
        arrive(desk, a_letter(raw=raw, envelope_from=sender))
    sent = 0
    while send_next(desk):
        sent += 1
    assert sent == 30
