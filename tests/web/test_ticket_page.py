"""Reading a question, and deciding on its letter, with plain forms."""

import html
import re
import zlib

import pytest

from consultant.desk.departures import send_next
from consultant.desk.drafts import write_draft
from consultant.desk.room import Desk
from consultant.store import tickets
from consultant.store.tables import IncomingLetter
from consultant.web.gate import LETTER_POLICY
from consultant.workflow import State
from tests.builders import ASKER, a_letter, a_mail, arrive, events_in, outbox_in, ticket_in
from tests.web.browser import Browser, a_signed_in_browser

PAGE = "/tickets/CC-1001"
APPROVE, APPROVE_EDITED = f"{PAGE}/approve", f"{PAGE}/approve-edited"

VERBS = (
    *("approve", "approve-edited", "save", "revise", "ask", "reject", "reopen"),
    *("preview", "letter", "letters/1/show"),
)

pytestmark = pytest.mark.usefixtures("drafted")


def answers_in(desk: Desk) -> list[str]:
    """Return the texts of the answers in the outbox."""
    return [letter.text for letter in outbox_in(desk) if letter.kind == "answer"]


def test_the_page_shows_who_gets_the_letter_and_from_which_address(rita: Browser) -> None:
    page = rita.get(PAGE).text
    assert f"<b>{ASKER}</b> and nobody else" in page
    assert "consult@house.example" in page


def test_codes_in_the_question_are_marked_with_what_is_known_of_them(rita: Browser) -> None:
    page = rita.get(PAGE).text
    assert re.search(r"<mark>E11\.9</mark><span class=\"tip\" role=\"note\"><b>E11\.9</b><span>[^<]+", page)


def test_quoted_parts_and_signatures_are_folded_with_a_line_count(rita: Browser) -> None:
    page = rita.get(PAGE).text
    assert re.search(r"<summary>\d lines of signature</summary>", page)
    assert re.search(r"<summary>\d lines of quoted text</summary>", page)
    assert "&gt; Please resubmit" in page


def test_patient_details_are_masked_until_somebody_asks_and_that_is_recorded(drafted: Desk, rita: Browser) -> None:
    page = rita.get(PAGE).text
    assert "04/05/1961" not in page
    assert "Jane Sample" not in page
    shown = rita.send(f"{PAGE}/letters/1/show")
    assert "04/05/1961" in shown.text
    assert "identifiers shown" in events_in(drafted)


def test_looking_at_what_is_masked_holds_up_nobody(drafted: Desk, rita: Browser) -> None:
    rita.get(PAGE)
    before = rita.form(APPROVE).fields
    rita.send(f"{PAGE}/letters/1/show")
    assert rita.post(APPROVE, **before).status_code == 303
    assert len(answers_in(drafted)) == 1


def test_facts_stand_with_their_sources(rita: Browser) -> None:
    page = rita.get(PAGE).text
    assert 'id="F1"' in page
    assert "ICD-10-CM" in page
    assert "as of 2026-06-15" in page


def test_nothing_is_sent_by_looking(drafted: Desk, rita: Browser) -> None:
    for path in (PAGE, APPROVE, f"{PAGE}/reject", f"{PAGE}/ask", f"{PAGE}?done=approve", f"{PAGE}/letters/1/show"):
        rita.get(path)
        rita.client.head(path)
    assert ticket_in(drafted).state == State.IN_REVIEW
    assert answers_in(drafted) == []


def test_approving_sends_the_draft_as_it_stood(drafted: Desk, rita: Browser) -> None:
    rita.get(PAGE)
    answer = rita.send(APPROVE)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?done=approve")
    assert "Approved." in rita.follow().text
    assert ticket_in(drafted).state == State.APPROVED
    assert ticket_in(drafted).draft_version == 1
    (text,) = answers_in(drafted)
    assert "Rita Moss, CPC" in text


def test_a_line_end_of_another_kind_is_no_edit(drafted: Desk, rita: Browser) -> None:
    rita.get(PAGE)
    assert "\r\n" in rita.form(APPROVE).fields["text"]
    rita.send(APPROVE)
    assert ticket_in(drafted).draft_version == 1


def test_edited_text_is_sent_as_a_new_version(drafted: Desk, rita: Browser) -> None:
    rita.get(PAGE)
    edited = rita.form(APPROVE).fields["text"].replace("Short answer", "In short", 1)
    assert rita.send(APPROVE_EDITED, text=edited).status_code == 303
    assert ticket_in(drafted).draft_version == 2
    (text,) = answers_in(drafted)
    assert "In short" in text
    assert "\r" not in text


def test_the_plain_approve_button_never_sends_edits_nor_drops_them(drafted: Desk, rita: Browser) -> None:
    rita.get(PAGE)
    answer = rita.send(APPROVE, text="Something else altogether.")
    assert answer.status_code == 422
    assert "not the draft you are approving" in answer.text
    assert rita.form(APPROVE).fields["text"] == "Something else altogether."
    assert answers_in(drafted) == []


