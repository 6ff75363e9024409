"""What came with a letter is listed, whatever it calls itself, and what could act is refused."""

import pytest

from consultant.intake.mail import IncomingMail
from consultant.intake.parts import MOST_ATTACHMENTS, Refusal
from consultant.intake.reading import read_mail
from tests.intake.letters import letter


def with_parts(*parts: str) -> IncomingMail:
    body = "".join(f"--b\n{part}\n" for part in parts)
    return read_mail(f"From: ann@asker.example\nContent-Type: multipart/mixed; boundary=b\n\n{body}--b--\n".encode())


def test_every_leaf_that_is_no_text_is_listed() -> None:
    listed = [(a.name, a.media_type, a.accepted, a.reason) for a in letter("forwarded_with_attachments").attachments]
    assert listed == [
        ("denial.pdf", "application/pdf", True, ""),
        ("pay now.exe", "application/octet-stream", False, Refusal.ACTIVE),
        ("winmail.dat", "application/ms-tnef", False, Refusal.WRAPPED),
        ("inner letter", "message/rfc822", True, ""),
    ]


def test_the_size_is_that_of_the_decoded_bytes() -> None:
    assert letter("forwarded_with_attachments").attachments[0].size == len(b"%PDF-1.4\n")


def test_several_texts_are_joined() -> None:
    assert with_parts("\nfirst", "Content-Type: text/html\n\n<p>second</p>").text == "first\n\nsecond"


def test_a_named_text_is_an_attachment() -> None:
    mail = with_parts("\nthe question", 'Content-Type: text/plain; name="notes.txt"\n\nnotes')
    assert mail.text == "the question"
    assert [attachment.name for attachment in mail.attachments] == ["notes.txt"]


@pytest.mark.parametrize("media_type", ["text/html", "image/svg+xml"])
def test_pages_and_drawings_that_can_act_are_refused(media_type: str) -> None:
    mail = with_parts(f"Content-Type: {media_type}\nContent-Disposition: attachment\n\n<svg/>")
    assert mail.attachments[0].reason == Refusal.ACTIVE


def test_the_fifty_first_attachment_is_refused() -> None:
    mail = with_parts(*["Content-Type: image/png\n\nx"] * (MOST_ATTACHMENTS + 1))
    assert [attachment.reason for attachment in mail.attachments][-2:] == ["", Refusal.TOO_MANY]


def test_more_than_ten_mebibytes_are_refused() -> None:
    part = "Content-Type: image/png\n\n" + "x" * (6 * 1024 * 1024)
    assert [attachment.reason for attachment in with_parts(part, part).attachments] == ["", Refusal.TOO_LARGE]


def test_bytes_encoded_for_unix_are_decoded() -> None:
    mail = read_mail(b"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n%:&5L;&\\\n`\nend\n")
    assert mail.text == "hello"


def test_a_broken_type_is_plain_text() -> None:
    assert read_mail(b"Content-Type: what is this\n\nhello").text == "hello"
