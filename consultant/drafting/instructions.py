"""The instructions the tabular list prints at a code: what comes first, what beside it, what its 7th character says."""

from collections.abc import Iterable, Iterator

from consultant.codes.entries import Entry, Note, NoteKind
from consultant.drafting.findings import Finding, Kind, read_from

_LONGEST = 260  # characters of an instruction quoted in a letter

INSTRUCTIONS = {
    NoteKind.CODE_FIRST: Kind.CODE_FIRST,
    NoteKind.USE_ADDITIONAL: Kind.USE_ADDITIONAL,
    NoteKind.CODE_ALSO: Kind.CODE_ALSO,
    NoteKind.SEVENTH_CHARACTER: Kind.SEVENTH_CHARACTER,
}


def instructions(entry: Entry) -> Iterator[Finding]:
    """Yield what the tabular list tells to do at the code, its subcategory or category, not at block or chapter."""
    if entry.release is None:
        return
    for note_kind, kind in INSTRUCTIONS.items():
        if kind is Kind.SEVENTH_CHARACTER and entry.billable:
            continue  # the code has its 7th character already
        for printed_at, notes in _by_place(entry, note_kind).items():
            codes = (entry.code, *(code for note in notes for code in note.refers_to), printed_at)
            values = {"places": (printed_at,), "text": _joined(notes)}
            yield read_from(kind, tuple(dict.fromkeys(codes)), entry.release, values)


def inclusions(entry: Entry) -> Iterator[Finding]:
    """Yield what else the tabular list places under the code itself."""
    if entry.release is None:
        return
    notes = [note for note in entry.notes if note.printed_at == entry.code]
    notes = [note for note in notes if note.kind in {NoteKind.INCLUDES, NoteKind.INCLUSION_TERM}]
    if notes:
        yield read_from(Kind.INCLUDES, (entry.code,), entry.release, {"entry": entry, "text": _joined(notes)})


def _by_place(entry: Entry, kind: NoteKind) -> dict[str, list[Note]]:
    category = entry.code[:3]
    places: dict[str, list[Note]] = {}
    for note in entry.notes:
        if note.kind is kind and note.printed_at.startswith(category) and "-" not in note.printed_at:
            places.setdefault(note.printed_at, []).append(note)
    return places


def _joined(notes: Iterable[Note]) -> str:
    """Return the notes as one line, cut between two of them when it grows too long to read."""
    line, left_out = "", 0
    for note in notes:
        longer = f"{line}{' ' if line.endswith(':') else '; '}{note.text}" if line else note.text
        if line and (left_out or len(longer) > _LONGEST):
            left_out += 1
        else:
            line = longer
    return f"{line}; and {left_out} more" if left_out else line
