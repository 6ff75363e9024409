"""Only a key we signed brings a letter to its ticket, and it tells whom we wrote to."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from consultant.intake.conversations import claimed_ticket, looks_like_ours, make_message_id, make_reply_address
from consultant.intake.mail import Envelope, IncomingMail, ThreadClaim
from tests.intake.letters import a_letter, an_envelope

SECRET = b"a secret of this test, long enough"
DOMAIN = "consult.example"
WRITTEN_TO = {"CC-1042": ("bob@b.example", "ann@asker.example"), "CC-7": ("carl@c.example",)}


def addresses_of(ticket: str) -> Sequence[str]:
    return WRITTEN_TO.get(ticket, ())


def key(ticket: str = "CC-1042", address: str = "ann@asker.example", nonce: str = "n1") -> str:
    return make_message_id(ticket, address, SECRET, DOMAIN, nonce)


def claim(mail: IncomingMail, envelope: Envelope | None = None, secret: bytes = SECRET) -> ThreadClaim | None:
    return claimed_ticket(mail, envelope or an_envelope(), secret, DOMAIN, addresses_of=addresses_of)


def test_an_answer_to_our_letter_joins_its_ticket() -> None:
    mail = a_letter(f"In-Reply-To: {key()}")
    assert claim(mail) == ThreadClaim("CC-1042", "message id", "ann@asker.example")


def test_a_key_survives_capitals() -> None:
    assert claim(a_letter(f"References: {key().upper()}")) is not None


def test_in_reply_to_comes_before_references_and_the_newest_of_these_first() -> None:
    mail = a_letter(f"References: {key('CC-7', 'carl@c.example')} {key()}")
    assert claim(mail) == ThreadClaim("CC-1042", "message id", "ann@asker.example")
    mail = replace(mail, in_reply_to=(key("CC-7", "carl@c.example"),))
    assert claim(mail) == ThreadClaim("CC-7", "message id", "carl@c.example")


@pytest.mark.parametrize("capitals", [False, True])
def test_the_address_written_to_is_a_key(capitals: bool) -> None:  # noqa: FBT001  a table
    address = make_reply_address("CC-1042", "ann@asker.example", SECRET, "consult", DOMAIN)
    address = address.upper() if capitals else address
    assert claim(a_letter(), an_envelope("ann@asker.example", address)) == ThreadClaim(
        "CC-1042", "reply address", "ann@asker.example"
    )
    assert claim(replace(a_letter(), to=(address,))) is not None


def test_a_number_in_the_subject_joins_nothing() -> None:
    assert claim(a_letter("Subject: Re: [CC-1042] your answer")) is None


@pytest.mark.parametrize(
    "forged",
    [
        key().replace("cc-1042", "cc-7"),
        key().replace(".n1.", ".n2."),
        key().replace("@consult.example", "@evil.example"),
        key("CC-1042", "mallory@evil.example"),
        key("CC-9999", "ann@asker.example"),
        f"<cc-1042.n1.{'a' * 24}@consult.example>",
        "<cc-1042.n1.@consult.example>",
        "<>",
    ],
)
def test_a_key_that_was_changed_joins_nothing(forged: str) -> None:
    assert claim(replace(a_letter(), in_reply_to=(forged,))) is None


def test_a_key_of_another_secret_joins_nothing() -> None:
    assert claim(a_letter(f"In-Reply-To: {key()}"), secret=b"another") is None


def test_the_two_kinds_of_keys_do_not_stand_for_each_other() -> None:
    mac = key(nonce="n1").split(".")[2].split("@")[0]
    assert claim(a_letter(), an_envelope("ann@asker.example", f"consult+cc-1042.{mac}@consult.example")) is None


def test_our_message_ids_are_known_by_their_shape() -> None:
    assert looks_like_ours(key(), DOMAIN)
    assert not looks_like_ours("<one@asker.example>", DOMAIN)
    assert not looks_like_ours(key(), "other.example")


@pytest.mark.parametrize(("ticket", "nonce"), [("1042", "n"), ("CC-1042", ""), ("CC-1042", "a b"), ("CC-1042\n", "n")])
def test_no_key_is_made_of_what_is_no_ticket(ticket: str, nonce: str) -> None:
    with pytest.raises(ValueError, match="ticket"):
        make_message_id(ticket, "ann@asker.example", SECRET, DOMAIN, nonce)
