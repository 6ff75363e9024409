# ruff: noqa: RUF001  colons and brackets of other scripts
"""How a line of a letter looks that begins a quotation, a forwarded letter or a signature: single-line predicates.

`replies.py` puts them together, `quotation_words.py` has the words. Every pattern has bounded repeats and is tried on
the first few hundred characters of a line at most, since strangers choose the text.
"""

import re

from consultant.intake import quotation_words as words


def _any(alternatives: tuple[str, ...]) -> str:
    return f"(?:{'|'.join(alternatives)})"


_WROTE = rf"(?:(?<!\w){_any(words.WROTE)}(?!\w)|{_any(words.WROTE_UNSPACED)})"
_ADDRESS = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,255}")
_CLOCK_OR_ADDRESS = re.compile(rf"\b\d{{1,2}}[:.h]\d{{2}}|{_ADDRESS.pattern}")
_MOMENT = re.compile(
    rf"{_CLOCK_OR_ADDRESS.pattern}|\b(?:19|20)\d{{2}}\b|\b\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}}\b|[0-9]{{1,2}}\s?[年月日]",
)
# After the verb may stand a name, an address and a time; their own colons do not end it.
_ENDS_WITH_WROTE = re.compile(
    _WROTE + r"(?:\s{0,3}$|(?:[^:：\n]|(?<=\d):(?=\d)|(?<=mailto):){0,200}[:：]\s{0,3}$)",
    re.IGNORECASE,
)
_ENDS_EXACTLY = re.compile(_WROTE + r"\s{0,3}[:：]?\s{0,3}$", re.IGNORECASE)
_OPENING = re.compile(rf"\s{{0,8}}[-*\"'“]{{0,3}}\s?{_any(words.OPENS)}[\s,.]", re.IGNORECASE)
_CHINESE_OPENING = re.compile(r"\s{0,3}(?:在|于|於)?\s?\d{2,4}[年/-]")
_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_SHARED = re.compile(
    rf"[^\s>-]\s{{0,3}}((?:(?<=\s)|-{{2,5}}\s?)On (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|{_MONTHS}|\d))",
)
# `2014-10-17 11:28 GMT+03:00 Name <address>:` and `Thu, 26 Jun 2014 14:00:51 +0400 от Name <address>:`
_DATED = re.compile(
    r"\s{0,3}(?:\d{4}[-/]\d{1,2}[-/]\d{1,2}|\w{2,12}[,.]{0,2}\s\d{1,2}\s\w{3,12}\s\d{4}|\d{1,2}[./]\d{1,2}[./]\d{2,4}|"
    r"\d{4}年\d{1,2}月\d{1,2}日)[\s,(（]",
)
_DATED_ADDRESS = re.compile(_DATED.pattern + r"[^<\n]{0,160}<\s?[^<>\s@]{1,64}@[^<>\s@]{1,255}>\s{0,2}:\s{0,2}$")

