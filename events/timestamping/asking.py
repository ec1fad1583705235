"""Asking authorities for tokens, several at once; whatever goes wrong is their failure, never ours (log-v1 9.1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeAlias

from custody.errors import CustodyError, NotProven
from events.timestamping.authorities import Authority
from events.timestamping.checking import check_answer
from events.timestamping.requests import QUERY, Request
from events.timestamping.tokens import Token
from events.web import Web

SECONDS: Final = 20.0  # for an answer
AT_ONCE: Final = 8
_OK: Final = 200

Outcome: TypeAlias = Token | CustodyError


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking one authority: a token that counts, or why there is none."""

    authority: Authority
    outcome: Outcome


def ask(web: Web, authorities: Sequence[Authority], imprint: bytes) -> Iterator[Asked]:
    """Ask authorities for a token over a digest, all at once; yield what came, in their order."""
    if not authorities:
        return
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="tsa") as pool:
        waiting = [(each, pool.submit(_ask, web, each, imprint)) for each in authorities]
        for authority, future in waiting:
            yield Asked(authority, future.result())


def _ask(web: Web, authority: Authority, imprint: bytes) -> Outcome:
    request = Request.over(imprint, authority.policy)
    try:
        answer = web.post(authority.url, request.to_bytes(), QUERY)
        if answer.status != _OK:
            raise NotProven(f"the authority answered with status {answer.status}")
        return check_answer(answer.body, request, authority)
    except CustodyError as fault:
        return fault
