"""One header from any value."""

import email
import email.policy
from email.header import decode_header, make_header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultant.outgoing import headers

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=400)


def read(line: str) -> str:
    """Return the header's value as a receiving program reads it."""
    raw = email.message_from_string(line + "\r\n", policy=email.policy.compat32)
    (value,) = raw.values()
    return str(make_header(decode_header(value.replace("\r\n", "").replace("\n", ""))))


def test_a_plain_subject_is_written_as_it_is() -> None:
    assert headers.text("Subject", "Re: E11.9 with a foot ulcer") == "Subject: Re: E11.9 with a foot ulcer\r\n"


def test_a_subject_in_any_script_comes_back_whole() -> None:
    subject = "Re: diabète, 糖尿病 and Диабет — which code for all of these together, please? 🦶"
    line = headers.text("Subject", subject)
    assert line.isascii()
    assert read(line) == subject


def test_a_long_subject_is_folded_and_comes_back_whole() -> None:
    subject = " ".join(["laterality"] * 20)
    line = headers.text("Subject", subject)
    assert max(map(len, line.split("\r\n"))) <= headers.LINE
    assert read(line) == subject


def test_a_word_too_long_for_a_line_is_encoded() -> None:
    subject = "x" * 200
    assert read(headers.text("Subject", subject)) == subject


def test_what_looks_encoded_is_not_decoded_by_the_reader() -> None:
    subject = "=?utf-8?q?=0ABcc:_bob=40other.example?="
    assert read(headers.text("Subject", subject)) == subject


def test_turning_marks_and_controls_are_gone() -> None:
    assert headers.cleaned("in\u202evoice\x00 \x85\u2028 paid\r\n\tnow\ud800") == "in voice paid now"


def test_an_endless_subject_is_cut() -> None:
    assert len(headers.cleaned("word " * 100_000)) <= headers.LONGEST_TEXT


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("", "From: a@b.example\r\n"),
        ("Case Consultant", "From: Case Consultant <a@b.example>\r\n"),
        ("Ann O. Neill, CPC", 'From: "Ann O. Neill, CPC" <a@b.example>\r\n'),
        ('A "quoted" \\ name', 'From: "A \\"quoted\\" \\\\ name" <a@b.example>\r\n'),
        ("x@y.example", 'From: "x@y.example" <a@b.example>\r\n'),
    ],
)
def test_a_name_is_quoted_when_it_must_be(name: str, line: str) -> None:
    assert headers.mailbox("From", name, "a@b.example") == line


def test_a_name_in_any_script_comes_back_whole() -> None:
    line = headers.mailbox("From", "Änne Müller", "a@b.example")
    assert line.isascii()
    assert read(line) == "Änne Müller <a@b.example>"


def test_only_well_formed_message_ids_are_kept_each_once() -> None:
    values = ["<a@b>", " <c@d> ", "<a@b>", "e@f", "<g h@i>", "<j@k>\r\nBcc: x", "<ü@l>", "<" + "m" * 600 + ">", "<n>"]
    assert headers.message_ids(values) == ["<a@b>", "<c@d>", "<n>"]


@given(ANYTHING)
def test_any_text_becomes_one_header_with_short_lines(value: str) -> None:
    line = headers.text("Subject", value)
    assert line.isascii()
    first, *folds = line.removesuffix("\r\n").split("\r\n")
    assert first.startswith("Subject:")
    assert all(fold.startswith(" ") and fold.strip() for fold in folds)
    assert all(len(part) <= headers.LINE + 1 for part in (first, *folds))
    assert "\r" not in line.replace("\r\n", "")
    assert "\n" not in line.replace("\r\n", "")
    assert read(line) == headers.cleaned(value)


@given(ANYTHING)
def test_any_name_leaves_the_address_alone(name: str) -> None:
    line = headers.mailbox("From", name, "a@b.example")
    message = email.message_from_string(line + "\r\n", policy=email.policy.default)
    assert [found.addr_spec for found in message["From"].addresses] == ["a@b.example"]
