"""The style and the script: readable in both schemes, and asking no other host for anything."""

import re
from itertools import product

import pytest

from consultant.web.app import STATIC

STYLE = (STATIC / "style.css").read_text(encoding="utf-8")
SCRIPT = "".join(script.read_text(encoding="utf-8") for script in sorted(STATIC.glob("*.js")))
GROUNDS = ("ground", "sheet")
PAIRS = [
    *product(("ink", "quiet", "accent", "good", "warm", "hot"), GROUNDS),
    ("accent-ink", "accent"),
    ("sheet", "warm"),
    ("sheet", "hot"),
    ("accent", "accent-soft"),
    ("good", "good-soft"),
    ("warm", "warm-soft"),
    ("hot", "hot-soft"),
    ("ink", "mark"),
    ("ink", "line"),
    *product(("ink",), ("accent-soft", "good-soft", "warm-soft", "hot-soft")),
    *product(("quiet",), ("accent-soft", "warm-soft")),
]
AA = 4.5  # WCAG 2.2, 1.4.3


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_can_be_read_on_its_ground(scheme: int, text: str, ground: str) -> None:
    palette = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)[scheme]
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", palette))
    assert contrast(colours[text], colours[ground]) >= AA


def test_style_and_script_ask_no_other_host() -> None:
    for text in (STYLE, SCRIPT):
        assert "//" not in re.sub(r"^\s*// .*$|\s// .*$", "", text, flags=re.MULTILINE)
        assert "@import" not in text


def test_the_script_runs_nothing_it_was_sent() -> None:
    assert not re.search(r"\beval\(|\bFunction\(|document\.write|insertAdjacentHTML|setTimeout\(\s*[\"'`]", SCRIPT)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2, "contrast ratio")."""
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    red, green, blue = (_linear(int(digits[at : at + 2], 16) / 255) for at in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
