"""What whoever asked might see themself: only such values go into their bundle (bundle-v1, 8.1, rule 2)."""

from __future__ import annotations

from collections import defaultdict
from typing import Final, cast

from custody.values import CaseId, PersonId, StreamName
from events.bundling.streams import NUMBERING, StreamEntry

ASKS: Final = frozenset({"officer", "prosecutor"})
_OF_EXHIBITS: Final = frozenset({"exhibit", "access", "fixity"})
_OPENED: Final = "case.opened.v1"  # whoever opens a case is its first officer
_ADDED: Final = "case.member-added.v1"
_REMOVED: Final = "case.member-removed.v1"


class Reach:
    """The cases of one person, and the exhibits in them, as the entries of the scope say."""

    def __init__(self, person: PersonId) -> None:
        self._person = person
        self._roles: defaultdict[str, set[str]] = defaultdict(set)
        self._cases: dict[str, str] = {}  # of each exhibit, the case that it is in

    def take(self, entry: StreamEntry) -> None:
        """Read the next entry of a stream; each stream comes in order."""
        if entry.type in NUMBERING:
            self._cases[entry.stream] = cast(str, entry.public.get("case"))
        elif entry.type == _OPENED and entry.actor == self._person:
            self._roles[entry.stream].add("officer")
        elif entry.type in {_ADDED, _REMOVED} and entry.public.get("person") == self._person:
            roles, role = self._roles[entry.stream], cast(str, entry.public.get("role"))
            (roles.add if entry.type == _ADDED else roles.discard)(role)

    def shows(self, stream: StreamName, name: str) -> bool:
        """Tell whether a member of an entry of a stream is theirs to see."""
        kind, _, number = stream.partition("/")
        if kind == "person":
            return name == "name"
        if kind == "case":
            return self._is_theirs(stream)
        return kind not in _OF_EXHIBITS or self._is_theirs(self._cases.get(f"exhibit/{number}", ""))

    @property
    def cases(self) -> frozenset[CaseId]:
        """The cases that are theirs: whoever else gets the bundle reads values of each."""
        return frozenset(CaseId(case) for case in self._roles if self._is_theirs(case))

    def _is_theirs(self, case: str) -> bool:
        return bool(self._roles.get(case, frozenset()) & ASKS)
