"""The rules of acts-v1 and continuity-v1: whether an act may be recorded, after all that was before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from custody.act import Act
from custody.canonical import Json
from custody.errors import StaleStream
from custody.states import KeyState, State, View
from custody.values import CaseId

__all__ = ["Decision", "View", "judge", "require_next"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What recording the act entails.

    `ordinal_for`: the case in which the exhibit gets the next number (`assigned.ordinal`), or None.
    `unique`: pairs (kind, value) that no earlier entry may have taken (`case-reference`, `seal`, `file`, `key`).
    `key`: the actor's key, with which the signature is to be verified; its algorithm must be the signature's.
    """

    ordinal_for: CaseId | None
    unique: tuple[tuple[str, str], ...]
    key: KeyState


def judge(act: Act, opened: Mapping[str, Json] | None, view: View) -> Decision:
    """Return what recording `act` entails, or raise RuleBroken with the name of the rule that forbids it.

    `opened` are the values of the body by member name; None when they are withheld, as for a verifier:
    then public data and member names are judged. Raises Malformed for members that are not of the type.
    Not judged here: the signature, version and previous (`require_next`), clocks (`custody.clocks`).
    """
    raise NotImplementedError


def require_next(act: Act, state: State | None) -> None:
    """Raise StaleStream unless `act` follows directly on `state`, its stream's present state."""
    version = 0 if state is None else state.version
    previous = None if state is None else state.previous
    if act.version != version + 1 or act.previous != previous:
        raise StaleStream(act.stream, version=version, previous=previous)
