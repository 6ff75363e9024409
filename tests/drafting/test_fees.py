"""What a letter says of fees, global days and modifiers, each from the schedule of the day."""

from collections.abc import Iterator
from datetime import date

import pytest

from consultant.codes.book import Book
from consultant.codes.entries import System
from consultant.codes.mentions import Extraction
from consultant.drafting.facts import Gathered, gather
from consultant.drafting.gaps import Gap
from consultant.drafting.lookups import about_together
from consultant.drafting.questions import AskedCode, Question
from consultant.drafting.values import Intent, IntentFound
from consultant.rendering import Renderer
from tests.codes.importers.ledgers import AGENCY, a_book

ON, TODAY = date(2025, 11, 3), date(2026, 11, 23)
SCHEDULES = ("PPRRVU2025_Oct.csv", "PPRRVU2026_Jul_nonQPP.csv", "PPRRVU2026_Jul_QPP.csv")


@pytest.fixture(scope="module")
def priced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """A book of small fee schedules and nothing else."""
    files = [AGENCY / name for name in SCHEDULES]
    with a_book(tmp_path_factory.mktemp("priced") / "codebook.sqlite", *files) as opened:
        yield opened


def gathered(book: Book, renderer: Renderer, *codes: AskedCode, intent: Intent, on: date = ON) -> Gathered:
    question = Question(
        extraction=Extraction(),
        intents=(IntentFound(intent, "", 0, 0),),
        codes=codes,
        left_over=0,
        modifiers=tuple(modifier for asked in codes for modifier in asked.modifiers),
        on=on,
        day_stated=True,
        payers=(),
        settings=(),
        condition="",
    )
    return gather(question, book, today=TODAY, renderer=renderer)


def statements(facts: Gathered, kind: str) -> list[str]:
    return [fact.statement for fact in facts.facts if fact.kind == kind]


def a_service(code: str, *modifiers: str) -> AskedCode:
    return AskedCode(System.HCPCS, code, modifiers)


def test_a_fee_shows_its_arithmetic(priced: Book, renderer: Renderer) -> None:
    facts = gathered(priced, renderer, a_service("U9982"), intent=Intent.REIMBURSEMENT)
    [statement] = statements(facts, "fee-payment")
    assert "in a facility 1.60 RVUs x 32.3465 = $51.75" in statement
    assert "in a non-facility setting 3.60 RVUs x 32.3465 = $116.45" in statement
    assert "before locality" in statement
    fact = next(fact for fact in facts.facts if fact.kind == "fee-payment")
    assert (fact.release, fact.effective, fact.codes) == ("October 2025", date(2025, 10, 1), ("U9982",))
    assert fact.source == "CMS, National Physician Fee Schedule Relative Value File"
    assert Intent.REIMBURSEMENT not in facts.lacking.unsettled


def test_where_a_service_is_rarely_done_is_said(priced: Book, renderer: Renderer) -> None:
    facts = gathered(priced, renderer, a_service("U9981"), intent=Intent.REIMBURSEMENT)
    [statement] = statements(facts, "fee-payment")
    assert "rarely or never done in a non-facility setting" in statement
    assert "$630.76" in statement


def test_a_component_is_priced_by_its_own_row(priced: Book, renderer: Renderer) -> None:
    facts = gathered(priced, renderer, a_service("U9983", "26"), intent=Intent.REIMBURSEMENT)
    [statement] = statements(facts, "fee-payment")
    assert "one unit of U9983-26" in statement
    assert "0.75 RVUs" in statement


def test_both_conversion_factors_of_2026_are_named(priced: Book, renderer: Renderer) -> None:
    facts = gathered(priced, renderer, a_service("U9982"), intent=Intent.REIMBURSEMENT, on=date(2026, 8, 3))
    [statement] = statements(facts, "fee-payment")
    assert "1.60 RVUs x 33.4009" in statement
    assert "for qualifying APM participants the conversion factor is 33.5675" in statement


