"""What leaves was approved as it leaves; what became of it is written down; doubt goes to a person."""

from collections.abc import Callable

import pytest
from sqlalchemy import update
from sqlmodel import col

from consultant.config import RelaySettings, Settings
from consultant.desk.decisions import approve, ask
from consultant.desk.departures import NothingToRetryError, recover, retry, send_next
from consultant.desk.drafts import write_draft
from consultant.desk.room import Desk
from consultant.store.tables import OutboxLetter, Ticket
from consultant.workflow import State
from tests.builders import ASKER, a_reviewer, arrive, events_in, outbox_in, stand_now, ticket_in
from tests.conftest import MovableClock, OpenDesk
from tests.postbox import Moment, Postbox

PAT = a_reviewer()


@pytest.fixture
def approved(settings_anywhere: Settings, open_a_desk: OpenDesk) -> Callable[[RelaySettings | None], Desk]:
    """Opens a desk with one approved answer that is due, every other letter having left for the Maildir before."""

    def open_one(relay: RelaySettings | None = None) -> Desk:
        desk = open_a_desk(settings_anywhere)
        arrive(desk)
        write_draft(desk, 1)
        while send_next(desk):
            pass
        approve(desk, 1, PAT, stand_now(desk))
        return open_a_desk(settings_anywhere, relay)

    return open_one


def answer(desk: Desk) -> OutboxLetter:
    (found,) = [letter for letter in outbox_in(desk) if letter.kind == "answer"]
    return found


def change(desk: Desk, **values: object) -> None:
    """Change the stored answer behind the desk's back, as a bug or an intruder would."""
    with desk.database.writing() as session:
        session.connection().execute(update(OutboxLetter).where(col(OutboxLetter.kind) == "answer").values(**values))


def test_an_approved_answer_reaches_the_relay_and_the_ticket_is_answered(approved: Callable[..., Desk]) -> None:
    with Postbox() as postbox:
        desk = approved(postbox.settings())
        assert send_next(desk)
        (letter,) = postbox.wait_for(1)
    assert (letter.sender, letter.recipients) == ("consult@house.example", (ASKER,))
    assert letter.message["In-Reply-To"] == "<one@riverbend.example>"
    assert letter.message["Auto-Submitted"] is None
    assert ticket_in(desk).state == State.ANSWERED
    assert answer(desk).state == "sent"
    assert not send_next(desk)


def test_without_a_relay_the_letter_lies_once_in_the_maildir(approved: Callable[..., Desk]) -> None:
    desk = approved()
    send_next(desk)
    kept = [path.read_bytes() for path in (desk.settings.maildir_path / "new").iterdir()]
    assert len([raw for raw in kept if b"\r\nTo: " + ASKER.encode() in raw and b"Auto-Submitted" not in raw]) == 1


@pytest.mark.parametrize(
    "tampered",
    [
        {"text": "Bill whatever you like."},
        {"recipients": ["eve@elsewhere.example"]},
        {"subject": "Re: something else"},
        {"approval": ""},
        {"draft_version": 3},
    ],
    ids=lambda values: next(iter(values)),
)
def test_a_letter_that_is_not_what_was_approved_goes_back_to_review(
    approved: Callable[..., Desk], tampered: dict[str, object]
) -> None:
    desk = approved()
    change(desk, **tampered)
    assert send_next(desk)
    assert answer(desk).state == "withdrawn"
    assert ticket_in(desk).state == State.RECEIVED
    assert "approval void" in events_in(desk)


def test_an_event_after_the_approval_voids_it(approved: Callable[..., Desk]) -> None:
    desk = approved()
    with desk.database.writing() as session:
        session.connection().execute(update(Ticket).values(last_event=col(Ticket.last_event) + 1))
    send_next(desk)
    assert answer(desk).state == "withdrawn"


def test_a_temporary_refusal_is_tried_again_later_and_later(approved: Callable[..., Desk], clock: MovableClock) -> None:
    with Postbox() as postbox:
        desk = approved(postbox.settings())
        waits = []
        for _ in range(3):
            postbox.will_say("451 4.3.0 Try again", at=Moment.MAIL)
            assert send_next(desk)
            waits.append((answer(desk).due - clock()).total_seconds() / 60)
            assert not send_next(desk)
            clock.forward(minutes=waits[-1])
        assert waits == [1, 5, 15]
        assert "451" in answer(desk).problem
        assert send_next(desk)
        assert len(postbox.wait_for(1)) == 1
    assert ticket_in(desk).state == State.ANSWERED


