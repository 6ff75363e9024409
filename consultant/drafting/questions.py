"""A question as understood: codes, day, payer, setting and the condition's words. Never the writer's own sentences.

What a letter says back to the asker is built from these values alone, so that nothing of a patient is ever echoed.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from consultant.codes.book import Book
from consultant.codes.entries import System
from consultant.codes.extraction import extract
from consultant.codes.mentions import Extraction
from consultant.drafting.conditions import asks_for_diagnosis, condition_words
from consultant.drafting.intents import read_intents
from consultant.drafting.values import Intent, IntentFound
from consultant.intake.identifiers import IdentifierKind, find_identifiers

# A signature holds these as often as not.
_A_WRITERS_OWN = frozenset({IdentifierKind.TELEPHONE, IdentifierKind.EMAIL, IdentifierKind.ADDRESS})
MOST_CODES = 12  # a letter that treats more is no letter; what is left over is said


class Payer(StrEnum):
    """Whose rules apply, as far as the letter says."""

    MEDICARE_ADVANTAGE = "Medicare Advantage"
    MEDICARE = "Medicare"
    MEDICAID = "Medicaid"
    TRICARE = "TRICARE"
    WORKERS_COMPENSATION = "workers' compensation"
    COMMERCIAL = "a commercial plan"


class Setting(StrEnum):
    """Where the service was given, as far as the letter says."""

    EMERGENCY = "the emergency department"
    INPATIENT = "inpatient hospital"
    OUTPATIENT = "outpatient hospital"
    SURGERY_CENTER = "an ambulatory surgery center"
    NURSING_FACILITY = "a nursing facility"
    TELEHEALTH = "telehealth"
    OFFICE = "the office"


_PAYERS: tuple[tuple[Payer, re.Pattern[str]], ...] = (
    (Payer.MEDICARE_ADVANTAGE, re.compile(r"\bmedicare advantage\b|\bMA plan\b", re.IGNORECASE)),
    (Payer.MEDICARE, re.compile(r"\bmedicare\b(?! advantage)|\bCMS\b", re.IGNORECASE)),
    (Payer.MEDICAID, re.compile(r"\bmedicaid\b|\bMedi-Cal\b", re.IGNORECASE)),
    (Payer.TRICARE, re.compile(r"\btricare\b", re.IGNORECASE)),
    (Payer.WORKERS_COMPENSATION, re.compile(r"\bworkers?['\u2019]? comp", re.IGNORECASE)),
    (Payer.COMMERCIAL, re.compile(r"\b(?:commercial|BCBS|blue cross|aetna|cigna|humana|UHC)\b", re.IGNORECASE)),
)

_SETTINGS: tuple[tuple[Setting, re.Pattern[str]], ...] = (
    (Setting.EMERGENCY, re.compile(r"\bemergency (?:room|dep)|\bED\b|\bER\b|\bPOS 23\b")),
    (Setting.INPATIENT, re.compile(r"\binpatient\b|\bPOS 21\b", re.IGNORECASE)),
    (Setting.OUTPATIENT, re.compile(r"\boutpatient\b|\bOPPS\b|\bPOS (?:19|22)\b", re.IGNORECASE)),
    (Setting.SURGERY_CENTER, re.compile(r"\bambulatory surg|\bASC\b|\bPOS 24\b")),
    (Setting.NURSING_FACILITY, re.compile(r"\bnursing (?:facility|home)\b|\bSNF\b|\bPOS 3[12]\b", re.IGNORECASE)),
    (Setting.TELEHEALTH, re.compile(r"\btele(?:health|medicine)\b|\bPOS (?:02|10)\b", re.IGNORECASE)),
    (Setting.OFFICE, re.compile(r"\boffice\b|\bclinic\b|\bPOS 11\b", re.IGNORECASE)),
)


@dataclass(frozen=True)
class AskedCode:
    """One code asked about, with all modifiers and the units the letter gives it."""

    system: System
    code: str
    modifiers: tuple[str, ...] = ()
    units: int | None = None

    @property
    def written(self) -> str:
        """Return the code as a claim line would show it: `20680-59 x 4`."""
        line = "-".join((self.code, *self.modifiers))
        return f"{line} x {self.units}" if self.units else line


@dataclass(frozen=True)
class Question:
    """Everything read from one question, and from the reviewer's note when it was sent back."""

    extraction: Extraction
    intents: tuple[IntentFound, ...]
    codes: tuple[AskedCode, ...]
    left_over: int  # codes named beyond the first `MOST_CODES`
    modifiers: tuple[str, ...]  # every modifier named, with a code or without
    on: date
    day_stated: bool  # whether `on` is a date of service the writer gave; else the day the letter came
    payers: tuple[Payer, ...]
    settings: tuple[Setting, ...]
    condition: str  # words to look for in the titles of diagnoses; "" when none may be looked for
    for_diagnosis: bool = False  # whether a diagnosis code is asked for in so many words
    names_a_patient: bool = False  # whether the letter seems to hold patient details; they are repeated nowhere

    def wants(self, *intents: Intent) -> bool:
        """Tell whether the question carries any of these intents."""
        return any(found.intent in intents for found in self.intents)

    @property
    def asked_for(self) -> tuple[Intent, ...]:
        """Return what a letter must answer.

        Words such as "diagnosis code for" sound like pairing one with a service; where no service is named and a code
        is looked for, they are not.
        """
        lone = (
            self.for_diagnosis and self.wants(Intent.WHICH_CODE) and not (self.of(System.CPT) + self.of(System.HCPCS))
        )
        left_out = {Intent.DIAGNOSIS_PAIRING} if lone else set()
        return tuple(found.intent for found in self.intents if found.intent not in left_out) or (Intent.OTHER,)

    def of(self, system: System) -> tuple[AskedCode, ...]:
        """Return the codes asked about that belong to one system."""
        return tuple(asked for asked in self.codes if asked.system is system)


