"""The parts of a letter, found again in its Markdown whatever a reviewer made of the headings."""

import re
from enum import StrEnum


class Section(StrEnum):
    """The parts of an answer in their order; the value is the heading the asker reads."""

    UNDERSTOOD = "Your question, as we understood it"
    SHORT = "Short answer"
    WHY = "Why"
    REPORT = "How to report it"
    DOCUMENT = "Document"
    CHANGES = "It changes if"
    ASKED = "Please tell us"
    SOURCES = "Sources"
    REVIEWED = "Reviewed by"
    NOTICE = "Notice"


_NAMES = {section.value.lower(): section for section in Section}
_MARKS = re.compile(r"^[#*\s]{0,8}(.{1,60}?)[:#*\s]{0,8}$")
_UNDERLINE = re.compile(r"^\s{0,3}[-=]{3,80}\s{0,3}$")


def sections_of(text: str) -> dict[Section, str]:
    """Return each known part's body; a heading may be underlined, marked with `#`, or bold on a line of its own."""
    lines = text.splitlines()
    heads = _headings(lines)
    bodies = {}
    ends = [*(at for at, _ in heads), len(lines)][1:]
    for (at, section), end in zip(heads, ends, strict=True):
        body = lines[at + 1 : end]
        bodies[section] = "\n".join(body[1:] if body and _UNDERLINE.match(body[0]) else body).strip()
    return bodies


def with_section(text: str, section: Section, part: str) -> str:
    """Return the letter with that part in its place, heading included; a part of that name already there gives way."""
    lines = without_section(text, section).splitlines()
    order = list(Section)
    later = order[order.index(section) + 1 :]
    at = next((at for at, found in _headings(lines) if found in later), len(lines))
    return "\n".join([*lines[:at], "", part, "", *lines[at:]])


def without_section(text: str, section: Section) -> str:
    """Return the letter without that part, heading included, however often it stands there."""
    lines = text.splitlines()
    heads = _headings(lines)
    start = next((at for at, found in heads if found is section), None)
    if start is None:
        return text
    end = next((at for at, _ in heads if at > start), len(lines))
    return without_section("\n".join(lines[:start] + lines[end:]), section)


def _headings(lines: list[str]) -> list[tuple[int, Section]]:
    """Return where each part begins: a line that is its name and looks like a heading."""
    found = []
    for at, line in enumerate(lines):
        named = _MARKS.match(line.strip())
        section = _NAMES.get(named.group(1).lower()) if named else None
        underlined = at + 1 < len(lines) and bool(_UNDERLINE.match(lines[at + 1]))
        if section and (underlined or line.lstrip().startswith(("#", "**"))):
            found.append((at, section))
    return found
