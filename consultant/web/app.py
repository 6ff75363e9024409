"""The page and the JSON API put together: one application over one desk.

Reads come from the store, everything else goes through the desk. No answer makes a browser ask another host for
anything.
"""

from functools import partial
from importlib.metadata import version
from pathlib import Path

from fastapi import Depends, FastAPI
from starlette.responses import PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from consultant.desk.importing import Imports
from consultant.desk.room import Desk
from consultant.store.database import answers
from consultant.web import api, book_page, code_pages, mail_pages, mishaps, queue_page, sign_in_page, ticket_page
from consultant.web.gate import Gate, same_origin

STATIC = Path(__file__).parent / "static"


def create_app(desk: Desk) -> FastAPI:
    """Return the application; its routes answer from this desk."""
    app = FastAPI(
        title=desk.settings.house.name,
        version=version("consultant"),
        docs_url=None,  # FastAPI's own page loads scripts from another host; ours is at /api/docs
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(same_origin)],
    )
    app.state.desk = desk
    app.state.imports = Imports(desk)
    for room in (sign_in_page, queue_page, ticket_page, mail_pages, code_pages, book_page, api):
        app.include_router(room.router)
    app.add_api_route("/healthz", partial(_healthz, desk), include_in_schema=False)
    app.mount("/static", _Static(directory=STATIC), name="static")
    mishaps.install(app)
    app.add_middleware(mishaps.LastResort, desk=desk)
    web = desk.settings.web
    app.add_middleware(
        Gate, secure=web.secure, most_upload=web.max_upload_bytes, too_large=partial(mishaps.too_large, desk)
    )
    return app


class _Static(StaticFiles):
    """Our style and script: nothing private, so a browser may keep them and ask whether they changed."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file with its own caching."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


def _healthz(desk: Desk) -> Response:
    """Say whether this house can work; for probes, so it needs no sign-in and tells nothing else."""
    return PlainTextResponse("ok" if answers(desk.database) else "no")