_FIELD_OF = {word: field for field, groups in words.FIELDS.items() for group in groups for word in group.split("|")}
_FIELD = re.compile(
    r"\s{0,8}(?:[>|]\s?){0,3}[*_]{0,2}\s{0,3}([^\W\d_][^:：*\n]{0,20}?)\s{0,2}[*_]{0,2}\s{0,2}[:：]",
)
_HISTORY = re.compile(
    rf"\s{{0,4}}[-_=*>]{{1,40}}\s{{0,3}}\*?{_any(words.HISTORY)}[^\n]{{0,50}}[-_=*]{{1,40}}\s{{0,3}}$"
    rf"|\s{{0,4}}-{{2,40}}[^\n-]{{1,160}}{_WROTE}[^\n-]{{0,20}}-{{2,40}}\s{{0,3}}$",
    re.IGNORECASE,
)
_FORWARD = re.compile(
    rf"\s{{0,4}}(?:[-_=]{{2,40}}\s{{0,3}}{_any(words.FORWARDED)}[^\n]{{0,60}}|{_any(words.FORWARD_BEGINS)}:?)\s{{0,3}}$",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s{0,4}[-_=*—–]{2,200}\s{0,3}$")
_MAY_BEGIN = re.compile(
    r"\s{0,8}(?:[-_=*>—–#]|[\"'*(\[]{0,3}(?:please|type|write|reply|respond|antworten|répondre|begin|forwarded|"
    r"start of|début|anfang|inicio|inizio|vidare))",
    re.IGNORECASE,
)
_QUOTE = re.compile(r"[ \t\xa0]{0,8}(?:[|]\s?)?>")
_BANNER = re.compile(r"\s{0,4}>{1,8}[^\n]{0,500}<{2,8}\s{0,3}$")
_ABOVE = re.compile(
    r"[^\w\n]{0,40}(?:please )?(?:(?:type|write) your reply|reply|write|respond|antworten sie|répondre)\s(?:only\s)?"
    r"(?:above|oberhalb|au-dessus de)\s(?:this|the|dieser|cette)\s(?:line|linie|zeile|ligne)\b[^\n]{0,60}$",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"--[ \t\xa0]{0,3}$")
_DEVICE = re.compile(rf"\s{{0,4}}[(<*_]{{0,2}}{_any(words.DEVICES)}[^\n]{{0,120}}$", re.IGNORECASE)
_LIST_FOOTER = re.compile(r"mailing list|/listinfo|unsubscribe|google groups", re.IGNORECASE)
_POINTING = re.compile(rf"\b{_any(words.POINTING)}\b|\?", re.IGNORECASE)
_WRAPPED_LINK = re.compile(r"\s{0,4}[(<\[]?https?://\S{1,2000}|[^\n]{0,500}>\s{0,3}$")


def is_blank(line: str) -> bool:
    """Tell whether nothing is written on a line."""
    return not line.strip()


def is_quote(line: str) -> bool:
    """Tell whether a line is marked as quoted; a banner such as `>>> look here <<<` is not."""
    return ">" in line[:12] and bool(_QUOTE.match(line)) and not _BANNER.match(line)


def is_rule(line: str) -> bool:
    """Tell whether a line is nothing but a drawn line."""
    return bool(_RULE.match(line[:220]))


def may_begin(line: str) -> bool:
    """Tell whether a line may be one of those that begin history; most are not, and need no closer look."""
    head = line[:100]
    return bool(_MAY_BEGIN.match(head)) or ":" in head or "\uff1a" in head


def begins_history(line: str) -> bool:
    """Tell whether a line says that the original message follows."""
    return bool(_HISTORY.match(line[:400]))


def begins_forward(line: str) -> bool:
    """Tell whether a line says that a forwarded message follows."""
    return bool(_FORWARD.match(line[:400]))


def asks_to_write_above(line: str) -> bool:
    """Tell whether a line is a help desk's mark above which answers are written."""
    return len(line) < 300 and bool(_ABOVE.match(line))  # noqa: PLR2004  longer lines are text


def begins_signature(line: str) -> bool:
    """Tell whether a line is a signature's delimiter (RFC 3676, section 4.3), its blank lost or not."""
    return bool(_SIGNATURE.match(line))


def names_device(line: str) -> bool:
    """Tell whether a line is the advertisement of the program or telephone a letter was sent with."""
    return len(line) < 200 and bool(_DEVICE.match(line))  # noqa: PLR2004  longer lines are text


def names_list(line: str) -> bool:
    """Tell whether a line is of the footer a mailing list adds below its rule."""
    return bool(_LIST_FOOTER.search(line[:300]))


def field_of(line: str) -> str:
    """Return which header field (`from`, `date`, `to`, `copy`, `subject`) a quoted header's line shows, or nothing."""
    match = _FIELD.match(line[:100]) if ":" in line or "\uff1a" in line else None
    return _FIELD_OF.get(match[1].strip().lower(), "") if match else ""


def closes_attribution(line: str) -> bool:
    """Tell whether a line ends as the last one of an attribution does."""
    return line.rstrip()[-20:].lower().endswith(words.CLOSES)


def opens_attribution(line: str) -> bool:
    """Tell whether a line begins as `On <date>, <name> wrote:` does."""
    head = line[:400]
    return bool((_OPENING.match(head) and _MOMENT.search(head)) or _CHINESE_OPENING.match(head) or _DATED.match(head))


def may_open_attribution(line: str) -> bool:
    """Tell whether a line has what else the first line of an attribution may have: a time, an address, the verb."""
    head = line[:400]
    return bool(_OPENING.match(head) or _CLOCK_OR_ADDRESS.search(head) or _ENDS_EXACTLY.search(line[-80:]))


def shared_line(line: str) -> int:
    """Return where an attribution begins in a line whose first words are the writer's own; 0 when there is none."""
    if "On " not in line or len(line) > 800 or not _ENDS_EXACTLY.search(line[-80:].rstrip()):  # noqa: PLR2004  longer is text
        return 0
    match = _SHARED.search(line)
    return match.start(1) if match and is_certain(line[match.start(1) :]) else 0


def is_attribution(text: str) -> bool:
    """Tell whether one to five lines, joined, say who wrote what follows, and when or from which address."""
    text = text.strip()
    if len(text) > 800:  # noqa: PLR2004  longer is text
        return False
    if _DATED_ADDRESS.match(text):
        return True
    return bool(_ENDS_WITH_WROTE.search(text[-260:]) and _MOMENT.search(text))


def is_certain(text: str) -> bool:
    """Tell whether an attribution is a program's: it ends as one, and has a time of day or an address."""
    text = text.rstrip()
    if text.endswith((":", "：", "---")):
        return bool(_CLOCK_OR_ADDRESS.search(text))
    return bool(_OPENING.match(text) and _ADDRESS.search(text))


def points_below(text: str) -> bool:
    """Tell whether a few words above a forwarded message hand it on, rather than being the letter themselves."""
    count = len(text.split())
    return count <= 1 or (count <= 12 and bool(_POINTING.search(text)))  # noqa: PLR2004  a sentence


def is_wrapped_link(line: str) -> bool:
    """Tell whether a line between quoted ones is only the end of one that was wrapped."""
    return bool(_WRAPPED_LINK.match(line))
