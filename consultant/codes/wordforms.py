"""Words that would do for one asked, found by its letters: kin from the same root, the known parts of a compound.

Medical words are built of Greek and Latin parts: who asks for trichomonas means trichomonal too, and prosopagnosia is
an agnosia.
"""

from bisect import bisect_left
from collections.abc import Collection, Sequence

SHORTEST = 6  # letters: a shorter word shares its beginning with too many others
_BEGINNING = 5  # letters that kin share at least
_ENDING = 4  # letters in which kin may differ
_MOST = 12


def kin(word: str, vocabulary: Sequence[str]) -> list[str]:
    """Return the words of a sorted vocabulary that begin as this one does: `trichomonal` for `trichomonas`."""
    if len(word) < SHORTEST or not word.isalpha():
        return []
    beginning = word[: max(_BEGINNING, len(word) - _ENDING)]
    at = bisect_left(vocabulary, beginning)
    near = (one for one in vocabulary[at : at + _MOST] if one.startswith(beginning))
    return [one for one in near if one != word and len(one) <= len(word) + _ENDING]


def parts(word: str, known: Collection[str]) -> list[str]:
    """Return the longest known words that one ends and begins with: `agnosia` for `prosopagnosia`."""
    ends = (word[at:] for at in range(2, len(word) - _BEGINNING))
    begins = (word[:at] for at in range(len(word) - 1, _BEGINNING, -1))
    found = (next((part for part in either if part in known), "") for either in (ends, begins))
    return [part for part in found if part]
