"""Reads references of exhibits, such as UKR2-25/007-K, and finds typing errors by their check character."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from custody_cli.faults import Misuse

_CASE: Final = r"[A-Z0-9]+(?:-[A-Z0-9]+)*"
_case = re.compile(_CASE).fullmatch
_exhibit = re.compile(rf"({_CASE})/([0-9]{{3,}})-([A-Z0-9])").fullmatch
_uuid = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch
_SIGNS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Reference:
    """The number of an exhibit within a case."""

    case: str
    ordinal: int

    def __str__(self) -> str:
        number = f"{self.ordinal:03}"
        return f"{self.case}/{number}-{check_character(self.case + number)}"


def check_character(text: str) -> str:
    """Return the check character of a reference's letters and digits (ISO 7064, MOD 37,36)."""
    product = 36
    for sign in text:
        if sign in _SIGNS:
            product = (product + _SIGNS.index(sign)) % 36 or 36
            product = product * 2 % 37
    return _SIGNS[(37 - product) % 36]


def read(text: str) -> Reference:
    """Return the reference of a text. Raises Misuse for another form, or a check character that does not fit."""
    match = _exhibit(text.upper())
    if match is None:
        raise Misuse("reference.form", text=text)
    found = Reference(match[1], int(match[2]))
    if str(found) != text.upper():
        raise Misuse("reference.check", text=text)
    return found


def is_case(text: str) -> bool:
    """Tell whether a text has the form of a case reference."""
    return _case(text) is not None


def uuid_in(text: str, kind: str) -> str | None:
    """Return the uuid of `<uuid>` or `<kind>/<uuid>`; None for other text."""
    bare = text.removeprefix(f"{kind}/")
    return bare if _uuid(bare) else None
