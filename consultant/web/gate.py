"""The gate every request passes: small enough, not sent by a foreign page; and what every answer carries.

The promise: no page can be framed, no script or style runs that is not a file of ours, nothing private is kept in a
cache, and no request body over 1 MB is read, but where agency files are sent: those pass piece by piece, up to a limit
of their own. (OWASP ASVS 5.0: 3.4, 3.5.)
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consultant.errors import HouseError

MOST_BYTES = 1024 * 1024
UPLOADS = "/codes/import"  # the one page that takes files

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# A letter as it leaves brings its own inline style; it may do nothing else, and is a stranger to our cookies.
LETTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; sandbox"

_HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": with that a browser says "Origin: null" on our own forms (Fetch standard, "append a request
    # Origin header"), and the check below could no longer tell them from a stranger's.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
_HSTS = "max-age=31536000"
_HARMLESS = {"GET", "HEAD", "OPTIONS"}


class ForeignOriginError(HouseError):
    """This was sent from a page that is not ours ({origin}), so nothing was done."""


class UploadTooLargeError(HouseError):
    """What was sent is larger than {limit}, so nothing was imported: send fewer files, or use the command line."""


def same_origin(request: Request) -> None:
    """Refuse a request that could change something and says it comes from another site; GET and HEAD pass.

    A program that sends no Origin passes here and is held to its form key or password.
    """
    if request.method in _HARMLESS:
        return
    origin = request.headers.get("origin", "")
    if origin and urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower():
        raise ForeignOriginError(origin=origin[:100])
    if not origin and request.headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        raise ForeignOriginError(origin="another site")


class Gate:
    """Refuses bodies that are too large and lays the headers on every answer that does not bring its own."""

    def __init__(self, app: ASGIApp, *, secure: bool, most_upload: int, too_large: Callable[[], Response]) -> None:
        self._app = app
        self._most_upload = most_upload
        self._headers = {**_HEADERS, **({"Strict-Transport-Security": _HSTS} if secure else {})}
        self._too_large = too_large

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "POST" and scope["path"] == UPLOADS:
            counted = _counted(receive, self._most_upload + MOST_BYTES)
            await self._app(scope, counted, self._laying_headers(send))
            return
        try:
            body = await _small_body(receive)
        except ClientDisconnect:
            return  # half a form is no form: nobody is there to hear an answer either
        app = self._too_large() if body is None else self._app
        await app(scope, _replayed(body or b"", receive), self._laying_headers(send))

    def _laying_headers(self, send: Send) -> Send:
        async def laying(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        return laying


async def _small_body(receive: Receive) -> bytes | None:
    """Return the whole body, or None as soon as it is too large: no page of ours takes a file.

    Raises `ClientDisconnect` when the sender goes away before its end.
    """
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > MOST_BYTES:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _counted(receive: Receive, most: int) -> Receive:
    """Return a `receive` that raises `UploadTooLargeError` as soon as too much has come.

    `most` has 1 MB of air for what a form writes around its files.
    """
    come = 0

    async def counting() -> Message:
        nonlocal come
        message = await receive()
        come += len(message.get("body", b""))
        if come > most:
            raise UploadTooLargeError(limit=_size(most - MOST_BYTES))
        return message

    return counting


def _size(count: int) -> str:
    return f"{count // MOST_BYTES} MB" if count >= MOST_BYTES else f"{count:,} bytes"


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives the body already read, once, and later whatever the server has to say."""
    waiting = [body]

    async def replay() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return replay
