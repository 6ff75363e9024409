"""A real HTTP server on loopback that serves files as an agency does, and can be told to misbehave."""

import base64
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Shelf:
    """What is served: path -> content; and how. `asked` keeps the headers of every request."""

    files: dict[str, bytes] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    breaks_after: int = 0  # bytes, once
    keeps_breaking: bool = False
    ignores_ranges: bool = False
    lies_about_digest: bool = False
    port: int = 0

    def url(self, path: str) -> str:
        """Return where a path is served."""
        return f"http://127.0.0.1:{self.port}{path}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    shelf: Shelf

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as the standard library names it
        """Say nothing."""

    def do_GET(self) -> None:
        shelf = self.shelf
        shelf.asked.append({name.lower(): value for name, value in self.headers.items()})
        if self.path in shelf.redirects:
            self._answer(302, b"", Location=shelf.redirects[self.path])
            return
        content = shelf.files.get(self.path)
        if content is None:
            self._answer(404, b"")
            return
        etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        if self.headers.get("If-None-Match") == etag:
            self._answer(304, b"", ETag=etag)
            return
        self._send(content, etag)

    def _send(self, content: bytes, etag: str) -> None:
        shelf = self.shelf
        digest = hashlib.sha256(b"other" if shelf.lies_about_digest else content).digest()
        headers = {"ETag": etag, "Repr_Digest": f"sha-256=:{base64.b64encode(digest).decode()}:"}
        wanted = self.headers.get("Range", "")
        if wanted and not shelf.ignores_ranges and self.headers.get("If-Range") == etag:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(content):
                self._answer(416, b"")
                return
            headers["Content_Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            self._answer(206, content[start:], **headers)
            return
        self._answer(200, content, **headers)

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        shelf = self.shelf
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if shelf.breaks_after and body:
            self.wfile.write(body[: shelf.breaks_after])
            self.close_connection = True
            shelf.breaks_after = shelf.breaks_after if shelf.keeps_breaking else 0
            return
        self.wfile.write(body)


@contextmanager
def serving() -> Iterator[Shelf]:
    """Serve a shelf on loopback for as long as it is needed."""
    shelf = Shelf()
    handler = type("Handler", (_Handler,), {"shelf": shelf})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    shelf.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield shelf
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
