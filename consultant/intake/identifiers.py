"""Likely patient identifiers in a text, as spans: what HIPAA's Safe Harbor list names and a pattern can see.

45 CFR 164.514(b)(2). Numbers with a shape of their own are found anywhere, others beside the word that says what they
are; names only where something says a patient follows. It errs towards finding too much, but takes no medical code for
an identifier. That nothing was found proves nothing: the reviewer confirms.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from consultant.intake.mail import Identifier

REMOVED = "[{kind} removed]"


class IdentifierKind(StrEnum):
    """What an identifier is, in the words the reviewer reads."""

    SSN = "ssn"
    MRN = "mrn"
    MBI = "mbi"
    BIRTH = "date of birth"
    TELEPHONE = "telephone"
    EMAIL = "email"
    MEMBER = "member number"
    CLAIM = "claim number"
    ACCOUNT = "account number"
    ADDRESS = "address"
    NAME = "name"


def find_identifiers(text: str, *, sender: str = "") -> tuple[Identifier, ...]:
    """Return the likely identifiers in order and without overlap; the sender's own address is none."""
    found = sorted(_candidates(text, sender.lower()), key=lambda identifier: (identifier.start, -identifier.end))
    kept: list[Identifier] = []
    for identifier in found:
        if not kept or identifier.start >= kept[-1].end:
            kept.append(identifier)
    return tuple(kept)


def mask(text: str, identifiers: tuple[Identifier, ...]) -> str:
    """Return the text with each identifier, given in order and without overlap, replaced by the word for its kind."""
    pieces: list[str] = []
    position = 0
    for identifier in identifiers:
        pieces += [text[position : identifier.start], REMOVED.format(kind=identifier.kind)]
        position = identifier.end
    return "".join((*pieces, text[position:]))


@dataclass(frozen=True)
class _Pattern:
    """A kind and the shape it has; when the shape has a group, that is the identifier."""

    kind: IdentifierKind
    shape: re.Pattern[str]
    digits: int = 0  # how many of them there must be at least


def _candidates(text: str, sender: str) -> Iterator[Identifier]:
    for pattern in _PATTERNS:
        for match in pattern.shape.finditer(text):
            group = match.lastindex or 0
            value = match[group]
            if sum(map(str.isdigit, value)) < pattern.digits:
                continue
            if pattern.kind is IdentifierKind.EMAIL and value.lower() == sender:
                continue
            if pattern.kind is IdentifierKind.NAME and _NOT_NAMES.intersection(
                re.findall(r"[a-z]{1,30}", value.lower())
            ):
                continue
            yield Identifier(pattern.kind, match.start(group), match.end(group))


def _labelled(kind: IdentifierKind, label: str, value: str, digits: int = 0) -> _Pattern:
    """Make the pattern of a value that means something only beside its label."""
    return _Pattern(kind, re.compile(rf"\b(?:{label}){_IS}\s?{value}", re.IGNORECASE), digits)


