"""What leaves was approved as it leaves; what became of it is written down; doubt goes to a person."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import update
from sqlmodel import col

from consultant.config import RelaySettings, Settings
from consultant.desk.approval import approval_hash
from consultant.desk.arrivals import Outcome
from consultant.desk.decisions import approve, approved_whole, ask, reject
from consultant.desk.departures import ApprovalGoneError, NothingToRetryError, recover, retry, send_next
from consultant.desk.drafts import write_draft
from consultant.desk.outcomes import close, note_sent, put_off
from consultant.desk.room import Desk
from consultant.desk.rounds import make_rounds, send_due, send_once
from consultant.outgoing.relay import HandedOver
from consultant.store import outbox, tickets
from consultant.store.outbox import OutboxState
from consultant.store.tables import OutboxLetter, Ticket
from consultant.workflow import State
from tests.builders import ASKER, a_letter, a_mail, a_reviewer, arrive, events_in, outbox_in, stand_now, ticket_in
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
        {"html": "<p>Bill whatever you like.</p>"},
        {"reply_to": "eve@elsewhere.example"},
        {"sender": "postmaster@house.example"},
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


def test_a_letter_with_a_hash_of_its_own_that_no_decision_carries_is_not_sent(approved: Callable[..., Desk]) -> None:
    desk = approved()
    with desk.database.reading() as session:
        ticket, draft = tickets.find(session, 1), tickets.draft_of(session, 1, 1)
    assert draft is not None
    forged = answer(desk)
    forged.text = "Bill whatever you like."
    change(desk, text=forged.text, approval=approval_hash(approved_whole(ticket, forged, draft, draft.editions)))
    send_next(desk)
    assert (answer(desk).state, answer(desk).problem) == ("withdrawn", "nobody approved it")


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


def test_a_letter_cannot_be_sent_again_once_its_ticket_went_on(approved: Callable[..., Desk]) -> None:
    with Postbox() as postbox:
        desk = approved(postbox.settings())
        postbox.will_say("550 5.1.1 No such user", at=Moment.RCPT)
        send_next(desk)
        reject(desk, 1, PAT, stand_now(desk), reason="the asker has left")
        with pytest.raises(ApprovalGoneError, match="CC-1001"):
            retry(desk, answer(desk).id or 0, PAT)
        assert not send_next(desk)
        assert postbox.letters == []


def a_clock_that_stops(clock: MovableClock, *, after: int) -> Callable[[], datetime]:
    """Return a clock that can be read so many times: what the desk does next fails, as when its database is gone."""
    times = iter([clock()] * after)
    return lambda: next(times)


def test_a_failure_after_the_relay_took_a_letter_leaves_it_to_a_person_without_a_restart(
    approved: Callable[..., Desk], clock: MovableClock
) -> None:
    with Postbox() as postbox:
        desk = approved(postbox.settings())
        with pytest.raises(StopIteration):  # read at the claim and at the brink, but not when it is to be noted
            send_once(replace(desk, clock=a_clock_that_stops(clock, after=2)))
        assert answer(desk).state == "sending"
        assert send_once(desk) == 1
        assert answer(desk).state == "perhaps sent"
        assert send_once(desk) == 0
        assert len(postbox.letters) == 1


def test_a_failure_before_the_dot_hands_nothing_over_and_the_letter_is_sent_after_all(
    approved: Callable[..., Desk], clock: MovableClock
) -> None:
    with Postbox() as postbox:
        desk = approved(postbox.settings())
        with pytest.raises(StopIteration):
            send_once(replace(desk, clock=a_clock_that_stops(clock, after=1)))
        assert postbox.letters == []
        while send_once(desk):
            pass
        assert len(postbox.letters) == 1
    assert ticket_in(desk).state == State.ANSWERED


def test_a_letter_that_breaks_the_machine_each_time_makes_way_for_the_others(
    approved: Callable[..., Desk], clock: MovableClock
) -> None:
    desk = approved()
    change(desk, kind="carrier pigeon")
    arrive(desk, a_letter(raw=a_mail(sender="lee@hilltop.example"), envelope_from="lee@hilltop.example"))
    for _ in range(6):
        try:
            while send_once(desk):
                pass
        except ValueError:
            continue
    assert [letter.state for letter in outbox_in(desk, 2)] == ["sent"]
    (pigeon,) = [letter for letter in outbox_in(desk) if letter.kind == "carrier pigeon"]
    assert (pigeon.state, pigeon.due > clock()) == ("waiting", True)


def superseded(desk: Desk) -> tuple[OutboxLetter, OutboxLetter]:
    """Return an answer that a slow worker holds, and the newer one approved after the asker wrote again."""
    with desk.database.writing() as session:
        old = outbox.claim_due(session, desk.clock(), desk.node)
    assert old is not None
    again = a_mail(text="And E10.9?", message_id="<2@riverbend.example>", in_reply_to=old.message_id)
    assert arrive(desk, a_letter(raw=again)).outcome is Outcome.JOINED
    write_draft(desk, 1)
    approve(desk, 1, PAT, stand_now(desk))
    assert ticket_in(desk).state == State.APPROVED
    return old, outbox_in(desk)[-1]


def left(desk: Desk) -> list[str]:
    return [letter.state for letter in outbox_in(desk) if letter.kind == "answer"]


def test_an_old_letter_that_comes_back_to_be_sent_later_moves_no_newer_approval(
    approved: Callable[..., Desk], clock: MovableClock
) -> None:
    desk = approved()
    old, _new = superseded(desk)
    put_off(desk, old, "451 4.3.0 Try again")
    clock.forward(minutes=2)
    send_due(desk)
    assert left(desk) == ["withdrawn", "sent"]
    assert ticket_in(desk).state == State.ANSWERED


def test_an_old_letter_that_is_refused_moves_no_newer_approval(approved: Callable[..., Desk]) -> None:
    desk = approved()
    old, _new = superseded(desk)
    close(desk, old, OutboxState.REFUSED, "550 5.1.1 No such user")
    assert ticket_in(desk).state == State.APPROVED
    send_due(desk)
    assert left(desk) == ["refused", "sent"]


def test_an_old_letter_that_left_does_not_answer_what_was_asked_since(approved: Callable[..., Desk]) -> None:
    desk = approved()
    old, _new = superseded(desk)
    note_sent(desk, old, HandedOver("250 2.0.0 OK"))
    assert ticket_in(desk).state == State.APPROVED
    send_due(desk)
    assert (left(desk), ticket_in(desk).state) == (["sent", "sent"], State.ANSWERED)


def test_a_letter_given_up_as_uncertain_that_was_sent_after_all_counts_as_sent(
    approved: Callable[..., Desk], clock: MovableClock
) -> None:
    desk = approved()
    with desk.database.writing() as session:
        claimed = outbox.claim_due(session, clock(), "another node")
    assert claimed is not None
    change(desk, brink=clock())
    clock.forward(minutes=61)
    with Postbox() as postbox:
        relayed = desk.settings.model_copy(update={"relay": postbox.settings()})
        assert recover(replace(desk, settings=relayed)) == 1
    assert ticket_in(desk).state == State.UNDELIVERED
    note_sent(desk, claimed, HandedOver("250 2.0.0 OK"))
    assert (answer(desk).state, ticket_in(desk).state) == ("sent", State.ANSWERED)


def test_a_worker_that_lost_its_letter_neither_puts_it_off_nor_closes_it(
    approved: Callable[..., Desk], clock: MovableClock
) -> None:
    desk = approved()
    with desk.database.writing() as session:
        lost = outbox.claim_due(session, clock(), desk.node)
    assert lost is not None
    recover(desk)
    put_off(desk, lost, "451 4.3.0 Try again")
    close(desk, lost, OutboxState.REFUSED, "550 5.1.1 No such user")
    assert (answer(desk).state, answer(desk).due) == ("waiting", clock())
    make_rounds(desk)
    assert ticket_in(desk).state == State.ANSWERED
