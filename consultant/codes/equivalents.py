"""What the General Equivalence Mappings say of a code: its equivalents in the other revision, and how good they are.

An equivalent is a place to begin looking, not a translation: most are approximate, and some hold only together.
"""

from dataclasses import dataclass
from datetime import date

from consultant.codes.book import Book
from consultant.codes.entries import Release, System
from consultant.codes.shelving import key_of

SOURCE = "GEMs"
_DIRECTIONS = {
    System.ICD_10_CM: (System.ICD_9_CM,),
    System.ICD_10_PCS: (System.ICD_9_CM,),
    System.ICD_9_CM: (System.ICD_10_CM, System.ICD_10_PCS),
}
_DOT = 3  # characters before the dot of a diagnosis; four in an E code of ICD-9-CM
_STATEMENT = (
    "SELECT target, approximate, scenario, choice FROM equivalent WHERE release = ? AND source = ? ORDER BY nth"
)


@dataclass(frozen=True, slots=True)
class Equivalent:
    """One equivalent; of a combination, one code from each `choice` of a `scenario` is needed together."""

    system: System
    code: str
    approximate: bool
    scenario: int
    choice: int

    @property
    def part_of_combination(self) -> bool:
        """Tell whether it holds only together with others."""
        return self.scenario > 0


@dataclass(frozen=True)
class Equivalents:
    """All equivalents of a code in one system, in the agency's order; none where the agency says there is none."""

    system: System
    equivalents: tuple[Equivalent, ...]
    release: Release


def equivalents(book: Book, code: str, system: System, on: date) -> tuple[Equivalents, ...]:
    """Return what the mappings say of a code, a value for each system they map it to; empty where they say nothing."""
    found: list[Equivalents] = []
    for target in _DIRECTIONS.get(system, ()):
        volume = book.volume(SOURCE, on, f"{system} to {target}")
        rows: list[tuple[str, int, int, int]] = volume.rows(_STATEMENT, key_of(code)) if volume else []
        if volume and rows:
            listed = (
                Equivalent(target, _written(mapped, target), bool(approximate), scenario, choice)
                for mapped, approximate, scenario, choice in rows
                if mapped
            )
            found.append(Equivalents(target, tuple(listed), volume.release))
    return tuple(found)


def _written(key: str, system: System) -> str:
    """Return a code as it is written: with its dot, but for ICD-10-PCS. ICD-9-CM E codes have it after the fourth."""
    place = _DOT + (system is System.ICD_9_CM and key.startswith("E"))
    return key if system is System.ICD_10_PCS or len(key) <= place else f"{key[:place]}.{key[place:]}"
