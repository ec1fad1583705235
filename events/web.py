"""Small HTTP requests to other parties: limited in time and size, no redirects (log-v1 section 5)."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Final, Protocol

from custody.errors import Unavailable
from events.limited import LimitedHttp, LimitedHttps

LIMIT: Final = 1_000_000  # bytes of an answer
PLAIN: Final = "text/plain"
_PIECE: Final = 65_536
_SCHEMES: Final = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, media type and body of an answer."""

    status: int
    media_type: str
    body: bytes


class Web(Protocol):
    """Asks other parties over HTTP."""

    def get(self, url: str) -> Answer:
        """Return the answer to a GET. Raises Unavailable when there is none."""

    def post(self, url: str, body: bytes, media_type: str = PLAIN) -> Answer:
        """Return the answer to a POST. Raises Unavailable when there is none: it may have arrived."""


class _Straight(urllib.request.HTTPRedirectHandler):
    """Follows nothing: a signed request is for the address that the policy names."""

    def redirect_request(self, *_: object) -> None:
        """Refuse."""


class DirectWeb:
    """`Web` with the standard library; each request may take `seconds`, from connecting to the last byte."""

    def __init__(self, seconds: float = 5.0) -> None:
        self._seconds = seconds
        self._opener = urllib.request.build_opener(_Straight, LimitedHttp, LimitedHttps)

    def get(self, url: str) -> Answer:
        """Return the answer to a GET."""
        return self._ask(url, None)

    def post(self, url: str, body: bytes, media_type: str = PLAIN) -> Answer:
        """Return the answer to a POST."""
        return self._ask(url, body, media_type)

    def _ask(self, url: str, body: bytes | None, media_type: str = PLAIN) -> Answer:
        if not url.startswith(_SCHEMES):
            raise Unavailable(url, "is not an address of the web")
        request = urllib.request.Request(url, body, {"Content-Type": media_type})  # noqa: S310 - checked above
        try:
            return self._read(request)
        except (OSError, http.client.HTTPException, ValueError) as fault:
            raise Unavailable(url, self._told(getattr(fault, "reason", None) or fault)) from fault

    def _told(self, reason: object) -> str:
        if isinstance(reason, TimeoutError):
            return f"takes too long: no whole answer in {self._seconds:g} s"
        return str(reason) or type(reason).__name__

    def _read(self, request: urllib.request.Request) -> Answer:
        try:
            with self._opener.open(request, timeout=self._seconds) as answer:
                return _read(answer.status, answer)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return _read(refusal.code, refusal)


def _read(status: int, answer: http.client.HTTPResponse | urllib.error.HTTPError) -> Answer:
    """Return an answer that is not too long."""
    body = bytearray()
    while piece := answer.read1(_PIECE):
        body += piece
        if len(body) > LIMIT:
            raise Unavailable("web", f"an answer is over {LIMIT} bytes")
    if getattr(answer, "length", None):
        raise Unavailable("web", "an answer was cut off")
    return Answer(status, answer.headers.get("Content-Type", ""), bytes(body))
