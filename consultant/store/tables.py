"""The rows. They have no methods; what they mean is decided at the desk.

Times are aware and in UTC, on SQLite too. JSON columns hold plain lists and objects as the public shapes have them.
"""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Index, LargeBinary, Text, TypeDecorator, UniqueConstraint, text
from sqlmodel import Field, SQLModel

SCHEMA = 1


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, kept in UTC; SQLite forgets the zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  SQLAlchemy's signature
        """Refuse a time without a zone: guessing one would be a wrong time later."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a stored time needs its zone"
            raise ValueError(message)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  SQLAlchemy's signature
        """Return the moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class HouseMark(SQLModel, table=True):
    """A fact about the database itself, such as the version of its tables."""

    __tablename__ = "house_mark"
    key: str = Field(primary_key=True)
    value: str


class Ticket(SQLModel, table=True):
    """One question and all that belongs to it."""

    __tablename__ = "ticket"
    __table_args__ = (Index("ticket_by_state", "state", "due"),)
    id: int | None = Field(default=None, primary_key=True)
    state: str
    subject: str = Field(sa_type=Text)
    asker: str  # address the answer goes to
    asker_name: str = ""
    mailbox: str  # address written to, the answer's From
    received: datetime = Field(sa_type=UtcDateTime)
    due: datetime = Field(sa_type=UtcDateTime)
    codes: list[str] = Field(default_factory=list, sa_type=JSON)
    intents: list[str] = Field(default_factory=list, sa_type=JSON)
    draft_version: int = 0
    last_event: int = 0  # id of the newest event a reviewer must have seen to decide
    note: str = Field(default="", sa_type=Text)  # the reviewer's note the next draft follows
    trouble: str = Field(default="", sa_type=Text)  # why the machine set this ticket aside for a person


class IncomingLetter(SQLModel, table=True):
    """One message taken in, whatever became of it, with its raw bytes."""

    __tablename__ = "incoming_letter"
    __table_args__ = (Index("incoming_by_sender", text("lower(sender)"), "received"),)
    id: int | None = Field(default=None, primary_key=True)
    fingerprint: str = Field(unique=True)
    ticket_id: int | None = Field(default=None, foreign_key="ticket.id", index=True)
    outcome: str = Field(index=True)
    kind: str
    rule: str
    reason: str = Field(sa_type=Text)
    received: datetime = Field(sa_type=UtcDateTime)
    envelope_from: str = Field(sa_type=Text)
    envelope_to: list[str] = Field(sa_type=JSON)
    peer: str = ""
    sender: str = Field(default="", sa_type=Text)
    sender_name: str = Field(default="", sa_type=Text)
    subject: str = Field(default="", sa_type=Text)
    message_id: str = Field(default="", sa_type=Text)
    references: list[str] = Field(default_factory=list, sa_type=JSON)
    thread_index: str = Field(default="", sa_type=Text)
    thread_key: str = ""
    text: str = Field(default="", sa_type=Text)
    spans: dict[str, list[list[int]]] = Field(default_factory=dict, sa_type=JSON)
    attachments: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    identifiers: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    authenticity: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    defects: list[str] = Field(default_factory=list, sa_type=JSON)
    size: int = 0
    raw: bytes | None = Field(default=None, sa_type=LargeBinary)  # zlib; None once purged


