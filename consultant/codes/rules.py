"""What can be said of codes reported together, as values: which rule speaks, what it says, what it was read from."""

from dataclasses import dataclass
from enum import StrEnum

from consultant.codes.entries import Entry, Note, Release
from consultant.codes.pairs import PtpEdit, UnitLimit


class PairKind(StrEnum):
    """Which kind of rule speaks of two codes."""

    PTP = "ptp"
    EXCLUDES1 = "excludes1"
    EXCLUDES2 = "excludes2"
    ADD_ON = "addon"
    SIDE = "laterality"
    SEVENTH = "7th character"
    RECORD = "record"


class Verdict(StrEnum):
    """What a rule says of two codes reported together."""

    NOT_TOGETHER = "not coded together unless the two conditions are unrelated"
    MAY_BE_TOGETHER = "may be coded together when the patient has both"
    DENIED = "the second is not paid with the first, and no modifier bypasses the edit"
    DENIED_WITHOUT_MODIFIER = "the second is not paid with the first unless a modifier that fits the record applies"
    NEVER_IN_FORCE = "the edit was never in force"
    ENDED = "the edit is no longer in force"
    TO_COME = "the edit is not yet in force"
    WITH_PRIMARY = "the add-on code stands with a primary code it is reported with"
    WITHOUT_PRIMARY = "the add-on code stands without any of its primary codes"
    BY_CONTRACTOR = "the primary codes of the add-on code are the contractor's to say"
    ONE_FOR_BOTH_SIDES = "the right and the left side have one bilateral code"
    SIDE_OF_BOTH = "the second names one of the sides the first, bilateral code names already"
    SIDE_LEFT_OPEN = "the first leaves the side unspecified, the second names it"
    OTHER_SIDE = "the modifier names the other side than the diagnosis"
    ONE_SIDE_ONLY = "modifier 50 says both sides, the diagnosis one"
    NO_SEVENTH = "the code is not complete without its 7th character"
    SEVENTHS_APART = "the 7th characters contradict each other"
    RECORDS_APART = "the first is for maternal records only, the second never for them"
    ON_ONE_RECORD = "the note says on whose records the codes are used"


class UnitVerdict(StrEnum):
    """What a limit says of the units asked."""

    NOT_ASKED = "the limit, whatever the units"
    WITHIN = "within the limit"
    OVER_LINE = "over the limit of one line"
    OVER_DAY = "over the limit of the day, which is absolute"
    OVER_DAY_UNLESS_SHOWN = "over the limit of the day, paid only if a review finds it necessary"
    NOT_PAYABLE = "no unit is payable"


@dataclass(frozen=True)
class PairRule:
    """One rule about two codes, or about one that cannot stand as it is, in the order the rule names them.

    Of an Excludes note the first is the code it stands at or above, the second the one it names; of a PTP edit the
    first is column 1; of an add-on code the second is the primary code, and missing where none is there. `indicator` is
    the modifier indicator of a PTP edit and the type of an add-on code. `printed_at` is the line a note is printed
    under, `edits` every span of a PTP edit, the one that speaks first, and `primaries` what an add-on code may stand
    with. Of diagnoses judged by their own titles and notes `entries` has each as the book has it, in the order of
    `codes`; the bilateral code of two sides is the last of them. `notes` are the notes the verdict rests on, and
    `modifier` the one that is held against a diagnosis.
    """

    kind: PairKind
    codes: tuple[str, ...]
    verdict: Verdict
    indicator: str
    release: Release
    note: Note | None = None
    printed_at: str = ""
    edits: tuple[PtpEdit, ...] = ()
    primaries: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    notes: tuple[Note, ...] = ()
    modifier: str = ""

    @property
    def forbids(self) -> bool:
        """Tell whether it speaks against reporting the codes together as they stand."""
        return self.verdict in _AGAINST


@dataclass(frozen=True)
class UnitRule:
    """One limit of units, and what it says of the units asked; None where none were."""

    limit: UnitLimit
    units: int | None
    verdict: UnitVerdict

    @property
    def forbids(self) -> bool:
        """Tell whether it speaks against the units asked."""
        return self.verdict not in {UnitVerdict.NOT_ASKED, UnitVerdict.WITHIN}


# NCCI Policy Manual, chapter I, section E: the modifiers that may bypass an edit of indicator 1.
NCCI_MODIFIERS = frozenset(
    {"E1", "E2", "E3", "E4", "FA", *(f"F{n}" for n in range(1, 10)), "TA", *(f"T{n}" for n in range(1, 10))}
    | {"LT", "RT", "LC", "LD", "RC", "LM", "RI"}
    | {"24", "25", "57", "58", "78", "79"}
    | {"27", "59", "91", "XE", "XS", "XP", "XU"}
)
_AGAINST = {
    Verdict.NOT_TOGETHER,
    Verdict.DENIED,
    Verdict.DENIED_WITHOUT_MODIFIER,
    Verdict.WITHOUT_PRIMARY,
    Verdict.ONE_FOR_BOTH_SIDES,
    Verdict.SIDE_OF_BOTH,
    Verdict.SIDE_LEFT_OPEN,
    Verdict.OTHER_SIDE,
    Verdict.ONE_SIDE_ONLY,
    Verdict.NO_SEVENTH,
    Verdict.SEVENTHS_APART,
    Verdict.RECORDS_APART,
}
