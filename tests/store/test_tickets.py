"""What we ask of tickets: references, lists, letters, who approved what; on SQLite and PostgreSQL alike."""

from datetime import timedelta

import pytest

from consultant.config import DatabaseSettings, Settings
from consultant.desk.decisions import approve
from consultant.desk.departures import send_next
from consultant.desk.drafts import write_draft
from consultant.desk.room import Desk
from consultant.outgoing.letters import LetterKind
from consultant.store import tickets
from consultant.store.tables import Ticket
from consultant.store.tickets import UnknownTicketError, mentions_a_ticket, reference, ticket_number
from consultant.workflow import Action, State
from tests.builders import ASKER, a_letter, a_mail, a_reviewer, arrive, outbox_in, stand_now
from tests.conftest import MovableClock, OpenDesk
from tests.databases import PostgreSQL


def test_a_reference_leads_back_to_its_ticket() -> None:
    assert (reference(1), ticket_number("CC-1001"), ticket_number(" cc-1001 ")) == ("CC-1001", 1, 1)


@pytest.mark.parametrize(
    "ref", ["", "1001", "CC-", "CC-12345678901234", "CC-1001x", "CC-\u0661\u0660\u0660\u0661", "XX-1001", "CC--5"]
)
def test_what_is_no_reference_of_ours_is_unknown(ref: str) -> None:
    with pytest.raises(UnknownTicketError):
        ticket_number(ref)


@pytest.mark.parametrize(
    ("text", "named"), [("Re: [CC-1001] a draft", True), ("cc-1001", True), ("CC-12", False), ("ACC-10012", False)]
)
def test_a_text_that_names_a_ticket_is_known(text: str, *, named: bool) -> None:
    assert mentions_a_ticket(text) is named


@pytest.mark.parametrize("ticket_id", [5, -1, 999_998_999])
def test_a_ticket_there_is_not_is_unknown_to_reader_and_writer(desk_anywhere: Desk, ticket_id: int) -> None:
    with desk_anywhere.database.reading() as session, pytest.raises(UnknownTicketError):
        tickets.find(session, ticket_id)
    with desk_anywhere.database.writing() as session, pytest.raises(UnknownTicketError):
        tickets.find_to_change(session, ticket_id)


@pytest.mark.postgresql  # SQLite has one writer: nothing can change there between the two looks
def test_a_ticket_found_to_be_changed_is_as_it_stands_and_not_as_it_was_read(
    settings: Settings, open_a_desk: OpenDesk, postgresql: PostgreSQL
) -> None:
    url = DatabaseSettings.model_validate({"url": postgresql.new_database()})
    desk = open_a_desk(settings.model_copy(update={"database": url}))
    arrive(desk)
    with desk.database.writing() as session:
        assert tickets.find(session, 1).note == ""
        with desk.database.writing() as other:
            tickets.find_to_change(other, 1).note = "written meanwhile"
        assert tickets.find_to_change(session, 1).note == "written meanwhile"


def test_tickets_are_listed_by_due_time_in_the_states_asked_for(desk_anywhere: Desk, clock: MovableClock) -> None:
    for hours in (2, 3, 1):
        raw = a_mail(message_id=f"<{hours}@riverbend.example>")
        arrive(desk_anywhere, a_letter(raw=raw, received=clock() - timedelta(hours=hours)))
    with desk_anywhere.database.reading() as session:
        assert [ticket.id for ticket in tickets.listed(session)] == [2, 1, 3]
        assert [ticket.id for ticket in tickets.listed(session, limit=1)] == [2]
        assert tickets.listed(session, [State.ANSWERED]) == []
        assert tickets.to_draft(session) == [2, 1, 3]
        assert tickets.counts(session) == {"received": 3}


def test_what_the_machine_gave_up_on_is_not_drafted_again(desk_anywhere: Desk) -> None:
    arrive(desk_anywhere)
    with desk_anywhere.database.writing() as session:
        tickets.find_to_change(session, 1).trouble = "it broke the machine"
    with desk_anywhere.database.reading() as session:
        assert tickets.to_draft(session) == []


def test_letters_of_an_address_are_counted_however_it_is_written(desk_anywhere: Desk, clock: MovableClock) -> None:
    arrive(desk_anywhere)
    arrive(desk_anywhere, a_letter(raw=a_mail(sender=ASKER.upper(), message_id="<2@riverbend.example>")))
    arrive(desk_anywhere, a_letter(raw=a_mail(Auto_Submitted="auto-replied")))
    with desk_anywhere.database.reading() as session:
        assert tickets.letters_from(session, ASKER, clock() - timedelta(days=1)) == 2
        assert tickets.letters_from(session, ASKER, clock()) == 0


def test_only_letters_whose_acknowledgement_left_were_told_of(desk_anywhere: Desk) -> None:
    arrive(desk_anywhere)

    def told_of() -> list[tuple[str, str, str]]:
        with desk_anywhere.database.reading() as session:
            return [
                (row[0], row[1], row[2]) for row in tickets.lately_told_of(session, LetterKind.ACKNOWLEDGEMENT, 50, 5)
            ]

    assert told_of() == []
    while send_next(desk_anywhere):
        pass
    assert told_of() == [(ASKER, "A coding question", "Is E1")]


def test_an_approval_is_somebodys_decision_on_that_ticket_and_of_that_kind(desk_anywhere: Desk) -> None:
    for number in (1, 2):
        arrive(desk_anywhere, a_letter(raw=a_mail(message_id=f"<{number}@riverbend.example>")))
        write_draft(desk_anywhere, number)
    approve(desk_anywhere, 1, a_reviewer(), stand_now(desk_anywhere))
    approval = outbox_in(desk_anywhere)[-1].approval
    with desk_anywhere.database.reading() as session:
        assert tickets.approved_by_somebody(session, 1, Action.APPROVE, approval)
        assert not tickets.approved_by_somebody(session, 1, Action.ASK, approval)
        assert not tickets.approved_by_somebody(session, 2, Action.APPROVE, approval)
        assert not tickets.approved_by_somebody(session, 2, Action.APPROVE, "")


def test_an_event_that_need_not_be_seen_makes_no_page_stale(desk_anywhere: Desk, clock: MovableClock) -> None:
    arrive(desk_anywhere)
    with desk_anywhere.database.writing() as session:
        ticket = tickets.find_to_change(session, 1)
        before = ticket.last_event
        tickets.record(session, ticket, "looked at", by="pat", at=clock(), to_be_seen=False)
        assert ticket.last_event == before
        event = tickets.record(session, ticket, "written to", by="pat", at=clock())
        assert ticket.last_event == event.id


def test_the_addresses_of_a_ticket_begin_with_its_asker(desk_anywhere: Desk) -> None:
    arrive(desk_anywhere)
    with desk_anywhere.database.reading() as session:
        assert tickets.addresses_written_to(session, 1) == (ASKER,)
        assert tickets.addresses_written_to(session, 7) == ()


def test_a_subject_as_long_as_mail_allows_is_kept_whole(desk_anywhere: Desk, clock: MovableClock) -> None:
    ticket = Ticket(
        state=State.RECEIVED,
        subject="s" * 100_000,
        asker=ASKER,
        mailbox="consult@house.example",
        received=clock(),
        due=clock(),
    )
    with desk_anywhere.database.writing() as session:
        session.add(ticket)
    with desk_anywhere.database.reading() as session:
        assert len(tickets.find(session, 1).subject) == 100_000
