"""Where a letter says who wrote what follows: `On <date>, <name> wrote:`, on one line or wrapped over a few."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consultant.intake import quotations

_LONGEST = 5  # lines


@dataclass(frozen=True)
class Attribution:
    """Where it ends (the number of the line after it), and whether only a program writes so."""

    stop: int
    certain: bool


Attributions = Mapping[int, Attribution]


def find_attributions(lines: Sequence[str]) -> Attributions:
    """Return the attributions of a text by the number of the line they begin on."""
    found: dict[int, Attribution] = {}
    for last, line in enumerate(lines):
        if not quotations.closes_attribution(line) or quotations.is_quote(line):
            continue
        for first in range(_earliest(lines, last), last + 1):
            if _attributes(lines, first, last + 1):
                certain = quotations.is_certain(_joined(lines[first : last + 1]))
                found.setdefault(first, Attribution(last + 1, certain))
                break
    return found


def _earliest(lines: Sequence[str], last: int) -> int:
    """Return the first line of the paragraph a line is in, a few lines up at most."""
    first = last
    while (
        first > max(last - _LONGEST + 1, 0) and lines[first - 1].strip() and not quotations.is_quote(lines[first - 1])
    ):
        first -= 1
    return first


def _attributes(lines: Sequence[str], first: int, stop: int) -> bool:
    opens = quotations.opens_attribution(lines[first])
    whole_paragraph = first == 0 or not lines[first - 1].strip() or quotations.is_quote(lines[first - 1])
    if not opens and not ((whole_paragraph or stop == first + 1) and quotations.may_open_attribution(lines[first])):
        return False
    if not quotations.is_attribution(_joined(lines[first:stop])):
        return False
    # The nearest opening counts: what stands before it in the same paragraph is the writer's own.
    later = (number for number in range(first + 1, stop) if quotations.opens_attribution(lines[number]))
    return not any(quotations.is_attribution(_joined(lines[number:stop])) for number in later)


def _joined(lines: Sequence[str]) -> str:
    return " ".join(line[:500].strip() for line in lines)
