"""Rules of exhibit streams: intake, amendment, moves, marks, transfers (acts-v1 6 and 7, continuity-v1 2)."""

from __future__ import annotations

from custody_verifier import catalogue, forms, text
from custody_verifier.canonical import Json
from custody_verifier.rules.cases import require_open
from custody_verifier.rules.matter import Matter
from custody_verifier.rules.names import Broken
from custody_verifier.states import Exhibit, Offer

MOST_FILES = 250
_OUTCOMES = ("match", "not-checked", "mismatch")  # from best to worst


def _received(matter: Matter) -> None:
    act, case = matter.act, matter.case(matter.public("case"))
    matter.require_role(case, "officer", "custodian")
    require_open(case)
    if act.stream in matter.states.heads:
        raise Broken("stream.begun")
    collected = act.public["collected_at"]
    if collected is not None and act.occurred_at < text.instant(collected, "collected_at", "a claimed time"):
        raise Broken("continuity.before-collection")
    files = [str(each) for each in forms.as_list(act.public["files"])]
    if (act.public["kind"] == "physical") != (not files) or len(files) > MOST_FILES:
        raise Broken("exhibit.file-count")
    seal = forms.as_object(matter.opened.get("seal"))
    matter.taken += [("file", each) for each in files]
    matter.taken += [("seal", str(seal["number"]))] if seal else []
    matter.numbered_in = matter.public("case")


def _here(matter: Matter) -> Exhibit:
    exhibit = matter.exhibit(matter.act.stream)
    if matter.act.occurred_at < exhibit.occurred:
        raise Broken("continuity.order")
    return exhibit


def _unmarked(matter: Matter) -> Exhibit:
    exhibit = _here(matter)
    if exhibit.in_error:
        raise Broken("exhibit.in-error")
    return exhibit


def _require_custodian(matter: Matter, exhibit: Exhibit) -> None:
    if matter.act.person != exhibit.custodian:
        raise Broken("continuity.custodian")


def _amended(matter: Matter) -> None:
    exhibit = _unmarked(matter)
    if matter.act.person == exhibit.custodian:
        matter.require_handler()
    else:
        matter.require_role(matter.case(exhibit.case), "officer")
    foreign = catalogue.ONLY_DIGITAL if exhibit.kind == "physical" else catalogue.ONLY_PHYSICAL
    for name in matter.act.body:
        if name in foreign:
            raise Broken("exhibit.other-kind")
        if name.startswith("files/") and name.split("/")[1] not in exhibit.files:
            raise Broken("exhibit.file-unknown")


def _moved(matter: Matter) -> None:
    _require_custodian(matter, _here(matter))
    matter.require_handler()


def _marked(matter: Matter) -> None:
    exhibit = _unmarked(matter)
    matter.require_role(matter.case(exhibit.case), "officer")
    marked, double = matter.public("act"), matter.act.public["duplicate_of"]
    if marked not in exhibit.acts:
        raise Broken("exhibit.act-unknown")
    if marked in exhibit.marked:
        raise Broken("exhibit.already-in-error")
    if double is not None and (
        marked != exhibit.intake or double == matter.act.stream or matter.states.exhibit(str(double)) is None
    ):
        raise Broken("exhibit.duplicate")


def _case_corrected(matter: Matter) -> None:
    exhibit = _unmarked(matter)
    if matter.public("from") != exhibit.case:
        raise Broken("exhibit.from-case")
    if matter.public("case") == exhibit.case:
        raise Broken("exhibit.same-case")
    new = matter.case(matter.public("case"))
    matter.require_role(matter.case(exhibit.case), "officer")
    matter.require_role(new, "officer")
    require_open(new)
    matter.numbered_in = matter.public("case")


# --- transfers: they go on when an exhibit is marked, since somebody still holds it (continuity-v1 2.9) ------


def _offered(matter: Matter) -> None:
    exhibit = _here(matter)
    _require_custodian(matter, exhibit)
    if exhibit.offer is not None:
        raise Broken("transfer.already-offered")
    if matter.public("to") == matter.act.person:
        raise Broken("continuity.same-person")
    receiver = matter.person(matter.public("to"))
    case = matter.case(exhibit.case)
    able = any((receiver.name, role) in case.members for role in ("officer", "custodian", "prosecutor"))
    signs = any(key.good and key.use == "act" for key in receiver.keys.values())
    if not (receiver.active and signs and able) or "administrator" in receiver.roles:
        raise Broken("transfer.receiver")


def _open_offer(matter: Matter) -> tuple[Exhibit, Offer]:
    exhibit = _here(matter)
    if exhibit.offer is None or exhibit.offer.hash != matter.act.public["offer"]:
        raise Broken("transfer.not-open")
    return exhibit, exhibit.offer


def _accepted(matter: Matter) -> None:
    exhibit, offer = _open_offer(matter)
    if offer.to != matter.act.person:
        raise Broken("transfer.addressee")
    if exhibit.custodian == matter.act.person:
        raise Broken("continuity.same-person")
    matter.require_role(matter.case(exhibit.case), "officer", "custodian", "prosecutor")
    if "rehash" in matter.opened:
        _require_rehash(exhibit, matter.opened["rehash"])


def _require_rehash(exhibit: Exhibit, rehash: Json) -> None:
    found = forms.as_object(rehash)
    files = forms.as_object(found.get("files"))
    if (exhibit.kind == "digital") != (rehash is not None) or (files.keys() != exhibit.files and found):
        raise Broken("transfer.rehash")
    if found:
        require_worst(str(found["outcome"]), [str(each) for each in files.values()])


def require_worst(outcome: str, outcomes: list[str]) -> None:
    """Raise Broken unless an outcome is the worst of those of the files."""
    if outcome != max(outcomes, key=_OUTCOMES.index):
        raise Broken("outcome.worst")


def _declined(matter: Matter) -> None:
    if _open_offer(matter)[1].to != matter.act.person:
        raise Broken("transfer.addressee")


def _withdrawn(matter: Matter) -> None:
    if _open_offer(matter)[1].by != matter.act.person:
        raise Broken("transfer.offerer")


JUDGES = {
    "exhibit.received.v1": _received,
    "exhibit.amended.v1": _amended,
    "exhibit.moved.v1": _moved,
    "exhibit.recorded-in-error.v1": _marked,
    "exhibit.case-corrected.v1": _case_corrected,
    "transfer.offered.v1": _offered,
    "transfer.accepted.v1": _accepted,
    "transfer.declined.v1": _declined,
    "transfer.withdrawn.v1": _withdrawn,
}
