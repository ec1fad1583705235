"""What went wrong, as RFC 9457 problems: the only place of HTTP statuses. Input values are never echoed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from fastapi import Response

from api import messages
from custody import errors
from custody.errors import CustodyError

MEDIA_TYPE: Final = "application/problem+json"
RETRY_SECONDS: Final = 5

OK: Final = HTTPStatus.OK
CREATED: Final = HTTPStatus.CREATED
ACCEPTED: Final = HTTPStatus.ACCEPTED
NO_CONTENT: Final = HTTPStatus.NO_CONTENT
PARTIAL: Final = HTTPStatus.PARTIAL_CONTENT


@dataclass(frozen=True, slots=True)
class Row:
    """How a leaf of the error tree is told: its HTTP status, and which of its facts may be shown."""

    status: HTTPStatus
    facts: tuple[str, ...] = ()


STATUS: Final[Mapping[type[CustodyError], Row]] = {
    errors.Malformed: Row(HTTPStatus.BAD_REQUEST),
    errors.TooLarge: Row(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, ("size", "limit")),
    errors.RuleBroken: Row(HTTPStatus.UNPROCESSABLE_ENTITY, ("earliest", "latest", "names")),
    errors.SignatureRefused: Row(HTTPStatus.UNPROCESSABLE_ENTITY),
    errors.Unauthenticated: Row(HTTPStatus.UNAUTHORIZED),
    errors.NotPermitted: Row(HTTPStatus.FORBIDDEN),
    errors.NotFound: Row(HTTPStatus.NOT_FOUND, ("kind",)),
    errors.NotYet: Row(HTTPStatus.NOT_FOUND),
    errors.DigestMismatch: Row(HTTPStatus.UNPROCESSABLE_ENTITY, ("measured",)),
    errors.KeyReused: Row(HTTPStatus.UNPROCESSABLE_ENTITY),
    errors.SeenTooOld: Row(HTTPStatus.UNPROCESSABLE_ENTITY, ("size", "seconds")),
    errors.StaleStream: Row(HTTPStatus.CONFLICT, ("stream", "version", "previous")),
    errors.AlreadyTaken: Row(HTTPStatus.CONFLICT, ("kind",)),
    errors.OffsetMismatch: Row(HTTPStatus.CONFLICT, ("offset",)),
    errors.Busy: Row(HTTPStatus.CONFLICT, ("most",)),
    errors.ClockBehind: Row(HTTPStatus.SERVICE_UNAVAILABLE),
    # RFC 4918 11.5, temporary by its definition; 413 (RFC 9110 15.5.14) would say that the file itself is too large.
    errors.NoRoom: Row(HTTPStatus.INSUFFICIENT_STORAGE, ("needed", "free")),
    errors.WritesRefused: Row(HTTPStatus.SERVICE_UNAVAILABLE),
    errors.Unavailable: Row(HTTPStatus.SERVICE_UNAVAILABLE, ("what",)),
    errors.OutcomeUnknown: Row(HTTPStatus.INTERNAL_SERVER_ERROR),
    errors.ContentAltered: Row(HTTPStatus.INTERNAL_SERVER_ERROR),
    errors.ChainBroken: Row(HTTPStatus.INTERNAL_SERVER_ERROR, ("index",)),
    errors.NotProven: Row(HTTPStatus.INTERNAL_SERVER_ERROR),
    # Told by a client's `seen`, so it is the client that must stop and compare; the log says it too.
    errors.ForkSeen: Row(HTTPStatus.CONFLICT, ("size",)),
    # The branches themselves, for a leaf that is newer than this table.
    errors.Rejected: Row(HTTPStatus.UNPROCESSABLE_ENTITY),
    errors.Conflict: Row(HTTPStatus.CONFLICT),
    errors.IntegrityFailure: Row(HTTPStatus.INTERNAL_SERVER_ERROR),
    CustodyError: Row(HTTPStatus.INTERNAL_SERVER_ERROR),
}

# What the HTTP layer itself refuses, by its status.
HTTP_CODES: Final[Mapping[HTTPStatus, str]] = {
    HTTPStatus.BAD_REQUEST: "malformed",
    HTTPStatus.UNAUTHORIZED: "unauthenticated",
    HTTPStatus.FORBIDDEN: "not-permitted",
    HTTPStatus.NOT_FOUND: "not-found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method-not-allowed",
    HTTPStatus.PRECONDITION_FAILED: "tus-version",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too-large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "unsupported-media-type",
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE: "range",
    HTTPStatus.TOO_MANY_REQUESTS: "too-many-requests",
    HTTPStatus.INTERNAL_SERVER_ERROR: "internal",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One refusal, ready to be told in a language."""

    status: HTTPStatus
    code: str
    rule: str | None = None
    path: str | None = None
    reason: str | None = None
    facts: Mapping[str, object] | None = None

    def stored(self) -> dict[str, object]:
        """Return what has to be kept to tell it later, in whatever language."""
        members = ("code", "rule", "path", "reason", "facts")
        kept = {name: getattr(self, name) for name in members if getattr(self, name) is not None}
        return {"status": int(self.status), **kept}

    def of_operation(self, kind: str, language: str) -> dict[str, object]:
        """Return the members as an operation of this kind tells them: with what is recorded all the same."""
        told = messages.operation_detail(kind, self.code, self.rule, language)
        document = self.document(language, None)
        return document if told is None else document | {"detail": told}

    def document(self, language: str, request_id: str | None) -> dict[str, object]:
        """Return the members of the problem document."""
        shown: dict[str, object] = {
            "type": f"urn:custody:problem:{self.code}",
            "title": messages.title(self.code, language),
            "status": int(self.status),
            "detail": messages.detail(self.code, self.rule, self.reason, self.facts or {}, language),
            "code": self.code,
        }
        optional = {"rule": self.rule, "path": self.path, "facts": self.facts or None}
        shown.update({name: value for name, value in optional.items() if value is not None})
        if request_id is not None:
            shown["instance"] = f"urn:uuid:{request_id}"
        return shown

    def response(self, language: str, request_id: str | None) -> Response:
        """Return the response for the problem."""
        headers = {"Content-Language": language}
        if self.status == HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = "Bearer"
        if self.status == HTTPStatus.SERVICE_UNAVAILABLE:
            headers["Retry-After"] = str(RETRY_SECONDS)
        content = json.dumps(self.document(language, request_id), ensure_ascii=False).encode()
        return Response(content, status_code=self.status, headers=headers, media_type=MEDIA_TYPE)


