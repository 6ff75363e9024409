"""Who really sent a letter, as far as the operator's own front server says: its Authentication-Results, nobody else's.

Anyone may write such a header (RFC 8601, section 5). Only the topmost one that carries the configured authserv-id
counts; without a configured one nothing does. The front server must remove headers that claim its id.
"""

import re
from collections.abc import Iterator

from consultant.intake.mail import Authenticity, IncomingMail

_LONGEST = 16_384
_METHOD = re.compile(r"\s*(spf|dkim|dmarc)(?:\s*/\s*[0-9]{1,3})?\s*=\s*([a-z]{1,12})\b", re.IGNORECASE)
_RESULTS = frozenset({"none", "pass", "fail", "softfail", "neutral", "policy", "temperror", "permerror"})


def read_authenticity(mail: IncomingMail, trusted_authserv_id: str) -> Authenticity:
    """Return the verdicts of the trusted server; "none" for each method it does not speak of."""
    trusted = trusted_authserv_id.strip().lower()
    if not trusted:
        return Authenticity()
    for name, value in mail.headers:
        if name != "authentication-results":
            continue
        server, *results = _without_comments(value[:_LONGEST]).split(";")
        if _server_name(server) == trusted:
            return _verdicts(results)
    return Authenticity()


def _server_name(part: str) -> str:
    """Return the authserv-id; a version number may follow it (RFC 8601, section 2.2)."""
    words = part.replace('"', "").split()
    return words[0].lower() if words else ""


def _verdicts(results: list[str]) -> Authenticity:
    found: dict[str, str] = {}
    for method, result in _given(results):
        # One of several DKIM signatures that holds is enough; the others may be a list's.
        if method not in found or result == "pass":
            found[method] = result
    return Authenticity(**found)


def _given(results: list[str]) -> Iterator[tuple[str, str]]:
    for part in results:
        match = _METHOD.match(part)
        if match and match[2].lower() in _RESULTS:
            yield match[1].lower(), match[2].lower()


def _without_comments(value: str) -> str:
    """Leave out `(comments)`, nested ones too; an unclosed one hides the rest."""
    depth = 0
    kept: list[str] = []
    for piece in re.split(r"([()])", value):
        if piece == "(":
            depth += 1
        elif piece == ")":
            depth = max(depth - 1, 0)
        elif not depth:
            kept.append(piece)
    return " ".join(kept)
