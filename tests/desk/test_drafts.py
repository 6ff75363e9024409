"""A question becomes a draft, once, on the house's own calendar; one the machine fails on is left to a person."""

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from consultant.codes.building import import_files
from consultant.config import ReviewerSettings, Settings
from consultant.desk.decisions import BlockedError, approve, reopen, revise, save_draft
from consultant.desk.departures import send_next
from consultant.desk.drafts import preview, write_by_hand, write_draft
from consultant.desk.room import Desk
from consultant.desk.rounds import make_rounds
from consultant.rendering import Renderer, templates_folder
from consultant.store import tickets
from consultant.store.tables import Draft, OutboxLetter
from consultant.workflow import State
from tests.builders import a_letter, a_mail, a_reviewer, arrive, events_in, outbox_in, stand_now, ticket_in
from tests.conftest import MovableClock, OpenDesk

PAT = a_reviewer()
TABULAR = Path(__file__).resolve().parents[1] / "agency" / "icd10cm-tabular-April-1-2026.xml"
WRITTEN = """Short answer
------------

E11.9 is billable.

Sources
-------

- ICD-10-CM tabular list, FY2026, April 1, 2026.
"""


def newest_draft(desk: Desk) -> Draft:
    with desk.database.reading() as session:
        return tickets.drafts_of(session, 1)[0]


@pytest.fixture
def speechless(tmp_path: Path, settings: Settings, open_a_desk: OpenDesk) -> Desk:
    """A desk whose template for answers is broken, with one reviewer to tell and one question taken in."""
    folder = Path(shutil.copytree(templates_folder(), tmp_path / "templates"))
    (folder / "letters" / "answer.md.j2").write_text("{{ nothing.there }}")
    told = settings.model_copy(update={"reviewers": ReviewerSettings(notify=(PAT.email,))})
    desk = replace(open_a_desk(told), renderer=Renderer(folder))
    arrive(desk)
    return desk


def test_a_question_the_machine_fails_on_is_left_to_a_person_with_the_reason(speechless: Desk) -> None:
    make_rounds(speechless)
    ticket, draft = ticket_in(speechless), newest_draft(speechless)
    assert (ticket.state, draft.version) == (State.IN_REVIEW, 1)
    assert "TemplateValueMissingError" in ticket.trouble
    assert [(check["level"], check["code"]) for check in draft.checks] == [("block", "machine-failed")]
    assert "Short answer" in draft.text
    assert "E11.9" not in draft.text
    assert draft.subject == "Re: A coding question [CC-1001]"
    assert [letter.recipients for letter in outbox_in(speechless) if letter.kind == "reviewer notice"] == [[PAT.email]]
    assert make_rounds(speechless) == 0


def test_the_untouched_headings_cannot_be_approved(speechless: Desk) -> None:
    make_rounds(speechless)
    assert [check.code for check in preview(speechless, 1, newest_draft(speechless).text, PAT).checks][:1] == [
        "no-sources"
    ]
    with pytest.raises(BlockedError):
        approve(speechless, 1, PAT, stand_now(speechless))
    assert ticket_in(speechless).state == State.IN_REVIEW


def test_what_a_reviewer_wrote_by_hand_leaves_like_any_answer(speechless: Desk) -> None:
    make_rounds(speechless)
    approve(speechless, 1, PAT, stand_now(speechless), text=WRITTEN)
    make_rounds(speechless)
    assert ticket_in(speechless).state == State.ANSWERED


def test_sent_back_the_question_is_tried_again_by_machine(speechless: Desk) -> None:
    make_rounds(speechless)
    revise(speechless, 1, PAT, stand_now(speechless), note="the template is mended")
    mended = replace(speechless, renderer=Renderer(templates_folder()))
    make_rounds(mended)
    assert ticket_in(mended).trouble == ""
    assert "E11.9" in newest_draft(mended).text


def test_a_question_that_fails_again_keeps_what_a_person_saved(speechless: Desk) -> None:
    make_rounds(speechless)
    save_draft(speechless, 1, PAT, stand_now(speechless), text=WRITTEN)
    revise(speechless, 1, PAT, stand_now(speechless), note="try again")
    make_rounds(speechless)
    with speechless.database.reading() as session:
        versions = [(draft.author, draft.version) for draft in tickets.drafts_of(session, 1)]
    assert versions == [("machine", 3), (PAT.email, 2), ("machine", 1)]


def test_a_question_that_cannot_even_be_left_to_a_person_stops_no_other(speechless: Desk, tmp_path: Path) -> None:
    (tmp_path / "templates" / "letters" / "by-hand.md.j2").write_text("{{ nothing.there }}")
    with pytest.raises(Exception, match=r"by-hand\.md\.j2"):
        make_rounds(speechless)
    assert ticket_in(speechless).trouble
    assert "draft failed" in events_in(speechless)
    assert make_rounds(speechless) >= 1  # the acknowledgement leaves
    assert make_rounds(speechless) == 0


def test_a_ticket_that_moved_on_is_not_left_to_a_person(desk: Desk) -> None:
    arrive(desk)
    write_draft(desk, 1)
    assert write_by_hand(desk, 1, "too late") == 0
    assert ticket_in(desk).trouble == ""


