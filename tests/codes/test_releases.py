"""Which release is in force, by the agencies' calendars and by what is loaded."""

from dataclasses import replace
from datetime import date

from consultant.codes.entries import Release
from consultant.codes.releases import SOURCES, edition_on, in_force, status, with_successors

TODAY = date(2026, 11, 23)


def icd(effective: date, name: str = "FY2026") -> Release:
    return Release("ICD-10-CM", name, "CDC/NCHS", effective, rows=10)


def hcpcs(effective: date) -> Release:
    return Release("HCPCS Level II", f"{effective:%B %Y}", "CMS", effective, rows=10)


def test_an_april_release_ends_when_the_fiscal_year_begins() -> None:
    [april] = with_successors([icd(date(2026, 4, 1))])
    assert april.superseded == date(2026, 10, 1)
    assert april.in_force(date(2026, 9, 30))
    assert not april.in_force(date(2026, 10, 1))


def test_an_october_release_ends_with_the_april_update() -> None:
    assert with_successors([icd(date(2026, 10, 1))])[0].superseded == date(2027, 4, 1)


def test_a_quarterly_release_ends_with_the_next_quarter_or_with_a_newer_one_in_the_book() -> None:
    first, second = with_successors([hcpcs(date(2026, 10, 1)), hcpcs(date(2026, 9, 1))])
    assert first.superseded == date(2026, 10, 1)
    assert second.superseded == date(2027, 1, 1)


def test_a_day_is_answered_from_the_release_in_force_else_an_earlier_one_else_the_earliest() -> None:
    loaded = [icd(date(2025, 10, 1)), icd(date(2026, 4, 1))]
    assert in_force(loaded, date(2026, 1, 1)) == loaded[0]
    assert in_force(loaded, TODAY) == loaded[1]
    assert in_force(loaded, date(2010, 1, 1)) == loaded[0]
    assert in_force([], TODAY) is None


def test_the_calendar_names_the_edition_in_force() -> None:
    assert edition_on("ICD-10-CM", TODAY) == ("FY2027", date(2026, 10, 1))
    assert edition_on("ICD-10-CM", date(2026, 9, 30)) == ("FY2026, April 1, 2026", date(2026, 4, 1))
    assert edition_on("ICD-10-CM", date(2026, 3, 31)) == ("FY2026", date(2025, 10, 1))
    assert edition_on("HCPCS Level II", date(2026, 1, 1)) == ("January 2026", date(2026, 1, 1))


def test_a_stale_source_says_what_is_in_force_since_when() -> None:
    line = status(with_successors([icd(date(2026, 4, 1), "FY2026, April 1, 2026")]), TODAY)[0]
    assert not line.in_force
    assert line.note.startswith("FY2027 is in force since 2026-10-01")


def test_older_and_coming_releases_say_which_days_they_are_for() -> None:
    loaded = with_successors([hcpcs(date(2026, 7, 1)), hcpcs(date(2026, 10, 1)), hcpcs(date(2027, 1, 1))])
    coming, current, older = (line for line in status(loaded, TODAY) if line.name == "HCPCS Level II")
    assert coming.note == "in force from 2027-01-01"
    assert current.note == "in force"
    assert current.in_force
    assert older.note == "kept for dates of service before 2026-10-01, when October 2026 came into force"


def test_every_missing_source_says_what_it_means_for_answers() -> None:
    lines = status([], TODAY)
    assert [line.name for line in lines] == [source.name for source in SOURCES]
    assert all(line.note.startswith("missing: ") and not line.release for line in lines)


def test_a_source_without_a_calendar_holds_until_a_newer_edition_is_loaded() -> None:
    first = Release("Place of service", "2024", "CMS", date(2024, 1, 1), rows=52)
    assert with_successors([first])[0].in_force(date(2030, 1, 1))
    older, _ = with_successors([first, replace(first, effective=date(2026, 5, 1))])
    assert older.superseded == date(2026, 5, 1)
    assert edition_on("Place of service", TODAY)[1] <= TODAY


def test_editions_beside_each_other_do_not_supersede_one_another() -> None:
    one = Release("Physician fee schedule", "October 2026", "CMS", date(2026, 10, 1), variant="QPP")
    for release in with_successors([one, replace(one, variant="nonQPP")]):
        assert release.in_force(TODAY)


def test_a_partial_release_says_that_it_is_not_all() -> None:
    part = Release("NCCI PTP practitioner", "October 2026", "CMS", date(2026, 10, 1), rows=6, partial=True)
    line = next(line for line in status(with_successors([part]), TODAY) if line.release)
    assert line.note == "in force; not all of its files are loaded, so what it does not list may still be there"
    assert line.partial
