"""Reading the codes, modifiers, ranges, units and dates out of a text, as a careful coder would.

A number is a code unless its shape, the words around it or the way it goes on say otherwise (see `decoys`). Nothing is
looked up on disk and no clock is read; the same text and the same book give the same reading. The time taken grows with
the length of the text and with nothing else.
"""

import re
from collections.abc import Callable

from consultant.codes import dates, modifiers, reading, systems
from consultant.codes.entries import System
from consultant.codes.mentions import Extraction
from consultant.codes.page import Knows, open_page
from consultant.codes.reading import Reading
from consultant.codes.shapes import LETTERS_BEFORE, NUMBER, SUFFIXED, with_dot
from consultant.codes.surroundings import among_words
from consultant.codes.tails import hyphened

_CPT, _HCPCS, _ICD_10, _ICD_9 = System.CPT, System.HCPCS, System.ICD_10_CM, System.ICD_9_CM


def extract(text: str, knows: Knows | None = None) -> Extraction:
    """Return what a text names, each in order of appearance and each occurrence for itself.

    `knows` tells which code sets of the loaded book hold a code (upper-case, without its dot); without a book shape and
    context decide alone. ICD-10-CM codes come back with their dot, all codes in upper case. A mention's `start` to
    `end` covers the code itself; its modifiers and units are read from what stands around it.
    """
    page = open_page(text, knows)
    desk = Reading(page)
    for number in NUMBER.finditer(page.plain):
        if number.start() >= desk.end:
            _READERS[number.lastgroup](desk, number)
    return Extraction(
        tuple(desk.mentions),
        modifiers.named_alone(page, desk.modifier_places),
        tuple(desk.ranges),
        tuple(desk.dates),
        cut_short=desk.looks < 0,
    )


def _read_five_digits(desk: Reading, number: re.Match[str]) -> None:
    page, (start, end), code = desk.page, number.span(), number[0]
    if among_words(page, start, end):
        reading.note(desk, _CPT, code, start, end)
    elif (name := hyphened(page, end)) and among_words(page, start, end + 1 + len(name)):
        reading.note_modified(desk, code, start, end, name)
    elif reading.is_code(desk, start, end):
        reading.note_procedure(desk, _CPT, code, start, end)
    else:
        reading.pass_over(desk, start, end)


def _read_suffixed(desk: Reading, number: re.Match[str]) -> None:
    if SUFFIXED.fullmatch(number[0]):
        _read_five_digits(desk, number)
    else:
        reading.pass_over(desk, *number.span())


def _read_wrapped(desk: Reading, number: re.Match[str]) -> None:
    """Read a code that a line's end has split: `992-` and on the next line `13`."""
    start, end = number.span()
    code = "".join(filter(str.isdigit, number[0]))
    if reading.is_code(desk, start, end) and systems.is_wrapped_procedure(desk.page, code, start):
        reading.note_procedure(desk, _CPT, code, start, end)


def _read_letter_and_four(desk: Reading, number: re.Match[str]) -> None:
    page, start, end = desk.page, number.start() - 1, number.end()
    written, ordinary = page.plain[start:end], among_words(page, start, end)
    if not ordinary and not reading.is_code(desk, start, end):
        reading.pass_over(desk, start, end)
        return
    diagnosis = systems.is_diagnosis(page, written)
    if diagnosis is None:
        diagnosis = reading.among_diagnoses(desk, start) or systems.said(page, start) == "icd"
    system, code = (_ICD_10, with_dot(written)) if diagnosis else (_HCPCS, written)
    note = reading.note if ordinary else reading.note_diagnosis if diagnosis else reading.note_procedure
    note(desk, system, code, start, end)


def _read_dotted(desk: Reading, number: re.Match[str]) -> None:
    page, start, end = desk.page, number.start() - 1, number.end()
    written = page.plain[start:end]
    system = _ICD_9 if written[0] == "V" and systems.is_old(page, written, start) else _ICD_10
    if among_words(page, start, end):
        reading.note(desk, system, written, start, end)
    elif reading.is_code(desk, start, end):
        reading.note_diagnosis(desk, system, written, start, end)
    else:
        reading.pass_over(desk, start, end)


def _read_blanked(desk: Reading, number: re.Match[str]) -> None:
    """Read an ICD-10-CM code with a blank beside its dot (`M54. 16`), or else the category that ends a sentence."""
    page, start, end = desk.page, number.start() - 1, number.end()
    whole = "".join(page.plain[start:end].split())
    among = reading.among_diagnoses(desk, start)
    if reading.is_code(desk, start, end) and systems.is_blanked(page, whole, start, end, among_diagnoses=among):
        reading.note_diagnosis(desk, _ICD_10, whole, start, end)
    else:
        _read_by_context(desk, start, start + len("M54"), systems.read_dotless)


def _read_dotless(desk: Reading, number: re.Match[str]) -> None:
    _read_by_context(desk, number.start() - 1, number.end(), systems.read_dotless)


def _read_misdotted(desk: Reading, number: re.Match[str]) -> None:
    _read_by_context(desk, number.start() - 1, number.end(), systems.read_misdotted)


def _read_paired(desk: Reading, number: re.Match[str]) -> None:
    _read_by_context(desk, number.start() - LETTERS_BEFORE["paired"], number.end(), systems.read_paired)


def _read_old(desk: Reading, number: re.Match[str]) -> None:
    start = number.start() - LETTERS_BEFORE.get(number.lastgroup or "", 0)
    _read_by_context(desk, start, number.end(), systems.read_icd9)


def _read_operation(desk: Reading, number: re.Match[str]) -> None:
    start = number.start() - LETTERS_BEFORE.get(number.lastgroup or "", 0)
    _read_by_context(desk, start, number.end(), systems.read_operation)


def _read_by_context(desk: Reading, start: int, end: int, read: systems.Reader) -> None:
    """Read what is a code only if the words around it, the list it stands in or the book say so."""
    page = desk.page
    desk.looks -= 1
    if desk.looks < 0:
        return
    found = read(page, page.plain[start:end], start, among=reading.list_continued(desk, start))
    if found and reading.is_code(desk, start, end):
        system, code = found
        reading.note_diagnosis(desk, system, code, start, end)
    else:
        reading.pass_over(desk, end - 1, end)


def _read_date(desk: Reading, number: re.Match[str]) -> None:
    start = number.start()
    found = dates.date_in_digits(desk.page, start)
    if found:
        desk.dates.append(found)
    desk.end = found.end if found else reading.end_of_run(desk.page.plain, start)


def _read_year(desk: Reading, number: re.Match[str]) -> None:
    found = dates.date_before_year(desk.page, number.start())
    if found:
        desk.dates.append(found)
    else:
        reading.pass_over(desk, *number.span())


_READERS: dict[str | None, Callable[[Reading, re.Match[str]], None]] = {
    "cpt": _read_five_digits,
    "suffixed": _read_suffixed,
    "wrapped": _read_wrapped,
    "hcpcs": _read_letter_and_four,
    "dotted": _read_dotted,
    "blanked": _read_blanked,
    "category": _read_dotless,
    "dotless": _read_dotless,
    "misdotted": _read_misdotted,
    "paired": _read_paired,
    "icd9": _read_old,
    "external": _read_old,
    "operation": _read_operation,
    "imaging": _read_operation,
    "date": _read_date,
    "year": _read_year,
}
"""What reads a number of each shape; the names are those of the groups of `shapes.NUMBER`."""
