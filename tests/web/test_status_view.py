"""What is loaded, in groups."""

from datetime import date

from consultant.codes.entries import Release
from consultant.codes.releases import SOURCES, status
from consultant.web.status_view import GROUPS, Standing, grouped, tallied

TODAY = date(2026, 11, 23)


def a_release(effective: date, source: str = "HCPCS Level II") -> Release:
    """Return a release of a source in force from a day."""
    return Release(source, f"{effective:%B %Y}", "CMS", effective, superseded=None, rows=1)


def test_every_source_the_house_knows_stands_in_one_group() -> None:
    listed = [source for sources in GROUPS.values() for source in sources]
    assert len(listed) == len(set(listed))
    assert {source.name for source in SOURCES} <= set(listed)


def test_releases_of_a_source_stand_side_by_side_newest_first() -> None:
    lines = status([a_release(date(2026, 7, 1)), a_release(date(2026, 10, 1))], TODAY)
    (source,) = [one for group in grouped(lines, TODAY) for one in group.sources if one.releases]
    assert source.name == "HCPCS Level II"
    assert [release.effective for release in source.releases] == [date(2026, 10, 1), date(2026, 7, 1)]


def test_a_source_is_in_force_stale_to_come_or_missing() -> None:
    old = Release("GPCI", "2025", "CMS", date(2025, 1, 1), superseded=date(2026, 1, 1), rows=1)
    loaded = [a_release(date(2026, 10, 1)), old, a_release(date(2027, 1, 1), "RBCS")]
    groups = grouped(status(loaded, TODAY), TODAY)
    stands = {source.name: source.standing for group in groups for source in group.sources}
    assert stands["HCPCS Level II"] is Standing.IN_FORCE
    assert stands["GPCI"] is Standing.STALE
    assert stands["RBCS"] is Standing.TO_COME
    assert stands["NCCI add-on"] is Standing.MISSING
    tally = tallied(groups)
    assert sum(tally.values()) == len(SOURCES)
    assert tally[Standing.MISSING] == len(SOURCES) - 3


def test_a_missing_source_says_what_that_means() -> None:
    groups = grouped(status([], TODAY), TODAY)
    assert all(source.note.startswith("missing: ") for group in groups for source in group.sources)
