"""What is new, what is quoted, what is a signature: in the ways people and their programs write."""

import pytest

from consultant.intake.replies import Separated, separate
from tests.intake.letters import letter


def new(text: str) -> str:
    return "".join(span.of(text) for span in separate(text).new).strip()


def signature(text: str) -> str:
    return "".join(span.of(text) for span in separate(text).signature).strip()


@pytest.mark.parametrize(
    "attribution",
    [
        "On Mon, Nov 2, 2026 at 11:00 AM Desk <consult@consult.example> wrote:",
        "On Mon, Nov 2, 2026 at 11:00 AM Desk\n<consult@consult.example> wrote:",
        "On Nov 2, 2026,\nat 11:00,\nDesk <consult@consult.example>\nwrote:",
        "Am 02.11.2026 um 11:00 schrieb Desk <consult@consult.example>:",
        "Desk <consult@consult.example> schrieb am Mo., 2. Nov. 2026,\n11:00 Uhr:",
        "Le lun. 2 nov. 2026 à 11:00, Desk <consult@consult.example> a écrit :",
        "El lun, 2 nov 2026 a las 11:00, Desk (<consult@consult.example>) escribió:",
        "Em seg., 2 de nov. de 2026 às 11:00, Desk <consult@consult.example> escreveu:",
        "Il giorno lun 2 nov 2026 alle ore 11:00 Desk <consult@consult.example> ha scritto:",
        "Op ma 2 nov. 2026 om 11:00 schreef Desk <\nconsult@consult.example>:",
        "Den mån 2 nov. 2026 kl 11:00 skrev Desk <consult@consult.example>:",
        "pon., 2 lis 2026 o 11:00 Desk <consult@consult.example> napisał(a):",
        "02.11.2026, 11:00, Desk <consult@consult.example> написал:",
        "在 2026年11月2日，11:00，Desk <consult@consult.example> 写道：",  # noqa: RUF001  as Chinese programs write it
        "2026-11-02 11:00 GMT+01:00 Desk <consult@consult.example>:",
    ],
)
@pytest.mark.parametrize("quoted", ["> Which payer?\n> And where?", "\n> Which payer?", "\nWhich payer?\n\nAnd where?"])
def test_history_begins_where_somebody_wrote(attribution: str, quoted: str) -> None:
    assert new(f"Medicare.\n\n{attribution}\n{quoted}\n") == "Medicare."


@pytest.mark.parametrize(
    "head",
    [
        "-----Original Message-----\nFrom: Desk\nSent: Monday\n",
        "________________________________\nFrom: Desk <c@c.example>\nSent: Monday\nTo: Ann\nSubject: x\n",
        "From: Desk <c@c.example>\nSent: Monday\nTo: Ann\nSubject: x\n",
        "*From:* Desk\n*Date:* Monday\n*To:* Ann\n",
        "Von: Desk\nGesendet: Montag\nAn: Ann\nBetreff: x\n",
        "De : Desk\nEnvoyé : lundi\nÀ : Ann\nObjet : x\n",
        "De: Desk\nEnviado: lunes\nPara: Ann\nAsunto: x\n",
        "发件人: Desk\n发送时间: 2026年\n收件人: Ann\n主题: x\n",
        "---- Desk wrote ----\n",
        "##- Please type your reply above this line -##\n",
        "---------- Forwarded message ---------\nFrom: Desk\nDate: Monday\nSubject: x\nTo: Ann\n",
    ],
)
def test_history_begins_at_a_quoted_header(head: str) -> None:
    assert new(f"The payer is commercial, and the place of service is 11.\n\n{head}\nWhich payer?\n") == (
        "The payer is commercial, and the place of service is 11."
    )


def test_answers_between_the_lines_are_new() -> None:
    mail = letter("answered_between_the_lines")
    assert " ".join(mail.new_text().split()) == "A commercial one. Office, and please also look at E66.9."
    assert "Example Clinic" in mail.signature[0].of(mail.text)


def test_a_letter_handed_on_with_a_few_words_is_the_question() -> None:
    assert "Was M54.16 wrong?" in letter("forwarded_with_attachments").new_text()


def test_a_letter_handed_on_without_a_word_is_the_question() -> None:
    text = "-----Original Message-----\nFrom: Bob\nSent: Monday\nSubject: x\n\nIs E11.9 billable?\n"
    assert new(text) == "Is E11.9 billable?"


def test_a_letter_that_is_all_quoted_is_new() -> None:
    assert new("> Is E11.9 billable?\n") == "> Is E11.9 billable?"


def test_an_answer_may_share_its_line_with_the_attribution() -> None:
    assert new("yes On Wed, Apr 4, 2026 at 3:59 PM, desk@c.example wrote:\n> Is it?\n") == "yes"


@pytest.mark.parametrize(
    "text",
    [
        "On 3/4/2026 the payer wrote:\n\nThe claim is denied.\n\nIs E11.9 wrong?",
        "On average we bill two units.\nOn the other hand, the surgeon wrote: three.",
        "We billed:\n-- one visit\n-- one injection\nIs that right?",
        "Options:\n--\nIs E11.9 billable?\nOr E11.65?",
        "From: the surgeon's note\nTo: me\nthis is unclear.",
        "The patient was seen at 10:30 and the nurse wrote\nthat the wound was closed. Which code?",
        "Outlook with a reply directly above line\n\nwhich code?",
        "Lines:\n-----------\nM54.16  LT\n-----------\nIs that right?",
        "See you at 10:30.\nWhich code?",
        ">>> look here <<<\nWhich code?",
        "Sent the claim to Medicare, denied. Why?",
    ],
)
def test_a_question_that_looks_like_history_stays_whole(text: str) -> None:
    assert new(text) == text


def test_words_before_an_attribution_in_its_paragraph_are_new() -> None:
    text = "Seen at 10:30 today.\nOn Mon, Nov 2, 2026 at 11:00 AM Desk <c@c.example> wrote:\n> When?\n"
    assert new(text) == "Seen at 10:30 today."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Thanks\n\n-- \nAnn Asker\nClinic\n", "-- \nAnn Asker\nClinic"),
        ("Thanks\n\nSent from my iPhone\n", "Sent from my iPhone"),
        ("Danke\n\nVon meinem iPhone gesendet\n", "Von meinem iPhone gesendet"),
        ("Merci\n\nEnvoyé de mon iPhone\n", "Envoyé de mon iPhone"),
        ("Gracias\n\nEnviado desde mi iPhone\n", "Enviado desde mi iPhone"),
        ("Thanks\n\nGet Outlook for iOS\n", "Get Outlook for iOS"),
        (
            "Thanks\n\n_____\ncoders mailing list\ncoders@lists.example\n",
            "_____\ncoders mailing list\ncoders@lists.example",
        ),
        ("Thanks,\nAnn\n", ""),
        ("-- \n" + "a line of the question\n" * 30, ""),
    ],
)
def test_signatures_are_told_from_letters(text: str, expected: str) -> None:
    assert signature(text) == expected


@pytest.mark.parametrize("text", ["", "\n", "\n\n", "a", "\r", "a\r\nb\x0bc\u2028d", "> ", "-- "])
def test_the_spans_cover_the_text(text: str) -> None:
    separated: Separated = separate(text)
    spans = sorted((*separated.new, *separated.quoted, *separated.signature), key=lambda span: span.start)
    assert "".join(span.of(text) for span in spans) == text


def test_beyond_the_lines_that_are_looked_at_all_is_as_before() -> None:
    text = "a question\n" * 12_000
    assert separate(text).new[0].end == len(text)
