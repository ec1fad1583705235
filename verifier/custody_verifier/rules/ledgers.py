"""Rules of the ledger's own stream (acts-v1 section 3)."""

from __future__ import annotations

from custody_verifier import forms, keys
from custody_verifier.canonical import Json
from custody_verifier.errors import Failed
from custody_verifier.rules.matter import Matter
from custody_verifier.rules.names import Broken
from custody_verifier.states import Key


def found(matter: Matter) -> Key:
    """`ledger.founded.v1`: entry 0 and nothing else is. Returns the founder's key, which signs."""
    act = matter.act
    if matter.index != 0 or matter.states.ledger is not None:
        raise Broken("ledger.founded-once")
    if act.ledger is not None or act.seen is not None:
        raise Broken("act.other-ledger")
    founder, service = forms.as_object(act.public["founder"]), forms.as_object(act.public["service"])
    carried = [each for each in (founder["key"], founder["session_key"], service["key"]) if each is not None]
    prints = [forms.fingerprint_of(each) for each in carried]
    if (act.person, act.key) != (founder["person"], prints[0]):
        raise Broken("ledger.founder-signs")
    if founder["person"] == service["person"] or len(set(prints)) < len(prints):
        raise Broken("ledger.founder-apart")
    names = {str(each).partition("+")[0] for each in forms.as_list(act.public["log"])}
    if names != {act.public["origin"]}:
        raise Broken("ledger.log-name")
    for each in carried:
        require_sound(each)
    matter.taken += [("key", each) for each in prints]
    algorithm, spki = forms.key_of(founder["key"])
    return Key(fingerprint=prints[0], algorithm=algorithm, spki=spki, use="act", confirmed=True)


def require_sound(carried: Json) -> None:
    """Raise Broken when a key that an act carries is weak (entry-v1, section 7)."""
    try:
        keys.check_key(*forms.key_of(carried))
    except Failed as fault:
        raise Broken("key.weak") from fault


def _clock_corrected(matter: Matter) -> None:
    if not matter.holds("administrator"):
        raise Broken("role.administrator")
    if matter.act.stream != matter.states.ledger_stream:
        raise Broken("act.wrong-stream")


JUDGES = {"ledger.clock-corrected.v1": _clock_corrected}
