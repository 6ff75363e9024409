"""What a question wants is read from its words, and the words that decided are kept."""

import pytest

from consultant.codes.extraction import extract
from consultant.drafting.intents import ASKED_BY, LONGEST_QUESTION, read_intents
from consultant.drafting.values import Intent, IntentFound

ASKED = [
    ("What does 99213 stand for?", {Intent.DESCRIBE}),
    ("What is the difference between these two?", {Intent.DESCRIBE}),
    ("Which code should I use for a trigger finger release?", {Intent.WHICH_CODE}),
    ("How would you code this?", {Intent.WHICH_CODE}),
    ("Who is correct, the coder or the surgeon?", {Intent.WHICH_CODE}),
    ("Do we need a modifier?", {Intent.MODIFIER}),
    ("Do I have to note the wastage?", {Intent.MODIFIER, Intent.UNITS}),
    ("Is the x-ray bundled?", {Intent.BUNDLING}),
    ("Can both be billed?", {Intent.BUNDLING}),
    ("Is there an NCCI edit?", {Intent.BUNDLING}),
    ("How many per day?", {Intent.UNITS}),
    ("Is there an MUE?", {Intent.UNITS}),
    ("Will Medicare pay for a second opinion?", {Intent.COVERAGE}),
    ("Do we need an ABN?", {Intent.COVERAGE}),
    ("Which diagnosis goes first?", {Intent.DIAGNOSIS_PAIRING}),
    ("Is this an Excludes1 conflict?", {Intent.DIAGNOSIS_PAIRING}),
    ("Must the start and stop be noted?", {Intent.TIME}),
    ("We spent 47 minutes.", {Intent.TIME}),
    ("New or established?", {Intent.EM_LEVEL}),
    ("Does the MDM suffice?", {Intent.EM_LEVEL}),
    ("Is it in the global period?", {Intent.GLOBAL_PERIOD}),
    ("Her sutures came out post-op.", {Intent.GLOBAL_PERIOD}),
    ("Is it still valid?", {Intent.VALIDITY}),
    ("Was it deleted?", {Intent.VALIDITY}),
    ("How much will be the fee schedule amount?", {Intent.REIMBURSEMENT}),
    ("What about RVUs?", {Intent.REIMBURSEMENT}),
    ("May we waive the copay?", {Intent.COMPLIANCE}),
    ("Is that legal?", {Intent.COMPLIANCE}),
    ("Good morning to all of you.", {Intent.OTHER}),
    ("", {Intent.OTHER}),
]


@pytest.mark.parametrize(("text", "wanted"), ASKED)
def test_what_is_asked_is_understood(text: str, wanted: set[Intent]) -> None:
    assert {one.intent for one in read_intents(text, extract(text))} == wanted


def test_every_intent_but_other_has_its_words() -> None:
    assert set(ASKED_BY) == set(Intent) - {Intent.OTHER}


def test_a_question_may_want_several_things_in_the_order_of_intents() -> None:
    text = "Is 20610 bundled, which modifier do we need, and how many units?"
    found = [one.intent for one in read_intents(text, extract(text))]
    assert found == [Intent.MODIFIER, Intent.BUNDLING, Intent.UNITS]


def test_the_deciding_words_are_kept_with_their_place() -> None:
    text = "Dear all, is the X-RAY Bundled with it?"
    (found,) = read_intents(text, extract(text))
    assert (found.evidence, text[found.start : found.end]) == ("Bundled", "Bundled")


def test_a_modifier_written_with_a_code_is_reason_enough() -> None:
    text = "Is 20610-LT fine?"
    assert read_intents(text, extract(text)) == (IntentFound(Intent.MODIFIER, "20610", 3, 8),)


def test_a_diagnosis_beside_a_service_asks_whether_they_go_together() -> None:
    text = "99213, E11.9?"
    assert read_intents(text, extract(text)) == (IntentFound(Intent.DIAGNOSIS_PAIRING, "E11.9", 7, 12),)


def test_units_written_with_a_code_are_reason_enough() -> None:
    text = "J1885 x 3?"
    assert read_intents(text, extract(text)) == (IntentFound(Intent.UNITS, "J1885", 0, 5),)


def test_only_the_beginning_of_a_very_long_text_is_asked_for_its_wants() -> None:
    text = "word " * (LONGEST_QUESTION // 5) + "is it bundled?"
    assert read_intents(text, extract(text)) == (IntentFound(Intent.OTHER, "", 0, 0),)


@pytest.mark.parametrize(
    "text", ["can both the " * 20_000, "how do " * 30_000, "a" * 200_000, "if when while " * 9_000]
)
def test_a_text_made_to_cost_time_is_answered_all_the_same(text: str) -> None:
    assert read_intents(text, extract(text))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Is M54.5 billable?", Intent.VALIDITY),
        ("is e11.9 still ok", Intent.VALIDITY),
        ("The payer says S52.501 is not specific enough. What is missing?", Intent.VALIDITY),
        ("Can we report E10.9 and E11.9 together?", Intent.BUNDLING),
        ("May I report E10.9 with E11.9 on one claim?", Intent.BUNDLING),
    ],
)
def test_a_question_about_diagnoses_is_read_in_spite_of_their_dots(text: str, wanted: Intent) -> None:
    assert [found.intent for found in read_intents(text, extract(text))] == [wanted]
