"""The closed table of act types, and the reading of their public and body members (acts-v1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from custody.act import Act
from custody.canonical import Json
from custody.catalogue import bundle, case, exhibit, ledger, person, service, transfer
from custody.catalogue.kinds import ActType, Body, Forms
from custody.errors import Malformed, TooLarge
from custody.members import TEXT, TRUE, Form

__all__ = [
    "CATALOGUE",
    "LATE",
    "LATE_REASON",
    "ActType",
    "Body",
    "check_body",
    "file_of",
    "is_late",
    "read_public",
]

LATE: Final = "late"  # public, in any type: written after the fact
LATE_REASON: Final = "late_reason"  # body, required with it

CATALOGUE: Final[Mapping[str, ActType]] = {
    each.name: each
    for module in (ledger, person, case, exhibit, transfer, service, bundle)
    for each in module.TYPES
}


def is_late(act: Act) -> bool:
    """Return whether the act is marked as written after the fact."""
    return act.public.get(LATE) is True


def read_public(act: Act) -> Mapping[str, Json]:
    """Return the public members of an act of a known type. Raises Malformed with the path at fault."""
    public, known = act.public, CATALOGUE[act.type].public
    if public.keys() != known.keys():
        _require_names(public, known)
    for name, form in known.items():
        form.check(public[name], f"act.public.{name}")
    return public


def _require_names(public: Mapping[str, Json], known: Forms) -> None:
    for name in known:
        if name not in public:
            raise Malformed(f"act.public.{name}", "is missing")
    for name in public:
        if name == LATE:
            TRUE.check(public[name], f"act.public.{name}")
        elif name not in known:
            raise Malformed(f"act.public.{name}", "is not a member of this type")


def check_body(act: Act, opened: Mapping[str, Json] | None) -> None:
    """Raise Malformed unless the body has the members of its type, and each opened value is of its form.

    `read_public` came before. With `opened` None the values are withheld and the names are judged.
    """
    body = CATALOGUE[act.type].body_for(act.public)
    if opened is not None and _is_common(body, act, opened):
        return
    required = _required(body, late=is_late(act))
    for name in required:
        if name not in act.body:
            raise Malformed(f"act.body.{name}", "is missing")
    others = 0
    for name in act.body:
        form = required.get(name)
        if form is None:
            form = body.optional.get(name) or _part(body, name)
            others += 1
        if opened is not None:
            if name not in opened:
                raise Malformed(f"body.{name}", "is not opened")
            form.check(opened[name], f"body.{name}")
    if others < body.least:
        raise Malformed("act.body", "changes nothing")


def _is_common(body: Body, act: Act, opened: Mapping[str, Json]) -> bool:
    """Tell whether a body is just what its type requires; of any other `check_body` says what is wrong, if it is."""
    required = body.required
    if body.files is not None or body.least or not act.body.keys() == required.keys() == opened.keys():
        return False
    try:
        for name, form in required.items():
            form.check(opened[name], name)
    except (Malformed, TooLarge):
        return False
    return LATE not in act.public


def _required(body: Body, *, late: bool) -> Forms:
    if not late and not body.files:
        return body.required
    required = dict(body.required)
    if late:
        required[LATE_REASON] = TEXT
    for file in body.files or ():
        for part, form in body.parts.items():
            required[f"files/{file}/{part}"] = form
    return required


def file_of(name: str) -> str | None:
    """Return the file that a body member `files/<uuid>/<part>` names, or None for another member."""
    if not name.startswith("files/"):  # most names: this is asked of every member of an amendment
        return None
    pieces = name.split("/")
    return pieces[1] if len(pieces) == 3 else None


def _part(body: Body, name: str) -> Form:
    """Return the form of a part of any file; with files, each part of theirs is required already."""
    found = None
    if body.files is None and file_of(name) is not None:
        found = body.parts.get(name.rpartition("/")[2])
    if found is None:
        raise Malformed(f"act.body.{name}", "is not a member of this type")
    return found
