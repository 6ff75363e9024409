"""The life of a ticket: one table says what may happen in which state."""

from enum import StrEnum

from consultant.errors import HouseError


class State(StrEnum):
    """Where a ticket stands, in the words the reviewer reads."""

    RECEIVED = "received"
    IN_REVIEW = "in review"
    WAITING = "waiting for the asker"
    APPROVED = "approved"
    ANSWERED = "answered"
    UNDELIVERED = "could not be delivered"
    REJECTED = "rejected"


class Action(StrEnum):
    """What may be done with a ticket, by a person, a letter or the machine."""

    DRAFT = "draft"
    APPROVE = "approve"
    REVISE = "revise"
    ASK = "ask the asker"
    REJECT = "reject"
    REOPEN = "reopen"
    LETTER_JOINED = "letter joined"
    SENT = "sent"
    NOT_SENT = "not sent"
    RETRY = "send again"
    VOID = "approval void"


TRANSITIONS: dict[tuple[State, Action], State] = {
    (State.RECEIVED, Action.DRAFT): State.IN_REVIEW,
    (State.RECEIVED, Action.LETTER_JOINED): State.RECEIVED,
    (State.RECEIVED, Action.REJECT): State.REJECTED,
    (State.IN_REVIEW, Action.DRAFT): State.IN_REVIEW,
    (State.IN_REVIEW, Action.REVISE): State.RECEIVED,
    (State.IN_REVIEW, Action.APPROVE): State.APPROVED,
    (State.IN_REVIEW, Action.ASK): State.WAITING,
    (State.IN_REVIEW, Action.REJECT): State.REJECTED,
    (State.IN_REVIEW, Action.LETTER_JOINED): State.RECEIVED,
    (State.WAITING, Action.LETTER_JOINED): State.RECEIVED,
    (State.WAITING, Action.REOPEN): State.RECEIVED,
    (State.WAITING, Action.REJECT): State.REJECTED,
    (State.WAITING, Action.SENT): State.WAITING,
    (State.WAITING, Action.NOT_SENT): State.UNDELIVERED,
    (State.APPROVED, Action.SENT): State.ANSWERED,
    (State.APPROVED, Action.NOT_SENT): State.UNDELIVERED,
    (State.APPROVED, Action.LETTER_JOINED): State.RECEIVED,
    (State.APPROVED, Action.VOID): State.RECEIVED,
    (State.WAITING, Action.VOID): State.RECEIVED,
    (State.UNDELIVERED, Action.RETRY): State.APPROVED,
    (State.UNDELIVERED, Action.ASK): State.WAITING,
    (State.UNDELIVERED, Action.REOPEN): State.RECEIVED,
    (State.UNDELIVERED, Action.LETTER_JOINED): State.RECEIVED,
    (State.UNDELIVERED, Action.REJECT): State.REJECTED,
    (State.ANSWERED, Action.LETTER_JOINED): State.RECEIVED,
    (State.ANSWERED, Action.REOPEN): State.RECEIVED,
    (State.REJECTED, Action.LETTER_JOINED): State.RECEIVED,
    (State.REJECTED, Action.REOPEN): State.RECEIVED,
}

OPEN_STATES = frozenset({State.RECEIVED, State.IN_REVIEW, State.WAITING, State.APPROVED, State.UNDELIVERED})

# Nobody waits for us in these; when work begins anew, so does the time promised for it.
AT_REST = frozenset({State.WAITING, State.ANSWERED, State.REJECTED})


class NotPossibleNowError(HouseError):
    """A ticket that is "{state}" does not allow "{action}" now; look at what happened to it since."""


def next_state(state: State, action: Action) -> State:
    """Return the state after that action; raise `NotPossibleNowError` when the table has no such step."""
    try:
        return TRANSITIONS[state, action]
    except KeyError:
        raise NotPossibleNowError(state=state, action=action) from None


def actions_in(state: State) -> tuple[Action, ...]:
    """Return what may be done in that state, in the table's order."""
    return tuple(action for (at, action) in TRANSITIONS if at is state)
