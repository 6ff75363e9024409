"""Which earlier ticket a letter may belong to: only a key that we signed says so, never a number in a subject.

A key is bound to a ticket and to the address our letter went to. Who knows one was written to, or was shown our letter
by someone who was; `ThreadClaim.address` says for whom it was made, and the desk decides what that is worth.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterator, Sequence

from consultant.intake.mail import Envelope, IncomingMail, ThreadClaim

_MAC_BYTES = 15  # 120 bits, 24 characters of base32 without padding
_MOST_ADDRESSES = 100
_TICKET = re.compile(r"[A-Z]{2,6}-[0-9]{1,12}")
_MESSAGE_ID = re.compile(r"<([a-z]{2,6}-[0-9]{1,12})\.([a-z0-9]{1,64})\.([a-z2-7]{24})@([^<>@\s]{1,255})>")
_REPLY_TAG = re.compile(r"[^@+\s]{1,64}\+([a-z]{2,6}-[0-9]{1,12})\.([a-z2-7]{24})@([^@\s]{1,255})")

AddressesOf = Callable[[str], Sequence[str]]


def make_message_id(ticket: str, address: str, secret: bytes, domain: str, nonce: str) -> str:
    """Return the Message-ID of a letter of this ticket to this address; `nonce` (letters, digits) is new each time."""
    written = nonce.lower()
    identifier = (
        f"<{_written(ticket)}.{written}.{_mac(secret, 'message id', ticket, address, written)}@{domain.lower()}>"
    )
    if not _MESSAGE_ID.fullmatch(identifier):
        message = f"no message id can be made of ticket {ticket!r} and nonce {nonce!r}"
        raise ValueError(message)
    return identifier


def make_reply_address(ticket: str, address: str, secret: bytes, mailbox: str, domain: str) -> str:
    """Return the address an answer to our letter should go to; it survives being written in capitals."""
    return f"{mailbox}+{_written(ticket)}.{_mac(secret, 'reply address', ticket, address, '')}@{domain.lower()}"


def claimed_ticket(
    mail: IncomingMail,
    envelope: Envelope,
    secret: bytes,
    domain: str,
    *,
    addresses_of: AddressesOf,
) -> ThreadClaim | None:
    """Return the ticket a letter proves it answers: by In-Reply-To, References (newest first), or where it went to.

    `addresses_of(ticket)` are the addresses letters of that ticket were sent to, none for a ticket there is not.
    """
    for key in (*mail.in_reply_to, *reversed(mail.references)):
        claim = _claim_of_message_id(key, secret, domain, addresses_of)
        if claim:
            return claim
    for recipient in (*envelope.recipients, *mail.to, *mail.cc)[:_MOST_ADDRESSES]:
        claim = _claim_of_recipient(recipient, secret, domain, addresses_of)
        if claim:
            return claim
    return None


def looks_like_ours(message_id: str, domain: str) -> bool:
    """Tell whether a Message-ID has the shape of one we make; only `claimed_ticket` proves that it is."""
    match = _MESSAGE_ID.fullmatch(message_id.lower())
    return bool(match) and message_id.lower().endswith(f"@{domain.lower()}>")


def _claim_of_message_id(key: str, secret: bytes, domain: str, addresses_of: AddressesOf) -> ThreadClaim | None:
    match = _MESSAGE_ID.fullmatch(key.lower())
    if not match or match[4] != domain.lower():
        return None
    ticket = match[1].upper()
    for address in _candidates(ticket, addresses_of):
        if hmac.compare_digest(_mac(secret, "message id", ticket, address, match[2]), match[3]):
            return ThreadClaim(ticket, "message id", address)
    return None


def _claim_of_recipient(recipient: str, secret: bytes, domain: str, addresses_of: AddressesOf) -> ThreadClaim | None:
    match = _REPLY_TAG.fullmatch(recipient.lower())
    if not match or match[3] != domain.lower():
        return None
    ticket = match[1].upper()
    for address in _candidates(ticket, addresses_of):
        if hmac.compare_digest(_mac(secret, "reply address", ticket, address, ""), match[2]):
            return ThreadClaim(ticket, "reply address", address)
    return None


def _candidates(ticket: str, addresses_of: AddressesOf) -> Iterator[str]:
    yield from addresses_of(ticket)[:_MOST_ADDRESSES]


def _written(ticket: str) -> str:
    if not _TICKET.fullmatch(ticket):
        message = f"{ticket!r} is no ticket reference"
        raise ValueError(message)
    return ticket.lower()


def _mac(secret: bytes, purpose: str, ticket: str, address: str, nonce: str) -> str:
    """Return the keyed part; the zero byte between the fields is in none of them."""
    said = f"{purpose}\0{ticket}\0{address.casefold()}\0{nonce}".encode()
    digest = hmac.new(secret, said, hashlib.sha256).digest()[:_MAC_BYTES]
    return base64.b32encode(digest).decode("ascii").lower()
