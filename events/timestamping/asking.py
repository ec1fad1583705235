"""Asking authorities for tokens, several at once; whatever goes wrong is their failure, never ours (log-v1 9.1)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from custody.errors import CustodyError, NotProven, Unavailable
from events.faults import told_fault
from events.timestamping.authorities import Authority
from events.timestamping.checking import check_answer
from events.timestamping.requests import QUERY, Request
from events.timestamping.tokens import Token
from events.web import Web

SECONDS: Final = 20.0  # for an answer
_OK: Final = 200

Outcome: TypeAlias = Token | CustodyError


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking one authority: a token that counts, or why there is none.

    `fault`: what nobody foresaw, with its traceback, where that is why.
    """

    authority: Authority
    outcome: Outcome
    fault: Exception | None = None


def ask(
    web: Web, authorities: Sequence[Authority], imprint: bytes, seconds: float = SECONDS
) -> Iterator[Asked]:
    """Ask authorities for a token over a digest, all at once; yield what came, in their order.

    One that has not ended its answer after `seconds`, however many bytes it sends one by one, is left to itself.
    """
    asking = [_Asking(web, each, imprint) for each in authorities]
    for each in asking:
        each.start()
    until = time.monotonic() + seconds
    for each in asking:
        each.join(max(0.0, until - time.monotonic()))
        yield Asked(each.authority, each.outcome, each.fault)


class _Asking(threading.Thread):
    """Asks one authority. A daemon: it must not keep the service from ending."""

    def __init__(self, web: Web, authority: Authority, imprint: bytes) -> None:
        super().__init__(name=f"tsa-{authority.name}", daemon=True)
        self.authority = authority
        self._web, self._request = web, Request.over(imprint, authority.policy)
        self._came: Outcome = Unavailable(_named(authority), "does not end its answer")
        self.fault: Exception | None = None

    @property
    def outcome(self) -> Outcome:
        """What came, as far as anything did."""
        return self._came

    def run(self) -> None:
        """Ask and check."""
        try:
            answer = answer_of(self._web, self.authority, self._request)
            self._came = check_answer(answer, self._request, self.authority)
        except CustodyError as fault:
            self._came = fault
        except Exception as fault:  # noqa: BLE001 - a thread's last handler: no answer is to be blamed for it
            self._came = Unavailable(_named(self.authority), told_fault(fault))
            self.fault = fault


def answer_of(web: Web, authority: Authority, request: Request) -> bytes:
    """Return what an authority answers.

    Raises NotProven for a refusal, and Unavailable, which tells its name and not its address: the states of
    authorities are read by everybody, and an address may hold what its owner was given to ask with.
    """
    try:
        answer = web.post(authority.url, request.to_bytes(), QUERY)
    except Unavailable as fault:
        raise Unavailable(_named(authority), str(fault.facts["reason"])) from fault
    if answer.status != _OK:
        raise NotProven(f"the authority answered with status {answer.status}")
    return answer.body


def _named(authority: Authority) -> str:
    return f"authority {authority.name}"
