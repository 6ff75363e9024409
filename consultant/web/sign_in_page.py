"""The door: signing in and signing out."""

import logging
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from consultant.desk import sign_in
from consultant.desk.sign_in import Attempt, Opened, TooManyTriesError, WrongPasswordError
from consultant.observability import leg
from consultant.web import visitors
from consultant.web.pages import show
from consultant.web.visitors import DOOR, SESSION, Acting, desk_of

router = APIRouter(include_in_schema=False)
_log = logging.getLogger(__name__)


@router.get("/sign-in")
def sign_in_page(request: Request, wanted: Annotated[str, Query(alias="next")] = "/") -> Response:
    """Show the form; whoever is signed in already goes where they wanted."""
    if visitors.visitor_of(request) is not None:
        return RedirectResponse(visitors.local_path(wanted), 303)
    return _form(request, wanted)


@router.post("/sign-in")
async def let_in(
    request: Request,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    wanted: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Begin a new session, whatever session the browser came with, and go where the reviewer wanted."""
    visitors.check_form_key(await visitors.brought_key(request), visitors.door_key(request, visitors.door_of(request)))
    attempt = Attempt(email, password, visitors.peer_of(request))
    return await run_in_threadpool(_try, request, attempt, wanted)


@router.post("/sign-out")
def sign_out(request: Request, _visitor: Acting) -> Response:
    """End the session here and in the house."""
    desk = desk_of(request)
    sign_in.sign_out(desk.database, request.cookies.get(visitors.cookie_name(SESSION, desk.settings.web), ""))
    response = RedirectResponse("/sign-in", 303)
    visitors.take_cookie(response, SESSION, desk.settings.web)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _try(request: Request, attempt: Attempt, wanted: str) -> Response:
    desk = desk_of(request)
    try:
        opened = sign_in.sign_in(desk.database, desk.settings.web, attempt, now=desk.clock())
    except WrongPasswordError as error:
        return _form(request, wanted, status=401, problem=str(error), email=attempt.email)
    except TooManyTriesError as error:
        leg(_log, "sign-in throttled", level=logging.WARNING)
        return _form(request, wanted, status=429, problem=str(error), email=attempt.email)
    return _welcome(request, opened, wanted)


def _welcome(request: Request, opened: Opened, wanted: str) -> Response:
    web = desk_of(request).settings.web
    response = RedirectResponse(visitors.local_path(wanted), 303)
    visitors.give_cookie(response, SESSION, opened.token, web)
    visitors.take_cookie(response, DOOR, web)
    leg(_log, "signed in", reviewer=opened.visitor.reviewer_id)
    return response


def _form(request: Request, wanted: str, *, status: int = 200, problem: str = "", email: str = "") -> Response:
    door = visitors.door_of(request)
    response = show(
        request,
        "sign_in",
        status=status,
        key=visitors.door_key(request, door),
        wanted=visitors.local_path(wanted),
        problem=problem,
        email=email,
    )
    visitors.give_cookie(response, DOOR, door, desk_of(request).settings.web)
    return response
