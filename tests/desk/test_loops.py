"""Two machines that face each other fall silent, and nobody can be flooded with our letters."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from consultant.config import ReviewerSettings, Settings, SmtpSettings
from consultant.desk import loops
from consultant.desk.arrivals import Outcome, replay
from consultant.desk.decisions import approve
from consultant.desk.room import Desk
from consultant.desk.rounds import make_rounds
from consultant.outgoing.letters import LetterKind
from consultant.store import outbox, tickets
from tests.builders import ASKER, a_letter, a_mail, a_reviewer, arrive, events_in, outbox_in, stand_now, ticket_in
from tests.conftest import MovableClock, OpenDesk
from tests.postbox import Postbox, Received

PAT = "pat@house.example"
ROUNDS = 25
MOST = 3


@dataclass(frozen=True)
class Robot:
    """A program that answers every letter it gets: from which address, under which subject, with which headers."""

    moves: bool = False  # to a new address for every letter
    answers: bool = True  # in the subject and by In-Reply-To, as mail programs do
    repeats: bool = False  # our text below its own
    says_so: bool = False  # by Auto-Submitted

    def answer(self, letter: Received, number: int) -> tuple[bytes, str]:
        """Return what it writes back, and from whom."""
        ours = letter.message
        local, _, domain = letter.recipients[0].partition("@")
        sender = f"{local}{number}@{domain}" if self.moves else letter.recipients[0]
        words = f"We have your letter and gave it the number {number}. Somebody will write to you soon."
        body = ours.get_body(("plain",))
        quoted = "".join(f"> {line}\n" for line in body.get_content().splitlines()) if body and self.repeats else ""
        raw = a_mail(
            sender=sender,
            to=str(ours["Reply-To"] or ours["From"]) if self.answers else "consult@house.example",
            subject=f"Re: {ours['Subject']}" if self.answers else f"Case {number}: thank you",
            text=f"{words}\n\n{quoted}",
            message_id=f"<{number}@{domain}>",
            in_reply_to=str(ours["Message-ID"]) if self.answers else "",
            Auto_Submitted="auto-replied" if self.says_so else "",
        )
        return raw, sender


ROBOTS = {
    "says that it is one": Robot(says_so=True),
    "answers like a person": Robot(),
    "answers like a person, from ever new addresses": Robot(moves=True),
    "writes anew": Robot(answers=False),
    "writes anew, from ever new addresses": Robot(answers=False, moves=True),
    "writes anew and repeats us, from ever new addresses": Robot(answers=False, moves=True, repeats=True),
}


@pytest.fixture
def house(settings: Settings, open_a_desk: OpenDesk) -> Callable[..., Desk]:
    """Opens a desk that sends through a postbox, with one reviewer to tell."""

    def open_one(postbox: Postbox) -> Desk:
        told = settings.model_copy(update={"reviewers": ReviewerSettings(notify=(PAT,))})
        return open_a_desk(told, postbox.settings())

    return open_one


def let_them_write(desk: Desk, postbox: Postbox, answer: Callable[[Received, int], tuple[bytes, str] | None]) -> None:
    """Hand every letter that leaves to whoever answers it, until no more is written or a loop is certain."""
    seen = 0
    for _ in range(ROUNDS):
        make_rounds(desk)
        new, seen = postbox.letters[seen:], len(postbox.letters)
        if not new:
            return
        for number, letter in enumerate(new, start=seen):
            answered = answer(letter, number)
            if answered is not None:
                raw, sender = answered
                desk.spool.store(a_letter(raw=raw, envelope_from=sender)).result()
    pytest.fail("they would write for ever")


@pytest.mark.parametrize("robot", ROBOTS.values(), ids=ROBOTS)
def test_an_asker_that_answers_everything_gets_three_letters_at_most(house: Callable[..., Desk], robot: Robot) -> None:
    with Postbox() as postbox:
        desk = house(postbox)
        arrive(desk)
        let_them_write(
            desk, postbox, lambda letter, number: None if PAT in letter.recipients else robot.answer(letter, number)
        )
        out = [letter for letter in postbox.letters if PAT not in letter.recipients]
    assert 1 <= len(out) <= MOST


@pytest.mark.parametrize("robot", ROBOTS.values(), ids=ROBOTS)
def test_a_reviewers_mailbox_that_answers_everything_falls_silent(house: Callable[..., Desk], robot: Robot) -> None:
    with Postbox() as postbox:
        desk = house(postbox)
        arrive(desk)
        let_them_write(
            desk, postbox, lambda letter, number: robot.answer(letter, number) if PAT in letter.recipients else None
        )
        notices = [letter for letter in postbox.letters if PAT in letter.recipients]
    assert 1 <= len(notices) <= 1 + (loops.NOTICED_A_DAY if robot.moves else loops.NOTICED_A_DAY_OF_A_REVIEWER)


@pytest.mark.parametrize("approved", [False, True], ids=["the acknowledgement", "an approved answer"])
def test_two_houses_that_face_each_other_fall_silent(
    settings: Settings, open_a_desk: OpenDesk, *, approved: bool
) -> None:
    with Postbox() as ours, Postbox() as theirs:
        here = open_a_desk(settings, ours.settings())
        there = open_a_desk(another_house(settings), theirs.settings())
        forged = a_mail(sender="consult@other.example", message_id="<f@other.example>")
        arrive(here, a_letter(raw=forged, envelope_from="consult@other.example"))
        make_rounds(here)
        if approved:
            approve(here, 1, a_reviewer(), stand_now(here))
        for _ in range(ROUNDS):
            if not make_rounds(here) + make_rounds(there) + carry(ours, there) + carry(theirs, here):
                break
        assert 1 <= len(ours.letters) <= MOST
        assert theirs.letters == []


def another_house(settings: Settings) -> Settings:
    queue = settings.queue.path.parent / "other"
    queue.mkdir()
    (queue / "codebook.sqlite").hardlink_to(settings.code_book_path)
    folder = settings.queue.model_copy(update={"path": queue})
    return settings.model_copy(update={"smtp": SmtpSettings(port=0, domain="other.example"), "queue": folder})


def carry(postbox: Postbox, house: Desk) -> int:
    """Bring what the one house sent to the other, once."""
    letters, postbox.letters[:0] = [letter for letter in postbox.letters if letter.sender != "carried"], []
    for letter in letters:
        house.spool.store(
            a_letter(raw=letter.content, envelope_from=letter.sender, envelope_to=letter.recipients)
        ).result()
    postbox.letters[:] = [replace(letter, sender="carried") for letter in postbox.letters]
    return len(letters)


@pytest.mark.parametrize("address", ["consult@house.example", "CONSULT@House.Example", "consult+cc-1001@house.example"])
def test_a_letter_from_our_own_address_is_noted_and_answered_by_nobody(desk: Desk, address: str) -> None:
    arrival = arrive(desk, a_letter(raw=a_mail(sender=address), envelope_from=address))
    assert arrival.outcome is Outcome.NOTED
    with desk.database.reading() as session:
        assert outbox.listed(session) == []


def test_our_own_answer_that_comes_back_is_noted(settings: Settings, open_a_desk: OpenDesk) -> None:
    with Postbox() as postbox:
        desk = open_a_desk(settings, postbox.settings())
        arrive(desk)
        make_rounds(desk)
        approve(desk, 1, a_reviewer(), stand_now(desk))
        make_rounds(desk)
        for letter in postbox.letters:
            back = a_letter(raw=letter.content, envelope_from=letter.sender)
            assert arrive(desk, back).outcome is Outcome.NOTED
    assert ticket_in(desk).state == "answered"


def test_a_forger_who_names_one_victim_again_and_again_makes_us_write_to_them_once(desk: Desk) -> None:
    for number in range(30):
        victim = f"victim+{number}@clinic.example" if number % 2 else "Victim@clinic.example"
        raw = a_mail(sender=victim, subject=f"Offer {number}", message_id=f"<{number}@x.example>")
        arrive(desk, a_letter(raw=raw, envelope_from=victim))
    with desk.database.reading() as session:
        written = [letter for letter in outbox.listed(session) if letter.kind == LetterKind.ACKNOWLEDGEMENT]
    assert len(written) == 1


def test_an_address_is_acknowledged_once_a_day_and_not_again_at_midnight(desk: Desk, clock: MovableClock) -> None:
    clock.now = clock.now.replace(hour=23, minute=50)
    arrive(desk)
    clock.forward(minutes=20)
    arrive(desk, a_letter(raw=a_mail(text="Is E10.9 valid?")))
    clock.forward(hours=24)
    arrive(desk, a_letter(raw=a_mail(text="Is I10 valid?")))
    assert [len(outbox_in(desk, ticket_id)) for ticket_id in (1, 2, 3)] == [1, 0, 1]


def test_what_a_person_lets_in_is_not_acknowledged_by_machine(desk: Desk) -> None:
    arrive(desk, a_letter(raw=a_mail(List_Id="<coders.riverbend.example>")))
    assert replay(desk, 1, a_reviewer(), let_in=True).outcome is Outcome.TICKET
    assert outbox_in(desk) == []
    assert "not acknowledged" in events_in(desk)


def test_a_reviewers_answer_to_a_notice_is_held_and_decides_nothing(settings: Settings, open_a_desk: OpenDesk) -> None:
    desk = open_a_desk(settings.model_copy(update={"reviewers": ReviewerSettings(notify=(PAT,))}))
    arrive(desk)
    make_rounds(desk)
    (notice,) = [letter for letter in outbox_in(desk) if letter.kind == LetterKind.NOTICE]
    before = ticket_in(desk)
    reply = a_mail(sender=PAT, subject="approve", text="approve", in_reply_to=notice.message_id)
    arrival = arrive(desk, a_letter(raw=reply, envelope_from=PAT))
    assert arrival.outcome is Outcome.HELD
    assert "decides nothing" in arrival.reason
    assert ticket_in(desk) == before


def test_a_reviewer_may_ask_a_question_of_their_own(settings: Settings, open_a_desk: OpenDesk) -> None:
    desk = open_a_desk(settings.model_copy(update={"reviewers": ReviewerSettings(notify=(PAT,))}))
    arrival = arrive(desk, a_letter(raw=a_mail(sender=PAT), envelope_from=PAT))
    make_rounds(desk)
    assert arrival.outcome is Outcome.TICKET
    assert [letter.recipients for letter in outbox_in(desk) if letter.kind == LetterKind.NOTICE] == [[PAT]]


def test_an_asker_who_writes_all_day_is_answered_but_reviewers_are_told_ten_times(
    settings: Settings, open_a_desk: OpenDesk
) -> None:
    desk = open_a_desk(settings.model_copy(update={"reviewers": ReviewerSettings(notify=(PAT,))}))
    for number in range(loops.NOTICED_A_DAY + 2):
        letter = a_mail(text=f"Is E11.{number} valid?", message_id=f"<{number}@riverbend.example>")
        arrive(desk, a_letter(raw=letter, received=desk.clock()))
        make_rounds(desk)
    with desk.database.reading() as session:
        notices = [letter for letter in outbox.listed(session) if letter.kind == LetterKind.NOTICE]
        assert tickets.counts(session) == {"in review": loops.NOTICED_A_DAY + 2}
    assert len(notices) == loops.NOTICED_A_DAY
    assert "reviewers not told" in events_in(desk, loops.NOTICED_A_DAY + 1)


def test_a_key_of_one_ticket_in_the_hands_of_a_stranger_shows_them_nothing(desk: Desk) -> None:
    arrive(desk)
    make_rounds(desk)
    key = outbox_in(desk)[0].message_id
    eve = "eve@elsewhere.example"
    forged = a_mail(sender=eve, message_id="<e@elsewhere.example>", in_reply_to=key)
    assert arrive(desk, a_letter(raw=forged, envelope_from=eve)).outcome is Outcome.HELD
    make_rounds(desk)
    with desk.database.reading() as session:
        assert {address for letter in outbox.listed(session) for address in letter.recipients} == {ASKER}


@pytest.mark.parametrize("number", ["0", "999", "999999999", "999999999999", "99999999999999999999"])
def test_a_key_of_a_ticket_there_cannot_be_is_no_key(desk_anywhere: Desk, number: str) -> None:
    forged = f"<cc-{number}.00ff.{'a' * 24}@house.example>"
    arrival = arrive(desk_anywhere, a_letter(raw=a_mail(in_reply_to=forged)))
    assert (arrival.outcome, arrival.ticket) == (Outcome.TICKET, "CC-1001")
