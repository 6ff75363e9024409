"""What a letter tells its reader to report, and what NCCI has against that claim."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from consultant.codes.book import Book
from consultant.codes.building import import_files
from consultant.codes.mentions import Extraction
from consultant.drafting.checks import check_letter
from consultant.drafting.claims import claim_lines
from consultant.drafting.values import Check, Fact, Level
from consultant.rendering import Renderer
from tests.builders_codes import a_hcpcs_line, import_hcpcs

AGENCY = Path(__file__).resolve().parents[1] / "agency"
ON = date(2026, 11, 3)
PAIRS = frozenset({"denied-pair-advised", "pair-without-modifier", "units-over-mue"})

Weigh = Callable[..., dict[str, Check]]


@pytest.fixture(scope="module")
def edits(codebook: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """The real book with every NCCI table of invented codes, and these codes themselves."""
    path = Path(shutil.copy(codebook, tmp_path_factory.mktemp("claims") / "codebook.sqlite"))
    import_hcpcs(path, *(a_hcpcs_line(f"Q998{number}", "Invented supply") for number in range(1, 8)))
    files = [*sorted(AGENCY.glob("cci*")), *sorted(AGENCY.glob("MCR_MUE_*"))]
    import_files(path, files, accepted_by="owner@house.example", now=datetime(2026, 11, 23, tzinfo=UTC))
    with Book.open(path) as book:
        yield book


@pytest.fixture
def weigh(edits: Book, renderer: Renderer) -> Weigh:
    """Weighs a letter that gives this advice, and keeps what the checks of claims say of it."""

    def checks(advice: str, *, on: date = ON, facts: tuple[Fact, ...] = ()) -> dict[str, Check]:
        text = f"How to report it\n----------------\n\n{advice}\n\nSources\n-------\n\n1. A source.\n"
        found = check_letter(text, facts=facts, asked=Extraction(), missing=(), on=on, book=edits, renderer=renderer)
        return {check.code: check for check in found if check.code in PAIRS}

    return checks


def test_a_pair_no_modifier_bypasses_is_blocked(weigh: Weigh) -> None:
    found = weigh("- Q9981\n- Q9982-59")
    assert {code: check.level for code, check in found.items()} == {"denied-pair-advised": Level.BLOCK}
    assert found["denied-pair-advised"].message == (
        'Q9981 and Q9982 stand under "How to report it", but an NCCI edit in force on the day (October 2026, modifier '
        "indicator 0) denies Q9982 with Q9981, and no modifier bypasses it: take one of them out."
    )


def test_two_codes_on_one_line_are_one_claim_too(weigh: Weigh) -> None:
    assert "denied-pair-advised" in weigh("Report Q9981 and Q9982 on one claim.")


def test_a_pair_a_modifier_bypasses_is_warned_of_until_the_modifier_stands(weigh: Weigh) -> None:
    assert weigh("- Q9981\n- Q9983")["pair-without-modifier"].level is Level.WARN
    assert weigh("- Q9981\n- Q9983-GA")["pair-without-modifier"].level is Level.WARN
    for advice in ("- Q9981\n- Q9983-59", "- Q9981-XS\n- Q9983", "- Q9981\n- Q9983 with modifier 59"):
        assert weigh(advice) == {}


def test_an_edit_out_of_force_on_the_day_stops_nothing(weigh: Weigh) -> None:
    assert weigh("- Q9981\n- Q9986") == {}
    assert weigh("- Q9981\n- Q9982", on=date(2019, 11, 3)) == {}


@pytest.mark.parametrize(
    "advice",
    [
        "- Report Q9981 without Q9982 for the same day.",
        "- Report Q9981 without\n  Q9982 for the same day.",
        "- Q9981\n- Do not report Q9982 with it.",
        "- Q9981\n- Q9982 is bundled into it.",
        "- Q9981\n- Don't add Q9982.",
        "- Q9981 or Q9982, whichever the record supports.",
        "- Q9981 instead of Q9982.",
    ],
)
def test_a_letter_may_name_what_it_warns_of(weigh: Weigh, advice: str) -> None:
    assert weigh(advice) == {}


def test_units_over_the_limit_of_the_day_are_added_up(weigh: Weigh) -> None:
    assert weigh("- Q9981 x 2") == {}
    check = weigh("- Q9981 x 2\n- Q9981-76 x 1")["units-over-mue"]
    assert check.level is Level.WARN
    assert "Q9981 stands under" in check.message
    assert "with 3 units; its MUE (October 2026, adjudication indicator 3) is 2 a day." in check.message


def test_units_over_the_limit_of_a_line_are_looked_at_line_by_line(weigh: Weigh) -> None:
    assert weigh("- Q9983 x 4\n- Q9983-76 x 4") == {}
    assert "is 4 on one claim line." in weigh("- Q9983 x 5\n- Q9983-76 x 1")["units-over-mue"].message


def test_a_service_of_which_no_unit_is_payable_is_told(weigh: Weigh) -> None:
    assert "is 0: no unit is payable." in weigh("- Q9984")["units-over-mue"].message


def test_a_letter_that_rests_on_a_hospital_table_is_judged_by_it(weigh: Weigh) -> None:
    source = "CMS, NCCI procedure-to-procedure edits, outpatient hospital services"
    resting = Fact("F1", "ptp-bypass", "Said of hospitals.", source, "October 2026", date(2026, 10, 1), ON)
    assert set(weigh("- Q9981\n- Q9982", facts=(resting,))) == {"pair-without-modifier"}
    assert weigh("- Q9981 x 3\n- Q9982-59", facts=(resting,)) == {}
    assert "is 3 a day" in weigh("- Q9981 x 4", facts=(resting,))["units-over-mue"].message


def test_claim_lines_are_read_in_order_with_modifiers_and_units(edits: Book) -> None:
    lines = claim_lines("1. Q9981-RT-59 x 2\n2. E11.9, as a diagnosis\n3. Q9983\n\nNo more than that.", edits)
    assert [(line.code, line.modifiers, line.units) for line in lines] == [
        ("Q9981", frozenset({"RT", "59"}), 2),
        ("Q9983", frozenset(), None),
    ]


def test_a_hostile_advice_is_read_in_time(edits: Book) -> None:
    assert claim_lines("\n        - " * 5000 + "without " * 5000, edits) == ()
