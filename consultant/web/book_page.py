"""Filling the code book on a page: agency files sent, their terms accepted, and what changed between two releases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, cast

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import RedirectResponse, Response

from consultant.codes.changes import Change, Difference
from consultant.desk.importing import Import, Imports, ImportUnderWayError, NothingSentError
from consultant.desk.imports_made import PastImport
from consultant.desk.leafing import Leafing, Leaves, NoSuchPairError, Pair
from consultant.desk.licences import Audience, may_show
from consultant.desk.trays import Tray, TrayFullError
from consultant.errors import HouseError
from consultant.web.gate import UPLOADS, UploadTooLargeError
from consultant.web.moments import Moment, moment
from consultant.web.pages import show
from consultant.web.uploads import TooManyFilesError, UploadBrokenError, receive_files
from consultant.web.visitors import Signed, actor, check_form_key, desk_of

PAGE = 200  # differences on one page
AT_FIRST = 25  # of each kind, where all kinds are shown
_HALF_SENT = 400

_PROBLEMS: dict[type[HouseError], int] = {
    UploadTooLargeError: 413,
    UploadBrokenError: 422,
    TooManyFilesError: 422,
    NothingSentError: 422,
    ImportUnderWayError: 409,
    TrayFullError: 507,
}

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Past:
    """An import that is over, and when it was."""

    past: PastImport
    at: Moment


@dataclass(frozen=True)
class Sheet:
    """The differences of one kind that are shown, out of how many."""

    change: Change
    count: int
    kept: int  # so many can be leafed through
    shown: Sequence[Difference]


@router.get(UPLOADS)
def import_page(request: Request, _visitor: Signed) -> Response:
    """Show the form, how far an import is, or how the latest one ended."""
    return _shown(request)


@router.post(UPLOADS)
async def import_sent(request: Request, visitor: Signed) -> Response:
    """Take the files in and begin to import them; the page the browser is sent to tells how far that is."""
    imports = imports_of(request)
    try:
        imports.refuse_while_under_way()
        tray = await run_in_threadpool(Tray, desk_of(request).settings.queue.path)
        try:
            fields = await receive_files(request, tray, lambda key: check_form_key(key, visitor.form_key))
        except BaseException:
            await run_in_threadpool(tray.clear)
            raise
        accepted = fields.get("terms") == "accepted"
        await run_in_threadpool(imports.begin, tray, by=actor(visitor), terms_accepted=accepted)
    except ClientDisconnect:
        return Response(status_code=_HALF_SENT)  # the sender went away: nobody is there to hear an answer
    except tuple(_PROBLEMS) as error:
        return await run_in_threadpool(_shown, request, status=_PROBLEMS[type(error)], problem=str(error))
    return RedirectResponse(UPLOADS, 303)


@router.get(f"{UPLOADS}/progress")
def progress(request: Request, _visitor: Signed) -> dict[str, Any]:
    """Return how far the latest import is, for the script of its page."""
    latest = imports_of(request).latest
    if latest is None:
        return {"over": True, "what": "", "done": 0, "total": 1}
    return {"over": latest.over, "what": latest.what, "done": latest.done, "total": latest.total}


@router.get("/codes/diff")
def differences_page(  # noqa: PLR0913, PLR0917  a pair of releases has four sides, and a page of it two
    request: Request,
    _visitor: Signed,
    source: Annotated[str, Query(max_length=100)] = "",
    variant: Annotated[str, Query(max_length=100)] = "",
    old: date | None = None,
    new: date | None = None,
    kind: Change | None = None,
    page: Annotated[int, Query(ge=1)] = 1,
) -> Response:
    """Show what changed between two releases of a source; without any named, which can be compared."""
    leafing = imports_of(request).leafing
    if not source or old is None or new is None:
        return _choice(request, leafing)
    pair = Pair(source, variant, old, new)
    try:
        leaves = leafing.between(pair)
    except NoSuchPairError as error:
        return _choice(request, leafing, status=404, problem=str(error))
    return show(
        request,
        "codes_diff",
        section="codes",
        pair=pair,
        old=leaves.old,
        new=leaves.new,
        sheets=_sheets(leaves, kind, page),
        counts=[(change, leaves.counts[change]) for change in Change],
        kind=kind,
        number=page,
        size=PAGE,
        words_may_show=may_show(leaves.new, Audience.REVIEWER) and may_show(leaves.old, Audience.REVIEWER),
    )


def imports_of(request: Request) -> Imports:
    """Return the place where imports are made."""
    return cast("Imports", request.app.state.imports)


def _shown(request: Request, *, status: int = 200, problem: str = "") -> Response:
    desk, imports = desk_of(request), imports_of(request)
    latest = imports.latest
    return show(
        request,
        "codes_import",
        status=status,
        section="codes",
        problem=problem,
        latest=latest,
        begun=_moment(latest, request),
        past=[Past(past, moment(past.at, desk.clock())) for past in imports.past()],
        most=desk.settings.web.max_upload_bytes,
    )


def _moment(latest: Import | None, request: Request) -> Moment | None:
    return moment(latest.begun, desk_of(request).clock()) if latest else None


def _choice(request: Request, leafing: Leafing, *, status: int = 200, problem: str = "") -> Response:
    return show(request, "codes_diffs", status=status, section="codes", choices=leafing.pairs(), problem=problem)


def _sheets(leaves: Leaves, kind: Change | None, page: int) -> list[Sheet]:
    """Return the first of every kind, or one page of the kind asked for; kinds without any are left out."""
    first, last = ((page - 1) * PAGE, page * PAGE) if kind else (0, AT_FIRST)
    return [
        Sheet(change, leaves.counts[change], len(leaves.first[change]), leaves.first[change][first:last])
        for change in ([kind] if kind else Change)
        if leaves.counts[change]
    ]
