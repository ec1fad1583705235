"""Rules of the ledger's own stream: the founding, and a correction of its clock."""

from __future__ import annotations

from typing import cast

from custody.act import Act
from custody.canonical import Json
from custody.keys import Key, read_key
from custody.rules.authority import require_administrator, require_sound
from custody.rules.matter import NOTHING, Entails, Matter, Unique
from custody.rules.names import broken
from custody.states import KeyState, View
from custody.states.keys import granted


def judge_founding(act: Act, view: View) -> tuple[KeyState, Unique]:
    """Return the founder's key and the keys that are taken from now on. Raises RuleBroken."""
    if view.ledger_id is not None or view.state(act.stream) is not None:
        raise broken("ledger.founded-once")
    founder = cast(dict[str, Json], act.public["founder"])
    service = cast(dict[str, Json], act.public["service"])
    keys = _keys(founder, service)
    _require_founder(act, founder, keys[0])
    if founder["person"] == service["person"] or len({key.fingerprint for key in keys}) < len(keys):
        raise broken("ledger.founder-apart")
    _require_log_names(act)
    require_sound(*keys)
    unique = tuple(("key", str(key.fingerprint)) for key in keys)
    return granted(keys[0], 0, act.person, confirmed=0), unique


def _keys(founder: dict[str, Json], service: dict[str, Json]) -> list[Key]:
    """The founder's key comes first."""
    found = [founder["key"], service["key"], founder["session_key"]]
    return [read_key(each, "act.public.key") for each in found if each is not None]


def _require_founder(act: Act, founder: dict[str, Json], key: Key) -> None:
    if act.person != founder["person"] or act.key != key.fingerprint:
        raise broken("ledger.founder-signs")
    if act.ledger is not None or act.seen is not None:
        raise broken("act.other-ledger")


def _require_log_names(act: Act) -> None:
    for vkey in cast(list[str], act.public["log"]):
        if vkey.partition("+")[0] != act.public["origin"]:
            raise broken("ledger.log-name", vkey=vkey)


def judge_clock_corrected(matter: Matter) -> Entails:
    """`ledger.clock-corrected.v1`; whether it names the newest entry's time is judged with the clocks."""
    if matter.act.stream != matter.view.ledger_stream:
        raise broken("act.wrong-stream")
    require_administrator(matter.actor)
    return NOTHING
