"""What is too much is refused before the parser sees it, and the sentence says what was too much."""

import pytest

from consultant.intake.limits import UnreadableMailError, check_limits
from consultant.intake.reading import read_mail


def nested(depth: int) -> bytes:
    levels = (b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth))
    return b"From: ann@asker.example\n" + b"".join(levels) + b"\nthe question\n"


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"X-Long: " + b"x" * 300_000 + b"\n\nhello", "bytes of header"),
        (b"X-Line: x\n" * 1001 + b"\nhello", "header lines"),
        (nested(101), "parts within parts"),
        (b"Content-Type: message/rfc822\n\n" * 200, "parts within parts"),
        (b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 1001, "parts"),
        (b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--x\n" * 20_001, "lines that may part it"),
        (b"From: a@b.example\n\n" + b"\n" * 1_000_001, "lines at their depth"),
        (b"Content-Type: text/plain; " + b"x=y;" * 5_000 + b"\n\nhello", "bytes in one content field"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_too_much_is_refused_by_name(raw: bytes, what: str) -> None:
    with pytest.raises(UnreadableMailError, match=what):
        read_mail(raw)


def test_a_deep_letter_below_the_limit_is_read() -> None:
    assert read_mail(nested(99)).text.strip() == "the question"


def test_a_hundred_attached_letters_are_not_deep() -> None:
    part = b"--b\nContent-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=c%d\n\n--c%d\n\nx\n--c%d--\n"
    parts = b"".join(part % (n, n, n) for n in range(150))
    check_limits(b"Content-Type: multipart/digest; boundary=b\n\n" + parts + b"--b--\n")


def test_dashed_lines_of_a_plain_letter_are_no_parts() -> None:
    check_limits(b"From: a@b.example\n\n" + b"-- a comment\n" * 30_000)


def test_a_long_body_is_not_a_long_header() -> None:
    check_limits(b"x" * 2_000_000)
