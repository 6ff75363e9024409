"""HTML letters as plain text: one pass, no parser that a stranger's bytes could slow down or break.

Paragraphs, list points, table cells and preformatted text keep their shape. A `blockquote` that cites becomes lines
that begin with `> `, so that quoted history reads the same in both kinds of letter. Nothing is fetched.
"""

import html
import re
from collections.abc import Iterator

MOST_QUOTE_LEVELS = 20
_LONGEST_TAG_NAME = 20

_TAG_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9:]{0,19})")
# No reference is longer; html.unescape itself would stumble over a number of five thousand digits.
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}(?![0-9])|#[xX][0-9a-fA-F]{1,6}(?![0-9a-fA-F])|[a-zA-Z][a-zA-Z0-9]{1,31});?")
# Editors use a bare blockquote for indenting; a quotation says so, or draws its line.
_CITED = re.compile(r"cite|quote[\"_\s-]|border-left|padding-left:\s{0,2}1ex", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_MANY_NEWLINES = re.compile(r"\n{3,}")

_SILENT = frozenset({"script", "style", "title", "template", "noscript", "object", "svg", "math"})
_NEW_LINE = frozenset(
    {"address", "article", "aside", "center", "dd", "div", "dl", "dt", "fieldset", "figure", "footer", "form"}
    | {"header", "li", "main", "nav", "ol", "section", "tr", "ul"},
)
_NEW_PARAGRAPH = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "pre", "blockquote"})
RULE = "_" * 32


def text_of_html(markup: str) -> str:
    """Return the text of an HTML letter, its lines separated by single line feeds."""
    page = _Page()
    for is_tag, piece in _pieces(markup):
        if is_tag:
            page.tag(piece)
        else:
            page.words(piece)
    return page.text()


def _pieces(markup: str) -> Iterator[tuple[bool, str]]:
    """Split markup into tags (without their angle brackets) and what stands between them."""
    position, end = 0, len(markup)
    while position < end:
        start = markup.find("<", position)
        if start < 0:
            break
        if start > position:
            yield False, markup[position:start]
        if markup.startswith("<!--", start):
            closed = markup.find("-->", start + 4)
            position = closed + 3 if closed >= 0 else end
        elif _TAG_NAME.match(markup, start + 1) or markup.startswith(("<!", "<?"), start):
            closed = _tag_end(markup, start)
            yield True, markup[start + 1 : closed]
            position = closed + 1
        else:
            yield False, "<"
            position = start + 1
    if position < end:
        yield False, markup[position:]


def _tag_end(markup: str, start: int) -> int:
    """Return where a tag's `>` stands; one inside a quoted attribute is passed over, a few times at most."""
    closed = markup.find(">", start)
    for _ in range(3):
        if closed < 0 or markup.count('"', start, closed) % 2 == 0:
            break
        quote = markup.find('"', closed)
        closed = markup.find(">", quote) if quote >= 0 else closed
        if quote < 0:
            break
    return closed if closed >= 0 else len(markup)


class _Page:
    """The text so far: finished lines, the line being written, and what we are inside of."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.quotes: list[bool] = []
        self.levels = 0
        self.silent = ""
        self.preformatted = 0

    def text(self) -> str:
        self.end_line()
        return _MANY_NEWLINES.sub("\n\n", "\n".join(self.lines)).strip("\n")

    def words(self, piece: str) -> None:
        if self.silent:
            return
        plain = _REFERENCE.sub(lambda match: html.unescape(match[0]), piece).replace("\xa0", " ")
        if self.preformatted:
            first, *rest = plain.replace("\r\n", "\n").split("\n")
            self.line.append(first)
            for line in rest:
                self.end_line(keep_blank=True)
                self.line.append(line)
            return
        flowing = _BLANKS.sub(" ", plain)
        if not self.line or self.line[-1].endswith(" "):
            flowing = flowing.removeprefix(" ")
        if flowing:
            self.line.append(flowing)

    def tag(self, piece: str) -> None:
        match = _TAG_NAME.match(piece)
        if match is None:
            return
        name, closing = match[1].lower(), piece.startswith("/")
        if self.silent or name in _SILENT:
            inside = not closing and not piece.endswith("/")
            self.silent = (name if inside else "") if not self.silent or self.silent == name else self.silent
        elif name == "br":
            self.end_line(keep_blank=True)
        elif name == "hr":
            self.end_line()
            self.line.append(RULE)
            self.end_line()
        elif name in ("td", "th") and self.line and not closing:
            self.line.append(" ")
        elif name in _NEW_PARAGRAPH:
            self.paragraph(name, piece[match.end() :], closing=closing)
        elif name in _NEW_LINE:
            self.end_line()
            if name == "li" and not closing:
                self.line.append("- ")

    def paragraph(self, name: str, attributes: str, *, closing: bool) -> None:
        self.end_line()
        if name == "blockquote":
            self.quote(attributes, closing=closing)
            return
        if name == "pre":
            self.preformatted = max(self.preformatted + (-1 if closing else 1), 0)
        if self.lines and self.lines[-1].strip("> "):
            self.blank_line()

    def quote(self, attributes: str, *, closing: bool) -> None:
        if not closing:
            self.quotes.append(bool(_CITED.search(attributes[:1000])))
            self.levels += self.quotes[-1]
        elif self.quotes:
            self.levels -= self.quotes.pop()

    def prefix(self) -> str:
        return "> " * min(self.levels, MOST_QUOTE_LEVELS)

    def end_line(self, *, keep_blank: bool = False) -> None:
        written = "".join(self.line).rstrip()
        self.line = []
        if written:
            self.lines.append(self.prefix() + written)
        elif keep_blank:
            self.blank_line()

    def blank_line(self) -> None:
        self.lines.append(self.prefix().rstrip())