def test_approving_an_emptied_letter_sends_nothing(drafted: Desk, rita: Browser) -> None:
    rita.get(PAGE)
    assert rita.send(APPROVE, text="").status_code == 422
    assert rita.send(APPROVE_EDITED, text="").status_code == 422
    assert answers_in(drafted) == []


def test_a_letter_a_check_stops_needs_a_typed_reason(drafted: Desk, rita: Browser) -> None:
    rita.get(PAGE)
    unknown = rita.form(APPROVE).fields["text"].replace("E11.9", "E11.9 or Q99.Z99", 1)
    answer = rita.send(APPROVE_EDITED, text=unknown)
    assert answer.status_code == 422
    assert "A check stops this letter" in answer.text
    assert answers_in(drafted) == []
    assert rita.form(APPROVE_EDITED).fields["text"] == unknown.strip()
    assert rita.send(APPROVE_EDITED, override="named as an example of a wrong code").status_code == 303
    rita.follow()
    assert "Check set aside: named as an example of a wrong code" in rita.get(PAGE).text


def test_saving_keeps_the_edits_and_sends_nothing(drafted: Desk, rita: Browser) -> None:
    rita.get(PAGE)
    rita.send(f"{PAGE}/save", text=rita.form(APPROVE).fields["text"] + "\r\n\r\nOne more line.")
    page = rita.follow().text
    assert "Nothing was sent" in page
    assert "<ins>One more line.</ins>" in page
    assert answers_in(drafted) == []


def test_sending_back_needs_a_note_and_the_page_keeps_the_words(drafted: Desk, rita: Browser) -> None:
    rita.get(PAGE)
    answer = rita.send(f"{PAGE}/revise", note=" ", text="My words.")
    assert answer.status_code == 422
    assert "My words." in answer.text
    assert rita.send(f"{PAGE}/revise", note="say more about E11.65").status_code == 303
    assert ticket_in(drafted).state == State.RECEIVED
    assert "is being written" in rita.follow().text
    write_draft(drafted, 1)
    assert "It follows the note: say more about E11.65" in rita.get(PAGE).text


def test_asking_the_asker_sends_the_question_and_waits(drafted: Desk, rita: Browser) -> None:
    rita.get(PAGE)
    assert rita.send(f"{PAGE}/ask", question="Which payer is it?").status_code == 303
    assert ticket_in(drafted).state == State.WAITING
    assert any("Which payer is it?" in letter.text for letter in outbox_in(drafted))
    assert "The asker was asked a question" in rita.follow().text


def test_rejecting_needs_a_reason_and_can_be_undone(drafted: Desk, rita: Browser) -> None:
    rita.get(PAGE)
    assert rita.send(f"{PAGE}/reject", reason="").status_code == 422
    assert rita.send(f"{PAGE}/reject", reason="not about coding").status_code == 303
    assert ticket_in(drafted).state == State.REJECTED
    rita.follow()
    assert rita.send(f"{PAGE}/reopen").status_code == 303
    assert ticket_in(drafted).state == State.RECEIVED


def test_a_second_reviewer_on_a_stale_page_is_stopped_with_the_difference(drafted: Desk, rita: Browser) -> None:
    omar = a_signed_in_browser(drafted, "omar@house.example", "Omar Diaz")
    omar.get(PAGE)
    rita.get(PAGE)
    rita.send(f"{PAGE}/save", text=rita.form(APPROVE).fields["text"] + "\r\nAdded by Rita.")
    mine = omar.form(APPROVE).fields["text"] + "\r\nAdded by Omar."
    answer = omar.send(APPROVE_EDITED, text=mine)
    assert answer.status_code == 409
    assert "changed while you had it open" in answer.text
    assert "<del>Added by Omar.</del>" in answer.text
    assert "<ins>Added by Rita.</ins>" in answer.text
    assert answers_in(drafted) == []
    assert "Added by Omar." in omar.form(APPROVE).fields["text"]
    assert omar.send(APPROVE_EDITED).status_code == 303
    (text,) = answers_in(drafted)
    assert "Added by Omar." in text


def test_a_letter_that_came_meanwhile_stops_the_approval_and_is_marked_new(drafted: Desk, rita: Browser) -> None:
    rita.get(PAGE)
    stale = rita.form(APPROVE).fields
    rita.send(f"{PAGE}/ask", question="Which payer?")
    send_next(drafted)
    question = next(letter for letter in outbox_in(drafted) if letter.kind == "question to the asker")
    reply = a_mail(text="It is Medicare.", message_id="<two@riverbend.example>", in_reply_to=question.message_id)
    arrive(drafted, a_letter(raw=reply))
    write_draft(drafted, 1)
    answer = rita.post(APPROVE, **stale)
    assert answer.status_code == 409
    assert re.search(r'<article class="card mail new">(?:(?!</article>).)*It is Medicare\.', answer.text, re.DOTALL)
    assert answers_in(drafted) == []


def test_a_second_click_sends_nothing_twice(drafted: Desk, rita: Browser) -> None:
    rita.get(PAGE)
    form = rita.form(APPROVE).fields
    assert rita.post(APPROVE, **form).status_code == 303
    assert rita.post(APPROVE, **form).status_code == 409
    assert len(answers_in(drafted)) == 1


