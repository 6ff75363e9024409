"""Whole questions, answered from the real ICD-10-CM release: the substance of each letter, not its every word."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from consultant.codes.book import Book
from consultant.drafting.consultation import consult
from consultant.drafting.sections import Section, sections_of
from consultant.drafting.values import Consultation, Intent, Level
from consultant.rendering import Renderer, templates_folder
from tests.drafting.conftest import TODAY, Ask

_RUN_TOGETHER = re.compile(r"\S- |  |\.\.|\[\d\]\[| \.")
IN_FORCE = date(2026, 6, 15)


def part(answer: Consultation, section: Section) -> str:
    return sections_of(answer.text).get(section, "")


def checks_of(answer: Consultation) -> dict[str, Level]:
    return {check.code: check.level for check in answer.checks}


def test_a_complete_code_is_called_billable_on_the_day_of_service(ask: Ask) -> None:
    answer = ask("Is E11.9 still valid? DOS 6/1/2026")
    short = part(answer, Section.SHORT)
    assert short.startswith("Yes. E11.9 is a complete, billable code on June 1, 2026 [1].")
    assert "Type 2 diabetes mellitus without complications" in part(answer, Section.WHY)
    assert answer.on == date(2026, 6, 1)
    assert answer.releases == ("ICD-10-CM FY2026, April 1, 2026",)


def test_a_heading_is_refused_and_its_codes_are_offered(ask: Ask) -> None:
    answer = ask("Is M54.5 a valid code?", received=IN_FORCE)
    assert part(answer, Section.SHORT).startswith("No. M54.5 is not billable as written")
    report = part(answer, Section.REPORT)
    assert all(code in report for code in ("M54.50", "M54.51", "M54.59"))
    assert "header-advised" not in checks_of(answer)


def test_a_code_that_lacks_its_seventh_character_says_so_and_shows_what_each_adds(ask: Ask) -> None:
    answer = ask("Is S52.501 valid and billable?", received=IN_FORCE)
    assert "it needs its 7th character" in part(answer, Section.WHY)
    report = part(answer, Section.REPORT)
    assert 'S52.501A ("initial encounter for closed fracture")' in report
    assert "and 8 more" in report
    assert "Sections I.A.4 and I.A.5" in part(answer, Section.DOCUMENT)


def test_instructions_at_the_category_are_passed_on(ask: Ask) -> None:
    answer = ask("Is E11.9 valid?", received=IN_FORCE)
    assert "At E11 the tabular list says" in part(answer, Section.REPORT)
    assert "insulin (Z79.4)" in part(answer, Section.REPORT)


def test_codes_an_excludes1_note_sets_apart_are_not_reported_together(ask: Ask) -> None:
    answer = ask("Can E10.9 and E11.9 be billed together?", received=IN_FORCE)
    assert part(answer, Section.SHORT).startswith("No. Do not report E10.9 together with E11.9")
    assert 'At E10 an Excludes1 note names "type 2 diabetes mellitus (E11.-)"' in part(answer, Section.WHY)
    assert "not both" in part(answer, Section.REPORT)
    assert "unrelated" in part(answer, Section.CHANGES)
    assert "excluded-pair-advised" not in checks_of(answer)


def test_many_codes_set_apart_are_told_in_a_few_sentences(ask: Ask) -> None:
    answer = ask("We coded E10.65 and E10.9 and E11.9, E13.9. Can they go together?", received=IN_FORCE)
    assert "Do not report E10.65 together with E11.9 or E13.9" in part(answer, Section.SHORT)
    assert part(answer, Section.WHY).count("Excludes1 note names") == 4


def test_codes_no_note_speaks_of_may_go_together_as_far_as_the_notes_go(ask: Ask) -> None:
    answer = ask("Can E11.9 and J45.909 be billed together?", received=IN_FORCE)
    facts = {fact.kind for fact in answer.facts}
    assert part(answer, Section.SHORT).startswith("Yes")
    assert facts & {"no-excludes", "excludes2"}


def test_words_of_a_condition_find_its_code_with_the_words_that_matched(ask: Ask) -> None:
    answer = ask("What is the ICD-10 code for type 2 diabetes with neuropathy?", received=IN_FORCE)
    short = part(answer, Section.SHORT)
    assert "E11.40" in short
    assert "words matched: type, 2, diabetes, neuropathy" in short
    assert "E11.43" in part(answer, Section.WHY)
    assert "CPT descriptors and guidelines (AMA licence)" not in answer.missing


@pytest.mark.parametrize(
    "question",
    [
        "What code do I use for periprocedural programming of a pacemaker?",
        "When a dual chamber ICD is upgraded to a biventricular ICD, can I code a pocket revision?",
        "How do I bill for excision of two moles in one ellipse? What code?",
        "If the initial hydration code is for the first half-hour, how does the subsequent code work?",
    ],
)
def test_a_procedure_is_never_answered_with_a_guessed_code(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert not [fact for fact in answer.facts if fact.kind == "match"]
    assert "we do not answer from memory" in part(answer, Section.SHORT)
    assert answer.missing


def test_a_condition_no_title_is_close_to_gets_no_code(ask: Ask) -> None:
    answer = ask("Which ICD-10 code is right for a grumbling frobnicator syndrome?")
    assert "No title in ICD-10-CM is close enough" in part(answer, Section.WHY)
    assert "cannot settle which ICD-10-CM code" in part(answer, Section.SHORT)


def test_a_code_nobody_knows_is_queried_with_its_neighbours(ask: Ask) -> None:
    answer = ask("Is E11.99 valid?", received=IN_FORCE)
    assert part(answer, Section.SHORT).startswith("No. E11.99 is not in the FY2026, April 1, 2026 release of ICD-10-CM")
    assert "You wrote E11.99; did you mean E11.9" in part(answer, Section.UNDERSTOOD)
    assert checks_of(answer)["unknown-code-named"] is Level.WARN
    assert Level.BLOCK not in checks_of(answer).values()


def test_a_cpt_code_shows_its_number_and_that_its_descriptor_is_not_loaded(ask: Ask) -> None:
    answer = ask("How many units of 20680 can we bill?")
    assert "20680 is a CPT code (Category I, surgery); its descriptor is not loaded" in part(answer, Section.WHY)
    assert {"NCCI MUE tables", "CPT descriptors and guidelines (AMA licence)", "payer"} <= set(answer.missing)
    assert "CPT is a registered trademark of the American Medical Association" in part(answer, Section.NOTICE)
    assert checks_of(answer)["descriptor-not-loaded"] is Level.INFO


def test_what_would_decide_a_bundling_question_is_named(ask: Ask) -> None:
    answer = ask("Can 20680 and 20670-59 be billed together?")
    assert "whether 20680 and 20670-59 may be reported together, and we do not answer" in part(answer, Section.SHORT)
    assert "NCCI PTP edits" in part(answer, Section.WHY)
    assert "Modifier 59 belongs to CPT; its descriptor is not loaded" in part(answer, Section.WHY)
    assert "NCCI PTP edits" in answer.missing


def test_an_edition_no_longer_in_force_is_said_and_warned_of(ask: Ask) -> None:
    answer = ask("Is E11.9 valid?")
    short = part(answer, Section.SHORT)
    assert short.startswith("As far as the edition we hold goes, yes. E11.9 is a complete, billable code [1]")
    assert "FY2027 has been in force since October 1, 2026 and is not loaded here" in short
    assert "Check this answer against the edition in force" in short
    assert checks_of(answer)["release-not-in-force"] is Level.WARN
    assert "release in force on the date of service" in answer.missing


def test_an_edition_that_began_after_the_day_of_service_is_said_too(ask: Ask) -> None:
    answer = ask("Is E11.9 valid? Date of service 02/03/2026")
    assert "in force only from April 1, 2026" in part(answer, Section.SHORT)
    assert checks_of(answer)["release-not-in-force"] is Level.WARN


def test_an_edition_in_force_raises_no_doubt(ask: Ask) -> None:
    answer = ask("Is E11.9 valid?", received=IN_FORCE)
    assert "not loaded" not in part(answer, Section.SHORT)
    assert "release-not-in-force" not in checks_of(answer)


def test_a_hcpcs_code_is_described_with_its_coverage_code(ask_wider: Ask) -> None:
    answer = ask_wider("Is J1885 active?")
    assert "Injection, ketorolac tromethamine, per 15 mg" in part(answer, Section.WHY)
    assert 'coverage code D ("Special coverage instructions apply")' in part(answer, Section.WHY)
    assert "CMS, HCPCS Level II alpha-numeric file, October 2026" in part(answer, Section.SOURCES)
    assert "J1885 is an active HCPCS Level II code on November 23, 2026" in part(answer, Section.SHORT)


def test_a_number_that_cannot_be_settled_comes_before_what_the_code_is(ask_wider: Ask) -> None:
    short = part(ask_wider("How many units of J1885 x 4 can we bill?"), Section.SHORT)
    assert short.startswith("From the sources we hold we cannot settle how many units of J1885 x 4 may be reported")
    assert "J1885 is an active" in short


@pytest.mark.parametrize(("code", "kind"), [("Q9989", "terminated"), ("Q9997", "not-yet")])
def test_a_hcpcs_code_outside_its_dates_is_not_valid_and_not_advised(ask_wider: Ask, code: str, kind: str) -> None:
    answer = ask_wider(f"Is {code} valid?")
    assert [fact.kind for fact in answer.facts if fact.codes == (code,) and fact.kind == kind]
    assert f"No. {code} is not valid on November 23, 2026" in part(answer, Section.SHORT)
    assert code not in part(answer, Section.REPORT)
    assert checks_of(answer)["terminated-code-named"] is Level.WARN


def test_a_letter_modifier_is_described_when_its_file_is_loaded(ask_wider: Ask, ask: Ask) -> None:
    question = "When do we use modifier RT?"
    assert 'Modifier RT is "Right side' in ask_wider(question).text
    assert "Modifier RT belongs to HCPCS Level II; its descriptor is not loaded" in ask(question).text


def test_a_hcpcs_code_without_its_file_is_not_called_unknown(ask: Ask) -> None:
    answer = ask("How many units of J1885 can we bill? Medicare.")
    assert "that source is not loaded" in part(answer, Section.WHY)
    assert "HCPCS Level II" in answer.missing
    assert "Payer: Medicare." in part(answer, Section.UNDERSTOOD)
    assert "payer" not in answer.missing


def test_nothing_to_go_on_is_answered_with_what_is_needed(ask: Ask) -> None:
    answer = ask("Hello, please help!")
    assert part(answer, Section.SHORT)
    assert part(answer, Section.ASKED).count("- ") == 2
    assert part(answer, Section.SOURCES)
    assert checks_of(answer).keys() == {"missing"}


@pytest.mark.parametrize("question", ["", "   ", "?", "\n\n", "12345 67890", "é" * 5000, "E11.9 " * 3000])
def test_whatever_is_asked_the_draft_is_never_empty(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert part(answer, Section.SHORT)
    assert part(answer, Section.SOURCES)
    assert part(answer, Section.NOTICE)


def test_a_letter_treats_a_dozen_codes_and_says_how_many_it_left(ask: Ask) -> None:
    codes = [f"E11.{number}" for number in (10, 11, 21, 22, 29, 36, 39, 40, 41, 42, 43, 44, 49, 51)]
    answer = ask(f"Are these valid: {', '.join(codes)}?", received=IN_FORCE)
    assert "You name 2 more; this letter treats the first 12." in part(answer, Section.UNDERSTOOD)


def test_nothing_the_asker_wrote_about_a_patient_is_repeated(ask: Ask) -> None:
    question = (
        "Patient John Q. Smith, DOB 03/04/1961, MRN 00123456, SSN 123-45-6789, phone (555) 010-7788. "
        "What is the ICD-10 code for type 2 diabetes with neuropathy?"
    )
    answer = ask(question, subject="Patient John Q. Smith DOB 03/04/1961")
    everything = answer.subject + answer.text + "".join(fact.statement for fact in answer.facts)
    assert not [word for word in ("John", "Smith", "1961", "00123456", "6789", "7788") if word in everything]
    assert "patient-identifier" not in checks_of(answer)
    assert "leave them out next time" in part(answer, Section.NOTICE)


def test_the_same_question_gives_the_same_draft_to_the_letter(codebook: Path, ask: Ask) -> None:
    question = "Can we report E10.9 and E11.9 together? And what is the ICD-10 code for low back pain?"
    with Book.open(codebook) as another:
        anew = consult(
            question,
            subject="A question",
            received=TODAY,
            today=TODAY,
            book=another,
            renderer=Renderer(templates_folder()),
            ticket="CC-1042",
            house="CaseConsultant",
        )
    assert ask(question) == anew


def test_a_reviewers_note_adds_its_codes_and_what_it_asks(ask: Ask) -> None:
    question = "Is E11.9 valid?"
    answer = ask(question, received=IN_FORCE, note="Also say whether it can be reported together with E10.9.")
    assert "E10.9" in part(answer, Section.SHORT)
    noted = [found for found in answer.intents if found.evidence.startswith("reviewer's note: ")]
    assert Intent.BUNDLING in {found.intent for found in noted}
    assert {(found.start, found.end) for found in noted} == {(0, 0)}
    assert [mention.code for mention in answer.extraction.mentions] == ["E11.9"]


def test_facts_are_numbered_in_order_and_every_citation_has_its_source(ask: Ask) -> None:
    answer = ask("Can we report E10.9 and E11.9 together?")
    assert [fact.id for fact in answer.facts] == [f"F{number}" for number in range(1, len(answer.facts) + 1)]
    sources = part(answer, Section.SOURCES)
    assert "[1] CDC/NCHS, ICD-10-CM Tabular List" in sources
    assert "effective April 1, 2026; checked November 23, 2026" in sources
    assert "[2] CDC/NCHS and CMS, ICD-10-CM Official Guidelines for Coding and Reporting, FY 2026" in sources
    assert "[3" not in answer.text


@pytest.mark.parametrize(
    "question",
    [
        "Is E11.9 valid?",
        "Can we report E10.9 and E11.9 together?",
        "What is the ICD-10 code for type 2 diabetes with neuropathy?",
        "Is M54.5 billable?",
        "How many units of 20680 can we bill?",
        "Can 20680 and 20670-59 be billed together?",
        "Is E11.99 valid?",
    ],
)
def test_a_usual_letter_has_between_150_and_400_words(ask: Ask, question: str) -> None:
    words = len(ask(question).text.split())
    assert 150 <= words <= 400


def test_every_real_question_gets_a_letter_that_may_be_sent_after_review(ask: Ask, shared: Path) -> None:
    for line in (shared / "data" / "questions" / "dev.jsonl").read_text(encoding="utf-8").splitlines():
        answer = ask(json.loads(line)["text"])
        assert Level.BLOCK not in checks_of(answer).values(), answer.text
        assert 100 <= len(answer.text.split()) <= 450, answer.text
        assert not _RUN_TOGETHER.search(answer.text), answer.text
