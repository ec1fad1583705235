"""The state of a bundle's stream: what was asked for, its sealing, its issues."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

from custody.ports import Recorded
from custody.values import ActHash, CaseId, ExhibitId, StreamName


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleState:
    """What the entries of `bundle/<uuid>` say (bundle-v1, section 8).

    `case` or `exhibits` is the scope of the request, which stands at the index `requested_at`; `sealed` and
    `issues` are hashes of acts.
    """

    stream: StreamName
    version: int
    previous: ActHash
    last_index: int
    request: ActHash
    requested_at: int
    case: CaseId | None
    exhibits: tuple[ExhibitId, ...]
    sealed: ActHash | None = None
    issues: frozenset[ActHash] = frozenset()


def requested(recorded: Recorded) -> BundleState:
    """`bundle.requested.v1`."""
    act = recorded.entry.act
    return BundleState(
        stream=act.stream,
        version=act.version,
        previous=act.hash,
        last_index=recorded.index,
        request=act.hash,
        requested_at=recorded.index,
        case=cast("CaseId | None", act.public["case"]),
        exhibits=tuple(cast(list[ExhibitId], act.public["exhibits"])),
    )


def advanced(state: BundleState, recorded: Recorded) -> BundleState:
    """Return the state with the chain moved on and nothing else."""
    act = recorded.entry.act
    return replace(state, version=act.version, previous=act.hash, last_index=recorded.index)


def sealed(state: BundleState, recorded: Recorded) -> BundleState:
    """`bundle.sealed.v1`: there is one; a second that a lying ledger records changes nothing."""
    return replace(state, sealed=state.sealed or recorded.entry.act.hash)


def issued(state: BundleState, recorded: Recorded) -> BundleState:
    """`bundle.issued.v1`: there may be several."""
    return replace(state, issues=state.issues | {recorded.entry.act.hash})
