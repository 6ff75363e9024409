"""The quarter of an NCCI file, by whichever of its names tells it."""

from datetime import date
from io import BytesIO

import pytest

from consultant.codes.importers.documents import Document, WrongFileError
from consultant.codes.importers.ncci_quarters import quarter_of

NAMES = [
    ("ccipra-v313r0-f1.TXT", "October 2025", date(2025, 10, 1)),
    ("ccipra-v322r0-f1.TXT", "July 2026", date(2026, 7, 1)),
    ("ccioph-v320r1-f4.txt", "January 2026", date(2026, 1, 1)),
    ("MCR_MUE_PractitionerServices_Eff_07-01-2026.csv", "July 2026", date(2026, 7, 1)),
    ("medicare-ncci-2026-q3-practitioner-services-mue-table.zip/table.csv", "July 2026", date(2026, 7, 1)),
    ("AOC_V2025Q4_01-MCR.txt", "October 2025", date(2025, 10, 1)),
    ("medicare-ncci-2026q3.zip/ccipra-v323r0-f1.TXT", "October 2026", date(2026, 10, 1)),
]


def document(trail: str, text: bytes = b"") -> Document:
    def opened() -> BytesIO:
        return BytesIO(text)

    return Document(trail.rsplit("/", 1)[-1], trail, len(text), opened)


@pytest.mark.parametrize(("trail", "name", "effective"), NAMES)
def test_a_name_tells_the_quarter_the_nearest_first(trail: str, name: str, effective: date) -> None:
    assert quarter_of(document(trail), "a table") == (name, effective)


def test_the_notice_tells_the_year_after_its_own() -> None:
    told = quarter_of(document("f.txt", b"CPT only copyright 2025 American Medical Association."), "a table")
    assert told == ("2026, quarter not told", date(2026, 1, 1))


def test_a_file_that_tells_nothing_is_refused() -> None:
    with pytest.raises(WrongFileError, match="it is not a table"):
        quarter_of(document("Eff_07-15-2026.txt", b"text"), "a table")
