"""What a visitor is told when something does not work: little and exactly. Inside, the cause is logged.

A program asking under `/api/` gets `{"error": sentence}`, a browser gets a page. What nobody foresaw ends
at the page of last resort.
"""

import logging
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consultant.codes.shelving import BookDamagedError, BookMissingError
from consultant.desk.arrivals import NothingToReplayError
from consultant.desk.departures import NothingToRetryError
from consultant.desk.disclosures import NoSuchLetterError, RawPurgedError, UnknownMailError
from consultant.desk.room import Desk
from consultant.desk.sign_in import TooManyTriesError, WrongPasswordError
from consultant.errors import HouseError
from consultant.observability import leg
from consultant.store.outbox import UnknownOutboxLetterError
from consultant.store.tickets import UnknownTicketError
from consultant.web.gate import ForeignOriginError, UploadTooLargeError
from consultant.web.pages import empty_frame, show
from consultant.web.visitors import FormKeyError, NotSignedInError, desk_of
from consultant.workflow import NotPossibleNowError

NOT_FOUND, TOO_LARGE, BROKEN = 404, 413, 500

STATUS: dict[type[HouseError], int] = {
    NotSignedInError: 401,
    WrongPasswordError: 401,
    ForeignOriginError: 403,
    FormKeyError: 403,
    UnknownTicketError: NOT_FOUND,
    UnknownOutboxLetterError: NOT_FOUND,
    UnknownMailError: NOT_FOUND,
    NoSuchLetterError: NOT_FOUND,
    RawPurgedError: NOT_FOUND,
    NotPossibleNowError: 409,
    NothingToReplayError: 409,
    NothingToRetryError: 409,
    UploadTooLargeError: TOO_LARGE,
    TooManyTriesError: 429,
    BookMissingError: 503,
    BookDamagedError: 503,
}
_A_PERSONS_MISTAKE = 422
_WORDS = ("text", "note", "question", "reason", "override")  # the fields people write sentences in
_CHALLENGE = {"WWW-Authenticate": 'Basic realm="CaseConsultant", charset="UTF-8"'}

_log = logging.getLogger(__name__)


def install(app: FastAPI) -> None:
    """Give the application its answers to every error it can meet."""
    app.add_exception_handler(NotSignedInError, _send_to_the_door)
    app.add_exception_handler(HouseError, _told)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _misunderstood)


def too_large(desk: Desk) -> Response:
    """Return the answer to a body nobody will read."""
    return _page_without_visitor(desk, TOO_LARGE)


class LastResort:
    """Stands around the whole application: what nobody foresaw is logged, and the visitor gets a page all the same."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self._app = app
        self._desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens."""
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception:  # the page of last resort: nobody foresaw this
            leg(_log, "page of last resort", level=logging.ERROR, failed=True)
            if begun:
                raise  # half an answer is on its way: only breaking off tells the browser so
            await _page_without_visitor(self._desk, BROKEN)(scope, receive, send)


async def _send_to_the_door(request: Request, error: Exception) -> Response:
    """Send a reader to sign in; somebody who was writing gets their words back to copy: nothing was done with them."""
    if _is_api(request):
        return JSONResponse({"error": str(error)}, STATUS[NotSignedInError], _CHALLENGE)
    if request.method == "GET":
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?{urlencode({'next': here})}", 303)
    if request.headers.get("content-type", "").startswith("multipart/"):  # files: nothing of them is taken in
        return await run_in_threadpool(show, request, "signed_out", status=STATUS[NotSignedInError], typed=[])
    form = await request.form()
    typed = [value for name, value in form.items() if isinstance(value, str) and name in _WORDS and value.strip()]
    return await run_in_threadpool(show, request, "signed_out", status=STATUS[NotSignedInError], typed=typed)


def _told(request: Request, error: Exception) -> Response:
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), _A_PERSONS_MISTAKE)
    return _answer(request, status, str(error))


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _answer(request, error.status_code, "")


def _misunderstood(request: Request, error: Exception) -> Response:
    """Name the fields that were not understood; their contents are not repeated."""
    assert isinstance(error, RequestValidationError)
    fields = sorted({str(wrong["loc"][-1]) for wrong in error.errors()})
    return _answer(request, _A_PERSONS_MISTAKE, "", fields)


def _answer(request: Request, status: int, sentence: str, fields: list[str] | None = None) -> Response:
    fields = fields or []
    if _is_api(request):
        told = desk_of(request).renderer.text("pages/mishap.txt.j2", status=status, sentence=sentence, fields=fields)
        return JSONResponse({"error": told}, status)
    return show(request, "mishap", status=status, code=status, sentence=sentence, fields=fields)


def _page_without_visitor(desk: Desk, status: int) -> Response:
    page = desk.renderer.html(
        "pages/mishap.html.j2", page=empty_frame(desk.settings), code=status, sentence="", fields=[]
    )
    return HTMLResponse(page, status)


def _is_api(request: Request) -> bool:
    return request.url.path.startswith("/api/")
