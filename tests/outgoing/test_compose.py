"""A letter becomes a message that threads, and that nothing in a value can bend."""

import email
import email.policy
import re
from dataclasses import replace
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

import pytest

from consultant.outgoing.addresses import AddressUnfitError
from consultant.outgoing.compose import HEADERS, REFERENCES_CHARACTERS, LetterUnfitError, compose
from consultant.outgoing.letters import LetterKind, OutgoingLetter

LETTER = OutgoingLetter(
    kind=LetterKind.ANSWER,
    message_id="<Q-1.d1.k3y@consult.example>",
    sender="consult@consult.example",
    sender_name="CaseConsultant",
    recipients=("ann@clinic.example",),
    subject="Re: E11.9 with a foot ulcer [Q-1]",
    text="# Short answer\n\nNo. E11.9 says *without complications*.\n\n> Änne asked\n.\nFrom here on it is E11.621.",
    html="<h1>Short answer</h1>\n<p>No. E11.9 says <em>without complications</em>.</p>",
    date="Mon, 23 Nov 2026 09:00:00 +0000",
    in_reply_to="<question@clinic.example>",
    references=("<first@clinic.example>",),
    envelope_sender="consult@consult.example",
)

INJECTED = "Bcc: bob@other.example"
BREAKS = (
    "\r\n",
    "\n",
    "\r",
    "\n\r",
    "\r\n\r\n",
    "\n\n",
    "\r\n ",
    "\n\t",
    "\x0b",
    "\x0c",
    "\x1c",
    "\x1d",
    "\x1e",
    "\x85",
    "\u2028",
    "\u2029",
    "\x00\r\n",
    "\\r\\n",
    "%0D%0A",
    "=0D=0A",
    "&#13;&#10;",
    "\u560d\u560a",
    "\ud800\n",
    "\x7f\n",
)  # fmt: skip  one row a payload
PAYLOADS = [f"hello{bend}{INJECTED}" for bend in BREAKS] + [
    f"\r\n{INJECTED}",
    f"{INJECTED}\r\n",
    f"=?utf-8?q?=0D=0A{INJECTED}?=",
    "=?UTF-8?Q?=0ABcc:_bob=40other.example?=",
    "=?utf-8?b?DQpCY2M6IGJvYkBvdGhlci5leGFtcGxl?=",
    "=?utf-8?q?" + "=0A" * 500 + "?=",
    f"<x@y.example>\r\n{INJECTED}",
    f"<x@y.example\r\n{INJECTED}>",
    f'"quoted\r\n{INJECTED}" <x@y.example>',
    f"{'x' * 997}\r\n{INJECTED}",
    f"{' ' * 998}\r\n{INJECTED}",
    "\r\n\r\nThe body begins here",
    f"hello\r\n--=_boundary\r\n{INJECTED}",
    "hello\r\nContent-Type: text/html\r\n\r\n<script>",
    "hello\r\n.\r\nMAIL FROM:<bob@other.example>",
    "é" * 3000 + f"\r\n{INJECTED}",
]


def parsed(letter: OutgoingLetter) -> EmailMessage:
    """Return the composed letter as a receiving program reads it."""
    return email.message_from_bytes(compose(letter), policy=email.policy.default)


def bent(letter: OutgoingLetter, field: str, payload: str) -> OutgoingLetter:
    """Return the letter with the payload in one field."""
    changed: dict[str, Any] = {field: (payload,) if field in {"references", "recipients"} else payload}
    return replace(letter, **changed)


def content(message: EmailMessage, kind: str) -> str:
    """Return one of the two parts, its line ends as a text has them."""
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_both_parts_come_back_as_they_were_written() -> None:
    message = parsed(LETTER)
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert content(message, "plain").rstrip("\n") == LETTER.text
    assert content(message, "html").rstrip("\n") == LETTER.html
    assert not message.defects


