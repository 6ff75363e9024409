"""The table of a ticket's life: every state is reached, every open one has a way out, and nothing else is possible."""

import pytest

from consultant.workflow import (
    AT_REST,
    OPEN_STATES,
    TRANSITIONS,
    Action,
    NotPossibleNowError,
    State,
    actions_in,
    next_state,
)

BY_A_PERSON = {Action.APPROVE, Action.REVISE, Action.ASK, Action.REJECT, Action.REOPEN, Action.RETRY}
ON_THE_WAY_OUT = {Action.SENT, Action.NOT_SENT, Action.VOID}


def reached_from(start: State) -> set[State]:
    reached, new = {start}, {start}
    while new:
        new = {after for (before, _), after in TRANSITIONS.items() if before in new} - reached
        reached |= new
    return reached


@pytest.mark.parametrize("state", list(State))
def test_every_state_is_reached_from_the_first(state: State) -> None:
    assert state in reached_from(State.RECEIVED)


@pytest.mark.parametrize("state", list(State))
def test_from_every_state_a_question_can_still_be_answered_and_be_rejected(state: State) -> None:
    assert {State.ANSWERED, State.REJECTED} <= reached_from(state)


@pytest.mark.parametrize("state", sorted(OPEN_STATES))
def test_every_open_state_has_a_way_out(state: State) -> None:
    assert any(after is not state for (before, _), after in TRANSITIONS.items() if before is state)


@pytest.mark.parametrize("state", sorted(OPEN_STATES - {State.APPROVED}))
def test_a_person_can_end_what_is_open_unless_it_is_leaving_this_moment(state: State) -> None:
    assert BY_A_PERSON & set(actions_in(state))


@pytest.mark.parametrize("state", list(State))
def test_a_letter_may_join_in_every_state_and_is_then_worked_on(state: State) -> None:
    assert next_state(state, Action.LETTER_JOINED) is State.RECEIVED


@pytest.mark.parametrize("state", [State.APPROVED, State.WAITING])
@pytest.mark.parametrize("action", sorted(ON_THE_WAY_OUT))
def test_whatever_becomes_of_a_letter_on_its_way_has_its_step(state: State, action: Action) -> None:
    assert (state, action) in TRANSITIONS


def test_only_a_person_takes_a_ticket_to_approved() -> None:
    assert {action for (_, action), after in TRANSITIONS.items() if after is State.APPROVED} <= BY_A_PERSON


def test_every_action_is_possible_somewhere() -> None:
    assert {action for _, action in TRANSITIONS} == set(Action)


def test_a_step_that_is_not_in_the_table_is_refused_in_the_readers_words() -> None:
    with pytest.raises(NotPossibleNowError, match='"answered" does not allow "approve"'):
        next_state(State.ANSWERED, Action.APPROVE)


def test_where_nobody_waits_for_us_a_person_or_a_letter_begins_anew() -> None:
    for state in AT_REST:
        assert {Action.REOPEN, Action.LETTER_JOINED} <= set(actions_in(state))
