"""What every request passes: its number, its log line, its limits, the headers of every reply, the last handler.

Plain ASGI: nothing here buffers a body or leaves the request's context.
"""

from __future__ import annotations

import random
import re
import time
import uuid
from typing import Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import messages, problems
from custody.errors import TooLarge

# No reply is a page: nothing may be loaded, framed, sniffed, kept, or told to other sites.
HEADERS: Final = (
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)
SMALL_BODY: Final = 64 * 1024
_BASE: Final = "/api/v1"

# A HEAD that is not a GET without its body: a deposit's offset, and a file nobody has read.
_own_head = re.compile(r"/api/v1/(deposits/|exhibits/[^/]+/files/|bundles/[^/]+/zip)").match
_acts = re.compile(r"/api/v1/(acts(/check)?|founding)").fullmatch
_streamed = re.compile(r"/api/v1/deposits/[^/]+").fullmatch

_log = structlog.get_logger("api.request")


class Doors:
    """The outermost layer around the application."""

    def __init__(self, app: ASGIApp, *, max_acts_bytes: int) -> None:
        self._app = app
        self._max_acts_bytes = max_acts_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; other kinds of connection are passed on (lifespan) or closed."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = _Request(scope, send)
        limited = _limited(receive, self._limit(scope), scope)
        inner = request.as_get() if request.is_plain_head else scope
        try:
            await self._app(inner, limited, request.send)
        except Exception:  # noqa: BLE001 - the last handler: whatever happens, a problem is told
            _log.exception("unexpected_fault", request_id=request.id)
            await request.answer_fault(receive)
        finally:
            request.log()

    def _limit(self, scope: Scope) -> int | None:
        if scope["method"] == "PATCH" and _streamed(scope["path"]):
            return None  # counted by the deposit itself, against its declared length
        # Who shows no token at all confirms a key, which takes one small act: nobody is read at length unasked.
        may_be_large = _acts(scope["path"]) and "authorization" in Headers(scope=scope)
        return self._max_acts_bytes if may_be_large else SMALL_BODY


class _Request:
    """One request on its way: what is known for its log line, and its reply's headers."""

    def __init__(self, scope: Scope, send: Send) -> None:
        # No secret, so no call of the kernel.
        self.id = str(uuid.UUID(int=random.getrandbits(128), version=4))
        self._scope, self._send, self._begun = scope, send, time.perf_counter()
        self._status: int | None = None
        self._told: dict[str, object] = {}
        scope.setdefault("state", {})
        scope["state"]["request_id"] = self.id
        scope["state"]["told"] = self._told
        scope["state"]["language"] = messages.chosen(Headers(scope=scope).get("accept-language"))
        self._inner = scope
        self.is_plain_head = scope["method"] == "HEAD" and not _own_head(scope["path"])

    def as_get(self) -> Scope:
        """Return the scope of the GET that a HEAD stands for; the reply's body is dropped below."""
        self._inner = {**self._scope, "method": "GET"}
        return self._inner

    async def send(self, message: Message) -> None:
        """Pass on a part of the reply, with the headers of every reply."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS:
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
            headers["X-Request-Id"] = self.id
        elif self.is_plain_head and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)

    async def answer_fault(self, receive: Receive) -> None:
        """Tell that the fault is ours, unless a reply has begun."""
        if self._status is None:
            self._told["code"] = "internal"
            response = problems.internal().response(self._scope["state"]["language"], self.id)
            await response(self._scope, receive, self.send)

    def log(self) -> None:
        """Write the canonical line of this request."""
        _log.info(
            "request",
            request_id=self.id,
            method=self._scope["method"],
            route=self._route(),
            status=self._status,
            duration_ms=round((time.perf_counter() - self._begun) * 1000, 2),
            **self._told,
        )

    def _route(self) -> str | None:
        """Return the template of the address, never the address: it holds ids, and queries hold words."""
        found = self._told.pop("route", None) or getattr(self._inner.get("route"), "path", None)
        if found is None:
            return None
        prefixed = self._scope["path"].startswith(_BASE) and not str(found).startswith(_BASE)
        return f"{_BASE}{found}" if prefixed else str(found)


def _limited(receive: Receive, limit: int | None, scope: Scope) -> Receive:
    if limit is None:
        return receive
    declared = Headers(scope=scope).get("content-length", "")
    excess = int(declared) if declared.isdecimal() and len(declared) < 20 and int(declared) > limit else None
    return _counting(receive, limit, excess)


def _counting(receive: Receive, limit: int, excess: int | None) -> Receive:
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        if excess is not None:
            raise TooLarge("request body", size=excess, limit=limit)
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise TooLarge("request body", size=taken, limit=limit)
        return message

    return counted
