"""The act types: stream, public members and members of the body (acts-v1 sections 3 to 8, bundle-v1 section 8)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from custody_verifier import forms
from custody_verifier.canonical import Json
from custody_verifier.errors import Malformed
from custody_verifier.forms import (
    CASE,
    CLAIM_NAME,
    DECIMAL,
    EXHIBIT,
    HASH,
    ORIGIN,
    PERSON,
    REFERENCE,
    SHA512,
    UUID,
    VKEY,
    Form,
    closed,
    list_of,
    mapping,
    one_of,
    or_null,
    sentence,
    sorted_set,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """Members of a body. `parts` are members `files/<uuid>/<part>`; `least` optional ones must be there."""

    required: Mapping[str, Form] = field(default_factory=dict)
    optional: Mapping[str, Form] = field(default_factory=dict)
    parts: Mapping[str, Form] = field(default_factory=dict)
    least: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ActType:
    """What acts of a type hold. `begins`: it is the first entry of its stream, and only that."""

    stream: str
    public: Mapping[str, Form] = field(default_factory=dict)
    body: Body = Body()
    begins: bool = False
    form: Form = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "form", closed(self.public))


_note = or_null(sentence)
_worse = one_of("match", "mismatch", "not-checked")
_place = closed({"site": sentence, "detail": _note})
_protection = or_null(
    closed({"sensitivity": sentence, "protected_persons": forms.truth, "consent": _note, "remarks": _note})
)
_identity = closed({"method": sentence, "document": _note, "checked_on": or_null(forms.day)})
_collected = dict.fromkeys(("tool", "write_blocker", "legal_basis", "reason", "accuracy", "place"), _note) | {
    "how": one_of("seized", "handed-over", "found", "copied", "captured-online", "generated"),
    "method": sentence,
    "by": sentence,
    "witnesses": list_of(sentence, 0, 50),
}
_found = closed(
    {
        "name": forms.any_text,
        "path": or_null(forms.any_text),
        "mime_declared": _note,
        "mime_detected": _note,
        "modified_at": _note,
    },
    {"metadata": mapping(CLAIM_NAME, forms.any_text, 1, 1000), "name_bytes": forms.base64},
)
DIGESTS = closed({"sha256": HASH, "sha512": SHA512, "size": forms.integer(0)})
_described: dict[str, Form] = {
    "title": sentence,
    "description": sentence,
    "collection": closed(_collected),
    "source": closed(dict.fromkeys(("originator", "provided_by", "organisation", "url"), _note)),
    "protection": _protection,
}
_physical: dict[str, Form] = {
    "quantity": closed({"value": DECIMAL, "unit": sentence}),
    "condition": sentence,
    "identifiers": or_null(closed(dict.fromkeys(("make", "model", "serial", "imei", "marks"), _note))),
    "packaging": or_null(closed({"type": sentence, "bag_number": _note})),
}
_extra: dict[str, Form] = {
    "remarks": sentence,
    "exhibit_mark": sentence,
    "language": sentence,
    "retention": closed({"class": sentence, "action_date": or_null(forms.day)}),
    "legal": sentence,
}
_acquisition = closed(dict.fromkeys(("device", "id", "type"), _note))
_seal = or_null(closed({"number": sentence, "type": _note}))
_case_extra: dict[str, Form] = {
    "description": sentence,
    "proceeding": closed({"number": sentence, "authority": _note, "qualification": _note}),
    "jurisdiction": sentence,
}

PHYSICAL = Body(
    required=_described | _physical | {"place": _place, "seal": _seal},
    optional=_extra | {"hazards": sentence},
)
DIGITAL = Body(
    required=_described | {"place": _place},
    optional=_extra | {"acquisition": _acquisition},
    parts={"digests": DIGESTS, "found": _found},
)
ONLY_PHYSICAL = frozenset(_physical) | {"hazards"}
ONLY_DIGITAL = frozenset({"acquisition"})

_key_act, _key_session = forms.key("act"), or_null(forms.key("session"))
_why = Body(required={"reason": sentence})
_why_not = Body(required={"reason": _note})
_role = {"role": one_of("administrator", "auditor", "officer")}
_member = {"person": PERSON, "role": one_of("officer", "custodian", "prosecutor", "auditor")}
_holder = {"key": _key_act, "person": PERSON}
_listed = list_of(VKEY, 1, 10)

CATALOGUE: dict[str, ActType] = {
    "ledger.founded.v1": ActType(
        stream="ledger",
        public={
            "format": one_of("custody-entry/1"),
            "founder": closed(_holder | {"session_key": _key_session}),
            "log": _listed,
            "origin": ORIGIN,
            "service": closed(_holder),
        },
        body=Body(required={"deployment": sentence}),
        begins=True,
    ),
    "ledger.clock-corrected.v1": ActType(
        stream="ledger", public={"previous_recorded_at": forms.recorded}, body=_why
    ),
    "person.enrolled.v1": ActType(
        stream="person",
        public={"key": _key_act, "session_key": _key_session},
        body=Body(required={"name": sentence, "identity_check": _identity}),
        begins=True,
    ),
    "person.confirmed.v1": ActType(stream="person", public={"key": HASH}),
    "person.key-added.v1": ActType(
        stream="person", public={"key": forms.key("act", "session"), "proof": or_null(forms.base64)}
    ),
    "person.key-revoked.v1": ActType(
        stream="person", public={"key": HASH, "untrusted_since": or_null(forms.recorded)}, body=_why
    ),
    "person.recovery-proposed.v1": ActType(
        stream="person",
        public={"key": _key_act, "session_key": _key_session},
        body=Body(required={"identity_check": _identity, "reason": sentence}),
    ),
    "person.recovery-approved.v1": ActType(stream="person", public={"proposal": HASH}),
    "person.role-granted.v1": ActType(stream="person", public=_role, body=_why_not),
    "person.role-withdrawn.v1": ActType(stream="person", public=_role, body=_why),
    "person.deactivated.v1": ActType(stream="person", body=_why),
    "person.reactivated.v1": ActType(stream="person", body=_why),
    "person.amended.v1": ActType(stream="person", body=Body(required={"name": sentence, "reason": sentence})),
    "case.opened.v1": ActType(
        stream="case",
        body=Body(
            required={"reference": REFERENCE, "title": sentence, "protection": _protection},
            optional=_case_extra,
        ),
        begins=True,
    ),
    "case.amended.v1": ActType(
        stream="case",
        body=Body(
            required={"reason": sentence},
            optional=_case_extra | {"title": sentence, "protection": _protection},
            least=1,
        ),
    ),
    "case.closed.v1": ActType(stream="case", body=_why),
    "case.reopened.v1": ActType(stream="case", body=_why),
    "case.member-added.v1": ActType(stream="case", public=_member, body=_why_not),
    "case.member-removed.v1": ActType(stream="case", public=_member, body=_why),
    "exhibit.received.v1": ActType(
        stream="exhibit",
        public={
            "case": CASE,
            "collected_at": or_null(forms.claimed),
            "files": sorted_set(UUID, 0, 65_535),
            "kind": one_of("digital", "physical"),
        },
        begins=True,
    ),
    "exhibit.amended.v1": ActType(
        stream="exhibit",
        body=Body(
            required={"reason": sentence},
            optional=_described | _physical | _extra | {"hazards": sentence, "acquisition": _acquisition},
            parts={"found": _found},
            least=1,
        ),
    ),
    "exhibit.moved.v1": ActType(stream="exhibit", body=Body(required={"place": _place, "reason": _note})),
    "exhibit.recorded-in-error.v1": ActType(
        stream="exhibit", public={"act": HASH, "duplicate_of": or_null(EXHIBIT)}, body=_why
    ),
    "exhibit.case-corrected.v1": ActType(stream="exhibit", public={"case": CASE, "from": CASE}, body=_why),
    "transfer.offered.v1": ActType(
        stream="exhibit",
        public={"to": PERSON},
        body=Body(
            required={
                "purpose": sentence,
                "condition": _note,
                "seal": or_null(closed({"number": sentence, "intact": or_null(forms.truth)})),
                "from_place": or_null(_place),
                "to_place": or_null(_place),
            },
            optional={
                "authority": sentence,
                "expected_return": forms.day,
                "transport": sentence,
                "remarks": sentence,
            },
        ),
    ),
    "transfer.accepted.v1": ActType(
        stream="exhibit",
        public={"offer": HASH},
        body=Body(
            required={
                "condition": sentence,
                "seal": or_null(closed({"number": sentence, "intact": forms.truth})),
                "place": _place,
                "rehash": or_null(
                    closed({"outcome": _worse, "files": mapping(UUID, _worse, 1, 250), "remarks": _note})
                ),
            },
            optional={"remarks": sentence},
        ),
    ),
    "transfer.declined.v1": ActType(stream="exhibit", public={"offer": HASH}, body=_why),
    "transfer.withdrawn.v1": ActType(stream="exhibit", public={"offer": HASH}, body=_why),
    "access.recorded.v1": ActType(
        stream="access",
        public={"exhibit": EXHIBIT, "person": PERSON, "what": one_of("download", "view", "export")},
        body=Body(required={"file": or_null(UUID), "purpose": _note, "session": sentence}),
    ),
    "fixity.checked.v1": ActType(
        stream="fixity",
        public={"exhibit": EXHIBIT, "outcome": _worse, "requested_by": or_null(PERSON)},
        body=Body(
            required={
                "files": mapping(
                    UUID,
                    closed({"outcome": _worse, "cause": _note, "measured_sha256": or_null(HASH)}),
                    1,
                    250,
                ),
                "tool": sentence,
            }
        ),
    ),
    "bundle.requested.v1": ActType(
        stream="bundle",
        public={
            "also": sorted_set(one_of("access", "fixity"), 0, 2),
            "case": or_null(CASE),
            "exhibits": sorted_set(EXHIBIT, 0, 65_535),
        },
        body=Body(
            required={
                "contents": closed(
                    {
                        "files": lambda value, path: (
                            one_of("all", "none") if isinstance(value, str) else sorted_set(UUID, 1, 10_000)
                        )(value, path),
                        "withheld": sorted_set(sentence, 0, 10_000),
                    }
                ),
                "purpose": sentence,
                "recipient": closed({"contact": _note, "name": sentence, "organisation": _note}),
            }
        ),
        begins=True,
    ),
    "bundle.sealed.v1": ActType(
        stream="bundle",
        public={
            "at": forms.integer(1),
            "exhibits": or_null(forms.integer(0)),
            "heads": HASH,
            "request": HASH,
            "streams": forms.integer(1),
        },
    ),
    "bundle.issued.v1": ActType(
        stream="bundle", public={"sealed": HASH, "sha256": HASH, "size": forms.integer(1)}
    ),
    "bundle.acknowledged.v1": ActType(
        stream="bundle",
        public={"issued": HASH},
        body=Body(required={"by": sentence, "on": forms.day, "remarks": _note}),
    ),
}


def check_public(kind: ActType, public: Mapping[str, Json]) -> None:
    """Raise Malformed unless the public members are exactly the type's; `late` may stand beside them."""
    members = dict(public)
    if "late" in members and members.pop("late") is not True:
        raise Malformed("act.public.late", "is not true")
    kind.form(members, "act.public")


def check_body(body: Body, names: Collection[str], files: set[str], *, late: bool) -> dict[str, Form]:
    """Return the form of each name; raises Malformed unless the names are the type's.

    `files` are those for which every part must be there: those of an intake. A late act has `late_reason`.
    """
    required = body.required
    if late or files:
        required = {**required, **({"late_reason": sentence} if late else {})}
        required |= {f"files/{file}/{part}": form for file in files for part, form in body.parts.items()}
    changed, found = 0, dict[str, Form]()
    for name in names:
        form = required.get(name) or body.optional.get(name) or _part(body, files, name)
        if form is None:
            raise Malformed(f"act.body.{name}", "is unknown")
        changed += name not in required
        found[name] = form
    missing = required.keys() - set(names)
    if missing or changed < body.least:
        raise Malformed(f"act.body.{min(missing, default='')}", "is missing")
    return found


def _part(body: Body, files: set[str], name: str) -> Form | None:
    """Return the form of a file's part where any file may be named: in an amendment."""
    pieces = name.split("/")
    if files or body.least == 0 or len(pieces) != 3 or pieces[0] != "files":
        return None
    UUID(pieces[1], f"act.body.{name}")
    return body.parts.get(pieces[2])
