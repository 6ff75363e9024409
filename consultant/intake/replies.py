"""What of a letter is new, what is quoted history and what is a signature: spans that cover the text, nothing deleted.

Losing a line of the question is worse than leaking a quotation: what is not clearly history is new, text after a marked
quotation is new again, and a forwarded letter under a few words is what its sender asks about. One pass over the lines.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from consultant.intake import quotations
from consultant.intake.attributions import Attributions, find_attributions
from consultant.intake.mail import Span

_MOST_LINES = 10_000  # no letter is longer; what follows is as the line before it
_LONGEST_SIGNATURE = 12  # lines with something on them
_LONGEST_FOOTER = 5  # lines with something on them
_SIGNATURE_WINDOW = 40  # lines, blank ones included
_HEADER_WINDOW = 9  # lines a quoted header may take, blank ones included
_ENOUGH_KEYS = 3  # two could be a sentence and its list
_RULE_WINDOW = 3  # lines from a drawn line to the header below it


@dataclass(frozen=True)
class Separated:
    """The spans of a text, each kind in order; together they cover it."""

    new: tuple[Span, ...]
    quoted: tuple[Span, ...]
    signature: tuple[Span, ...]


class _Mark(StrEnum):
    NEW = "new"
    QUOTED = "quoted"
    SIGNATURE = "signature"


def separate(text: str) -> Separated:
    """Separate a text with single line feeds into new, quoted and signature spans that cover all of it."""
    lines = list(_lines(text))
    marks = _marked(lines[:_MOST_LINES])
    marks += [_Mark.QUOTED if marks[-1:] == [_Mark.QUOTED] else _Mark.NEW] * (len(lines) - len(marks))
    if _Mark.NEW not in {mark for mark, line in zip(marks, lines, strict=True) if line.strip()}:
        # A letter that is nothing but history is a forward in disguise: its question is in there.
        marks = [_Mark.NEW if mark is _Mark.QUOTED else mark for mark in marks]
    spans: dict[_Mark, list[Span]] = {mark: [] for mark in _Mark}
    for mark, span in _spans(lines, marks):
        spans[mark].append(span)
    return Separated(tuple(spans[_Mark.NEW]), tuple(spans[_Mark.QUOTED]), tuple(spans[_Mark.SIGNATURE]))


def _lines(text: str) -> Iterator[str]:
    """Split a text into lines that keep their ends; `thanks! On <date> <name> wrote:` is two of them."""
    for line in text.splitlines(keepends=True):
        cut = quotations.shared_line(line)
        yield from (line[:cut], line[cut:]) if cut else (line,)


def _spans(lines: Sequence[str], marks: Sequence[_Mark]) -> Iterator[tuple[_Mark, Span]]:
    position = 0
    for mark, numbers in groupby(range(len(lines)), key=marks.__getitem__):
        end = position + sum(len(lines[number]) for number in numbers)
        yield mark, Span(position, end)
        position = end


def _marked(lines: Sequence[str]) -> list[_Mark]:
    """Give each line its mark: history from a clear beginning to the end, marked quotations, then signatures."""
    above = _leading_header(lines)
    attributions = find_attributions(lines)
    history = _history_start(lines, attributions, above)
    marks = [_Mark.NEW] * history + [_Mark.QUOTED] * (len(lines) - history)
    marks[:above] = [_Mark.QUOTED] * above
    _mark_quotations(lines, attributions, marks, history)
    _mark_signatures(lines, marks)
    return marks


def _leading_header(lines: Sequence[str]) -> int:
    """Return where the text begins in a letter that opens with what usually opens history: a forward without a word."""
    number = _next_written(lines, 0)
    if number < len(lines) and (quotations.begins_history(lines[number]) or quotations.is_rule(lines[number])):
        number = _next_written(lines, number + 1)
    length = _quoted_header_length(lines, number)
    return number + length if length else 0


def _history_start(lines: Sequence[str], attributions: Attributions, start: int) -> int:
    """Return the line from which on everything is history, or the number of lines."""
    for number in range(start, len(lines)):
        line = lines[number]
        if number not in attributions and not quotations.may_begin(line):
            continue
        if quotations.begins_forward(line) and quotations.points_below(" ".join(lines[max(number - 40, 0) : number])):
            break  # A few words that hand on a letter: what they hand on is the question.
        if _begins_history(lines, attributions, number):
            return number
    return len(lines)


def _begins_history(lines: Sequence[str], attributions: Attributions, number: int) -> bool:
    line = lines[number]
    if quotations.begins_forward(line) or quotations.begins_history(line) or quotations.asks_to_write_above(line):
        return True
    if _quoted_header_length(lines, number):
        return True
    if quotations.is_rule(line):
        following = _next_written(lines, number + 1)
        return following - number <= _RULE_WINDOW and bool(_quoted_header_length(lines, following))
    attribution = attributions.get(number)
    if attribution is None or not attribution.certain:
        return False
    following = _next_written(lines, attribution.stop)
    return following < len(lines) and not quotations.is_quote(lines[following])


def _quoted_header_length(lines: Sequence[str], number: int) -> int:
    """Return how many lines the quoted From, Date, To, Subject take that begin here; 0 when none do.

    Three of them must be there in any order, From among them; From with an address and the date next to it will do.
    """
    if number >= len(lines) or not quotations.field_of(lines[number]):
        return 0
    keys = [quotations.field_of(line) for line in lines[number : number + _HEADER_WINDOW]]
    kinds = set(keys) - {"", "copy"}
    beside = keys[:2] == ["from", "date"] and "@" in lines[number]
    if "from" not in kinds or not (len(kinds) >= _ENOUGH_KEYS or beside):
        return 0
    return max(place for place, key in enumerate(keys) if key) + 1


def _mark_quotations(lines: Sequence[str], attributions: Attributions, marks: list[_Mark], end: int) -> None:
    """Mark the lines that begin with `>` before `end`, what introduces them, and blanks and broken links among them."""
    number = 0
    while number < end:
        attribution = attributions.get(number)
        following = _next_written(lines, attribution.stop) if attribution else number
        if following < end and quotations.is_quote(lines[following]):
            stop = _quotation_end(lines, following, end)
            marks[number:stop] = [_Mark.QUOTED] * (stop - number)
            number = stop
        else:
            number += 1


def _quotation_end(lines: Sequence[str], number: int, end: int) -> int:
    """Return the line after the last quoted one, blank lines and wrapped links between quoted lines included."""
    stop = number
    while number < end:
        if quotations.is_quote(lines[number]):
            stop = number = number + 1
            continue
        following = _next_written(lines, number)
        if following < end and quotations.is_quote(lines[following]):
            number = following
        elif number == stop and number + 1 < end and _is_torn(lines, number):
            number += 1
        else:
            break
    return stop


def _is_torn(lines: Sequence[str], number: int) -> bool:
    return quotations.is_wrapped_link(lines[number]) and quotations.is_quote(lines[number + 1])


def _mark_signatures(lines: Sequence[str], marks: list[_Mark]) -> None:
    """Mark what follows `-- ` up to the next quotation when it is short, and the lines that name a telephone."""
    for number, line in enumerate(lines):
        if marks[number] is not _Mark.NEW:
            continue
        if quotations.begins_signature(line):
            window = range(number, min(number + _SIGNATURE_WINDOW, len(lines)))
            stop = next((n for n in window if marks[n] is not _Mark.NEW), window.stop)
            ends = stop == len(lines) or marks[stop] is not _Mark.NEW
            if ends and _is_signature(lines[number + 1 : stop]):
                marks[number:stop] = [_Mark.SIGNATURE] * (stop - number)
        elif quotations.is_rule(line) and _is_list_footer(lines[number + 1 : number + _SIGNATURE_WINDOW]):
            marks[number:] = [mark if mark is _Mark.QUOTED else _Mark.SIGNATURE for mark in marks[number:]]
            return
        elif quotations.names_device(line):
            marks[number] = _Mark.SIGNATURE


def _is_signature(lines: Sequence[str]) -> bool:
    written = [line for line in lines if line.strip()]
    return len(written) <= _LONGEST_SIGNATURE and not any("?" in line and "://" not in line for line in written)


def _is_list_footer(lines: Sequence[str]) -> bool:
    written = [line for line in lines if line.strip()]
    return (
        len(lines) < _SIGNATURE_WINDOW - 1
        and len(written) <= _LONGEST_FOOTER
        and any(map(quotations.names_list, written))
    )


def _next_written(lines: Sequence[str], number: int) -> int:
    """Return the next line from here on that is not blank, or the number of lines."""
    while number < len(lines) and quotations.is_blank(lines[number]):
        number += 1
    return number