def test_a_question_sent_on_the_evening_before_a_new_edition_is_read_by_that_day(
    desk: Desk, clock: MovableClock
) -> None:
    clock.now = datetime(2026, 10, 1, 1, 30, tzinfo=UTC)  # half past nine in the evening of 30 September in New York
    arrive(desk, a_letter(raw=a_mail(text="Is E11.9 valid?"), received=clock.now))
    write_draft(desk, 1)
    assert newest_draft(desk).on == date(2026, 9, 30)
    assert "September 30, 2026" in preview(desk, 1, newest_draft(desk).text, PAT).text


def test_work_begun_anew_has_its_time_again(desk: Desk, clock: MovableClock) -> None:
    arrive(desk)
    write_draft(desk, 1)
    approve(desk, 1, PAT, stand_now(desk))
    while send_next(desk):
        pass
    clock.forward(days=30)
    reopen(desk, 1, PAT, stand_now(desk))
    assert (ticket_in(desk).due - clock()).total_seconds() == 24 * 3600


def test_an_answer_to_an_old_letter_is_not_overdue_as_it_comes(desk: Desk, clock: MovableClock) -> None:
    arrive(desk)
    write_draft(desk, 1)
    approve(desk, 1, PAT, stand_now(desk))
    while send_next(desk):
        pass
    clock.forward(days=30)
    reply = a_mail(text="And E10.9?", message_id="<2@riverbend.example>", in_reply_to=outbox_in(desk)[-1].message_id)
    arrive(desk, a_letter(raw=reply, received=clock()))
    assert (ticket_in(desk).due - clock()).total_seconds() == 24 * 3600


@pytest.fixture
def small_house(settings_anywhere: Settings, open_a_desk: OpenDesk, clock: MovableClock) -> Desk:
    """A desk on 6 October 2026 whose small code book still ends with the edition of April."""
    clock.now = datetime(2026, 10, 6, 12, tzinfo=UTC)
    settings_anywhere.code_book_path.unlink()
    import_files(settings_anywhere.code_book_path, [TABULAR], now=clock())
    return open_a_desk(settings_anywhere)


def import_edition(desk: Desk, tmp_path: Path, name: str, *replaced: tuple[str, str]) -> None:
    """Import the small tabular list under another name, words in it replaced."""
    text = TABULAR.read_text(encoding="utf-8")
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new)
    (tmp_path / name).write_text(text, encoding="utf-8")
    import_files(desk.settings.code_book_path, [tmp_path / name], now=desk.clock())


FY2027 = ("icd10cm-tabular-2027.xml", ("<version>2026</version>", "<version>2027</version>"))
CORRECTED = (TABULAR.name, ("Vertigo NOS", "Vertigo, NOS"))
OLDER = ("icd10cm-tabular-2026.xml", ("<version>2026</version>", "<version>2026</version>"))


def answer_of(desk: Desk) -> OutboxLetter:
    return [letter for letter in outbox_in(desk) if letter.kind == "answer"][-1]


@pytest.mark.parametrize("edition", [FY2027, CORRECTED], ids=["a newer edition", "a corrected file"])
def test_a_code_book_replaced_between_approval_and_departure_takes_the_answer_back(
    small_house: Desk, tmp_path: Path, edition: tuple[str, tuple[str, str]]
) -> None:
    desk = small_house
    arrive(desk, a_letter(raw=a_mail(text="Is R42 valid for a date of service of 10/05/2026?")))
    write_draft(desk, 1)
    while send_next(desk):
        pass
    approve(desk, 1, PAT, stand_now(desk))
    import_edition(desk, tmp_path, *edition)
    assert send_next(desk)
    assert answer_of(desk).state == "withdrawn"
    assert ticket_in(desk).state == State.RECEIVED
    assert write_draft(desk, 1) == 2
    approve(desk, 1, PAT, stand_now(desk))
    send_next(desk)
    assert answer_of(desk).state == "sent"


def test_an_older_edition_imported_meanwhile_stops_nothing(small_house: Desk, tmp_path: Path) -> None:
    arrive(small_house, a_letter(raw=a_mail(text="Is R42 valid for a date of service of 10/05/2026?")))
    write_draft(small_house, 1)
    approve(small_house, 1, PAT, stand_now(small_house))
    import_edition(small_house, tmp_path, *OLDER)
    make_rounds(small_house)
    assert answer_of(small_house).state == "sent"


def test_an_answer_that_cites_two_editions_can_leave(small_house: Desk, tmp_path: Path) -> None:
    import_edition(small_house, tmp_path, FY2027[0], FY2027[1], ("<name>E10.9</name>", "<name>E10.8</name>"))
    arrive(small_house, a_letter(raw=a_mail(text="Are E10.8 and E11.9 valid for a date of service of 05/12/2026?")))
    write_draft(small_house, 1)
    with small_house.database.reading() as session:
        (draft,) = tickets.drafts_of(session, 1)
    assert len(draft.releases) == 2
    approve(small_house, 1, PAT, stand_now(small_house), override="both editions are meant")
    make_rounds(small_house)
    assert answer_of(small_house).state == "sent"


def test_a_question_of_two_megabytes_is_drafted_from_its_beginning_and_the_reviewer_is_told(desk: Desk) -> None:
    arrive(desk, a_letter(raw=a_mail(text="Is E11.9 valid? " + "E10.9 and so on. " * 120_000)))
    assert write_draft(desk, 1) == 1
    with desk.database.reading() as session:
        (draft,) = tickets.drafts_of(session, 1)
        (letter,) = tickets.letters_of(session, 1)
    assert [check["code"] for check in draft.checks].count("question-cut") == 1
    assert len(draft.mentions["mentions"]) < 10_000
    assert len(letter.text) > 2_000_000
