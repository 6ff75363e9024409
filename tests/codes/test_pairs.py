"""Pairs, limits and add-on codes as the book has them on a day."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from consultant.codes.book import Book
from consultant.codes.building import import_files
from consultant.codes.edits import pair_rules, unit_rules
from consultant.codes.pairs import Span, Standing, addons, limit_tables, ptp_edits, ptp_tables, unit_limits
from consultant.codes.rules import PairKind, UnitVerdict, Verdict

AGENCY = Path(__file__).resolve().parents[1] / "agency"
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
ON = date(2026, 11, 23)
NCCI = [
    *sorted(AGENCY.glob("ccipra-*")),
    *sorted(AGENCY.glob("ccioph-*")),
    *sorted(AGENCY.glob("MCR_MUE_*")),
    AGENCY / "AOC_V2026Q4-MCR.txt",
]


@pytest.fixture(scope="module")
def edits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """A book of every NCCI table: the practitioner pairs whole, the hospital ones in part."""
    path = tmp_path_factory.mktemp("edits") / "codebook.sqlite"
    import_files(path, NCCI, accepted_by="owner@house.example", now=NOW)
    with Book.open(path) as book:
        yield book


def verdicts(book: Book, *codes: str, on: date = ON) -> list[tuple[str, tuple[str, ...], Verdict, str]]:
    return [(rule.release.source, rule.codes, rule.verdict, rule.indicator) for rule in pair_rules(book, codes, on)]


def test_the_parts_of_one_table_make_one_release(edits: Book) -> None:
    practitioner, hospital = ptp_tables(edits, ON)
    assert (practitioner.source, practitioner.rows, practitioner.partial) == ("NCCI PTP practitioner", 10, False)
    assert (hospital.source, hospital.rows, hospital.partial) == ("NCCI PTP hospital", 1, True)
    assert practitioner.file.count(", ") == 3
    assert practitioner.sha256.count(", ") == 3
    assert (practitioner.terms, practitioner.accepted_by) == (
        "American Medical Association (CPT)",
        "owner@house.example",
    )


def test_a_pair_is_found_either_way_round_in_every_table(edits: Book) -> None:
    expected = [
        ("NCCI PTP practitioner", ("Q9981", "Q9982"), Verdict.DENIED, "0"),
        ("NCCI PTP hospital", ("Q9981", "Q9982"), Verdict.DENIED_WITHOUT_MODIFIER, "1"),
    ]
    assert verdicts(edits, "Q9981", "Q9982") == expected
    assert verdicts(edits, "q9982", "Q9981") == expected


def test_of_several_spans_the_one_in_force_speaks_and_the_others_are_kept(edits: Book) -> None:
    [now] = pair_rules(edits, ["Q9981", "Q9984"], ON)
    assert (now.verdict, now.indicator, len(now.edits)) == (Verdict.DENIED_WITHOUT_MODIFIER, "1", 2)
    [before] = pair_rules(edits, ["Q9981", "Q9984"], date(2021, 12, 31))
    assert (before.verdict, before.indicator) == (Verdict.DENIED, "0")
    [between] = pair_rules(edits, ["Q9981", "Q9984"], date(2022, 1, 1))
    assert between.verdict is Verdict.TO_COME


def test_edits_that_do_not_hold_on_the_day_say_why(edits: Book) -> None:
    assert [verdict for *_, verdict, _ in verdicts(edits, "Q9981", "Q9985")] == [Verdict.NEVER_IN_FORCE]
    assert [verdict for *_, verdict, _ in verdicts(edits, "Q9981", "Q9986")] == [Verdict.ENDED]
    assert [verdict for *_, verdict, _ in verdicts(edits, "Q9982", "Q9986")] == [Verdict.TO_COME]


def test_two_edits_the_one_way_and_the_other_are_two_rules(edits: Book) -> None:
    assert [codes for _, codes, *_ in verdicts(edits, "Q9981", "Q9983")] == [("Q9981", "Q9983"), ("Q9983", "Q9981")]


def test_every_two_of_a_list_are_looked_at_with_one_statement_a_table(edits: Book) -> None:
    statements: list[str] = []
    edits._shelf._connection.set_trace_callback(statements.append)
    found = ptp_edits(edits, [f"Q998{n}" for n in range(1, 10)] * 3, ON)
    edits._shelf._connection.set_trace_callback(None)
    assert len(found) == 9
    assert len(statements) == 2


def test_a_reason_is_given_in_the_words_of_the_file(edits: Book) -> None:
    reasons = {edit.rationale for edit in ptp_edits(edits, ["Q9983", "Q9981"], ON)}
    assert reasons == {"Standards of medical/surgical practice", "A rationale of its own"}


@pytest.mark.parametrize(
    ("effective", "deleted", "standing"),
    [
        (None, None, Standing.IN_FORCE),
        (date(2026, 11, 23), None, Standing.IN_FORCE),
        (date(2020, 1, 1), date(2026, 11, 23), Standing.IN_FORCE),
        (None, date(2026, 11, 22), Standing.ENDED),
        (date(2026, 11, 24), None, Standing.TO_COME),
        (date(2027, 1, 1), date(2027, 1, 1), Standing.NEVER),
    ],
)
def test_an_edit_holds_from_its_first_day_to_its_last(
    effective: date | None, deleted: date | None, standing: Standing
) -> None:
    assert Span(effective, deleted).standing(ON) is standing


UNITS = [
    ("Q9981", None, [("NCCI MUE practitioner", UnitVerdict.NOT_ASKED), ("NCCI MUE outpatient", UnitVerdict.NOT_ASKED)]),
    (
        "Q9981",
        3,
        [("NCCI MUE practitioner", UnitVerdict.OVER_DAY_UNLESS_SHOWN), ("NCCI MUE outpatient", UnitVerdict.WITHIN)],
    ),
    ("Q9982", 2, [("NCCI MUE practitioner", UnitVerdict.OVER_DAY)]),
    ("Q9983", 5, [("NCCI MUE practitioner", UnitVerdict.OVER_LINE)]),
    ("Q9984", None, [("NCCI MUE practitioner", UnitVerdict.NOT_PAYABLE)]),
    ("E9991", 1, [("NCCI MUE DME", UnitVerdict.WITHIN)]),
    ("Q9999", 1, []),
]


@pytest.mark.parametrize(("code", "units", "expected"), UNITS)
def test_units_are_held_against_every_table(
    edits: Book, code: str, units: int | None, expected: list[tuple[str, UnitVerdict]]
) -> None:
    rules = unit_rules(edits, [code], ON, {code.lower(): units} if units else None)
    assert [(rule.limit.release.source, rule.verdict) for rule in rules] == expected


ADD_ONS = [
    (("Q9991", "Q9982"), [(("Q9991", "Q9982"), Verdict.WITH_PRIMARY, "1")]),
    (("Q9991", "Q9983"), [(("Q9991",), Verdict.WITHOUT_PRIMARY, "1")]),
    (("Q9992",), [(("Q9992",), Verdict.BY_CONTRACTOR, "2")]),
    (("Q9993", "Q9999"), [(("Q9993",), Verdict.WITHOUT_PRIMARY, "3")]),
    (("Q9994", "Q9999"), []),
]


@pytest.mark.parametrize(("codes", "expected"), ADD_ONS)
def test_an_add_on_code_is_held_against_its_primary_codes(
    edits: Book, codes: tuple[str, ...], expected: list[tuple[tuple[str, ...], Verdict, str]]
) -> None:
    rules = [rule for rule in pair_rules(edits, codes, ON) if rule.kind is PairKind.ADD_ON]
    assert [(rule.codes, rule.verdict, rule.indicator) for rule in rules] == expected


def test_a_primary_code_that_was_one_is_one_on_its_day(edits: Book) -> None:
    assert "Q9983" in {edit.primary for edit in addons(edits, ["Q9991"], date(2020, 12, 31))}
    assert "Q9983" not in {edit.primary for edit in addons(edits, ["Q9991"], date(2021, 1, 1))}


def test_a_book_without_the_tables_says_nothing(small: Book) -> None:
    codes = ["Q9981", "Q9982", "Q9991"]
    assert [*ptp_edits(small, codes, ON), *unit_limits(small, codes, ON), *addons(small, codes, ON)] == []
    assert ptp_tables(small, ON) == limit_tables(small, ON) == ()


def test_each_day_is_answered_from_its_own_release(book_of: Callable[..., Book], changed: Callable[..., Path]) -> None:
    july = changed(
        AGENCY / "MCR_MUE_PractitionerServices_Eff_10-01-2026.csv",
        "MCR_MUE_PractitionerServices_Eff_07-01-2026.csv",
        ("Q9981,2,", "Q9981,7,"),
    )
    book = book_of(july, AGENCY / "MCR_MUE_PractitionerServices_Eff_10-01-2026.csv")
    assert [limit.value for limit in unit_limits(book, ["Q9981"], date(2026, 9, 30))] == [7]
    assert [limit.value for limit in unit_limits(book, ["Q9981"], date(2026, 10, 1))] == [2]


def test_a_partial_release_is_helped_out_by_the_others_which_keep_edits_that_have_ended(
    book_of: Callable[..., Book], changed: Callable[..., Path]
) -> None:
    july = changed(AGENCY / "ccipra-v323r0-f1.TXT", "ccipra-v322r0-f1.TXT", ("Q9981\tQ9982", "Q9981\tQ9988"))
    book = book_of(july, AGENCY / "ccipra-v323r0-f1.TXT")
    found = {edit.codes[1]: edit.release.name for edit in ptp_edits(book, ["Q9981", "Q9982", "Q9988", "Q9983"], ON)}
    assert found == {"Q9982": "October 2026", "Q9983": "October 2026", "Q9988": "July 2026"}
    before = {edit.codes[1]: edit.release.name for edit in ptp_edits(book, ["Q9981", "Q9982"], date(2021, 5, 1))}
    assert before == {"Q9982": "October 2026"}


def test_a_whole_release_in_force_is_not_contradicted_by_an_earlier_one(
    book_of: Callable[..., Book], changed: Callable[..., Path]
) -> None:
    july = changed(AGENCY / "ccipra-v323r0-f1.TXT", "ccipra-v322r0-f1.TXT", ("Q9981\tQ9982", "Q9981\tQ9988"))
    book = book_of(july, *sorted(AGENCY.glob("ccipra-*")))
    assert ptp_edits(book, ["Q9981", "Q9988"], ON) == ()
