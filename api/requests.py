"""What routes take from a request: its raw body, who is asking, and the small forms of paths and queries."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Final

from fastapi import Depends, Path, Query, Response, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import Request

from api import problems
from api.identity import Who
from api.services import ServicesDep
from custody.errors import Malformed, NotPermitted

bearer_scheme = HTTPBearer(auto_error=False, description="The token of a session, given by POST /sessions")

UUID: Final = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
LARGEST: Final = 2**53 - 1

UuidPath = Annotated[str, Path(pattern=UUID, description="UUID, lower case")]
IndexPath = Annotated[int, Path(ge=0, le=LARGEST, description="index of an entry")]
Cursor = Annotated[str | None, Query(max_length=1000, description="next_cursor of the page before")]
Limit = Annotated[int, Query(ge=1, le=200, description="most items of a page")]


async def raw_body(request: Request) -> bytes:
    """Return the body as it came; a body that says it is no JSON is refused."""
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise problems.Refused(problems.media_type())
    return await request.body()


BodyDep = Annotated[bytes, Depends(raw_body)]


BearerDep = Annotated[HTTPAuthorizationCredentials | None, Security(bearer_scheme)]


def _signed_in(request: Request, services: ServicesDep, _scheme: BearerDep) -> Who:
    who = services.sessions.who(request.headers.get("authorization"))
    told(request, person=who.person)
    return who


def _confirmed(who: Annotated[Who, Depends(_signed_in)]) -> Who:
    if not who.confirmed:
        raise NotPermitted("session.unconfirmed", "the person has to confirm their key first")
    return who


NewcomerDep = Annotated[Who, Depends(_signed_in)]
"""Who is signed in, be it with a key that waits to be confirmed."""

WhoDep = Annotated[Who, Depends(_confirmed)]
"""Who is signed in."""


async def _one_download(services: ServicesDep, who: WhoDep) -> AsyncIterator[None]:
    async with services.downloads.turn(who.person):
        yield


DownloadDep = Annotated[None, Depends(_one_download)]
"""Counts what is sent as one that its person has under way, until the last byte has left or they have gone."""


def told(request: Request, **facts: object) -> None:
    """Add facts to this request's log line: ids and codes only."""
    request.state.told.update(facts)


def answer(document: object, status: int = problems.OK, headers: Mapping[str, str] | None = None) -> Response:
    """Return a reply of JSON."""
    content = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(content, status_code=status, headers=headers, media_type="application/json")


def require_text(value: str, path: str, most: int = 400) -> str:
    """Return text of a query that the database can hold. Raises Malformed."""
    if len(value) > most or "\0" in value or any("\ud800" <= each <= "\udfff" for each in value):
        raise Malformed(path, "is too long, or has a character that no text has")
    return value
