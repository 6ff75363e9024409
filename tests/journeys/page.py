"""A reviewer's browser without scripts: it reads forms and sends them back, over real HTTP."""

from html.parser import HTMLParser
from typing import Self

import httpx2


class _Fields(HTMLParser):
    """What a browser sends back untouched: hidden fields and text areas, by name."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "input" and given.get("type") == "hidden":
            self.fields[name] = given.get("value") or ""
        if tag == "textarea" and name:
            self._area, self.fields[name] = name, ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            # HTML, section 13.1.2.5: a line feed right after the start tag is not part of the text.
            self.fields[self._area] = self.fields[self._area].removeprefix("\n")
            self._area = ""


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
        fields = fields_of(self._client.get("/sign-in").text)
        return self.send("/sign-in", {**fields, "email": email, "password": password})

    def open(self, path: str) -> httpx2.Response:
        """Open a page."""
        return self._client.get(path)

    def look_at(self, ref: str) -> dict[str, str]:
        """Open a ticket and return what its form would send back untouched: what this reviewer saw."""
        return fields_of(self.open(f"/tickets/{ref}").text)

    def send(self, path: str, fields: dict[str, str]) -> httpx2.Response:
        """Send a form."""
        return self._client.post(path, data=fields, headers={"Origin": self._origin})


def fields_of(page: str) -> dict[str, str]:
    """Return what the forms of a page send back untouched."""
    reader = _Fields()
    reader.feed(page)
    return reader.fields