class Draft(SQLModel, table=True):
    """One version of a draft; never changed once written."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("ticket_id", "version"),)
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    version: int
    author: str  # "machine" or a reviewer's address
    subject: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)
    note: str = Field(default="", sa_type=Text)
    on: date = Field(sa_column_kwargs={"name": "looked_up_on"})
    mentions: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    intents: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    facts: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    guidance: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    missing: list[str] = Field(default_factory=list, sa_type=JSON)
    checks: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    releases: list[str] = Field(default_factory=list, sa_type=JSON)
    editions: list[str] = Field(default_factory=list, sa_type=JSON)  # `approval.standing` of the book drafted from
    codes: list[str] = Field(default_factory=list, sa_type=JSON)  # codes the text cites
    created: datetime = Field(sa_type=UtcDateTime)


class Decision(SQLModel, table=True):
    """What a person decided, and on what."""

    __tablename__ = "decision"
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    action: str
    by: str = Field(sa_column_kwargs={"name": "decided_by"})
    via: str
    note: str = Field(default="", sa_type=Text)
    override: str = Field(default="", sa_type=Text)  # the typed reason a blocking check was set aside for
    draft_version: int
    approval: str = ""  # the hash the letter must still have when it leaves
    created: datetime = Field(sa_type=UtcDateTime)


class Event(SQLModel, table=True):
    """One line of a ticket's trace; only ever added to."""

    __tablename__ = "event"
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int | None = Field(default=None, foreign_key="ticket.id", index=True)
    at: datetime = Field(sa_type=UtcDateTime)
    by: str = Field(sa_column_kwargs={"name": "done_by"})
    what: str
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class OutboxLetter(SQLModel, table=True):
    """One letter that leaves or has left; `key` makes sure the same reason never makes two."""

    __tablename__ = "outbox_letter"
    __table_args__ = (Index("outbox_by_due", "state", "due"), Index("outbox_by_kind", "kind", "created"))
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    ticket_id: int | None = Field(default=None, foreign_key="ticket.id", index=True)
    kind: str
    state: str
    due: datetime = Field(sa_type=UtcDateTime)
    created: datetime = Field(sa_type=UtcDateTime)
    attempts: int = 0
    claimed_by: str = ""
    claimed: datetime | None = Field(default=None, sa_type=UtcDateTime)
    brink: datetime | None = Field(default=None, sa_type=UtcDateTime)  # from here on only the relay knows
    sent: datetime | None = Field(default=None, sa_type=UtcDateTime)
    problem: str = Field(default="", sa_type=Text)
    relay_reply: str = Field(default="", sa_type=Text)
    message_id: str = Field(sa_type=Text)
    sender: str
    sender_name: str = ""
    recipients: list[str] = Field(sa_type=JSON)
    subject: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)
    html: str = Field(sa_type=Text)
    date: str
    reply_to: str = Field(default="", sa_type=Text)
    in_reply_to: str = Field(default="", sa_type=Text)
    references: list[str] = Field(default_factory=list, sa_type=JSON)
    envelope_sender: str = ""
    thread_index: str = Field(default="", sa_type=Text)
    list_id: str = ""
    approval: str = ""
    draft_version: int = 0
    event_seen: int = 0


class Reviewer(SQLModel, table=True):
    """Who may review."""

    __tablename__ = "reviewer"
    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True)
    name: str = ""
    credential: str = ""  # "CPC", "CCS", ...: what stands behind the name in a letter
    password_hash: str = ""
    active: bool = True
    created: datetime = Field(sa_type=UtcDateTime)


class SignIn(SQLModel, table=True):
    """One signed-in browser; the cookie's token is kept only as a hash."""

    __tablename__ = "sign_in"
    token_hash: str = Field(primary_key=True)
    reviewer_id: int = Field(foreign_key="reviewer.id", index=True)
    form_key: str  # what every form must bring back
    started: datetime = Field(sa_type=UtcDateTime)
    seen: datetime = Field(sa_type=UtcDateTime)


class SignInTry(SQLModel, table=True):
    """One wrong password, counted against the account and the address it came from."""

    __tablename__ = "sign_in_try"
    id: int | None = Field(default=None, primary_key=True)
    account: str = Field(index=True)
    peer: str = ""
    at: datetime = Field(sa_type=UtcDateTime)


class DigestIssue(SQLModel, table=True):
    """One issue of a digest; the unique key makes each period's issue once, whatever happens."""

    __tablename__ = "digest_issue"
    __table_args__ = (UniqueConstraint("name", "period"),)
    id: int | None = Field(default=None, primary_key=True)
    name: str
    period: str
    number: int  # 0: nothing waited, so nothing was sent
    created: datetime = Field(sa_type=UtcDateTime)
