"""A case as a letter's templates see it: the question, the facts with the number of their source, the gaps.

Templates choose and loop over this; whatever must be worked out is worked out here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from consultant.codes.entries import Release, System
from consultant.drafting.authorities import GUIDELINES
from consultant.drafting.findings import source_of
from consultant.drafting.gaps import Gap
from consultant.drafting.lacking import Lacking
from consultant.drafting.questions import Question
from consultant.drafting.values import Fact, Intent

MOST_QUESTIONS_BACK = 2


@dataclass(frozen=True)
class Source:
    """One line of the sources: an edition, or what had to be done without; its sections are cited with the claims."""

    number: int
    title: str
    release: str  # "" when it is not loaded
    effective: date | None
    as_of: date
    in_book: bool  # False: cited from the published edition, which the book does not hold


@dataclass(frozen=True)
class Claim:
    """A fact with the number of its source, ready to be cited."""

    id: str
    kind: str
    statement: str
    codes: tuple[str, ...]
    source: int
    section: str = ""  # within its source, where the source line names none


@dataclass(frozen=True)
class Apart:
    """One code and those it may not be reported with."""

    code: str
    others: tuple[str, ...]
    claim: Claim


@dataclass(frozen=True)
class Case:
    """Everything an answer's templates may speak of."""

    question: Question
    claims: tuple[Claim, ...]
    sources: tuple[Source, ...]
    gaps: tuple[Gap, ...]
    unsettled: tuple[Intent, ...]  # what is asked and no loaded source decides
    releases: tuple[Release, ...]
    ticket: str
    house: str
    today: date

    def of(self, *kinds: str) -> list[Claim]:
        """Return the claims of these kinds, in the order gathered."""
        return [claim for claim in self.claims if claim.kind in kinds]

    def about(self, code: str, *kinds: str) -> Claim | None:
        """Return the first claim of these kinds whose first code is this one."""
        return next((claim for claim in self.of(*kinds) if claim.codes[:1] == (code,)), None)

    @property
    def intents(self) -> tuple[Intent, ...]:
        """Return what is asked, in order of appearance."""
        return self.question.asked_for

    @property
    def written(self) -> list[str]:
        """Return the codes as a claim line would show them."""
        return [asked.written for asked in self.question.codes]

    @property
    def apart(self) -> list[Apart]:
        """Return each code with those an Excludes1 note keeps it from, gathered so that one sentence tells them."""
        grouped: dict[str, list[Claim]] = {}
        for claim in self.of("excludes1"):
            grouped.setdefault(claim.codes[0], []).append(claim)
        return [Apart(code, tuple(claim.codes[1] for claim in claims), claims[0]) for code, claims in grouped.items()]

    @property
    def billable(self) -> list[str]:
        """Return the codes that may be reported as they stand, those a note, an edit or a limit denies left out."""
        apart = {code for claim in self.of("excludes1") for code in claim.codes[:2]}
        apart |= {claim.codes[1] for claim in self.of("ptp-denied", "ptp-bypass")}
        apart |= {claim.codes[0] for claim in self.of("mue-over", "addon-alone")}
        return [claim.codes[0] for claim in self.of("valid", "hcpcs") if claim.codes[0] not in apart]

    @property
    def rests_on_the_book(self) -> bool:
        """Tell whether any claim was read from an edition in the book."""
        return any(source.release and source.in_book for source in self.sources)

    @property
    def up_to_date(self) -> bool:
        """Tell whether every edition used is the one in force on the day."""
        return not self.of("superseded", "too-new")

    @property
    def speaks_of_cpt(self) -> bool:
        """Tell whether a CPT code, or CPT itself, is named, so that its notice is owed."""
        return bool(self.question.of(System.CPT)) or Gap.CPT in self.gaps

    @property
    def lacking_sources(self) -> list[Gap]:
        """Return the sources that would have to be loaded to say more."""
        return [gap for gap in self.gaps if not gap.asked_of_the_writer and gap is not Gap.NEWER_RELEASE]

    @property
    def questions_back(self) -> list[Gap]:
        """Return what is asked of the writer, at most two things."""
        return [gap for gap in self.gaps if gap.asked_of_the_writer][:MOST_QUESTIONS_BACK]


def lay_out(  # noqa: PLR0913  a case is what it is made of, each part named
    question: Question,
    facts: Sequence[Fact],
    lacking: Lacking,
    releases: Sequence[Release],
    *,
    ticket: str,
    house: str,
    today: date,
) -> Case:
    """Return the case for its letter, the sources numbered in the order they are first cited."""
    sources = _sources(facts)
    number = {(source.title, source.release): source.number for source in sources}
    claims = tuple(_claim(fact, number) for fact in facts)
    return Case(question, claims, sources, lacking.gaps, lacking.unsettled, tuple(releases), ticket, house, today)


def _claim(fact: Fact, number: Mapping[tuple[str, str], int]) -> Claim:
    title, section = _title_and_section(fact)
    return Claim(fact.id, fact.kind, fact.statement, fact.codes, number[title, fact.release], section)


def _sources(facts: Sequence[Fact]) -> tuple[Source, ...]:
    first: dict[tuple[str, str], Fact] = {}
    for fact in facts:
        first.setdefault((_title_and_section(fact)[0], fact.release), fact)
    return tuple(
        Source(number, title, release, fact.effective, fact.as_of, title != source_of(GUIDELINES))
        for number, ((title, release), fact) in enumerate(first.items(), 1)
    )


def _title_and_section(fact: Fact) -> tuple[str, str]:
    """Split a source into the document, which is listed once, and the section a claim rests on."""
    title, named, section = fact.source.partition(", Section")
    return title, f"Section{section}" if named else ""
