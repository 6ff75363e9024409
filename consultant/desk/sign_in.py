"""Signing in: a reviewer's browser is let in, recognised while it is used, and let out.

The browser holds 256 random bits; the house keeps only their hash, so a stolen database opens no session. Guessing is
slowed for each account and for each address it comes from, and a try is counted before the password is looked at, so
that many guesses at once count as many.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from consultant.config import WebSettings
from consultant.desk.reviewers import right_password
from consultant.errors import HouseError
from consultant.store import reviewers
from consultant.store.database import Database
from consultant.store.tables import Reviewer, SignIn, SignInTry

TOKEN_BYTES = 32
LONGEST_ACCOUNT = 320  # characters of an address: RFC 5321, section 4.5.3.1
PEER_FACTOR = 5  # one address may stand for a whole office, so it may err this many times as often as one account
_STILL_SEEN = timedelta(minutes=1)  # reading pages writes "seen" at most this often


class WrongPasswordError(HouseError):
    """That address and password do not belong together."""


class TooManyTriesError(HouseError):
    """There were too many wrong passwords; try again in {minutes} minutes."""


@dataclass(frozen=True)
class Visitor:
    """Whoever is signed in, with the key their forms must bring back."""

    reviewer_id: int
    email: str
    name: str
    credential: str
    form_key: str


@dataclass(frozen=True)
class Attempt:
    """What somebody claims at the door, and the address they come from."""

    email: str
    password: str = field(repr=False)
    peer: str = ""

    @property
    def account(self) -> str:
        """Return the account tried, in the form it is counted under: a hostile name is not stored whole."""
        return "".join(filter(str.isprintable, self.email.strip().lower()))[:LONGEST_ACCOUNT]


@dataclass(frozen=True)
class Opened:
    """A session just begun: `token` goes to the browser and is kept nowhere else."""

    token: str
    visitor: Visitor


def sign_in(database: Database, rules: WebSettings, attempt: Attempt, *, now: datetime) -> Opened:
    """Begin a new session; raise `WrongPasswordError`, or `TooManyTriesError` without looking at the password."""
    reviewer = check_password(database, rules, attempt, now=now)
    token, form_key = secrets.token_urlsafe(TOKEN_BYTES), secrets.token_urlsafe(TOKEN_BYTES)
    assert reviewer.id is not None
    begun = SignIn(token_hash=_kept(token), reviewer_id=reviewer.id, form_key=form_key, started=now, seen=now)
    with database.writing() as session:
        reviewers.forget_stale(
            session,
            sign_ins_before=now - timedelta(hours=rules.session_hours),
            tries_before=now - timedelta(minutes=rules.sign_in_window_minutes),
        )
        session.add(begun)
    return Opened(token, _visitor(reviewer, form_key))


def check_password(database: Database, rules: WebSettings, attempt: Attempt, *, now: datetime) -> Reviewer:
    """Return the active reviewer these belong to; raise as `sign_in` does. An unknown account costs the same time."""
    reviewer = _counted(database, rules, attempt, now)
    is_right = right_password(attempt.password, reviewer.password_hash if reviewer else "")
    if reviewer is None or not is_right or not reviewer.active:
        raise WrongPasswordError
    with database.writing() as session:
        reviewers.forget_tries_on(session, attempt.account)
    return reviewer


def recognise(database: Database, rules: WebSettings, token: str, *, now: datetime) -> Visitor | None:
    """Return who holds that token; None when it is unknown, idle too long, too old, or its reviewer was disabled."""
    token_hash = _kept(token)
    with database.reading() as session:
        found = reviewers.signed_in(session, token_hash)
    if found is None or not _stands(found[0], found[1], rules, now):
        return None
    sign_in_row, reviewer = found
    if now - sign_in_row.seen >= _STILL_SEEN:
        _note_seen(database, token_hash, now)
    return _visitor(reviewer, sign_in_row.form_key)


def sign_out(database: Database, token: str) -> None:
    """End the session with that token; one already ended is no error."""
    with database.writing() as session:
        reviewers.end_sign_in(session, _kept(token))


def _counted(database: Database, rules: WebSettings, attempt: Attempt, now: datetime) -> Reviewer | None:
    """Count a try before its password is looked at; raise `TooManyTriesError` when the window is full."""
    since = now - timedelta(minutes=rules.sign_in_window_minutes)
    with database.writing() as session:
        if (
            reviewers.tries_on(session, attempt.account, since) >= rules.sign_in_tries
            or reviewers.tries_from(session, attempt.peer, since) >= rules.sign_in_tries * PEER_FACTOR
        ):
            raise TooManyTriesError(minutes=rules.sign_in_window_minutes)
        session.add(SignInTry(account=attempt.account, peer=attempt.peer, at=now))
        return reviewers.with_email(session, attempt.account)


def _stands(row: SignIn, reviewer: Reviewer, rules: WebSettings, now: datetime) -> bool:
    return (
        reviewer.active
        and now - row.seen < timedelta(minutes=rules.session_idle_minutes)
        and now - row.started < timedelta(hours=rules.session_hours)
    )


def _note_seen(database: Database, token_hash: str, now: datetime) -> None:
    with database.writing() as session:
        found = reviewers.signed_in(session, token_hash)
        if found is not None:
            found[0].seen = now
            session.add(found[0])


def _visitor(reviewer: Reviewer, form_key: str) -> Visitor:
    assert reviewer.id is not None
    return Visitor(
        reviewer_id=reviewer.id,
        email=reviewer.email,
        name=reviewer.name,
        credential=reviewer.credential,
        form_key=form_key,
    )


def _kept(token: str) -> str:
    """Return what is kept of a token; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
