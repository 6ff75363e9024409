"""Who is at the page: the cookie that recognises a browser, and the key every form must bring back.

A route that shows something private takes `Signed`; one that changes something takes `Acting`. A GET never acts.
"""

import hashlib
import hmac
import secrets
from base64 import b64decode
from typing import Annotated, cast

from fastapi import Depends, Request
from starlette.datastructures import URL
from starlette.responses import Response

from consultant.config import WebSettings
from consultant.desk import sign_in
from consultant.desk.room import Actor, Desk
from consultant.desk.sign_in import Attempt, Visitor
from consultant.errors import HouseError

SESSION = "desk_session"
DOOR = "desk_door"  # before signing in: what the sign-in form's own key is made from
_PAGE = "page"


class NotSignedInError(HouseError):
    """Sign in first."""


class FormKeyError(HouseError):
    """This form was not made for you, or you signed in anew since: go back, reload the page and send it again."""


def desk_of(request: Request) -> Desk:
    """Return the desk this house works at."""
    return cast("Desk", request.app.state.desk)


def visitor_of(request: Request) -> Visitor | None:
    """Return who is signed in on this browser, if anybody; asked once for each request."""
    if not hasattr(request.state, "visitor"):
        desk = desk_of(request)
        token = request.cookies.get(cookie_name(SESSION, desk.settings.web), "")
        request.state.visitor = (
            sign_in.recognise(desk.database, desk.settings.web, token, now=desk.clock()) if token else None
        )
    return cast("Visitor | None", request.state.visitor)


def signed(request: Request) -> Visitor:
    """Return who is signed in; raise `NotSignedInError`."""
    visitor = visitor_of(request)
    if visitor is None:
        raise NotSignedInError
    return visitor


Signed = Annotated[Visitor, Depends(signed)]


async def acting(request: Request, visitor: Signed) -> Visitor:
    """Return who is signed in and sent one of their own forms; raise `NotSignedInError` or `FormKeyError`."""
    check_form_key(await brought_key(request), visitor.form_key)
    return visitor


Acting = Annotated[Visitor, Depends(acting)]


def calling(request: Request) -> Visitor:
    """Return who calls the API: by their browser's session, else by HTTP Basic with address and password."""
    visitor = visitor_of(request)
    return visitor if visitor is not None else _by_password(request)


Calling = Annotated[Visitor, Depends(calling)]


def actor(visitor: Visitor) -> Actor:
    """Return the person as the desk's functions want them: deciding on the page."""
    return Actor(email=visitor.email, name=visitor.name, credential=visitor.credential, via=_PAGE)


def cookie_name(name: str, web: WebSettings) -> str:
    """Return the cookie's name; over TLS with the prefix that binds it to this very host (RFC 6265bis, 4.1.3.2)."""
    return f"__Host-{name}" if web.secure else name


def give_cookie(response: Response, name: str, value: str, web: WebSettings) -> None:
    """Lay a cookie on the answer that no script can read and that ends with the browser.

    Lax, not Strict: links in our letters to reviewers must find them signed in. What changes anything is a POST with a
    form key, and Lax does not send the cookie with a foreign site's POST.
    """
    response.set_cookie(cookie_name(name, web), value, httponly=True, secure=web.secure, samesite="lax", path="/")


def take_cookie(response: Response, name: str, web: WebSettings) -> None:
    """Take a cookie back."""
    response.delete_cookie(cookie_name(name, web), httponly=True, secure=web.secure, samesite="lax", path="/")


def door_of(request: Request) -> str:
    """Return the browser's mark from before it signed in, or a new one to be given with the answer."""
    return request.cookies.get(cookie_name(DOOR, desk_of(request).settings.web), "") or secrets.token_urlsafe(16)


def door_key(request: Request, door: str) -> str:
    """Return the key the sign-in form must bring back for that mark: nobody is signed in by a foreign page."""
    return hmac.new(desk_of(request).secret, b"sign-in form:" + door.encode(), hashlib.sha256).hexdigest()


async def brought_key(request: Request) -> str:
    """Return the key the form brought, or the empty string."""
    key = (await request.form()).get("form_key", "")
    return key if isinstance(key, str) else ""


def check_form_key(brought: str, expected: str) -> None:
    """Raise `FormKeyError` unless the keys are equal; how long that takes tells nothing."""
    if not hmac.compare_digest(brought.encode(), expected.encode()):
        raise FormKeyError


def peer_of(request: Request) -> str:
    """Return the address the request came from, as the server saw it."""
    return request.client.host if request.client else ""


def local_path(wanted: str) -> str:
    """Return where to go after signing in: a path of this house, else the queue. No other site, however spelled."""
    url = URL(wanted)
    is_ours = wanted.startswith("/") and not url.netloc and not url.scheme
    plain = wanted.isprintable() and "\\" not in wanted and not wanted.startswith("//")
    return wanted if is_ours and plain else "/"


def _by_password(request: Request) -> Visitor:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        raise NotSignedInError
    try:
        email, _, password = b64decode(given, validate=True).decode().partition(":")
    except ValueError as error:
        raise NotSignedInError from error
    desk = desk_of(request)
    attempt = Attempt(email, password, peer_of(request))
    found = sign_in.check_password(desk.database, desk.settings.web, attempt, now=desk.clock())
    return sign_in.Visitor(found.id or 0, found.email, found.name, found.credential, form_key="")
