"""A reviewer's browser without scripts: it reads hidden fields and sends forms back, over real HTTP."""

from html.parser import HTMLParser
from typing import Self

import httpx2


class _Fields(HTMLParser):
    """The hidden fields of a page, by name."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("type") == "hidden" and given.get("name"):
            self.hidden[str(given["name"])] = given.get("value") or ""


class Reviewer:
    """Somebody at the page; use it in a `with` statement."""

    def __init__(self, port: int) -> None:
        self._origin = f"http://127.0.0.1:{port}"
        self._client = httpx2.Client(base_url=self._origin, follow_redirects=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def sign_in(self, email: str, password: str) -> httpx2.Response:
        """Sign in as a person does: open the form, fill it in, send it."""
        fields = hidden_fields(self._client.get("/sign-in").text)
        return self.send("/sign-in", {**fields, "email": email, "password": password})

    def open(self, path: str) -> httpx2.Response:
        """Open a page."""
        return self._client.get(path)

    def look_at(self, ref: str) -> dict[str, str]:
        """Open a ticket and return the hidden fields of its forms: what this reviewer saw."""
        return hidden_fields(self.open(f"/tickets/{ref}").text)

    def send(self, path: str, fields: dict[str, str]) -> httpx2.Response:
        """Send a form."""
        return self._client.post(path, data=fields, headers={"Origin": self._origin})


def hidden_fields(page: str) -> dict[str, str]:
    """Return the hidden fields of a page."""
    reader = _Fields()
    reader.feed(page)
    return reader.hidden
