"""One text on the desk: where reading stands, what was found so far, and how a find is noted down."""

import re
from dataclasses import dataclass, field

from consultant.codes import systems
from consultant.codes.decoys import decoy
from consultant.codes.entries import System
from consultant.codes.mentions import DateMention, Mention, RangeMention
from consultant.codes.numbered import NumberedLines
from consultant.codes.page import Page
from consultant.codes.shapes import ICD_RANGE_END, RUN
from consultant.codes.tails import Tail, has_tail, read_tail, units_before

CLOSE_LOOKS = 30_000
"""How many numbers of one text are looked at closely; what comes later is read where it stands among plain words.

The longest genuine remittance has a tenth of it. It keeps the time for a megabyte made to be hard under half a second.
"""

_JOINING = frozenset("-/.")
_JOINED_WORD = re.compile(r"(?<![A-Z0-9])(?:CPT|HCPCS|CODES?|DX|ICD|ICD10|PROC|NON|PRE|POST)-\Z")  # "CPT-99213"
_ICD_10, _ICD_9 = System.ICD_10_CM, System.ICD_9_CM


@dataclass(slots=True)
class Reading:
    """One text on the desk: where reading stands, and what was found so far."""

    page: Page
    mentions: list[Mention] = field(default_factory=list)
    ranges: list[RangeMention] = field(default_factory=list)
    dates: list[DateMention] = field(default_factory=list)
    modifier_places: set[int] = field(default_factory=set)
    end: int = 0  # everything before it has been read
    looks: int = CLOSE_LOOKS  # that are left
    last: Mention | RangeMention | None = None
    lines: NumberedLines | None = None  # made when a line's number is first met


def is_code(reading: Reading, start: int, end: int) -> bool:
    """Tell, from a close look, whether a code begins where the shape of one was found, and it is nothing else."""
    plain = reading.page.plain
    reading.looks -= 1
    if reading.looks < 0 or (start and plain[start - 1] in _JOINING and not _begins_there(reading, start)):
        return False
    return not decoy(reading.page, start, end)


def list_continued(reading: Reading, start: int) -> System | None:
    """Return the code set of the list that the code at `start` continues, if it continues one."""
    last = reading.last
    if last is None or start - last.end > systems.LONGEST_JOINT:
        return None
    return last.system if systems.follows_in_list(reading.page.plain, last.end, start) else None


def among_diagnoses(reading: Reading, start: int) -> bool:
    """Tell whether the code at `start` continues a list of diagnoses."""
    system = list_continued(reading, start)
    return system is _ICD_10 or system is _ICD_9


def pass_over(reading: Reading, start: int, end: int) -> None:
    """Leave the number between two places alone, and with it all that is joined to it."""
    if reading.page.plain[end : end + 1] in _JOINING:
        reading.end = end_of_run(reading.page.plain, start)


def end_of_run(plain: str, start: int) -> int:
    """Return the end of all that is written without a break from a digit or letter on."""
    run = RUN.match(plain, start)
    return run.end() if run else start


def note(reading: Reading, system: System, code: str, start: int, end: int) -> None:
    """Note a code that stands for itself alone."""
    reading.last = found = Mention(system, code, start, end, reading.page.text[start:end])
    reading.mentions.append(found)
    reading.end = end


def note_modified(reading: Reading, code: str, start: int, end: int, modifier: str) -> None:
    """Note a CPT code with nothing but one modifier behind a hyphen."""
    reading.last = found = Mention(System.CPT, code, start, end, reading.page.text[start:end], (modifier,))
    reading.mentions.append(found)
    reading.modifier_places.add(end + 1)
    reading.end = end + 1 + len(modifier)


def note_diagnosis(reading: Reading, system: System, code: str, start: int, end: int) -> None:
    """Note a diagnosis, or the range of diagnoses that begins with it."""
    ended = ICD_RANGE_END.match(reading.page.plain, end) if system is _ICD_10 else None
    if ended and ended["last"] > code:
        reading.last = found = RangeMention(system, code, ended["last"], start, ended.end())
        reading.ranges.append(found)
        reading.end = found.end
    else:
        note(reading, system, code, start, end)


def note_procedure(reading: Reading, system: System, code: str, start: int, end: int) -> None:
    """Note a CPT or HCPCS code with all that belongs to it; a tail may show that it is none, or begins a range."""
    page = reading.page
    after = end + (page.text[end : end + 1] == "s")  # the plural people give a code: `99214s`
    tail = read_tail(page, code, after) if has_tail(page.plain, after) else Tail(after)
    if tail.broken:
        reading.end = end_of_run(page.plain, start)
        return
    reading.modifier_places.update(tail.places)
    reading.end = tail.end
    if tail.last:
        reading.last = found = RangeMention(system, code, tail.last, start, tail.end)
        reading.ranges.append(found)
    else:
        _note_with(reading, system, [(code, start, end), *tail.further], tail)


def _note_with(reading: Reading, system: System, written: list[tuple[str, int, int]], tail: Tail) -> None:
    """Note the codes written in one; what stands behind the last one belongs to that."""
    text = reading.page.text
    for one, begin, stop in written[:-1]:
        reading.mentions.append(Mention(system, one, begin, stop, text[begin:stop]))
    one, begin, stop = written[-1]
    units = tail.units if tail.units is not None else units_before(reading.page, written[0][1])
    named = tuple(dict.fromkeys(tail.modifiers))
    reading.last = found = Mention(system, one, begin, stop, text[begin:stop], named, units)
    reading.mentions.append(found)


def _begins_there(reading: Reading, start: int) -> bool:
    """Tell whether a code may begin behind a joining sign: not inside a number, unless what stands before was read."""
    plain = reading.page.plain
    earlier = plain[max(0, start - 2) : start - 1]
    if not earlier.isalnum() or (reading.last and start - 1 == reading.end):
        return True
    if plain[start - 1] == "-":
        return _JOINED_WORD.search(plain, max(0, start - 10), start) is not None
    return not earlier.isdigit() or (plain[start - 1] == "." and _behind_its_number(reading, start))


def _behind_its_number(reading: Reading, start: int) -> bool:
    if reading.lines is None:
        reading.lines = NumberedLines(reading.page.plain)
    return reading.lines.number_before(start)
