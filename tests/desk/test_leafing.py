"""What changed between two releases, to leaf through."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from consultant.codes.building import import_files
from consultant.codes.changes import Change
from consultant.desk import leafing
from consultant.desk.leafing import Leafing, NoSuchPairError, Pair
from consultant.desk.shelf import Shelf

AGENCY = Path(__file__).resolve().parents[1] / "agency"
MUE = AGENCY / "MCR_MUE_PractitionerServices_Eff_10-01-2026.csv"
NOW = datetime(2026, 11, 23, tzinfo=UTC)
SOURCE = "NCCI MUE practitioner"
PAIR = Pair(SOURCE, "", date(2026, 10, 1), date(2027, 1, 1))


@pytest.fixture
def two(tmp_path: Path) -> Leafing:
    """A book of two releases of one table: three limits changed, one went."""
    newer = tmp_path / "MCR_MUE_PractitionerServices_Eff_01-01-2027.csv"
    text = MUE.read_bytes().replace(b"10/1/2026", b"1/1/2027")
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith(b"Q9984,")]
    assert len(lines) < len(text.splitlines())
    text = b"".join(lines)
    for old, new in ((b"Q9981,2,", b"Q9981,3,"), (b"Q9982,1,", b"Q9982,2,"), (b"Q9983,4,", b"Q9983,5,")):
        assert old in text
        text = text.replace(old, new)
    newer.write_bytes(text)
    path = tmp_path / "codebook.sqlite"
    import_files(path, [MUE, newer], accepted_by="owner@house.example", now=NOW)
    return Leafing(Shelf(path))


def test_a_release_is_compared_with_the_one_before(two: Leafing) -> None:
    assert two.pairs() == [PAIR]
    leaves = two.between(PAIR)
    assert (leaves.counts[Change.CHANGED], leaves.counts[Change.TERMINATED], leaves.counts[Change.ADDED]) == (3, 1, 0)
    assert [one.key[0] for one in leaves.first[Change.CHANGED]] == ["Q9981", "Q9982", "Q9983"]


def test_a_comparison_is_made_once(two: Leafing) -> None:
    assert two.between(PAIR) is two.between(PAIR)


def test_of_many_changes_only_the_first_are_kept_but_all_counted(two: Leafing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leafing, "MOST_KEPT", 2)
    leaves = two.between(PAIR)
    assert leaves.counts[Change.CHANGED] == 3
    assert len(leaves.first[Change.CHANGED]) == 2


@pytest.mark.parametrize(
    "pair",
    [
        Pair("", "", date(2026, 10, 1), date(2027, 1, 1)),
        Pair("nothing", "", date(2026, 10, 1), date(2027, 1, 1)),
        Pair(SOURCE, "QPP", date(2026, 10, 1), date(2027, 1, 1)),
        Pair(SOURCE, "", date(2020, 10, 1), date(2027, 1, 1)),
    ],
)
def test_releases_that_are_not_there_are_not_compared(two: Leafing, pair: Pair) -> None:
    with pytest.raises(NoSuchPairError):
        two.between(pair)
