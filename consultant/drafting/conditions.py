"""The words of a question that name a condition, ready to be looked for in the titles of diagnoses.

A procedure is never guessed: where the letter speaks of a service and not of a diagnosis, there are no such words.
"""

import re

from consultant.codes.mentions import Extraction
from consultant.intake.identifiers import find_identifiers

_LONGEST = 300  # characters given to the search
_DIAGNOSIS = re.compile(  # not "ICD" alone, which is also an implanted defibrillator
    r"\bicd[ -]?(?:9|10)|\bicd codes?\b|\bdx codes?\b|\bdiagnos[ie]s codes?\b|"
    r"\bcod(?:e|es|ing) (?:for |of )?(?:the |a )?diagnos",
    re.IGNORECASE,
)
_SERVICE = re.compile(
    r"\bcpt|\bhcpcs\b|\bprocedur|\bsurg|\binject|\binfus|\bexcis|\bremov|\bimplant|\bperform|\bvisit|\bvaccin|"
    r"\bservice|\bbill|\bcharge|\bunits?\b|\bmodifier|\badmission|\badmit|\bdischarg|\bscope|\bscopy|\bgraft|"
    r"\bx-?ray|\bMRI\b|\bCT\b|\bultrasound|\btherap|\bprogramming|\bplacement|\brepair|\bspecimen|\blab\b",
    re.IGNORECASE,
)

# The asking around a condition: what is left when these are taken out is looked for.
_ASKING = """
a about advise all am an and another any anyone appreciate appropriate are as ask assign at be been best bill billing
but by can cm code coded coder coders codes coding correct could dear describe diagnoses diagnosis do dob doctor
documented documents does dr dx female find for from get give greatly had has have he hello help her hi his how i icd
icd-10 icd-10-cm icd10 icd10cm if in is it kindly know like looking male me most mrn my need not of old on or our
patient patients physician please provider pt question regards report reported right she should so someone ssn tell
thank thanks that the their them there these they this to under us use used using was we what when which who will with
would year years yo you your
"""
_ASKING_WORDS = frozenset(_ASKING.split())
_KEPT_INSIDE = frozenset({"with", "without", "due", "to", "of", "and", "in", "not"})
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9'/-]{0,40}")


def asks_for_diagnosis(text: str) -> bool:
    """Tell whether a diagnosis code is asked for in so many words."""
    return bool(_DIAGNOSIS.search(text))


def condition_words(text: str, extraction: Extraction) -> str:
    """Return the words that name a condition, "" when a service is asked for; likely identifiers are left out."""
    if _SERVICE.search(text) and not asks_for_diagnosis(text):
        return ""
    words = [found.group().strip("'-/") for found in _WORD.finditer(_without_names_and_codes(text, extraction))]
    telling = [at for at, word in enumerate(words) if _telling(word)]
    if not telling:
        return ""
    inner = words[telling[0] : telling[-1] + 1]
    return " ".join(word for word in inner if _telling(word) or word.lower() in _KEPT_INSIDE)[:_LONGEST]


def _telling(word: str) -> bool:
    return word.lower() not in _ASKING_WORDS


def _without_names_and_codes(text: str, extraction: Extraction) -> str:
    spans = [(found.start, found.end) for found in find_identifiers(text)]
    spans += [(found.start, found.end) for found in extraction.mentions]
    spans += [(found.start, found.end) for found in extraction.ranges]
    spans += [(found.start, found.end) for found in extraction.dates]
    kept, done = [], 0
    for start, end in sorted(spans):
        kept.append(text[done : max(start, done)])
        done = max(end, done)
    return " ".join((*kept, text[done:]))