def understand(text: str, book: Book, *, received: date, note: str = "") -> Question:
    """Read a question; what a reviewer's note names is added to it, its evidence marked as the note's."""
    own, noted = extract(text, book.systems_of), extract(note, book.systems_of)
    intents = _together(read_intents(text, own), read_intents(note, noted) if note else ())
    codes = _codes(own, noted)
    stated = own.date_of_service() or noted.date_of_service()
    return Question(
        extraction=own,
        intents=intents,
        codes=codes[:MOST_CODES],
        left_over=max(0, len(codes) - MOST_CODES),
        modifiers=_modifiers(own, noted),
        on=stated or received,
        day_stated=stated is not None,
        payers=tuple(payer for payer, pattern in _PAYERS if pattern.search(text)),
        settings=tuple(setting for setting, pattern in _SETTINGS if pattern.search(text)),
        condition=_condition(text, own, intents),
        for_diagnosis=asks_for_diagnosis(text),
        names_a_patient=any(found.kind not in _A_WRITERS_OWN for found in find_identifiers(text)),
    )


def _together(own: tuple[IntentFound, ...], noted: tuple[IntentFound, ...]) -> tuple[IntentFound, ...]:
    """Add the note's intents: it has no place in the question, so their evidence stands at 0 to 0."""
    known = {found.intent for found in own}
    added = [
        replace(found, evidence=f"reviewer's note: {found.evidence}", start=0, end=0)
        for found in noted
        if found.intent not in known and found.intent is not Intent.OTHER
    ]
    kept = [found for found in own if not (added and found.intent is Intent.OTHER)]
    return (*kept, *added)


def _codes(*extractions: Extraction) -> tuple[AskedCode, ...]:
    """Return each code once in order of appearance, its modifiers and units gathered; a range gives its two ends."""
    seen: dict[tuple[System, str], AskedCode] = {}
    for extraction in extractions:
        places = [
            (mention.start, AskedCode(mention.system, mention.code, mention.modifiers, mention.units))
            for mention in extraction.mentions
        ]
        for span in extraction.ranges:
            places += [(span.start, AskedCode(span.system, end)) for end in (span.first, span.last)]
        for _, asked in sorted(places, key=lambda place: place[0]):
            known = seen.get((asked.system, asked.code), asked)
            modifiers = tuple(dict.fromkeys(known.modifiers + asked.modifiers))
            seen[asked.system, asked.code] = replace(known, modifiers=modifiers, units=known.units or asked.units)
    return tuple(seen.values())


def _modifiers(*extractions: Extraction) -> tuple[str, ...]:
    named = [
        modifier for extraction in extractions for mention in extraction.mentions for modifier in mention.modifiers
    ]
    alone = [mention.modifier for extraction in extractions for mention in extraction.modifiers]
    return tuple(dict.fromkeys(named + alone))


def _condition(text: str, extraction: Extraction, intents: tuple[IntentFound, ...]) -> str:
    wanted = any(found.intent is Intent.WHICH_CODE for found in intents)
    return condition_words(text, extraction) if wanted else ""
