"""What a question wants, read from its words; the deciding words are kept for the reviewer.

One table tells all: an intent and the ways people ask for it. A coder seldom asks for one thing only, so every intent
found is kept, in the order of `Intent`.
"""

import re

from consultant.codes.entries import System
from consultant.codes.mentions import Extraction
from consultant.drafting.values import Intent, IntentFound

LONGEST_QUESTION = 20_000
"""Characters; what is asked stands in them, and a longer text must not cost more."""

# The words the ways are made of, in small letters as the question is read; a way begins where a word does. Every repeat
# is bounded and none overlaps its neighbour.
_GAP = r"(?:(?:[^\s.?!]|\.(?=\w)){1,20} ){0,5}"  # up to five words of the same sentence; E11.9 is one word
_REST = r"[^.?!]{0,150}"  # more of the same sentence
_WORD = r"(?:[^\s.?!]{1,20} )?"
_BILL = r"(?:bill|cod|report|charg|submit|claim)(?:e|ed|es|ing|s)?"
_WE = r"(?:i|we|you|they|he|she|(?:the|our|my) [a-z]{2,20})"
_MAY = r"(?:can|could|should|would|may|do|does|is it ok to)"
_CODE = r"(?:(?:a|an|the|cpt|hcpcs|code) ){0,3}[a-v]?[0-9]{4,5}[ftu]?"
_DIAGNOSIS = r"(?:(?:the|icd|icd-10|code|dx) ){0,2}[a-z][0-9][0-9a-z](?:\.[0-9a-z]{1,4})?"
_ANY = rf"(?:{_CODE}|{_DIAGNOSIS})"
_DX = r"(?:diagnos[ie]s|dx|icd-?(?:9|10)(?:-cm)?|icd code)s?"
_FIT = r"(?:billable|payable|reportable|active|accepted|ok|okay|good|correct|complete|specific)"
_PAYER = r"(?:medicare|medicaid|insurances?|carriers?|payers?|payors?|bcbs|aetna|uhc|cigna|humana|tricare)"

