"""What drafting hands out: intents, facts, letters and checks, as plain values."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from consultant.codes.mentions import Extraction


class Intent(StrEnum):
    """What a question wants; one question may want several things."""

    DESCRIBE = "describe"
    WHICH_CODE = "which-code"
    MODIFIER = "modifier"
    BUNDLING = "bundling"
    UNITS = "units"
    COVERAGE = "coverage"
    DIAGNOSIS_PAIRING = "diagnosis-pairing"
    TIME = "time"
    EM_LEVEL = "em-level"
    GLOBAL_PERIOD = "global-period"
    VALIDITY = "validity"
    REIMBURSEMENT = "reimbursement"
    COMPLIANCE = "compliance"
    OTHER = "other"


@dataclass(frozen=True)
class IntentFound:
    """One intent with the words that decided it (`start` to `end` in the question; equal when nothing did)."""

    intent: Intent
    evidence: str
    start: int
    end: int


@dataclass(frozen=True)
class Fact:
    """A statement with its source: everything a letter may claim."""

    id: str  # "F1", "F2", ... in the order gathered
    kind: str  # the template that worded it, e.g. "valid"
    statement: str
    source: str
    release: str
    effective: date | None
    as_of: date
    codes: tuple[str, ...] = ()  # the codes this fact speaks for


class Level(StrEnum):
    """How much a check weighs: a block stops the letter, a warning is read, an info is there to know."""

    BLOCK = "block"
    WARN = "warn"
    INFO = "info"


@dataclass(frozen=True)
class Check:
    """A reason a letter may not leave yet, or should be looked at first; `code` names the check."""

    level: Level
    code: str
    message: str


@dataclass(frozen=True)
class GuidanceHit:
    """A note on the topic asked about."""

    id: str
    title: str
    score: float


@dataclass(frozen=True)
class Consultation:
    """One question thought through: the draft and everything it rests on."""

    subject: str
    text: str  # Markdown, the letter's one text
    extraction: Extraction
    intents: tuple[IntentFound, ...]
    facts: tuple[Fact, ...]
    guidance: tuple[GuidanceHit, ...]
    missing: tuple[str, ...]
    checks: tuple[Check, ...]
    on: date  # the day the codes were looked up on
    releases: tuple[str, ...]  # "ICD-10-CM FY2026, April 1, 2026": the book releases the draft rests on
