"""Names that withhold nothing, and empty cases, are refused before a request is recorded, or sealed (bundle-v1 8.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from api.services import Services
from custody.act import Act, opened
from custody.canonical import Json
from custody.catalogue.bundle import REQUESTED
from custody.errors import CustodyError
from custody.ports import Submission
from custody.rules import judge
from custody.states import BundleState
from custody.values import StreamName
from events.bundling.contents import Contents
from events.bundling.empty import require_exhibits
from events.bundling.idle import require_withheld


def require_names(services: Services, submissions: Iterable[Submission]) -> None:
    """Raise RuleBroken for a request with a name that withholds nothing, or of a case without exhibits.

    What the rules refuse, the ledger tells.
    """
    for each in submissions:
        if each.act.type != REQUESTED:
            continue
        values = opened(each.disclosures)
        try:
            judge(each.act, values, services.view)
        except CustodyError:
            continue
        require_names_of(services, each.act, values)


def require_names_of(services: Services, act: Act, values: Mapping[str, Json]) -> None:
    """Do the same for one act that the rules allow; acts of other types pass."""
    if act.type == REQUESTED:
        ledger = services.ledger
        require_withheld(ledger, act, Contents.read(values["contents"]), ledger.head().size)
        require_exhibits(ledger, act)


def require_names_of_bundle(services: Services, bundle: StreamName) -> None:
    """Do the same for a request that is recorded and not sealed: a ledger may hold one of before, or of a batch."""
    ledger = services.ledger
    state = ledger.state(bundle)
    if not isinstance(state, BundleState) or state.sealed is not None:
        return
    request = ledger.stream(bundle)[0]
    contents = Contents.of(ledger.disclosures(request.index), bundle)
    require_withheld(ledger, request.entry.act, contents, ledger.head().size)
    require_exhibits(ledger, request.entry.act)
