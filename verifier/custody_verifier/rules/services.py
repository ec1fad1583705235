"""Rules of what the service signs about exhibits: access and fixity (acts-v1 section 8)."""

from __future__ import annotations

from custody_verifier import forms
from custody_verifier.rules.exhibits import require_worst
from custody_verifier.rules.matter import Matter
from custody_verifier.rules.names import Broken
from custody_verifier.states import Exhibit

OWN = frozenset({"access.recorded.v1", "fixity.checked.v1", "bundle.sealed.v1", "bundle.issued.v1"})
"""The closed table of types that the service signs, and nobody else."""


def _exhibit(matter: Matter) -> Exhibit:
    if matter.public("exhibit").partition("/")[2] != matter.act.stream.partition("/")[2]:
        raise Broken("service.stream")
    return matter.exhibit(matter.public("exhibit"))


def _access(matter: Matter) -> None:
    exhibit = _exhibit(matter)
    matter.person(matter.public("person"))
    file = matter.opened.get("file")
    if file is not None and file not in exhibit.files:
        raise Broken("exhibit.file-unknown")


def _fixity(matter: Matter) -> None:
    exhibit = _exhibit(matter)
    if matter.act.public["requested_by"] is not None:
        matter.person(matter.public("requested_by"))
    files = forms.as_object(matter.opened.get("files"))
    if not exhibit.files.issuperset(files):
        raise Broken("exhibit.file-unknown")
    if files:
        outcomes = [str(forms.as_object(each)["outcome"]) for each in files.values()]
        require_worst(matter.public("outcome"), outcomes)


JUDGES = {"access.recorded.v1": _access, "fixity.checked.v1": _fixity}
