"""Who may review: registering, listing and disabling people, and the only home of password hashing.

A password is kept as an argon2id hash and shown to nobody; one the house makes up itself is told once, at registration.
"""

import re
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlmodel import Session

from consultant.errors import HouseError
from consultant.store import reviewers
from consultant.store.database import Database
from consultant.store.tables import Reviewer

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1024  # characters; a limit only so that hashing cannot be made a burden

_HASHING = PasswordHash((Argon2Hasher(),))
_AT_ONCE = threading.BoundedSemaphore(2)  # each hash takes 64 MB while it runs: a crowd of guesses must wait its turn
_NOBODY = _HASHING.hash(
    secrets.token_urlsafe()
)  # what an unknown account is checked against, so that it costs the same
_ADDRESS = re.compile(r"[^@\s\x00-\x1f<>,;\"]{1,64}@[^@\s\x00-\x1f<>,;\"]{1,253}")


class NotAnAddressError(HouseError):
    """{email} is not an email address: it needs the form name@domain."""


class AlreadyReviewerError(HouseError):
    """{email} is registered already; `consultant reviewer list` shows who is."""


class UnknownReviewerError(HouseError):
    """No reviewer is registered as {email}; `consultant reviewer list` shows who is."""


class PasswordTooShortError(HouseError):
    """A password needs at least {shortest} characters; a short sentence is easy to remember and hard to guess."""


class PasswordTooLongError(HouseError):
    """A password may have at most {longest} characters."""


@dataclass(frozen=True)
class Colleague:
    """A reviewer as others may see them."""

    id: int
    email: str
    name: str
    credential: str  # "CPC", "CCS", ...
    active: bool
    created: datetime


def add(  # noqa: PLR0913  a person has this many sides
    database: Database, email: str, *, now: datetime, name: str = "", credential: str = "", password: str = ""
) -> str:
    """Register a reviewer, or let a disabled one back in; return the password they sign in with.

    Without a password one is made up: 128 random bits, told to the caller this once.
    """
    address = _address(email)
    password = _long_enough(password or secrets.token_urlsafe(16))
    password_hash = hashed(password)
    with database.writing() as session:
        known = reviewers.with_email(session, address)
        if known is not None and known.active:
            raise AlreadyReviewerError(email=address)
        reviewer = known or Reviewer(email=address, created=now)
        reviewer.name = name or reviewer.name
        reviewer.credential = credential or reviewer.credential
        reviewer.password_hash = password_hash
        reviewer.active = True
        session.add(reviewer)
    return password


def listed(database: Database, *, active_only: bool = False) -> list[Colleague]:
    """Return the reviewers, the first registered first."""
    with database.reading() as session:
        return [_colleague(row) for row in reviewers.listed(session, active_only=active_only)]


def disable(database: Database, email: str) -> None:
    """Shut a reviewer out, at once and on every browser they are signed in on."""
    with database.writing() as session:
        reviewer = _known(session, email)
        reviewer.active = False
        session.add(reviewer)
        reviewers.end_sign_ins_of(session, _id(reviewer))


def set_password(database: Database, email: str, password: str) -> None:
    """Give a reviewer a new password and end every sign-in made with the old one (ASVS 5.0, 7.4.3)."""
    password_hash = hashed(_long_enough(password))
    with database.writing() as session:
        reviewer = _known(session, email)
        reviewer.password_hash = password_hash
        session.add(reviewer)
        reviewers.end_sign_ins_of(session, _id(reviewer))


def hashed(password: str) -> str:
    """Return the argon2id hash a password is kept as."""
    with _AT_ONCE:
        return _HASHING.hash(password)


def right_password(password: str, password_hash: str) -> bool:
    """Tell whether the password is the one hashed; an empty hash costs as much time as any other and is never right."""
    if len(password) > LONGEST_PASSWORD:
        return False
    with _AT_ONCE:
        matches = _HASHING.verify(password.encode("utf-8", "surrogatepass"), password_hash or _NOBODY)
    return matches and bool(password_hash)


def _address(email: str) -> str:
    address = email.strip().lower()
    if _ADDRESS.fullmatch(address) is None:
        raise NotAnAddressError(email=email)
    return address


def _long_enough(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordTooShortError(shortest=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        raise PasswordTooLongError(longest=LONGEST_PASSWORD)
    return password


def _known(session: Session, email: str) -> Reviewer:
    reviewer = reviewers.with_email(session, email.strip().lower())
    if reviewer is None:
        raise UnknownReviewerError(email=email)
    return reviewer


def _id(reviewer: Reviewer) -> int:
    assert reviewer.id is not None
    return reviewer.id


def _colleague(row: Reviewer) -> Colleague:
    return Colleague(
        id=_id(row),
        email=row.email,
        name=row.name,
        credential=row.credential,
        active=row.active,
        created=row.created,
    )
