"""From values to words: the only room that speaks Jinja and Markdown.

Every sentence a user can receive lies in `templates/`; this room fills them in and never invents one. A template that
speaks of something it was not given is an error that names both, never a blank in a letter. A letter is one Markdown
text; its HTML is rendered from that text inside one layout, and holds no image, no script and no relative link.
"""

import calendar
import html
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from traceback import extract_tb

import nh3
from jinja2 import (
    BaseLoader,
    FileSystemLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
)
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from consultant.errors import HouseError

LAYOUT = "mail/layout.html.j2"

_TAGS = {
    "a",
    "blockquote",
    "br",
    "code",
    "em",
    "h1",
    "h2",
    "h3",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "strong",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
}
_SCHEMES = {"https", "http", "mailto"}


class TemplatesMissingError(HouseError):
    """There is no folder of letter templates at {folder}: restore it from the release, or install the service again."""


class TemplateMissingError(HouseError):
    """The template {template} does not exist: restore it in the templates folder, or correct the name."""


class TemplateBrokenError(HouseError):
    """The template {template} cannot be read, line {line}: {reason}. Correct it and try again."""


class TemplateUnsafeError(HouseError):
    """The template {template} reaches for something it may not touch: {reason}."""


class TemplateValueMissingError(HouseError):
    """The template {template} speaks of something it was not given: {reason}. Correct the name in the template."""


def templates_folder() -> Path:
    """Return where the templates lie: packed beside the modules when installed, else at the top of the checkout."""
    house = Path(__file__).resolve().parent
    folder = next((found for found in (house / "templates", house.parent / "templates") if found.is_dir()), None)
    if folder is None:
        raise TemplatesMissingError(folder=house / "templates")
    return folder


class Renderer:
    """Fills in the templates of one folder; each is compiled once and kept, so a changed file needs a new renderer.

    Values may be read and looped over in the sandbox, never changed.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise TemplatesMissingError(folder=folder)
        loader = FileSystemLoader(folder)
        self._plain = _environment(loader, autoescape=False)
        self._escaping = _environment(loader, autoescape=True)

    def text(self, name: str, **values: object) -> str:
        """Return the template filled in as plain text or Markdown: nothing is escaped, outer blank lines are gone."""
        return _filled(self._plain, name, values).strip()

    def html(self, name: str, **values: object) -> str:
        """Return the template filled in as HTML: every value is escaped unless marked safe."""
        return _filled(self._escaping, name, values)

    def letter_html(self, text: str, subject: str) -> str:
        """Return a whole HTML document for a letter: its Markdown rendered safely inside the one layout."""
        # nh3 has cleaned the body; the layout marks exactly this one value as safe.
        return self.html(LAYOUT, body=markdown_to_html(text), subject=subject)

    def knows(self, name: str) -> bool:
        """Tell whether there is a template of that name."""
        try:
            self._plain.get_template(name)
        except TemplateNotFound:
            return False
        return True


def markdown_to_html(text: str) -> str:
    """Return the safe subset of CommonMark with tables as HTML.

    HTML in the text is shown as text, an image becomes its caption, and only absolute `http`, `https` and `mailto`
    links stay links (the text of any other is kept).
    """
    return nh3.clean(
        _markdown().render(text),
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        attribute_filter=_absolute_links,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )


def spelled_day(day: date) -> str:
    """Return a day as American letters write it: `November 23, 2026`."""
    return f"{calendar.month_name[day.month]} {day.day}, {day.year}"


def listed(words: Iterable[object], last: str = "and") -> str:
    """Return `A`, `A and B` or `A, B and C`."""
    *first, end = [str(word) for word in words] or [""]
    return f"{', '.join(first)} {last} {end}" if first else end


def _environment(loader: BaseLoader, *, autoescape: bool) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=loader,
        autoescape=autoescape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        auto_reload=False,
        cache_size=-1,
    )
    environment.filters["day"] = spelled_day
    environment.filters["listed"] = listed
    return environment


def _filled(environment: ImmutableSandboxedEnvironment, name: str, values: dict[str, object]) -> str:
    try:
        return environment.get_template(name).render(values)
    except TemplateNotFound as error:
        raise TemplateMissingError(template=error.name) from error
    except TemplateSyntaxError as error:
        raise TemplateBrokenError(template=error.name or name, line=error.lineno, reason=error.message) from error
    except SecurityError as error:
        raise TemplateUnsafeError(template=name, reason=error.message) from error
    except UndefinedError as error:
        raise TemplateValueMissingError(template=_speaker(error) or name, reason=error.message) from error


def _speaker(error: UndefinedError) -> str:
    """Return the template and line that spoke of what is missing: it may be one included by the template asked for."""
    # Jinja rewrites the traceback so that its frames stand in the template's own file and line.
    frames = [frame for frame in extract_tb(error.__traceback__) if frame.filename.endswith(".j2")]
    return f"{Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    markdown.add_render_rule("image", _caption)
    return markdown


def _caption(_self: RendererHTML, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType) -> str:
    """Show an image as its caption: a letter never fetches anything when it is opened."""
    return html.escape(tokens[index].content)


def _absolute_links(_tag: str, attribute: str, value: str) -> str | None:
    """Keep an address only when it says its scheme: a relative one would point into the reader's own mail page."""
    if attribute != "href":
        return value
    return value if value.partition(":")[0].lower() in _SCHEMES else None