def test_the_preview_is_exactly_what_leaves(drafted: Desk, rita: Browser) -> None:
    rita.get(PAGE)
    form = rita.form(APPROVE).fields | {"text": "Yes.\r\n\r\n**Sources**\r\n\r\n1. ICD-10-CM"}
    part = rita.client.post(
        f"{PAGE}/preview", data=form, headers={"Origin": "http://127.0.0.1:8080", "X-Part": "preview"}
    )
    assert "<html" not in part.text
    rita.post(APPROVE_EDITED, **form, override="short on purpose")
    (sent,) = answers_in(drafted)
    assert sent in html.unescape(part.text)


def test_the_preview_without_a_script_keeps_the_text_typed(rita: Browser) -> None:
    rita.get(PAGE)
    page = rita.send(f"{PAGE}/preview", text="Half a letter")
    assert page.status_code == 200
    assert rita.form(APPROVE).fields["text"] == "Half a letter"
    assert "<p>Half a letter</p>" in page.text


def test_the_html_as_it_leaves_is_served_as_a_stranger_to_this_site(rita: Browser) -> None:
    rita.get(PAGE)
    answer = rita.send(f"{PAGE}/letter")
    assert answer.headers["content-security-policy"] == LETTER_POLICY
    assert answer.text.startswith("<!DOCTYPE html>")


def test_html_typed_into_a_letter_stays_text(rita: Browser) -> None:
    rita.get(PAGE)
    page = rita.send(
        f"{PAGE}/preview", text="<script>alert(1)</script> [x](javascript:alert(2)) ![i](http://t.example/p)"
    )
    assert "<script>alert" not in page.text
    assert 'href="javascript' not in page.text
    assert "<img" not in page.text


def test_control_characters_are_not_kept(drafted: Desk, rita: Browser) -> None:
    rita.get(PAGE)
    rita.send(f"{PAGE}/save", text="One\x00 line\x1b[0m\tand another\r\nhere")
    with drafted.database.reading() as session:
        draft = tickets.draft_of(session, 1, 2)
    assert draft is not None
    assert draft.text == "One line[0m\tand another\nhere"


def test_no_verb_acts_without_the_form_key(drafted: Desk, rita: Browser, stranger: Browser) -> None:
    rita.get(PAGE)
    fields = rita.form(APPROVE).fields | {"note": "x", "question": "x", "reason": "x"}
    for verb in VERBS:
        for key in ("", "key of omar@house.example"):
            assert rita.post(f"{PAGE}/{verb}", **(fields | {"form_key": key})).status_code == 403, verb
        assert stranger.post(f"{PAGE}/{verb}", **fields).status_code == 401, verb
    assert ticket_in(drafted).state == State.IN_REVIEW


def test_the_raw_message_is_handed_out_byte_for_byte_as_a_file(drafted: Desk, rita: Browser) -> None:
    answer = rita.get(f"{PAGE}/letters/1/raw")
    with drafted.database.reading() as session:
        row = session.get(IncomingLetter, 1)
    assert row is not None
    assert row.raw is not None
    assert answer.content == zlib.decompress(row.raw)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")


def test_a_letter_of_another_ticket_is_not_handed_out_under_this_one(drafted: Desk, rita: Browser) -> None:
    arrive(drafted, a_letter(raw=a_mail(message_id="<other@x.example>", sender="Kim <kim@x.example>")))
    assert rita.get("/tickets/CC-1002/letters/2/raw").status_code == 200
    assert rita.get("/tickets/CC-1001/letters/2/raw").status_code == 404
    rita.get(PAGE)
    assert rita.post(f"{PAGE}/letters/2/show", form_key="key of rita@house.example").status_code == 404


def test_purged_raw_bytes_say_so(drafted: Desk, rita: Browser) -> None:
    with drafted.database.writing() as session:
        row = session.get(IncomingLetter, 1)
        assert row is not None
        row.raw = None
        session.add(row)
    assert "purged" in rita.get(f"{PAGE}/letters/1/raw").text
    assert "raw message" not in rita.get(PAGE).text


def test_a_ticket_there_is_not_is_not_found(rita: Browser) -> None:
    for ref in ("CC-9999", "CC-1000", "nonsense", "CC-99999999999999999999", "%00"):
        assert rita.get(f"/tickets/{ref}").status_code == 404, ref


def test_the_page_after_a_decision_leads_to_the_next_ticket(drafted: Desk, rita: Browser) -> None:
    arrive(drafted, a_letter(raw=a_mail(message_id="<other@x.example>", subject="Another")))
    rita.get(PAGE)
    rita.send(APPROVE)
    assert "Next: CC-1002" in rita.follow().text


def test_a_page_without_a_code_book_can_be_read_and_says_what_is_missing(drafted: Desk, rita: Browser) -> None:
    drafted.shelf.path.unlink()
    page = rita.get(PAGE)
    assert page.status_code == 200
    assert "no code book" in page.text
