"""Time-stamps for signatures of statements: the first authority of a deployment that gives a good token."""

from __future__ import annotations

from collections.abc import Sequence

from asn1crypto import tsp

from api.court.signing import Stamp
from custody.errors import CustodyError, Unavailable
from events.timestamping.asking import answer_of
from events.timestamping.authorities import Authority
from events.timestamping.checking import check_answer
from events.timestamping.requests import Request
from events.web import Web


def stamp_by(web: Web, authorities: Sequence[Authority]) -> Stamp | None:
    """Return what brings a request to the authorities in turn; None when there are none.

    What it returns raises Unavailable, with all reasons, when no authority gives a token that counts (log-v1, 9.3).
    """

    def stamp(query: bytes) -> bytes:
        asked = tsp.TimeStampReq.load(query)
        imprint, nonce = asked["message_imprint"]["hashed_message"].native, asked["nonce"].native
        reasons = list[str]()
        for each in authorities:
            try:
                return _answer(web, each, Request(imprint, nonce, each.policy))
            except CustodyError as fault:
                reasons.append(f"{each.name}: {fault.message}")
        raise Unavailable("tsa", "; ".join(reasons))

    return stamp if authorities else None


def _answer(web: Web, authority: Authority, request: Request) -> bytes:
    answer = answer_of(web, authority, request)
    check_answer(answer, request, authority)
    return answer