def of_error(error: CustodyError) -> Problem:
    """Return the problem of an error of the tree."""
    row = _row(type(error))
    rule, path, reason = (getattr(error, name, None) for name in ("rule", "path", "reason"))
    return Problem(
        status=row.status,
        code=error.code,
        rule=rule,
        path=None if path is None else _printable(path),
        reason=None if reason is None else _printable(reason),
        facts=_shown_facts(error, row.facts),
    )


def of_stored(kept: Mapping[str, object]) -> Problem:
    """Return the problem of what `stored` gave; of a whole document in English, as it was kept before, as well."""
    texts = {name: None if kept.get(name) is None else str(kept[name]) for name in ("rule", "path", "reason")}
    facts = kept.get("facts")
    return Problem(
        status=HTTPStatus(int(str(kept["status"]))),
        code=str(kept["code"]),
        rule=texts["rule"],
        path=texts["path"],
        reason=texts["reason"],
        facts=facts if isinstance(facts, dict) else None,
    )


def of_status(status: int) -> Problem:
    """Return the problem of a refusal by the HTTP layer."""
    known = HTTPStatus(status)
    return Problem(status=known, code=HTTP_CODES.get(known, "malformed"))


def internal() -> Problem:
    """Return the problem of a fault of ours."""
    return Problem(status=HTTPStatus.INTERNAL_SERVER_ERROR, code="internal")


def no_such_route() -> Problem:
    """Return the problem of an address that is none of ours."""
    return Problem(status=HTTPStatus.NOT_FOUND, code="not-found")


def method_not_allowed() -> Problem:
    """Return the problem of a method that an address does not have."""
    return Problem(status=HTTPStatus.METHOD_NOT_ALLOWED, code="method-not-allowed")


def tus_version() -> Problem:
    """Return the problem of a request that does not speak tus 1.0.0."""
    return Problem(status=HTTPStatus.PRECONDITION_FAILED, code="tus-version")


def media_type() -> Problem:
    """Return the problem of a body in another format than the route reads."""
    return Problem(status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE, code="unsupported-media-type")


def range_not_satisfiable() -> Problem:
    """Return the problem of a range beyond the end of a file."""
    return Problem(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, code="range")


class Refused(Exception):
    """A refusal by the HTTP layer that the error tree has no word for."""

    def __init__(self, problem: Problem, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(problem.code)
        self.problem = problem
        self.headers = headers or {}


def too_many(seconds: int) -> Refused:
    """Return the refusal of one request too many; `seconds` until the next may come."""
    facts = {"seconds": seconds}
    problem = Problem(status=HTTPStatus.TOO_MANY_REQUESTS, code="too-many-requests", facts=facts)
    return Refused(problem, {"Retry-After": str(seconds)})


def _row(kind: type[CustodyError]) -> Row:
    return next(STATUS[each] for each in kind.__mro__ if each in STATUS)


def _shown_facts(error: CustodyError, names: tuple[str, ...]) -> dict[str, object]:
    return {name: _plain(error.facts[name]) for name in names if name in error.facts}


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    return _printable(str(value))


def _printable(text: str, most: int = 300) -> str:
    return "".join(each if each.isprintable() else "\ufffd" for each in text[:most])
