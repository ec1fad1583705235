"""Small HTTP requests to other parties: limited in time and size, no redirects (log-v1 section 5)."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Final, Protocol

from custody.errors import Unavailable

LIMIT: Final = 1_000_000  # bytes of an answer
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

    def post(self, url: str, body: bytes) -> Answer:
        """Return the answer to a POST of plain text. Raises Unavailable when there is none: it may have arrived."""


class _Straight(urllib.request.HTTPRedirectHandler):
    """Follows nothing: a signed request is for the address that the policy names."""

    def redirect_request(self, *_: object) -> None:
        """Refuse."""


class DirectWeb:
    """`Web` with the standard library; each request may take `seconds`."""

    def __init__(self, seconds: float = 5.0) -> None:
        self._seconds = seconds
        self._opener = urllib.request.build_opener(_Straight)

    def get(self, url: str) -> Answer:
        """Return the answer to a GET."""
        return self._ask(url, None)

    def post(self, url: str, body: bytes) -> Answer:
        """Return the answer to a POST."""
        return self._ask(url, body)

    def _ask(self, url: str, body: bytes | None) -> Answer:
        if not url.startswith(_SCHEMES):
            raise Unavailable(url, "is not an address of the web")
        request = urllib.request.Request(url, body, {"Content-Type": "text/plain"})  # noqa: S310 - checked above
        try:
            with self._opener.open(request, timeout=self._seconds) as answer:
                return _read(answer.status, answer)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return _read(refusal.code, refusal)
        except (OSError, http.client.HTTPException, ValueError) as fault:
            reason = getattr(fault, "reason", None) or fault
            raise Unavailable(url, str(reason) or type(fault).__name__) from fault


def _read(status: int, answer: http.client.HTTPResponse | urllib.error.HTTPError) -> Answer:
    body = answer.read(LIMIT + 1)
    if len(body) > LIMIT:
        raise Unavailable("web", f"an answer is over {LIMIT} bytes")
    return Answer(status, answer.headers.get("Content-Type", ""), body)
