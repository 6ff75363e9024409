"""An error is the sentence a person reads."""

import pytest

from consultant.errors import HouseError


class KettleError(HouseError):
    """The kettle in {room} is {state}.

    Fill it, and switch it
    on again.
    """


def test_an_error_is_its_docstring_with_the_facts_filled_in_on_one_line() -> None:
    error = KettleError(room="the kitchen", state="empty")
    assert str(error) == "The kettle in the kitchen is empty. Fill it, and switch it on again."


def test_a_fact_that_was_not_given_shows_as_its_own_name() -> None:
    assert str(KettleError(room="the kitchen")).startswith("The kettle in the kitchen is (state)")


def test_the_facts_stay_readable_for_whoever_catches_it() -> None:
    with pytest.raises(KettleError) as caught:
        raise KettleError(room="hall", state="cold")
    assert caught.value.facts == {"room": "hall", "state": "cold"}


def test_braces_in_a_fact_are_left_alone() -> None:
    assert "{room}" in str(KettleError(room="{room}", state="{0}"))


def test_an_error_without_a_sentence_of_its_own_still_says_something() -> None:
    assert str(HouseError(reason="the roof leaks")) == "Something needs a person: the roof leaks."