_IS = r"(?:\s{0,3}(?:[:#=]|-\s|\bis\b|\bwas\b|\bnumber\b|\bno\b\.?|\bnum\b\.?|\bid\b)){0,3}\s{0,3}#?"
_NUMBERED = r"(?:id(?:entification)?\b|number|no\b\.?|num\b\.?|#)"
# A number may follow a few letters; beyond a blank only a long one, or "the claim number for J1100" would be one.
_NUMBER = (
    r"((?:[A-Z]{1,6}-?|[A-Z]{1,4}\s(?=[0-9]{6}))?[0-9][A-Z0-9]{0,19}(?:-[A-Z0-9]{1,12}){0,4}"
    r"(?:\s[0-9]{2,4}(?![0-9A-Z/.-])){0,3})(?![A-Z0-9])"
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_DATE = (
    r"(?:[0-9]{1,2}\s?[/.-]\s?[0-9]{1,2}\s?[/.-]\s?(?:[0-9]{4}|[0-9]{2})|[0-9]{4}[/.-][0-9]{1,2}[/.-][0-9]{1,2}|[0-9]{8}|"
    rf"{_MONTH}\s?[0-9]{{1,2}}(?:st|nd|rd|th)?,?\s{{1,2}}[0-9]{{4}}|"
    rf"[0-9]{{1,2}}(?:st|nd|rd|th)?[\s-](?:of\s)?{_MONTH},?[\s-](?:[0-9]{{4}}|[0-9]{{2}}))(?![0-9])"
)
_WORD = r"[A-Z][A-Za-z'\u2019-]{1,24}"
_FULL_NAME = rf"{_WORD}(?:,?\s(?:{_WORD}|[A-Z]\b\.?)){{1,3}}"
# The short words end many a phrase of coders ("Abdomen CT", "per Dr Smith") and are believed only where an address is.
_STREET = (
    r"(?:Street|Avenue|Ave\b\.?|Road|Rd\b\.?|Boulevard|Blvd\b\.?|Drive|Lane|Ln\b\.?|Parkway|Pkwy\b\.?|Highway|Hwy\b\.?|"
    r"Terrace|Circle|Court|(?:St|Dr|Ct|Pl|Way)\b\.?(?=\s{0,2}(?:[,;#\n]|$|(?:Apt|Suite|Ste|Unit)\b)))"
)
_MEMBERS = r"member|subscriber|beneficiary|insured|policy|insurance|medicaid|medicare|enrollee|recipient|group|hic|mbi"
_TITLE = r"(?<!Dear )(?<!Hi )(?<!Hello )(?<!Thanks )(?<!you )\b(?:Mrs?|Ms|Miss)\b\.?\s"
_LETTER = "[AC-HJKMNP-RT-Y]"  # an MBI has no S, L, O, I, B, Z
_OTHER = "[0-9AC-HJKMNP-RT-Y]"

_PATTERNS = (
    _Pattern(
        IdentifierKind.SSN,
        re.compile(r"(?<![\w-])(?:[0-9]{3}|[Xx*]{3})-(?:[0-9]{2}|[Xx*]{2})-[0-9]{4}(?![\w-])"),
    ),
    _labelled(
        IdentifierKind.SSN,
        r"SSN|SS\s?#|social security",
        r"([0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{4})(?![0-9])",
    ),
    # CMS, "Understanding the MBI": eleven characters, each place a digit, a letter, or either.
    _Pattern(
        IdentifierKind.MBI,
        re.compile(
            rf"(?<![\w-])[1-9]{_LETTER}{_OTHER}[0-9]-?{_LETTER}{_OTHER}[0-9]-?{_LETTER}{{2}}[0-9]{{2}}(?![\w-])",
            re.IGNORECASE,
        ),
    ),
    _labelled(
        IdentifierKind.MRN,
        r"MRN|MR\s?#|med(?:ical|\.)?\srec(?:ord|\.)?|chart\s(?:number|no\b\.?|#)|(?:patient|pt\.?)\s(?:id|number|no\b\.?|#)",
        _NUMBER,
        digits=4,
    ),
    _labelled(
        IdentifierKind.BIRTH,
        r"DOB|D\.\s?O\.\s?B\b\.?|date of birth|birth\s?(?:date|day)|born(?:\son)?",
        rf"\(?({_DATE})",
    ),
    _Pattern(
        IdentifierKind.TELEPHONE,
        re.compile(
            r"(?<![\w.+-])(?:\+?1[-. ]?)?(?:\([0-9]{3}\)\s?|[0-9]{3}[-. ])[0-9]{3}[-. ][0-9]{4}"
            r"(?:\s?(?:x|ext\.?)\s?[0-9]{1,6})?(?![\w-])",
            re.IGNORECASE,
        ),
    ),
    _labelled(
        IdentifierKind.TELEPHONE,
        r"(?:tele)?phone|tel|cell|mobile|fax|call(?:\s(?:me|him|her|them))?(?:\sat)?|ph",
        r"\.?\s?((?:\+?1[-. ]?)?(?:\(?[0-9]{3}\)?[-. ]?)?[0-9]{3}[-. ]?[0-9]{4})(?![\w-])",
    ),
    _Pattern(
        IdentifierKind.EMAIL,
        re.compile(r"(?<![\w.%+-])[\w.%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}"),
    ),
    _labelled(IdentifierKind.MEMBER, rf"(?:{_MEMBERS})(?:'s)?\s?{_NUMBERED}|HICN|MBI", _NUMBER, digits=4),
    _labelled(IdentifierKind.CLAIM, rf"claim\s?{_NUMBERED}|ICN|DCN|TCN", _NUMBER, digits=6),
    _labelled(
        IdentifierKind.ACCOUNT,
        rf"(?:account|acct\.?|encounter|visit|authorization|auth|invoice)\s?{_NUMBERED}|acct",
        _NUMBER,
        digits=6,
    ),
    _Pattern(
        IdentifierKind.ADDRESS,
        re.compile(
            r"(?<![\w.-])[0-9]{1,5}\s(?:[NSEW]\.?\s)?(?:(?:[A-Z][a-z'.]{1,20}|[0-9]{1,3}(?:st|nd|rd|th))\s){1,4}"
            rf"{_STREET}(?:,?\s(?:Apt|Suite|Ste|Unit|#)\.?\s?[A-Za-z0-9-]{{1,6}})?"
            r"(?:,\s[A-Z][A-Za-z .]{1,30},?\s[A-Z]{2}\s[0-9]{5}(?:-[0-9]{4})?)?",
        ),
    ),
    _Pattern(IdentifierKind.ADDRESS, re.compile(r"\bP\.?\s?O\.?\sBox\s[0-9]{1,7}", re.IGNORECASE)),
    _Pattern(
        IdentifierKind.NAME,
        re.compile(
            rf"\b(?:[Pp]atient|[Pp]t\b\.?|PATIENT)(?:'s)?(?:\s(?:is|named|was))?\s{{0,2}}[:,-]?\s{{1,2}}({_FULL_NAME})",
        ),
    ),
    _Pattern(
        IdentifierKind.NAME,
        re.compile(
            r"\b(?i:(?:patient|pt|member|insured|subscriber)(?:'s)?\.?\sname(?:\sis|\s?[:=-])?)\s{1,2}"
            rf"({_FULL_NAME}|{_WORD})",
        ),
    ),
    _Pattern(IdentifierKind.NAME, re.compile(rf"(?m:^)\s{{0,4}}(?:Name|NAME)\s?[:=]\s{{0,2}}({_FULL_NAME})")),
    _Pattern(IdentifierKind.NAME, re.compile(rf"{_TITLE}({_WORD}(?:\s(?:{_WORD}|[A-Z]\b\.?)){{0,2}})")),
    _Pattern(
        IdentifierKind.NAME,
        re.compile(
            rf"\b(?!(?i:patient|pt)\b)({_FULL_NAME}),?\s\(?(?i:dob|date of birth|d\.o\.b|mrn|ssn)\b",
        ),
    ),
)
# Words that begin with a capital after "Patient" without being anybody.
_NOT_NAMES = frozenset(
    """
    a act advocacy age aged an and are area as assessment at bill billing both but by can care center chart class code
    codes coding complains complaint consult cpt date day denied department diagnosis did discharge dob does education
    encounter evaluation female financial follow for from had has have he her his history hospital icd id in inpatient
    insurance is it male management may medicaid medical medicare model modifier mrn new no not note number of on or out
    outpatient pays payer payment physician portal presented presents procedure protection record relationship remote
    responsibility safety satisfaction seen service services she ssn status surgery the then therapy this to today
    transport type underwent visit was we were what when which who will with year yo your
    """.split()  # noqa: SIM905  a list of quoted words is harder to read and to add to
)
