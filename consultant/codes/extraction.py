"""Reading the codes, modifiers, ranges, units and dates out of a text, as a careful coder would.

A number is a code unless its shape, the words around it or the way it goes on say otherwise (see `decoys`). Nothing is
looked up on disk and no clock is read; the same text and the same book give the same reading. The time taken grows with
the length of the text and with nothing else.
"""

import re
from dataclasses import dataclass, field

from consultant.codes import dates, modifiers, systems
from consultant.codes.decoys import decoy
from consultant.codes.entries import System
from consultant.codes.mentions import DateMention, Extraction, Mention, RangeMention
from consultant.codes.page import Knows, Page, open_page
from consultant.codes.shapes import CODE, ICD_RANGE_END, NUMBER, RUN
from consultant.codes.tails import Tail, read_tail, units_before

_JOINING = frozenset("-/.")
_JOINED_WORD = re.compile(r"(?<![A-Z0-9])(?:CPT|HCPCS|CODES?|DX|ICD|ICD10|PROC|NON|PRE|POST)-\Z")  # "CPT-99213"


@dataclass(slots=True)
class _Reading:
    """One text on the desk: where reading stands, and what was found so far."""

    page: Page
    units_are_said: bool
    mentions: list[Mention] = field(default_factory=list)
    ranges: list[RangeMention] = field(default_factory=list)
    dates: list[DateMention] = field(default_factory=list)
    modifier_places: set[int] = field(default_factory=set)
    end: int = 0  # everything before it has been read
    last: Mention | RangeMention | None = None


def extract(text: str, knows: Knows | None = None) -> Extraction:
    """Return what a text names, each in order of appearance and each occurrence for itself.

    `knows` tells which code sets of the loaded book hold a code (upper-case, without its dot); without a book shape and
    context decide alone. ICD-10-CM codes come back with their dot, all codes in upper case. A mention's `start` to
    `end` covers the code itself; its modifiers and units are read from what stands around it.
    """
    reading = _Reading(open_page(text, knows), "UNIT" in text or "unit" in text or "Unit" in text)
    _read_numbers(reading)
    return Extraction(
        tuple(reading.mentions),
        modifiers.named_alone(reading.page, frozenset(reading.modifier_places)),
        tuple(reading.ranges),
        tuple(reading.dates),
    )


def _read_numbers(reading: _Reading) -> None:
    plain = reading.page.plain
    for number in NUMBER.finditer(plain):
        start, group = number.start(), number.lastgroup
        if group is None or start < reading.end:
            continue
        if group in {"date", "year"}:
            _read_date(reading, start)
        elif not _read_code(reading, start - 1 if group == "lettered" else start):
            reading.end = _end_of_run(plain, start)


def _end_of_run(plain: str, start: int) -> int:
    run = RUN.match(plain, start)
    return run.end() if run else start


def _read_date(reading: _Reading, start: int) -> None:
    found = dates.date_in_digits(reading.page, start) or dates.date_before_year(reading.page, start)
    if found:
        reading.dates.append(found)
    reading.end = found.end if found else _end_of_run(reading.page.plain, start)


def _read_code(reading: _Reading, start: int) -> bool:
    """Read the code that begins at `start`, with what belongs to it; False when there is none."""
    page = reading.page
    written = CODE.match(page.plain, start)
    if not written or not _begins_there(reading, start) or decoy(page, start, written.end()):
        return False
    read = _system_of(reading, written)
    if not read:
        return False
    system, code = read
    if system in {System.CPT, System.HCPCS}:
        return _note_procedure(reading, system, code, start, read_tail(page, code, _past_plural(page, written.end())))
    return _note_diagnosis(reading, system, code, start, written.end())


def _begins_there(reading: _Reading, start: int) -> bool:
    """Tell whether a code may begin at `start`: not in the middle of a number, unless what stands before was read."""
    plain = reading.page.plain
    before = plain[start - 1 : start]
    if before not in _JOINING:
        return True
    earlier = plain[max(0, start - 2) : start - 1]
    if not earlier.isalnum() or (reading.last and start - 1 == reading.end):
        return True
    if before == "-":
        return _JOINED_WORD.search(plain, max(0, start - 10), start) is not None
    return not earlier.isdigit()


def _system_of(reading: _Reading, written: re.Match[str]) -> systems.Read | None:
    page, start, shape = reading.page, written.start(), written.lastgroup
    if shape == "dotted":
        return systems.read_dotted(page, written[0], start)
    if shape == "misdotted":
        return systems.read_misdotted(page, written[0])
    among = _among_diagnoses(reading, start)
    if shape == "icd9":
        return systems.read_icd9(page, written[0], start, among_diagnoses=among)
    if shape == "dotless":
        return systems.read_dotless(page, written[0], start, among_diagnoses=among)
    return systems.read_procedure(page, written[0], start, among_diagnoses=among)


def _among_diagnoses(reading: _Reading, start: int) -> bool:
    """Tell whether the code at `start` continues a list of diagnoses."""
    last = reading.last
    if last is None or last.system not in {System.ICD_10_CM, System.ICD_9_CM}:
        return False
    return systems.follows_in_list(reading.page.plain, last.end, start)


def _past_plural(page: Page, end: int) -> int:
    """Return the end of a code with the plural people give it: `99214s`."""
    return end + 1 if page.text[end : end + 1] == "s" else end


def _note_procedure(reading: _Reading, system: System, code: str, start: int, tail: Tail) -> bool:
    if tail.broken:
        return False
    plain, text = reading.page.plain, reading.page.text
    reading.modifier_places.update(tail.places)
    reading.end = tail.end
    if tail.last:
        _note_range(reading, RangeMention(system, code, tail.last, start, tail.end))
        return True
    units = tail.units
    if units is None and (reading.units_are_said or plain[max(0, start - 2) : start] == "X "):
        units = units_before(plain, start)
    written = [(code, start, start + len(code)), *tail.further]
    for one, begin, end in written[:-1]:
        reading.mentions.append(Mention(system, one, begin, end, text[begin:end]))
    one, begin, end = written[-1]
    reading.last = Mention(system, one, begin, end, text[begin:end], tuple(dict.fromkeys(tail.modifiers)), units)
    reading.mentions.append(reading.last)
    return True


def _note_diagnosis(reading: _Reading, system: System, code: str, start: int, end: int) -> bool:
    ended = ICD_RANGE_END.match(reading.page.plain, end) if system is System.ICD_10_CM else None
    if ended and ended["last"] > code:
        _note_range(reading, RangeMention(system, code, ended["last"], start, ended.end()))
    else:
        reading.last = Mention(system, code, start, end, reading.page.text[start:end])
        reading.mentions.append(reading.last)
        reading.end = end
    return True


def _note_range(reading: _Reading, found: RangeMention) -> None:
    reading.ranges.append(found)
    reading.last, reading.end = found, found.end