def test_after_five_days_of_refusals_the_ticket_says_so(approved: Callable[..., Desk], clock: MovableClock) -> None:
    with Postbox() as postbox:
        desk = approved(postbox.settings())
        clock.forward(hours=121)
        postbox.will_say("451 4.3.0 Try again", at=Moment.MAIL)
        send_next(desk)
    assert answer(desk).state == "refused"
    assert "given up" in answer(desk).problem
    assert ticket_in(desk).state == State.UNDELIVERED


def test_a_permanent_refusal_is_shown_on_the_ticket_and_can_be_sent_again(approved: Callable[..., Desk]) -> None:
    with Postbox() as postbox:
        desk = approved(postbox.settings())
        postbox.will_say("550 5.1.1 No such user", at=Moment.RCPT)
        send_next(desk)
        assert (answer(desk).state, ticket_in(desk).state) == ("refused", State.UNDELIVERED)
        assert "550" in answer(desk).problem
        before = answer(desk).message_id
        retry(desk, answer(desk).id or 0, PAT)
        assert ticket_in(desk).state == State.APPROVED
        send_next(desk)
        (letter,) = postbox.wait_for(1)
    assert letter.message["Message-ID"] == before
    assert ticket_in(desk).state == State.ANSWERED


def test_a_relay_that_hangs_up_after_the_dot_leaves_the_letter_to_a_person(approved: Callable[..., Desk]) -> None:
    with Postbox() as postbox:
        desk = approved(postbox.settings())
        postbox.will_hang_up(at=Moment.DOT)
        send_next(desk)
    assert answer(desk).state == "perhaps sent"
    assert ticket_in(desk).state == State.UNDELIVERED
    assert not send_next(desk)


def test_a_relay_that_is_away_is_tried_later(approved: Callable[..., Desk]) -> None:
    with Postbox() as postbox:
        gone = postbox.settings()
    desk = approved(gone)
    assert send_next(desk)
    assert answer(desk).state == "waiting"
    assert answer(desk).problem


def test_a_letter_left_in_sending_before_the_brink_is_due_again(approved: Callable[..., Desk]) -> None:
    with Postbox() as postbox:
        desk = approved(postbox.settings())
        change(desk, state="sending", claimed_by=desk.node)
        assert recover(desk) == 1
        assert send_next(desk)
        assert len(postbox.wait_for(1)) == 1


def test_a_letter_left_in_sending_past_the_brink_goes_to_a_person(
    approved: Callable[..., Desk], clock: MovableClock
) -> None:
    with Postbox() as postbox:
        desk = approved(postbox.settings())
        change(desk, state="sending", claimed_by=desk.node, brink=clock())
        assert recover(desk) == 1
        assert not send_next(desk)
        assert postbox.letters == []
    assert answer(desk).state == "perhaps sent"
    assert ticket_in(desk).state == State.UNDELIVERED


def test_what_another_node_is_sending_is_left_alone(approved: Callable[..., Desk]) -> None:
    desk = approved()
    change(desk, state="sending", claimed_by="another node")
    assert recover(desk) == 0
    assert answer(desk).state == "sending"


def test_only_what_failed_can_be_sent_again(approved: Callable[..., Desk]) -> None:
    desk = approved()
    with pytest.raises(NothingToRetryError):
        retry(desk, answer(desk).id or 0, PAT)


def test_a_refused_question_waits_for_the_asker_again_once_it_is_sent(
    settings_anywhere: Settings, open_a_desk: OpenDesk
) -> None:
    with Postbox() as postbox:
        desk = open_a_desk(settings_anywhere, postbox.settings())
        arrive(desk)
        write_draft(desk, 1)
        while send_next(desk):
            pass
        ask(desk, 1, PAT, stand_now(desk), text="Which payer?")
        postbox.will_say("550 5.7.1 Not today", at=Moment.RCPT)
        send_next(desk)
        assert ticket_in(desk).state == State.UNDELIVERED
        question = next(letter for letter in outbox_in(desk) if letter.kind == "question to the asker")
        retry(desk, question.id or 0, PAT)
        send_next(desk)
    assert ticket_in(desk).state == State.WAITING
