"""The parts of a letter are found again whatever a reviewer made of the headings."""

import pytest

from consultant.drafting.sections import Section, sections_of, with_section, without_section
from consultant.rendering import templates_folder


@pytest.mark.parametrize("heading", ["Sources\n-------", "## Sources", "**Sources**", "**Sources:**", "### Sources:"])
def test_a_heading_may_be_underlined_marked_or_bold(heading: str) -> None:
    assert sections_of(f"Hello.\n\n{heading}\n\n- [1] One.\n")[Section.SOURCES] == "- [1] One."


def test_the_word_alone_is_no_heading() -> None:
    assert sections_of("Why\nnot?\n\nSources\nare listed below.") == {}


def test_a_part_takes_its_place_in_the_order_of_a_letter() -> None:
    letter = "Sources\n---\n\n- [1]\n\nNotice\n---\n\nN."
    signed = with_section(letter, Section.REVIEWED, "Reviewed by\n---\n\nAda.")
    assert list(sections_of(signed)) == [Section.SOURCES, Section.REVIEWED, Section.NOTICE]


def test_a_part_is_taken_out_however_often_it_stands_there() -> None:
    twice = "## Why\n\nA.\n\n## Sources\n\n- [1]\n\n## Why\n\nB."
    assert list(sections_of(without_section(twice, Section.WHY))) == [Section.SOURCES]


def test_every_part_is_a_heading_some_template_writes() -> None:
    written = "".join(path.read_text(encoding="utf-8") for path in (templates_folder() / "letters").glob("*.j2"))
    assert not [section for section in Section if f'section("{section}"' not in written]
