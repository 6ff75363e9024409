"""Every sentence a user can receive has its template."""

from collections import Counter

import pytest

from consultant.drafting.values import Intent
from scripts.tables import house_errors
from tests.house.tree import ROOT, shown

INTENTS = ROOT / "templates" / "letters" / "intents"


@pytest.mark.parametrize("intent", list(Intent))
def test_every_intent_has_its_template(intent: Intent) -> None:
    assert (INTENTS / f"{intent}.md.j2").is_file()


def test_no_template_stands_for_an_intent_there_is_not() -> None:
    known = {f"{intent}.md.j2" for intent in Intent}
    assert not [
        shown(path) for path in INTENTS.glob("*.md.j2") if path.name not in known and not path.name.startswith("_")
    ]


def test_every_error_is_a_sentence() -> None:
    sentences = {error: " ".join((error.__doc__ or "").split()) for error in house_errors()}
    assert not [error.__qualname__ for error, sentence in sentences.items() if not sentence.endswith((".", "?"))]


def test_every_error_says_something_else() -> None:
    sentences = Counter(error.__doc__ for error in house_errors())
    assert not [sentence for sentence, times in sentences.items() if times > 1]
