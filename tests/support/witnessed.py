"""A press whose policy names witnesses that run."""

from __future__ import annotations

from dataclasses import replace

from events.policy import parse_policy
from tests.support import publishing
from tests.support.publishing import Press
from tests.support.witnesses import Running


def policy_of(*witnesses: Running, quorum: str = "all") -> str:
    """Return a policy of the log and some witnesses: an Ed25519 key of the first, ML-DSA of the second."""
    lines = [f"log {vkey}\n" for vkey in publishing.LOG_KEYS.vkeys]
    lines += [witness.line(place) for place, witness in enumerate(witnesses)]
    return "".join(lines) + f"group g {quorum} {' '.join(each.name for each in witnesses)}\nquorum g\n"


def witnessed(press: Press, *witnesses: Running, quorum: str = "all") -> Press:
    """Return the press with a policy of witnesses."""
    return replace(press, policy=parse_policy(policy_of(*witnesses, quorum=quorum).encode()))
