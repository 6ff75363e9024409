"""Digest issues: one for each name and period, numbered without gaps."""

from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, select

from consultant.store.tables import DigestIssue


def issue_of(session: Session, name: str, period: str) -> DigestIssue | None:
    """Return the period's issue if it was decided already."""
    return session.exec(select(DigestIssue).where(DigestIssue.name == name, DigestIssue.period == period)).first()


def last_sent(session: Session, name: str) -> datetime | None:
    """Return when the latest issue that had something to tell was decided; None before the first."""
    latest = select(func.max(DigestIssue.created)).where(DigestIssue.name == name, DigestIssue.number > 0)
    return session.exec(latest).one()


def next_number(session: Session, name: str) -> int:
    """Return the number the next issue carries."""
    highest = session.exec(select(func.max(DigestIssue.number)).where(DigestIssue.name == name)).one()
    return (highest or 0) + 1


def decide(session: Session, name: str, period: str, number: int, now: datetime) -> DigestIssue:
    """Note the period's issue; `number` 0 says that there was nothing to send."""
    issue = DigestIssue(name=name, period=period, number=number, created=now)
    session.add(issue)
    session.flush()
    return issue
