"""Rules of bundle streams: request, sealing, issue, acknowledgement (bundle-v1 section 8)."""

from __future__ import annotations

from custody_verifier import forms
from custody_verifier.rules.matter import Matter
from custody_verifier.rules.names import Broken
from custody_verifier.states import Bundle

MOST_EXHIBITS = 1_000


def _requested(matter: Matter) -> None:
    if matter.act.stream in matter.states.heads:
        raise Broken("stream.begun")
    case = matter.act.public["case"]
    exhibits = [str(each) for each in forms.as_list(matter.act.public["exhibits"])]
    if (case is None) != bool(exhibits) or len(exhibits) > MOST_EXHIBITS:
        raise Broken("bundle.scope")
    _require_roles(matter, None if case is None else str(case), tuple(exhibits))


def _require_roles(matter: Matter, case: str | None, exhibits: tuple[str, ...]) -> None:
    concerned = {case} if case is not None else {matter.exhibit(each).case for each in exhibits}
    for name in sorted(concerned):
        matter.require_role(matter.case(name), "officer", "prosecutor")


def _bundle(matter: Matter) -> Bundle:
    bundle = matter.states.bundles.get(matter.act.stream)
    if bundle is None:
        raise Broken("bundle.request")
    return bundle


def _sealed(matter: Matter) -> None:
    bundle, at = _bundle(matter), matter.act.public["at"]
    if bundle.sealed is not None or (bundle.request, 2) != (matter.act.public["request"], matter.act.version):
        raise Broken("bundle.request")
    if not isinstance(at, int) or not bundle.requested_at < at <= matter.index:
        raise Broken("bundle.at")


def _issued(matter: Matter) -> None:
    bundle = _bundle(matter)
    if bundle.sealed is None or bundle.sealed != matter.act.public["sealed"]:
        raise Broken("bundle.sealing")


def _acknowledged(matter: Matter) -> None:
    bundle = _bundle(matter)
    if matter.act.public["issued"] not in bundle.issues:
        raise Broken("bundle.issue")
    _require_roles(matter, bundle.case, bundle.exhibits)


JUDGES = {
    "bundle.requested.v1": _requested,
    "bundle.sealed.v1": _sealed,
    "bundle.issued.v1": _issued,
    "bundle.acknowledged.v1": _acknowledged,
}
