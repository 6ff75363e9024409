"""Any bytes become a letter, or UnreadableMailError, and nothing else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consultant.intake.limits import UnreadableMailError
from consultant.intake.parts import Defect
from consultant.intake.reading import LONGEST_SUBJECT, read_mail
from tests.intake.letters import MAILS, a_letter, letter


def test_a_plain_question_is_read_as_it_was_written() -> None:
    mail = letter("question_with_code")
    assert (mail.sender, mail.sender_name) == ("ann@asker.example", "Ann Asker")
    assert mail.to == ("consult@consult.example",)
    assert mail.subject == "Is this diagnosis billable?"
    assert mail.message_id == "<first@asker.example>"
    assert "outpatient visit \u2013 or" in mail.text
    assert mail.new_text() == mail.text.strip()
    assert mail.defects == ()


def test_of_two_alternatives_the_plain_text_is_taken() -> None:
    mail = letter("reply_from_outlook")
    assert mail.new_text() == "The payer is Medicare\u2019s contractor."
    assert mail.attachments == ()
    assert mail.in_reply_to == ("<letter@consult.example>",)
    assert mail.references == ("<first@asker.example>", "<letter@consult.example>")


def test_an_html_letter_is_read_as_text() -> None:
    mail = letter("html_only_with_quote")
    assert mail.subject == "Frage \u2013 Modifier"
    assert mail.new_text() == "May we bill J1100 & one visit?\n\n- first\n- second"
    assert "never" not in mail.text


def test_nothing_of_the_text_is_lost_in_its_spans() -> None:
    for path in MAILS.glob("*.eml"):
        mail = read_mail(path.read_bytes())
        spans = sorted((*mail.new, *mail.quoted, *mail.signature), key=lambda span: span.start)
        assert "".join(span.of(mail.text) for span in spans) == mail.text


def test_an_empty_message_is_a_letter_without_text() -> None:
    mail = read_mail(b"")
    assert (mail.text, mail.sender) == ("", "")
    assert set(mail.defects) == {Defect.NO_TEXT, Defect.NO_SENDER}


def test_a_mailbox_separator_before_the_header_is_passed_over() -> None:
    mail = read_mail(b"From ann@asker.example Mon Nov  2 10:00:00 2026\nFrom: ann@asker.example\nSubject: x\n\nhello")
    assert (mail.sender, mail.subject, mail.text) == ("ann@asker.example", "x", "hello")


def test_one_line_of_two_megabytes_is_read() -> None:
    assert len(a_letter(text="x" * 2_000_000).text) == 2_000_000


def test_nul_bytes_leave_the_text_and_are_told() -> None:
    mail = a_letter(text="E11\x00.9\x07?")
    assert mail.text == "E11.9?"
    assert Defect.CONTROLS in mail.defects


def test_an_unknown_charset_is_a_defect_and_no_error() -> None:
    mail = a_letter("Content-Type: text/plain; charset=x-nobody-knows", text="caf\udce9")
    assert mail.text == "café"
    assert Defect.UNKNOWN_CHARSET in mail.defects


def test_an_encoded_line_break_in_a_subject_makes_no_second_header() -> None:
    mail = a_letter("Subject: =?UTF-8?Q?hello=0D=0ABcc:_victim@bank.example?=")
    assert mail.subject == "hello Bcc: victim@bank.example"
    assert all("\n" not in value and "\r" not in value for _, value in mail.headers)


def test_an_endless_subject_is_cut_and_told() -> None:
    mail = a_letter("Subject: " + "long " * 1000)
    assert len(mail.subject) <= LONGEST_SUBJECT
    assert Defect.LONG_SUBJECT in mail.defects


def test_the_first_of_several_senders_counts_and_is_told() -> None:
    mail = read_mail(b"From: m@evil.example\nFrom: ann@asker.example\n\nhello")
    assert mail.sender == "m@evil.example"
    assert Defect.SEVERAL_SENDERS in mail.defects


def test_only_the_newest_references_are_kept() -> None:
    mail = a_letter("References: " + " ".join(f"<{n}@x.example>" for n in range(100)))
    assert (mail.references[0], mail.references[-1], len(mail.references)) == ("<50@x.example>", "<99@x.example>", 50)


def test_a_group_without_members_names_nobody() -> None:
    mail = read_mail(b"From: ann@asker.example\nTo: unlisted-recipients:; (no To-header on input)\n\nhello")
    assert mail.to == ()


def test_the_report_type_stays_with_the_content_type() -> None:
    assert letter("complaint").content_type == "multipart/report; report-type=feedback-report"


_LINES = st.sampled_from(
    [
        b"From: Ann <ann@asker.example>",
        b'From: "unclosed <ann@asker.example>',
        b"Subject: =?utf-8?Q?=FF=FE?= =?x?b?A?=",
        b"Content-Type: multipart/mixed; boundary=b",
        b"Content-Type: multipart/alternative; boundary*0=b; boundary*1=c",
        b"Content-Type: message/rfc822",
        b"Content-Type: text/html; charset=utf-7",
        b"Content-Type: text/plain; charset*=ascii''%00",
        b"Content-Transfer-Encoding: base64",
        b"Content-Transfer-Encoding: quoted-printable",
        b"Content-Transfer-Encoding: x-uuencode",
        b"Content-Disposition: attachment; filename*0*=utf-8'';filename*1=x",
        b"References: <a@b> <c@d>",
        b"--b",
        b"--b--",
        b"",
        b"",
        b"> quoted",
        b"On Mon, Jan 1, 2026 at 10:00 AM Ann <ann@asker.example> wrote:",
        b"-----Original Message-----",
        b"From: a@b.example",
        b"Sent: today",
        b"-- ",
        b"<blockquote cite><p>x</div><!--",
        b"\tfolded",
        b"=FF=\xff\x00\xfe",
    ],
)


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(st.lists(st.one_of(_LINES, st.binary(max_size=40)), max_size=40), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_no_bytes_make_reading_raise_anything_else(lines: list[bytes], line_end: bytes) -> None:
    try:
        mail = read_mail(line_end.join(lines))
    except UnreadableMailError:
        return
    spans = sorted((*mail.new, *mail.quoted, *mail.signature), key=lambda span: span.start)
    assert "".join(span.of(mail.text) for span in spans) == mail.text
    assert "\r" not in mail.text


@pytest.mark.parametrize(
    "raw",
    [
        b"From: " + b"(" * 5_000 + b"a@b.example\n\nx",
        b"From: " + b'"\\' * 50_000 + b"\n\nx",
        b"Subject: " + b"=?utf-8?q?a?= " * 15_000 + b"\n\nx",
        b"Message-ID: <" + b"a." * 100_000 + b"@x>\n\nx",
        b"Content-Type: text/plain; x=" + b'"' + b";" * 15_000 + b"\n\nx",
        b"From: a@b.example\n\n" + b"On Mon, Jan 3, 2020 at 10:30 AM x@y.z\n" * 3_000,
        b"From: a@b.example\n\n" + b"---------- Forwarded message\n" * 20_000,
        b"From: a@b.example\n\n" + b">\n" * 100_000,
        b"Content-Type: text/html\n\n" + b'<a "' * 100_000,
        b"Content-Type: text/html\n\n" + b"<!--" * 100_000,
        b"Content-Type: text/html\n\n" + b"<blockquote cite>x" * 20_000,
        b"Content-Type: text/html\n\n&#" + b"9" * 100_000,
    ],
    ids=lambda raw: repr(raw[:40]),
)
def test_what_hangs_other_parsers_is_read(raw: bytes) -> None:
    mail = read_mail(raw)
    covered = sorted((span.start, span.end) for span in (*mail.new, *mail.quoted, *mail.signature))
    assert "".join(mail.text[start:end] for start, end in covered) == mail.text
