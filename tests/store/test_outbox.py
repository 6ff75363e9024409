"""What we ask of letters that leave: which is due, who holds it, which one the ticket's state is about."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from consultant.desk.room import Desk
from consultant.outgoing.letters import LetterKind
from consultant.store import outbox
from consultant.store.outbox import OutboxState, UnknownOutboxLetterError
from consultant.store.tables import OutboxLetter
from tests.builders import arrive
from tests.conftest import MovableClock


def put(desk: Desk, key: str, **values: object) -> int:
    """Put a letter into the outbox and return its id."""
    now = desk.clock()
    given: dict[str, object] = {
        "kind": LetterKind.ANSWER,
        "state": OutboxState.WAITING,
        "due": now,
        "created": now,
        "message_id": f"<{key}@house.example>",
        "sender": "consult@house.example",
        "recipients": ["jordan@riverbend.example"],
        "subject": "Re: A question",
        "text": "Yes.",
        "html": "<p>Yes.</p>",
        "date": "Mon, 15 Jun 2026 12:00:00 +0000",
    }
    letter = OutboxLetter(**{"key": key, **given, **values})  # type: ignore[arg-type]  # a row's columns by name
    with desk.database.writing() as session:
        session.add(letter)
    assert letter.id is not None
    return letter.id


def claim(desk: Desk, node: str = "here") -> str | None:
    with desk.database.writing() as session:
        letter = outbox.claim_due(session, desk.clock(), node)
    return letter.key if letter is not None else None


def test_the_letter_due_longest_is_claimed_first_and_each_once(desk_anywhere: Desk, clock: MovableClock) -> None:
    put(desk_anywhere, "later", due=clock() + timedelta(minutes=1))
    put(desk_anywhere, "now")
    put(desk_anywhere, "longest", due=clock() - timedelta(hours=1))
    assert [claim(desk_anywhere) for _ in range(3)] == ["longest", "now", None]
    clock.forward(minutes=1)
    assert claim(desk_anywhere) == "later"


def test_a_claim_says_who_and_when_and_how_often(desk_anywhere: Desk, clock: MovableClock) -> None:
    number = put(desk_anywhere, "one")
    claim(desk_anywhere, "there")
    with desk_anywhere.database.reading() as session:
        letter = outbox.find(session, number)
    assert (letter.state, letter.claimed_by, letter.claimed, letter.attempts) == ("sending", "there", clock(), 1)


def test_the_same_reason_never_makes_two_letters(desk_anywhere: Desk) -> None:
    put(desk_anywhere, "one")
    with pytest.raises(IntegrityError):
        put(desk_anywhere, "one")
    with desk_anywhere.database.reading() as session:
        assert outbox.with_key(session, "one") is not None
        assert outbox.with_key(session, "two") is None


def test_what_was_left_in_sending_is_ours_or_nobodys(desk_anywhere: Desk, clock: MovableClock) -> None:
    put(desk_anywhere, "ours")
    claim(desk_anywhere, "here")
    put(desk_anywhere, "theirs")
    claim(desk_anywhere, "there")

    def left() -> list[str]:
        with desk_anywhere.database.reading() as session:
            found = outbox.left_in_sending(session, "here", desk_anywhere.clock() - timedelta(hours=1))
            return [letter.key for letter in found]

    assert left() == ["ours"]
    clock.forward(minutes=61)
    assert left() == ["ours", "theirs"]


def test_a_tickets_state_is_about_the_newest_letter_a_person_sent(desk_anywhere: Desk) -> None:
    arrive(desk_anywhere)
    put(desk_anywhere, "old", ticket_id=1)
    newest = put(desk_anywhere, "new", ticket_id=1, kind=LetterKind.QUESTION)
    put(desk_anywhere, "notice", ticket_id=1, kind=LetterKind.NOTICE)
    with desk_anywhere.database.reading() as session:
        assert outbox.newest_personal(session, 1) == newest
        assert outbox.newest_personal(session, 2) is None


def test_only_what_a_person_sent_is_overdue(desk_anywhere: Desk, clock: MovableClock) -> None:
    arrive(desk_anywhere)
    put(desk_anywhere, "answer", ticket_id=1)
    put(desk_anywhere, "digest", kind=LetterKind.DIGEST)
    with desk_anywhere.database.reading() as session:
        assert outbox.overdue(session, clock()) == set()
        assert outbox.overdue(session, clock() + timedelta(seconds=1)) == {1}


def test_letters_are_listed_newest_first_in_the_states_asked_for(desk_anywhere: Desk) -> None:
    put(desk_anywhere, "one")
    put(desk_anywhere, "two", state=OutboxState.SENT)
    with desk_anywhere.database.reading() as session:
        assert [letter.key for letter in outbox.listed(session)] == ["two", "one"]
        assert [letter.key for letter in outbox.listed(session, [OutboxState.SENT])] == ["two"]
        assert outbox.listed(session, []) == []


def test_letters_of_a_kind_are_counted_from_a_moment_on(desk_anywhere: Desk, clock: MovableClock) -> None:
    put(desk_anywhere, "one")
    put(desk_anywhere, "two", created=clock() - timedelta(minutes=11))
    with desk_anywhere.database.reading() as session:
        assert outbox.written_since(session, LetterKind.ANSWER, clock() - timedelta(minutes=10)) == 1
        assert outbox.written_since(session, LetterKind.DIGEST, clock() - timedelta(minutes=10)) == 0


def test_a_letter_there_is_not_is_named(desk_anywhere: Desk) -> None:
    with desk_anywhere.database.writing() as session, pytest.raises(UnknownOutboxLetterError, match="7"):
        outbox.find_to_change(session, 7)
    with desk_anywhere.database.reading() as session, pytest.raises(UnknownOutboxLetterError, match="7"):
        outbox.find(session, 7)