def test_what_is_not_paid_by_units_is_answered_by_its_status(priced: Book, renderer: Renderer) -> None:
    facts = gathered(priced, renderer, a_service("U9984"), intent=Intent.REIMBURSEMENT)
    assert statements(facts, "fee-payment") == []
    assert "status indicator C: priced by the Medicare contractor" in statements(facts, "fee-status")[0]
    assert Intent.REIMBURSEMENT not in facts.lacking.unsettled


def test_a_global_period_is_answered_from_the_schedule(priced: Book, renderer: Renderer) -> None:
    facts = gathered(priced, renderer, a_service("U9981"), a_service("U9983"), intent=Intent.GLOBAL_PERIOD)
    major, none = statements(facts, "fee-global")
    assert "U9981 has global days 090 (major surgery" in major
    assert "U9983 has global days XXX (the global concept does not apply)" in none
    assert facts.lacking.unsettled == ()


def test_a_code_the_schedule_does_not_list_leaves_the_question_open(priced: Book, renderer: Renderer) -> None:
    facts = gathered(priced, renderer, a_service("U9999"), intent=Intent.GLOBAL_PERIOD)
    assert "does not list U9999" in statements(facts, "fee-absent")[0]
    assert facts.lacking.unsettled == (Intent.GLOBAL_PERIOD,)


def test_without_a_schedule_it_is_a_gap(book: Book, renderer: Renderer) -> None:
    facts = gathered(book, renderer, a_service("U9981"), intent=Intent.GLOBAL_PERIOD)
    assert not [fact for fact in facts.facts if fact.kind.startswith("fee-")]
    assert Gap.FEE_SCHEDULE in facts.lacking.gaps


def test_an_indicator_answers_for_its_modifier(priced: Book, renderer: Renderer) -> None:
    facts = gathered(priced, renderer, a_service("U9981", "50"), intent=Intent.MODIFIER)
    [statement] = statements(facts, "fee-modifier")
    assert statement.startswith("Modifier 50 may be used with U9981: its bilateral surgery indicator")
    assert "is 1 (the 150 percent rule applies" in statement
    assert Intent.MODIFIER not in facts.lacking.unsettled


def test_a_modifier_no_indicator_speaks_of_stays_open(priced: Book, renderer: Renderer) -> None:
    facts = gathered(priced, renderer, a_service("U9981", "26", "59"), intent=Intent.MODIFIER)
    assert statements(facts, "fee-modifier")[0].startswith("Modifier 26 is not used with U9981")
    assert Intent.MODIFIER in facts.lacking.unsettled


def test_a_visit_on_the_day_of_a_procedure_falls_in_its_global_period(priced: Book, renderer: Renderer) -> None:
    visit = AskedCode(System.CPT, "99213")
    facts = gathered(priced, renderer, visit, a_service("U9982"), a_service("U9983"), intent=Intent.BUNDLING)
    [statement] = statements(facts, "fee-same-day")
    assert statement.startswith("U9982 has global days 010")
    assert "a visit (99213) on the day of the procedure falls within its global period" in statement


def test_codes_checked_together_show_what_their_indicators_say(priced: Book, renderer: Renderer) -> None:
    said = about_together(
        ["U9981", "99213"], priced, renderer, on=ON, today=TODAY, modifiers={"U9981": ["50", "TC"], "99213": ["25"]}
    )
    assert [fact.kind for fact in said.services] == ["fee-modifier", "fee-modifier", "fee-same-day"]
    assert "Modifier TC is not used with U9981" in said.services[1].statement


def test_an_older_schedule_is_said_to_be_older(priced: Book, renderer: Renderer) -> None:
    facts = gathered(priced, renderer, a_service("U9982"), intent=Intent.REIMBURSEMENT, on=TODAY)
    assert "October 2026 has been in force since" in statements(facts, "superseded")[0]
