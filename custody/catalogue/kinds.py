"""What a row of the catalogue is: an act type with its stream, its public members and its body."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from custody.canonical import Json
from custody.members import Form

Forms: TypeAlias = Mapping[str, Form]


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """Members of a body: `required`; `optional`, of which at least `least` are there; and parts of files.

    A part is the member `files/<uuid>/<part>`. With `files`, each part is required for exactly those files;
    without, each part is optional and may name any file (rules say which).
    """

    required: Forms = field(default_factory=dict)
    optional: Forms = field(default_factory=dict)
    least: int = 0
    parts: Forms = field(default_factory=dict)
    files: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActType:
    """One type. `begins`: it is the first entry of its stream, and only that. `who` may, in words."""

    name: str
    stream: str
    begins: bool = False
    public: Forms = field(default_factory=dict)
    body: Body | Callable[[Mapping[str, Json]], Body]
    who: str

    def body_for(self, public: Mapping[str, Json]) -> Body:
        """Return the body that goes with public members: an intake's depends on its kind."""
        return self.body if isinstance(self.body, Body) else self.body(public)
