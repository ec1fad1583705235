"""The application: routes, and what becomes of every error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import structlog
from fastapi import FastAPI, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.routing import Route
from starlette.types import ASGIApp

from api import problems
from api.middleware import Doors
from api.problems import Problem, Refused
from api.requests import answer
from api.routes import (
    acts,
    bundles,
    cases,
    deposits,
    entries,
    exhibits,
    files,
    founding,
    health,
    ledger,
    log,
    operations,
    papers,
    persons,
    search,
    sessions,
    timestamps,
    verifications,
    verifier,
)
from api.schemas import FORMS, forms_of
from api.services import Services
from custody.errors import CustodyError, IntegrityFailure, Malformed, OutcomeUnknown

BASE: Final = "/api/v1"
VERSION: Final = "1.0.0"

_log = structlog.get_logger("api.app")


def create_app(services: Services | None) -> ASGIApp:
    """Return the application over running services; None will do for its description alone."""
    app = create_routes()
    app.state.services = services
    limit = 64 << 20 if services is None else services.settings.max_acts_bytes
    return Doors(app, max_acts_bytes=limit)


def create_routes() -> FastAPI:
    """Return the routes without the layer around them."""
    app = FastAPI(
        title="Custody",
        version=VERSION,
        summary="Keeps the chain of custody of evidence: signed, ordered, replayable, checkable by strangers.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers=_handlers(),
    )
    modules = (
        ledger, founding, sessions, acts, deposits, operations, cases, exhibits, files, persons, search,
        entries, verifications, verifier, bundles, papers, timestamps,
    )  # fmt: skip
    # The hot path goes past the framework's reading of parameters, which it does not need; the same address
    # below is what the description is made from.
    app.router.routes.append(Route(f"{BASE}/acts", acts.write_at_once, methods=["POST"]))
    for module in modules:
        app.include_router(module.router, prefix=BASE)
    app.include_router(health.router)
    app.include_router(verifier.page_router)
    app.include_router(log.router)  # its address is that of a tlog-tiles log, whatever the version of the API
    app.add_api_route(
        f"{BASE}/openapi.json", _description(app), methods=["GET"], operation_id="openapi", tags=["ledger"]
    )
    return app


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI 3.1 description of the routes."""
    document = get_openapi(
        title=app.title, version=app.version, summary=app.summary, routes=app.routes, openapi_version="3.1.0"
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas |= forms_of(*FORMS)
    schemas["ProblemForm"] = FORMS[-1].model_json_schema()
    return document


def _description(app: FastAPI) -> Any:  # noqa: ANN401 - what FastAPI takes as a route
    async def openapi() -> Response:
        """Return this description."""
        return answer(describe(app))

    return openapi


def _handlers() -> dict[int | type[Exception], Any]:
    return {
        CustodyError: _custody_error,
        Refused: _refused,
        RequestValidationError: _invalid,
        HTTPException: _http,
        ClientDisconnect: _gone,
        Exception: _fault,
    }


async def _custody_error(request: Request, error: CustodyError) -> Response:
    if isinstance(error, IntegrityFailure | OutcomeUnknown):
        _log.error("alert", code=error.code, message=error.message, request_id=request.state.request_id)
    return _told(request, problems.of_error(error))


async def _refused(request: Request, error: Refused) -> Response:
    return _told(request, error.problem, error.headers)


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    """A path, query or header that is not of its form; only where, never what, is told."""
    place = cast(Sequence[object], error.errors()[0]["loc"]) if error.errors() else ()
    path = ".".join(str(each) for each in place)
    return _told(request, problems.of_error(Malformed(path, "is missing, or not of its form")))


async def _http(request: Request, error: HTTPException) -> Response:
    if error.status_code == int(problems.method_not_allowed().status):
        return _told(request, problems.method_not_allowed(), {"Allow": _allowed(request)})
    return _told(request, problems.of_status(error.status_code))


async def _gone(request: Request, _error: ClientDisconnect) -> Response:
    return _told(request, problems.of_error(Malformed("", "ended early")))


async def _fault(request: Request, _error: Exception) -> Response:
    return _told(request, problems.internal())


def _told(request: Request, problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    request.state.told.update({"code": problem.code} | ({"rule": problem.rule} if problem.rule else {}))
    response = problem.response(request.state.language, request.state.request_id)
    if request.url.path.startswith(f"{BASE}/deposits"):
        response.headers["Tus-Resumable"] = deposits.VERSION
    response.headers.update(headers or {})
    return response


def _allowed(request: Request) -> str:
    """Return all methods of an address: the framework would tell those of one route only (RFC 9110 15.5.6)."""
    methods: set[str] = set()
    for context in iter_route_contexts(request.app.routes):
        regex = getattr(context.original_route, "path_regex", None)
        full = getattr(context, "path_regex", None) or regex
        if full is not None and full.match(request.url.path):
            methods |= context.methods or set()
    if "GET" in methods:
        methods.add("HEAD")
    return ", ".join(sorted(methods))
