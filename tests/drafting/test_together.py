"""What drafts and checks say of several codes: from the NCCI tables, in words a coder can act on."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from consultant.codes.book import Book
from consultant.codes.building import import_files
from consultant.drafting.consultation import consult
from consultant.drafting.gaps import Gap
from consultant.drafting.lookups import about_together
from consultant.drafting.sections import Section, sections_of
from consultant.drafting.values import Consultation
from consultant.rendering import Renderer
from tests.builders_codes import a_hcpcs_line, import_hcpcs

AGENCY = Path(__file__).resolve().parents[1] / "agency"
TODAY = date(2026, 11, 23)
INVENTED = [*(f"Q998{n}" for n in range(1, 8)), "Q9991", "Q9992", "Q9993"]

Ask = Callable[[str], Consultation]
Say = Callable[..., list[str]]


@pytest.fixture(scope="module")
def edits(codebook: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """The real book with every NCCI table of invented codes, and these codes themselves."""
    path = Path(shutil.copy(codebook, tmp_path_factory.mktemp("edits") / "codebook.sqlite"))
    import_hcpcs(path, *(a_hcpcs_line(code, "Invented supply") for code in INVENTED))
    files = [*sorted(AGENCY.glob("cci*")), *sorted(AGENCY.glob("MCR_MUE_*")), AGENCY / "AOC_V2026Q4-MCR.txt"]
    import_files(path, files, accepted_by="owner@house.example", now=datetime(2026, 11, 23, tzinfo=UTC))
    with Book.open(path) as book:
        yield book


@pytest.fixture
def ask(edits: Book, renderer: Renderer) -> Ask:
    """Puts a question to the book of NCCI tables."""

    def ask_one(question: str) -> Consultation:
        return consult(
            question,
            subject="A question",
            received=TODAY,
            today=TODAY,
            book=edits,
            renderer=renderer,
            house="CaseConsultant",
        )

    return ask_one


@pytest.fixture
def say(edits: Book, renderer: Renderer) -> Say:
    """Gives every statement about codes that are checked together."""

    def statements(
        *codes: str, units: dict[str, int] | None = None, modifiers: dict[str, tuple[str, ...]] | None = None
    ) -> list[str]:
        said = about_together(codes, edits, renderer, on=TODAY, today=TODAY, units=units, modifiers=modifiers)
        facts = [fact for _, fact in said.pairs] + [fact for _, fact in said.units] + list(said.silent)
        assert [fact.id for fact in facts] == [f"F{number}" for number in range(1, len(facts) + 1)]
        return [fact.statement for fact in facts]

    return statements


def short_of(thought: Consultation) -> str:
    return sections_of(thought.text)[Section.SHORT]


def report_of(thought: Consultation) -> str:
    return sections_of(thought.text).get(Section.REPORT, "")


def test_an_edit_no_modifier_bypasses_is_the_first_thing_said(ask: Ask) -> None:
    thought = ask("May we bill Q9982 and Q9981 together to Medicare? DOS 11/3/2026")
    assert short_of(thought).startswith("No. For Medicare, Q9982 is not paid with Q9981, and no modifier bypasses the")
    assert "Report Q9981 without Q9982" in report_of(thought)
    assert "- Q9982" not in report_of(thought)
    assert Gap.PTP.value not in thought.missing


def test_an_edit_a_modifier_bypasses_asks_for_the_record(ask: Ask) -> None:
    thought = ask("Can Q9983-59 be billed together with Q9981 for Medicare? DOS 11/3/2026")
    assert short_of(thought).startswith("Not as they stand. For Medicare, Q9983 is denied with Q9981 unless the record")
    assert "59 is such a modifier" in thought.text
    assert "only then add the modifier" in report_of(thought)


def test_no_edit_in_a_whole_table_is_an_answer(ask: Ask) -> None:
    thought = ask("Are Q9982 and Q9985 bundled together for Medicare?")
    assert short_of(thought).startswith("Yes, as far as the NCCI edits go. No NCCI edit pairs Q9982 and Q9985")


def test_the_silence_of_a_partial_table_is_no_answer(ask: Ask) -> None:
    thought = ask("Are Q9982 and Q9985 bundled together for Medicare in the outpatient hospital?")
    assert "the table is not whole, so an edit may still be in force" in thought.text


def test_the_hospital_table_speaks_only_of_hospital_claims(ask: Ask) -> None:
    question = "May we bill Q9982 and Q9981 together to Medicare{}?"
    assert "outpatient hospital services" not in ask(question.format("")).text
    assert "outpatient hospital services" in ask(question.format(" in the outpatient hospital")).text


def test_units_over_the_limit_are_not_advised(ask: Ask) -> None:
    thought = ask("How many units of Q9981 x 5 may we bill to Medicare?")
    assert short_of(thought).startswith("The NCCI MUE for practitioner services of Q9981 is 2 units a day")
    assert "5 units are more than that" in short_of(thought)
    assert "Q9981 x 5" not in report_of(thought)
    assert Gap.MUE.value not in thought.missing


def test_a_limit_of_zero_is_told_unasked(ask: Ask) -> None:
    assert "no unit is payable" in short_of(ask("Is Q9984 valid for Medicare?"))


def test_a_code_without_a_published_limit_stays_open(ask: Ask) -> None:
    thought = ask("How many units of Q9986 may we bill to Medicare?")
    assert "does not say that there is none" in thought.text
    assert "we cannot settle how many units" in short_of(thought)


def test_an_add_on_code_without_its_primary_code_is_said_first(ask: Ask) -> None:
    thought = ask("May we bill Q9991 and Q9986 together to Medicare?")
    assert short_of(thought).startswith("Not as they stand. Q9991 is an add-on code (NCCI add-on type 1)")
    assert "Q9981 or Q9982" in short_of(thought)


def test_every_letter_about_edits_passes_its_checks(ask: Ask) -> None:
    for question in ("Are Q9981 and Q9982 bundled?", "How many units of Q9983?", "Q9991 with Q9981 together?"):
        assert [check for check in ask(question).checks if check.level == "block"] == []


def test_a_check_names_both_ways_each_span_and_what_is_silent(say: Say) -> None:
    pair, limit, nothing, hospital_limit, silent = say("Q9981", "Q9984")
    assert pair.startswith(
        "An NCCI edit for practitioner services (since January 1, 2024) pairs Q9981 in column 1 with"
    )
    assert pair.endswith("The table also lists the pair from January 1, 2019 to December 31, 2021.")
    assert 'CMS gives the reason "Misuse of Column Two code with Column One code".' in pair
    assert limit.startswith("The NCCI MUE for practitioner services of Q9981 is 2 units a day, all lines together")
    assert nothing.endswith('of Q9984 is 0: no unit is payable ("Oral Medication; Not Payable").')
    assert hospital_limit.startswith("The NCCI MUE for outpatient hospital services of Q9981 is 3 units a day")
    assert silent.startswith(
        "The part of the NCCI edits for outpatient hospital services that is loaded pairs no two of"
    )


def test_a_release_out_of_force_is_not_taken_to_say_that_there_is_no_edit(edits: Book, renderer: Renderer) -> None:
    later = date(2027, 2, 1)
    said = about_together(["Q9982", "Q9985"], edits, renderer, on=later, today=TODAY)
    assert "it is not the one in force on February 1, 2027, so an edit may still be" in said.silent[0].statement


OUT_OF_FORCE = [
    (("Q9981", "Q9985"), "it was deleted as of its first day and never was in force"),
    (("Q9981", "Q9986"), "it was in force from January 1, 1996 to December 31, 2023"),
    (("Q9982", "Q9986"), "it is in force only from January 1, 2027"),
]


@pytest.mark.parametrize(("codes", "words"), OUT_OF_FORCE)
def test_an_edit_out_of_force_says_why(say: Say, codes: tuple[str, str], words: str) -> None:
    assert words in say(*codes)[0]


def test_modifiers_are_told_apart_by_what_they_may_do(say: Say) -> None:
    [statement, *_] = say("Q9981", "Q9983", modifiers={"Q9983": ("XS", "GA")})
    assert "XS is such a modifier. GA does not bypass an NCCI edit." in statement


UNITS = [
    ("Q9983", 5, "4 units on one claim line (adjudication indicator 1)"),
    ("Q9983", 5, "5 units are more than that."),
    ("Q9982", 1, "1 unit a day, all lines together (adjudication indicator 2, set by policy)"),
    ("Q9982", 1, "1 unit is within it."),
    ("Q9986", 2, "Q9986 is not in the published NCCI MUE tables for practitioner services, outpatient hospital"),
]


@pytest.mark.parametrize(("code", "units", "words"), UNITS)
def test_units_asked_are_held_against_the_limit(say: Say, code: str, units: int, words: str) -> None:
    assert words in " ".join(say(code, units={code: units}))


ADD_ONS = [
    (("Q9991", "Q9981"), "Q9991 is an add-on code, and Q9981 is a primary code it is reported with"),
    (("Q9992",), "which codes those are the contractor decides"),
    (("Q9993",), "Q9984; the contractor may accept others"),
]


@pytest.mark.parametrize(("codes", "words"), ADD_ONS)
def test_an_add_on_code_names_its_primary_codes(say: Say, codes: tuple[str, ...], words: str) -> None:
    assert words in " ".join(say(*codes))
