"""A browser without scripts: it keeps cookies, fills in the forms it finds and sends them as browsers do."""

import hashlib
from dataclasses import dataclass, field
from html.parser import HTMLParser

from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from consultant.desk.room import Desk
from consultant.store.tables import Reviewer, SignIn
from consultant.web.app import create_app

HOST = "127.0.0.1:8080"
ORIGIN = f"http://{HOST}"
RITA, PASSWORD = "rita@house.example", "a quiet green door"
PASSWORD_HASH = "$argon2id$v=19$m=65536,t=3,p=4$lS+8X6pSM6YKe3deQ+FeRg$7rFYu6RixXywlGx3PAizFnzYols0hlLtIIjcWEYD3BE"


@dataclass
class FoundForm:
    """A form as the page has it: where it goes and what its fields hold."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)  # of its buttons


class Browser:
    """One browser looking at one house."""

    def __init__(self, app: FastAPI, token: str = "") -> None:
        self.client = TestClient(app, base_url=ORIGIN, follow_redirects=False, raise_server_exceptions=False)
        if token:
            self.client.cookies.set("desk_session", token)
        self.page: Response | None = None

    def get(self, path: str, **headers: str) -> Response:
        """Open a page."""
        self.page = self.client.get(path, headers=headers)
        return self.page

    def forms(self) -> list[FoundForm]:
        """Return the forms of the page that is open."""
        assert self.page is not None
        reader = _Forms()
        reader.feed(self.page.text)
        return reader.found

    def form(self, action: str) -> FoundForm:
        """Return the form with that action, or with a button of that action."""
        return next(form for form in self.forms() if action in {form.action, *form.actions})

    def send(self, action: str, **fields: str) -> Response:
        """Fill fields into the page's form that goes there, and send it."""
        filled = self.form(action).fields | fields
        return self.post(action, **filled)

    def post(self, path: str, **fields: str) -> Response:
        """Send a form, whatever page is open."""
        self.page = self.client.post(path, data=fields, headers={"Origin": ORIGIN})
        return self.page

    def follow(self) -> Response:
        """Go where the last answer sent the browser."""
        assert self.page is not None
        return self.get(self.page.headers["location"])


def a_stranger(desk: Desk) -> Browser:
    """Return a browser nobody signed in on."""
    return Browser(create_app(desk))


def a_signed_in_browser(desk: Desk, email: str = RITA, name: str = "Rita Moss") -> Browser:
    """Return a browser a reviewer is signed in on; the slow password is left to the tests about it."""
    token = f"token of {email}"
    with desk.database.writing() as session:
        reviewer = Reviewer(email=email, name=name, credential="CPC", password_hash=PASSWORD_HASH, created=desk.clock())
        session.add(reviewer)
        session.flush()
        assert reviewer.id is not None
        kept = hashlib.sha256(token.encode()).hexdigest()
        now = desk.clock()
        session.add(SignIn(token_hash=kept, reviewer_id=reviewer.id, form_key=f"key of {email}", started=now, seen=now))
    return Browser(create_app(desk), token)


class _Forms(HTMLParser):
    """Reads forms out of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[FoundForm] = []
        self._open: FoundForm | None = None
        self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method") == "post":
            self._open = FoundForm(given["action"])
            self.found.append(self._open)
        elif self._open is None:
            return
        elif tag == "input" and given.get("type") != "checkbox":
            self._open.fields[given["name"]] = given.get("value", "")
        elif tag == "textarea":
            self._area = given.get("name", "")
            self._open.fields[self._area] = ""
        elif tag == "button" and "formaction" in given:
            self._open.actions.append(given["formaction"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "textarea" and self._open is not None:
            # A browser drops the first line end of a textarea and sends the others as CRLF (HTML, 4.10.11).
            written = self._open.fields[self._area].removeprefix("\n")
            self._open.fields[self._area] = written.replace("\n", "\r\n")
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area and self._open is not None:
            self._open.fields[self._area] += data
