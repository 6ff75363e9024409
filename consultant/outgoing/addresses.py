"""Addresses as they may stand in an envelope or a header, and nothing that only looks like one.

An address that could be read two ways is refused, never repaired: a letter to the wrong person is a breach of privacy.
"""

import re

from email_validator import EmailNotValidError, validate_email

from consultant.errors import HouseError

# RFC 5321, section 4.5.3.1: 64 octets before the @, 254 in all. The local part is a dot-string as people really have it
# (two dots in a row exist in the wild) or a quoted string, though none with an @ or a blank inside, which programs are
# known to split at the wrong place; RFC 6531 adds what is not ASCII.
_LOCAL = r"[\w!#$%&'*+/=?^`{|}~.-]{1,64}" r'|"[\w!#$%&\'*+/=?^`{|}~.-]{1,62}"'
_DOMAIN = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252}[A-Za-z0-9_])?|\[[0-9A-Fa-f.:IPv]{3,50}\]"
_ADDRESS = re.compile(rf"(?P<local>{_LOCAL})@(?P<domain>{_DOMAIN})")
_LONGEST = 254


class AddressUnfitError(HouseError):
    """A letter cannot be sent to or from {address}: that is not one plain e-mail address."""


def on_the_wire(address: str) -> str:
    """Return the address with its domain in ASCII (IDNA 2008); raise `AddressUnfitError` if it is not exactly one.

    The local part is never changed; when it is not ASCII the relay must speak SMTPUTF8 (RFC 6531).
    """
    local, at, domain = address[: 2 * _LONGEST].rpartition("@")
    plain = address if domain.isascii() else local + at + _ascii_domain(domain, address)
    # "=?" would open an encoded word, and some program on the way might decode it.
    if len(plain.encode(errors="replace")) > _LONGEST or "=?" in plain or not _ADDRESS.fullmatch(plain):
        raise AddressUnfitError(address=_shown(address))
    return plain


def _ascii_domain(domain: str, address: str) -> str:
    """Return an international domain as DNS knows it; the old codec of the standard library reads some as another's."""
    try:
        return validate_email(f"a@{domain}", check_deliverability=False).ascii_domain
    except EmailNotValidError as error:
        raise AddressUnfitError(address=_shown(address)) from error


def _shown(address: str) -> str:
    return ascii(address[:_LONGEST])