def test_any_relay_can_take_the_bytes() -> None:
    message = compose(replace(LETTER, text="é" * 5000 + "\n" + "x" * 5000 + " \nNUL \x00 and lone\rreturn"))
    assert message.isascii()
    assert b"\x00" not in message
    assert message.count(b"\n") == message.count(b"\r\n") == message.count(b"\r")
    assert max(map(len, message.split(b"\r\n"))) <= 78


def test_the_same_letter_becomes_the_same_bytes() -> None:
    assert compose(LETTER) == compose(replace(LETTER))


def test_the_headers_are_the_known_ones_in_the_known_order() -> None:
    every = replace(LETTER, kind=LetterKind.DIGEST, reply_to="a@b.example", thread_index="A" * 30 + "==")
    assert parsed(every).keys() == list(HEADERS)
    assert "Bcc" not in HEADERS


def test_an_answer_threads_under_the_question() -> None:
    message = parsed(LETTER)
    assert message["In-Reply-To"] == "<question@clinic.example>"
    assert message["References"] == "<first@clinic.example> <question@clinic.example>"
    assert message["Message-ID"] == LETTER.message_id


def test_the_letter_answered_stands_last_and_once() -> None:
    given = ("<question@clinic.example>", "<first@clinic.example>", "<first@clinic.example>")
    message = parsed(replace(LETTER, references=given))
    assert message["References"] == "<first@clinic.example> <question@clinic.example>"


def test_a_first_letter_has_no_thread() -> None:
    message = parsed(replace(LETTER, in_reply_to="", references=()))
    assert message["In-Reply-To"] is message["References"] is message["Thread-Index"] is None


def test_a_long_thread_keeps_its_first_letter_and_the_latest_nine() -> None:
    thread = tuple(f"<{number}@clinic.example>" for number in range(50))
    found = str(parsed(replace(LETTER, in_reply_to=thread[-1], references=thread[:-1]))["References"]).split()
    assert found == [thread[0], *thread[-9:]]


def test_references_stay_short_however_long_the_ids_are() -> None:
    thread = tuple(f"<{number}{'x' * 400}@clinic.example>" for number in range(50))
    found = str(parsed(replace(LETTER, in_reply_to=thread[-1], references=thread[:-1]))["References"])
    assert len(found) < REFERENCES_CHARACTERS
    assert found.startswith(f"{thread[0]} ")
    assert found.endswith(f" {thread[-1]}")


def test_outlooks_thread_index_is_echoed_if_it_is_one() -> None:
    index = "AdH5Uy0mC0rQ2nVdQ3uG8yBq3GJwZw=="
    assert parsed(replace(LETTER, thread_index=index))["Thread-Index"] == index
    assert parsed(replace(LETTER, thread_index=f"{index[:20]}\r\n {index[20:]}"))["Thread-Index"] == index
    assert parsed(replace(LETTER, thread_index=f"{index}\r\n{INJECTED}"))["Thread-Index"] is None


@pytest.mark.parametrize("kind", LetterKind)
def test_only_what_a_person_approved_is_personal_mail(kind: LetterKind) -> None:
    expected = {
        LetterKind.ACKNOWLEDGEMENT: "auto-replied",
        LetterKind.NOTICE: "auto-generated",
        LetterKind.DIGEST: "auto-generated",
    }
    message = parsed(replace(LETTER, kind=kind))
    assert message["Auto-Submitted"] == expected.get(kind)
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["X-Loop"] == "caseconsultant@consult.example"


def test_a_digest_says_which_list_it_is() -> None:
    digest = replace(LETTER, kind=LetterKind.DIGEST)
    assert parsed(digest)["List-Id"] == "<digest.consult.example>"
    assert parsed(replace(digest, list_id="<daily.house.example>"))["List-Id"] == "<daily.house.example>"
    assert parsed(LETTER)["List-Id"] is None


def test_many_recipients_are_all_named() -> None:
    recipients = tuple(f"reviewer{number}@clinic.example" for number in range(30))
    message = parsed(replace(LETTER, recipients=recipients))
    assert tuple(address.addr_spec for address in message["To"].addresses) == recipients


