"""What an officer says about an exhibit: the members of its intake, from options and files (acts-v1)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from custody_cli.faults import Misuse
from custody_cli.messages import say
from custody_verifier.canonical import Json

Body = dict[str, Json]

# Texts or null, all always there: acts-v1, section 2.
_COLLECTION: Final = (
    "accuracy",
    "by",
    "how",
    "legal_basis",
    "method",
    "place",
    "reason",
    "tool",
    "write_blocker",
)
_SOURCE: Final = ("organisation", "originator", "provided_by", "url")
_IDENTIFIERS: Final = ("imei", "make", "marks", "model", "serial")
_OPTIONS: Final = {
    "title": "--title",
    "description": "--description",
    "collection.how": "--how",
    "collection.method": "--method",
    "collection.by": "--by",
    "place.site": "--site",
    "quantity": "--quantity",
    "condition": "--condition",
}
WAYS: Final = ("seized", "handed-over", "found", "copied", "captured-online", "generated")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The options of an intake that become members; `sets` and `file` may say any other."""

    title: str | None
    description: str | None
    how: str | None
    method: str | None
    by: str
    site: str | None
    detail: str | None
    mark: str | None
    file: Path | None
    sets: Sequence[str]


def describe(said: Said, label: str) -> Body:
    """Return the members that both kinds of exhibit have. Raises Misuse for the first that is missing."""
    body: Body = {
        "title": said.title or label,
        "description": said.description,
        "collection": {**dict.fromkeys(_COLLECTION), "witnesses": []},
        "source": dict.fromkeys(_SOURCE),
        "protection": None,
        "place": {"site": said.site, "detail": said.detail},
    }
    collection: Body = {"how": said.how, "method": said.method, "by": said.by}
    merge(body, {"collection": collection})
    if said.mark:
        body["exhibit_mark"] = said.mark
    if said.file is not None:
        merge(body, read_members(said.file))
    for each in said.sets:
        merge(body, read_set(each))
    return body


def describe_physical(body: Body) -> Body:
    """Return the members of a physical exhibit: its groups are always there, null when nothing is said."""
    merged: Body = {"identifiers": None, "packaging": None, "seal": None, **body}
    require(merged, ("quantity", "condition"))
    return complete(merged)


def complete(body: Body) -> Body:
    """Return members with null where a group says nothing; a packaging that is there has a type (acts-v1, 2)."""
    completed = dict(body)
    for name, members in (("identifiers", _IDENTIFIERS), ("packaging", ("bag_number",))):
        group = body.get(name)
        if isinstance(group, dict):
            completed[name] = {**dict.fromkeys(members), **group}
    if completed.get("packaging") is not None:
        require(completed, ("packaging.type",))
    return completed


def require_described(body: Body) -> None:
    """Raise Misuse with the first member that an intake cannot do without, and for an unknown way of collection."""
    require(
        body, ("title", "description", "collection.how", "collection.method", "collection.by", "place.site")
    )
    collection = body["collection"]
    way = collection.get("how") if isinstance(collection, dict) else None
    if way not in WAYS:
        raise Misuse("intake.way", text=way, ways=", ".join(WAYS))


def require(body: Body, names: Sequence[str]) -> None:
    """Raise Misuse with the first of these members, named by dotted paths, that is missing or empty."""
    for name in names:
        found: Json = body
        for part in name.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        if found in (None, ""):
            label = say(f"field.{name.rpartition('.')[2].replace('_', '-')}")
            raise Misuse("intake.missing", label=label, option=_OPTIONS.get(name, f"--set {name}=..."))


def merge(body: Body, more: Mapping[str, Json]) -> None:
    """Put members into a body; those of groups are put into the group."""
    for name, value in more.items():
        group = body.get(name)
        if isinstance(group, dict) and isinstance(value, dict):
            merge(group, value)
        else:
            body[name] = value


def read_members(file: Path) -> Body:
    """Return the members of a JSON file. Raises Misuse."""
    try:
        members: Json = json.loads(file.read_bytes())
    except ValueError as fault:
        raise Misuse("fields.file", file=file) from fault
    if not isinstance(members, dict):
        raise Misuse("fields.file", file=file)
    return members


def read_set(text: str) -> Body:
    """Return the member of `name=value` or `group.name=value`; JSON is read where the value is an array or object."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip("."):
        raise Misuse("fields.set", text=text)
    read: Json = value or None
    if value[:1] in {"{", "["} or value in {"true", "false"}:
        try:
            read = json.loads(value)
        except ValueError as fault:
            raise Misuse("fields.set", text=text) from fault
    for part in reversed(name.split(".")):
        read = {part: read}
    return read if isinstance(read, dict) else {}
