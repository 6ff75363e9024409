"""The questions we ask of reviewers, their signed-in browsers and their wrong passwords."""

from datetime import datetime

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from consultant.store.tables import Reviewer, SignIn, SignInTry


def with_email(session: Session, email: str) -> Reviewer | None:
    """Return the reviewer of that address (lower-case), active or not."""
    return session.exec(select(Reviewer).where(Reviewer.email == email)).first()


def listed(session: Session, *, active_only: bool = False) -> list[Reviewer]:
    """Return the reviewers, the first registered first."""
    question = select(Reviewer).order_by(col(Reviewer.id))
    if active_only:
        question = question.where(col(Reviewer.active).is_(True))
    return list(session.exec(question))


def signed_in(session: Session, token_hash: str) -> tuple[SignIn, Reviewer] | None:
    """Return the signed-in browser with that token and whose it is."""
    question = select(SignIn, Reviewer).where(SignIn.token_hash == token_hash, SignIn.reviewer_id == Reviewer.id)
    return session.exec(question).first()


def end_sign_in(session: Session, token_hash: str) -> None:
    """Forget one signed-in browser."""
    session.exec(delete(SignIn).where(col(SignIn.token_hash) == token_hash))


def end_sign_ins_of(session: Session, reviewer_id: int) -> None:
    """Forget every signed-in browser of a reviewer."""
    session.exec(delete(SignIn).where(col(SignIn.reviewer_id) == reviewer_id))


def forget_stale(session: Session, *, sign_ins_before: datetime, tries_before: datetime) -> None:
    """Drop sign-ins begun and tries made before those moments: neither counts for anything any more."""
    session.exec(delete(SignIn).where(col(SignIn.started) < sign_ins_before))
    session.exec(delete(SignInTry).where(col(SignInTry.at) < tries_before))


def tries_on(session: Session, account: str, since: datetime) -> int:
    """Return how many tries were counted against an account from that moment on."""
    question = select(func.count()).where(SignInTry.account == account, col(SignInTry.at) >= since)
    return session.exec(question).one()


def tries_from(session: Session, peer: str, since: datetime) -> int:
    """Return how many tries came from an address from that moment on."""
    question = select(func.count()).where(SignInTry.peer == peer, col(SignInTry.at) >= since)
    return session.exec(question).one()


def forget_tries_on(session: Session, account: str) -> None:
    """Forget the tries counted against an account: its owner is in."""
    session.exec(delete(SignInTry).where(col(SignInTry.account) == account))