def test_an_international_recipient_is_written_as_dns_knows_it() -> None:
    message = compose(replace(LETTER, recipients=("ann@bücher.example",)))
    assert b"\r\nTo: ann@xn--bcher-kva.example\r\n" in message


def test_a_recipient_beyond_ascii_is_written_in_utf8() -> None:
    assert "\r\nTo: änne@clinic.example\r\n".encode() in compose(replace(LETTER, recipients=("änne@clinic.example",)))


def test_a_reply_address_that_is_none_is_left_out() -> None:
    assert parsed(replace(LETTER, reply_to="Ann <ann@clinic.example>"))["Reply-To"] is None
    assert parsed(replace(LETTER, reply_to="ann@clinic.example"))["Reply-To"] == "ann@clinic.example"


@pytest.mark.parametrize("field", ["sender", "recipients"])
@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_letter_goes_to_one_plain_address_or_to_nobody(field: str, payload: str) -> None:
    address = f"ann@clinic.example{payload}"
    with pytest.raises(AddressUnfitError):
        compose(bent(LETTER, field, address))


@pytest.mark.parametrize(
    "changed", [{"recipients": ()}, {"message_id": ""}, {"message_id": "<a b@c>"}, {"date": ""}, {"date": "x\r\ny: z"}]
)
def test_a_letter_without_its_fixed_marks_is_not_composed(changed: dict[str, Any]) -> None:
    with pytest.raises(LetterUnfitError):
        compose(replace(LETTER, **changed))


@pytest.mark.parametrize(
    "field", ["subject", "sender_name", "reply_to", "in_reply_to", "references", "thread_index", "list_id"]
)
@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_value_makes_a_header_of_its_own(field: str, payload: str) -> None:
    plain = replace(LETTER, kind=LetterKind.DIGEST, reply_to="a@b.example", thread_index="A" * 30)
    message = compose(bent(plain, field, payload))
    head, _, rest = message.partition(b"\r\n\r\n")
    assert rest == compose(plain).partition(b"\r\n\r\n")[2]
    names = re.findall(rb"^([^ \t\r\n:]+):", head, re.MULTILINE)
    assert set(names) <= {name.encode() for name in HEADERS}
    assert len(names) == len(set(names))
    assert max(map(len, head.split(b"\r\n"))) <= 998
    seen = email.message_from_bytes(message, policy=email.policy.default)
    assert [address.addr_spec for address in seen["To"].addresses] == ["ann@clinic.example"]
    assert [address.addr_spec for address in seen["From"].addresses] == ["consult@consult.example"]


def test_no_text_ends_its_part_early() -> None:
    boundary = re.findall(rb'boundary="([^"]+)"', compose(LETTER))[0].decode()
    text = f"hello\r\n--{boundary}--\r\n--{boundary}\r\nContent-Type: text/html\r\n\r\nbent"
    message = parsed(replace(LETTER, text=text))
    assert content(message, "plain").rstrip("\n") == text.replace("\r\n", "\n")
    assert content(message, "html").rstrip("\n") == LETTER.html


def test_real_subjects_and_ids_make_a_reply_that_can_be_built() -> None:
    folder = Path(__file__).parents[2].parent / "shared" / "data" / "mail"
    if not folder.is_dir():
        pytest.skip("the shared sample of real mail is not beside this checkout")
    for path in sorted(folder.rglob("*.eml"))[::5]:
        asked = BytesHeaderParser(policy=email.policy.compat32).parsebytes(path.read_bytes())
        head = {name.lower(): str(value) for name, value in asked.items()}
        reply = replace(
            LETTER,
            subject="Re: " + head.get("subject", ""),
            in_reply_to=head.get("message-id", ""),
            references=tuple(head.get("references", "").split()),
            thread_index=head.get("thread-index", ""),
            reply_to=head.get("reply-to", ""),
        )
        names = email.message_from_bytes(compose(reply), policy=email.policy.compat32).keys()
        assert set(names) <= set(HEADERS), path