ASKED_BY = {
    Intent.DESCRIBE: (
        r"meaning of|how come|differences? between|what(?:'s| is) the difference|differ from|distinguish",
        r"defin(?:e|ed|ition)\b|explain (?:what|the)|descri(?:be|ption|ptor)s?\b",
        r"what (?:does|do) [^.?!]{1,40} (?:mean|include|cover|stand for)",
        rf"what (?:does|do|is|are) {_CODE}\b(?! and)|what {_GAP}(?:means?|stands? for|constitutes?)\b",
    ),
    Intent.WHICH_CODE: (
        r"(?:what|which) (?:[^\s.?!]{1,20} ){0,4}codes?\b|what(?:'s| is) the (?:cpt|hcpcs|icd)",
        r"codes? (?:for|to use)\b",
        r"(?:correct|right|proper|appropriate|best|accurate|better) (?:[^\s.?!]{1,20} )?(?:codes?|coding|way to)\b",
        r"is there (?:a|an|any) (?:[^\s.?!]{1,20} )?codes?\b|unlisted|who(?:'s| is) (?:right|correct)",
        r"(?:does|do) the codes? (?:change|differ)|weigh in|help (?:me )?(?:with )?cod(?:e|ing)|coded as",
        r"would (?:i|you|we) (?:use|code)|code (?:choice|selection)",
        rf"how (?:do|does|did|should|would|can|could|to|is|are|might|must|best to) {_GAP}{_BILL}\b",
        rf"{_MAY} {_WE} code\b|{_MAY} {_WE} (?:also )?(?:use|{_BILL}) {_CODE}\b|should be {_BILL}\b",
    ),
    Intent.MODIFIER: (
        r"mod(?:ifier)?s?\b|wast(?:e|ed|age)\b|discarded|medical(?:ly)? (?:direct|supervis)",
        r"concurrent (?:cases|anesth)|crna\b|assist(?:ant|ing)?(?: at)? surge|co-?surge",
        r"(?:professional|technical) component|bilateral|discontinued procedure",
        r"repeat (?:procedure|test|x-?ray|ekg)",
        r"(?:opposite|contralateral|other) (?:side|knee|eye|hip|leg|arm|hand|foot)|unrelated (?:procedure|e/?m)",
        r"staged",
        rf"more than one {_GAP}(?:on|in) the same (?:day|date)|concurrent\w{{0,2}} {_REST}cases",
    ),
    Intent.BUNDLING: (
        r"bundl(?:e|ed|es|ing)\b|n?cci\b|ptp\b|inclusive|included (?:in|with)|(?:if|paid|pay) separately",
        r"on top of|in addition to|(?:go|used|paid|billed|billable|reported|performed|done) together",
        r"mutually exclusive|incidental|(?:part|component) of|integral to|column [12]\b",
        r"also (?:be )?(?:paid|bill|report|code|charge)|add them|both codes|\+ ?[0-9]{5} (?:and|with)|same dos\b",
        rf"separate(?:ly)? (?:and distinct|identif|{_BILL}|pa(?:id|y)|reimburs)",
        rf"can (?:both|these|they) {_REST}be {_BILL}\b",
        rf"{_BILL} {_GAP}(?:together|separately|both|as well|along with|in addition|on top of)\b",
        rf"both {_GAP}(?:be )?(?:{_BILL}|paid)\b",
        rf"(?:if|when|while|during|after) {_REST}, (?:then )?{_MAY} {_WE} (?:also )?{_BILL}\b",
        rf"(?:{_BILL}|billable|paid|pay|deny|denied|denying|use|used) {_GAP}(?:with|and|&|plus) {_ANY}\b",
        rf"{_BILL} (?:for )?\w{{3,15}}ing {_REST}(?:,| and| then) \w{{3,15}}ing\b",
        rf"(?:visit|e/?m|consult) {_GAP}(?:same day|day of|same date|same time|with the procedure)",
    ),
    Intent.UNITS: (
        r"units?\b|mues?\b|how many|how often|number of|quantity\b|frequency|once\b|twice\b",
        r"[2-9] times\b|only one",
        r"per (?!cpt|cms|the|our|my|his|her|medicare|ncci|payer|policy|guideline|dr|documentation|se\b|diem)\w{3,}",
        r"more than (?:one|once)|multiple (?:units|times|levels|lesions|injections|sites|areas)",
        r"(?:for|bill) each\b|each (?:additional|level|lesion)|wast(?:e|ed|age)\b",
        r"(?:2nd|second|two|another) (?:initial|units?|lines?)\b|bill (?:it |this )?(?:x ?[2-9]|one)\b",
        r"one for each",
    ),
    Intent.COVERAGE: (
        r"(?:non-?)?cover(?:ed|age)\b|medical(?:ly)? necess|[ln]cds?\b|abn\b|prior[- ]auth|pre-?(?:cert|auth)",
        r"fda[- ]approv|experimental|investigational|(?:get|getting) (?:[^\s.?!]{1,20} ){0,4}paid\b",
        rf"{_PAYER} {_GAP}(?:pay|cover|allow|accept)\b",
    ),
    Intent.DIAGNOSIS_PAIRING: (
        r"sequenc(?:e|ed|ing)\b|excludes ?[12]\b|code[- ]first|use additional code",
        r"support(?:s|ed)? (?:the )?(?:cpt|procedure|test|medical necess|[0-9]{5})",
        rf"(?:what|which|correct|primary|secondary|principal|covered|payable|supporting|link) {_WORD}{_DX}\b",
        rf"{_DX} (?:codes? )?(?:for|with|to|support|should|do|would|can|is|are|pointers?)\b",
    ),
    Intent.TIME: (
        r"min(?:ute)?s?\b|time-?based|timed (?:code|unit|service)s?|timing|midpoint|prolonged|half[- ]hour",
        r"hour and a half|(?:start|stop)(?: and |/| & )(?:start|stop)|how (?:long|much time)",
        r"(?:total|anesthesia|counseling|face-to-face) time|time (?:spent|requirement|threshold|rule)",
        r"based on time|by time\b|round(?:ed|ing)?(?: (?:the|up|of)){0,2} time|\w @ ?[0-9]{4}\b",
    ),
    Intent.EM_LEVEL: (
        r"e ?[/&]? ?m (?:level|codes? level|guideline|categor)",
        r"levels? (?:of (?:service|care|e/?m|visit)|[1-5]\b|(?:two|three|four|five)\b)|new (?:or|vs\.?|versus) est",
        r"(?:new|established) (?:patient|pt|to)\b|decision[- ]making|mdm\b|consult(?:s|ing|ation|ations)?\b",
        r"(?:high|low|moderate) complexity|(?:exam|history|hpi|ros) (?:elements?|bullets|component)",
        r"independent (?:historian|interpretation)",
        r"(?:observation|inpatient) (?:or|vs\.?|versus) (?:observation|inpatient|outpatient)",
        r"(?:initial|subsequent) (?:hospital|visit|care)",
    ),
    Intent.GLOBAL_PERIOD: (
        r"globals?\b|post-?op(?:erative)?\b|post-?surg|(?:10|90|ten|ninety)[- ]day|decision for surgery",
        r"return(?:ed|s)? to (?:the )?or\b|(?:cast|suture|staple|drain|stitch) removal",
        r"remov(?:al|e|es|ed|ing) (?:of )?(?:the |her |his |a )?(?:cast|suture|staple|stitch)",
        r"follow-?up (?:visits? )?(?:after|from|to) (?:the |a |an )?(?:surg|proced|operat|fractur)",
        r"days after (?:the )?(?:surg|proced)|fracture care",
    ),
    Intent.VALIDITY: (
        r"(?:in)?valid\b|(?:deleted|retired|obsolete|expired|terminated|superseded|sunset)\b|discontinued code",
        r"replaced (?:by|with) (?:code|cpt)|still (?:valid|active|use|used|billable|effective|current)",
        r"(?:new|revised|replacement) codes? (?:for|in|effective)|billable (?:code|dx|diag)",
        rf"(?:is|are|was|were) {_ANY}(?:,? (?:and|or) {_ANY})? (?:still |even |now |really |both )?{_FIT}\b",
        r"effective (?:date|for 20)|specific enough|[4-7]th (?:digit|character)|(?:active|good|current) codes?\b",
    ),
    Intent.REIMBURSEMENT: (
        r"reimburs|fee schedule|rvus?\b|conversion factor|allow(?:ed|able) (?:amount|charge)",
        r"how much (?:does|do|will|would|should|is|can)|payment (?:rate|amount|reduc|adjust)|underpa(?:id|yment)",
        r"pa(?:id|ys?) (?:at|less|more)\b|mppr\b|pays? for (?:the )?second",
    ),
    Intent.COMPLIANCE: (
        r"(?:il)?legal|complian(?:t|ce)|fraud|audit|oig\b|hipaa\b|stark\b|kickback|(?:over|re)payment",
        r"refund|upcod|in trouble|waiv(?:e|er|ing)|writ(?:e|ing|ten) (?:[^\s.?!]{1,20} ){0,3}off|incident[- ]to\b",
        r"justif(?:y|ication)|penalt(?:y|ies)|balance bill",
        r"(?:n't|not) meet (?:the )?(?:[^\s.?!]{1,20} ){0,2}(?:criteria|necessity|requirement)|allowed to",
        r"credential(?:ed|ing)\b",
    ),
}

