"""Who may read what, judged on the ledger as it stands now. A refusal names its rule; what is hidden is not found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, cast

from api.identity import Who
from custody.act import Act, Disclosure
from custody.catalogue.exhibit import IN_ERROR
from custody.errors import NotFound, NotPermitted
from custody.rules.names import broken
from custody.states import BundleState, CaseState, ExhibitState, View
from custody.values import CaseId, ExhibitId, PersonId, StreamName

ADMINISTRATOR_EXCLUDED: Final = "role.administrator-excluded"
AUDITOR_NO_CONTENT: Final = "role.auditor-no-content"
OTHER_PERSON: Final = "session.other-person"
LEDGER_READERS: Final = "role.ledger-readers"
LOG_READERS: Final = "role.log-readers"
DEPOSITORS: Final = "role.depositors"

_TAKES_IN: Final = frozenset({"officer", "custodian"})
_READS_FILES: Final = frozenset({"officer", "custodian", "prosecutor"})
_NO_EVIDENCE: Final = frozenset({"ledger", "person"})  # kinds of streams without any


def sight(who: Who) -> PersonId | None:
    """Return whose cases a list is limited to; None for an auditor, who sees all. Raises NotPermitted."""
    refuse_administrator(who)
    return None if who.is_auditor else who.person


def require_case(view: View, who: Who, case: CaseId) -> CaseState:
    """Return a case that the person may see. Raises NotFound for others, NotPermitted for administrators."""
    state = view.state(StreamName(case))
    if not isinstance(state, CaseState):
        raise NotFound("case", case)
    if who.is_administrator or not (who.is_auditor or state.roles(who.person)):
        refuse_administrator(who)
        raise NotFound("case", case)
    return state


def require_exhibit(view: View, who: Who, exhibit: ExhibitId) -> ExhibitState:
    """Return an exhibit whose case the person may see, or for which they are answerable. Raises NotFound, NotPermitted.

    A custodian who lost their roles in the case has to hand the exhibit over, and must be able to (continuity-v1 2.3).
    """
    state = view.state(StreamName(exhibit))
    if not isinstance(state, ExhibitState):
        raise NotFound("exhibit", exhibit)
    try:
        require_case(view, who, state.case)
    except NotFound:
        if state.custodian != who.person:
            raise NotFound("exhibit", exhibit) from None
    return state


def require_content(view: View, who: Who, exhibit: ExhibitId) -> ExhibitState:
    """Return an exhibit whose files the person may read. Raises NotFound, NotPermitted."""
    state = require_exhibit(view, who, exhibit)
    _require_reader(cast(CaseState, view.state(StreamName(state.case))), who)
    return state


def _require_reader(case: CaseState, who: Who) -> None:
    if not case.roles(who.person) & _READS_FILES:
        raise NotPermitted(AUDITOR_NO_CONTENT, "auditors see all history and no file")


def require_bundle(view: View, who: Who, bundle: StreamName) -> BundleState:
    """Return a bundle of whose whole scope the person may know. Raises NotFound, NotPermitted for administrators."""
    state = view.state(bundle)
    if not isinstance(state, BundleState):
        raise NotFound("bundle", bundle)
    try:
        if state.case is not None:
            require_case(view, who, state.case)
        for exhibit in state.exhibits:
            require_exhibit(view, who, exhibit)
    except NotFound:
        raise NotFound("bundle", bundle) from None
    return state


def require_duplicate(view: View, who: Who, act: Act) -> None:
    """Raise RuleBroken for a mark that names an exhibit the person may not know of, as if there were none.

    Bundles follow that name: to whoever marks they would give the entries of a case that is not theirs.
    """
    other = act.public.get("duplicate_of") if act.type == IN_ERROR else None
    if (
        other is None or view.state(StreamName(cast(str, other))) is None
    ):  # whether there is one the ledger tells
        return
    try:
        require_exhibit(view, who, ExhibitId(cast(str, other)))
    except NotFound:
        raise broken("exhibit.unknown") from None


def require_stream(view: View, who: Who, stream: StreamName) -> None:
    """Raise NotFound unless the person may know of the stream: how it stands, and its entries."""
    kind, _, number = stream.partition("/")
    if view.state(stream) is None:
        raise NotFound("stream", stream)
    if kind in _NO_EVIDENCE:
        return
    if not who.confirmed:
        raise NotFound("stream", stream)
    if who.is_auditor or who.is_administrator:
        return
    if kind == "case":
        require_case(view, who, CaseId(stream))
    elif kind == "bundle":
        require_bundle(view, who, stream)
    else:
        require_exhibit(view, who, ExhibitId(f"exhibit/{number}"))


def require_entry(view: View, who: Who, act: Act) -> None:
    """Raise NotFound unless the person may see the entry that records an act."""
    if act.person == who.person and who.confirmed:
        return
    try:
        require_stream(view, who, act.stream)
    except NotFound:
        raise NotFound("entry", "") from None


def shown(who: Who, act: Act, disclosures: tuple[Disclosure, ...]) -> tuple[Disclosure, ...]:
    """Return those disclosures of an entry that the person may see; `require_entry` came before."""
    if who.is_administrator and act.kind not in _NO_EVIDENCE:
        return ()  # nor what they recorded themselves, before they became one
    if act.person == who.person:
        return disclosures
    if act.kind == "person":
        own = who.is_administrator or who.is_auditor or str(act.stream) == who.person
        return tuple(each for each in disclosures if own or each.name == "name")
    return disclosures


def require_ledger_reader(who: Who) -> None:
    """Raise NotPermitted unless the person may have the whole ledger verified."""
    if not (who.is_auditor or who.is_administrator):
        raise NotPermitted(LEDGER_READERS, "the whole ledger is for auditors and administrators")


def require_log_reader(who: Who) -> None:
    """Raise NotPermitted unless the person may have the entries of the published log (log-v1 2.4)."""
    if not (who.is_auditor and who.confirmed):
        raise NotPermitted(LOG_READERS, "the entries of the published log are for auditors")


def require_depositor(view: View, who: Who, cases: Iterable[CaseId]) -> None:
    """Raise NotPermitted unless the person may take exhibits into one of `cases`: nobody else fills the vault."""
    refuse_administrator(who)
    for name in cases:
        state = view.state(StreamName(name))
        if isinstance(state, CaseState) and not state.closed and state.roles(who.person) & _TAKES_IN:
            return
    raise NotPermitted(DEPOSITORS, "files are deposited by officers and custodians of an open case")


def refuse_administrator(who: Who) -> None:
    """Raise NotPermitted for an administrator, who reads no evidence."""
    if who.is_administrator:
        raise NotPermitted(ADMINISTRATOR_EXCLUDED, "an administrator may not see evidence")


def may_see_identity(who: Who, person: PersonId) -> bool:
    """Tell whether who asks may see how a person was identified: administrators, auditors, and they themselves."""
    return who.is_administrator or who.is_auditor or person == who.person