_PATTERNS = {intent: re.compile(rf"\b(?:{'|'.join(ways)})") for intent, ways in ASKED_BY.items()}
_SMALL = {ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def read_intents(text: str, extraction: Extraction) -> tuple[IntentFound, ...]:
    """Return everything the question wants, in the order of `Intent`; OTHER alone when nothing decided."""
    question = _in_small_letters(text[:LONGEST_QUESTION])
    found = [
        one for intent in _PATTERNS if (one := _asked(intent, question, text) or _implied(intent, text, extraction))
    ]
    return tuple(found) or (IntentFound(Intent.OTHER, "", 0, 0),)


def _in_small_letters(text: str) -> str:
    """Return the text in lower case, character for character: some letters grow when made small."""
    small = text.lower()
    return small if len(small) == len(text) else text.translate(_SMALL)


def _asked(intent: Intent, question: str, text: str) -> IntentFound | None:
    words = _PATTERNS[intent].search(question)
    if not words:
        return None
    evidence = text[words.start() : words.end()].rstrip()
    return IntentFound(intent, evidence, words.start(), words.start() + len(evidence))


def _implied(intent: Intent, text: str, extraction: Extraction) -> IntentFound | None:
    """Return an intent that the codes themselves show: a modifier or units with one, a diagnosis beside a service."""
    place = _IMPLIED_BY[intent](extraction) if intent in _IMPLIED_BY else None
    return IntentFound(intent, text[place[0] : place[1]], *place) if place else None


def _a_modifier(extraction: Extraction) -> tuple[int, int] | None:
    places = [(one.start, one.end) for one in extraction.mentions if one.modifiers]
    places += [(one.start, one.end) for one in extraction.modifiers]
    return min(places, default=None)


def _some_units(extraction: Extraction) -> tuple[int, int] | None:
    return next(((one.start, one.end) for one in extraction.mentions if one.units), None)


def _a_diagnosis_beside_a_service(extraction: Extraction) -> tuple[int, int] | None:
    diagnosis = next((one for one in extraction.mentions if one.system is System.ICD_10_CM), None)
    service = any(one.system in {System.CPT, System.HCPCS} for one in extraction.mentions)
    return (diagnosis.start, diagnosis.end) if diagnosis and service else None


_IMPLIED_BY = {
    Intent.MODIFIER: _a_modifier,
    Intent.UNITS: _some_units,
    Intent.DIAGNOSIS_PAIRING: _a_diagnosis_beside_a_service,
}
