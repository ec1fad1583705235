"""References that people read aloud: case reference, number within the case, and a check character."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from custody.errors import Malformed
from custody.members import REFERENCE
from custody.values import text

_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"  # ISO 7064 MOD 37,36: values 0..36
_reference = re.compile(
    r"(?P<case>[A-Z0-9]+(?:-[A-Z0-9]+)*)/(?P<ordinal>[0-9]{3,})-(?P<check>[A-Z0-9])"
).fullmatch


@dataclass(frozen=True, slots=True)
class Reference:
    """An exhibit within its case."""

    case_reference: str
    ordinal: int


def check_character(characters: str) -> str:
    """Return the check character of letters A-Z and digits (ISO 7064 MOD 37,36; acts-v1, section 10)."""
    rest = 36
    for each in characters:
        rest = (rest + _ALPHABET.index(each)) % 36 or 36
        rest = rest * 2 % 37
    return _ALPHABET[(37 - rest) % 36]


def write_reference(case_reference: str, ordinal: int) -> str:
    """Return e.g. `UKR2-25/007-K`. Raises Malformed for a reference that no case can have."""
    REFERENCE.check(case_reference, "reference")
    if ordinal < 1:
        raise Malformed("ordinal", "is not an integer from 1")
    digits = f"{ordinal:03d}"
    return f"{case_reference}/{digits}-{check_character(case_reference.replace('-', '') + digits)}"


def read_reference(value: object, path: str = "reference") -> Reference:
    """Return the reference of text, once its check character fits. Raises Malformed."""
    found = _reference(text(value, path))
    if not found:
        raise Malformed(path, "is not a reference such as UKR2-25/007-K")
    reference = Reference(found["case"], int(found["ordinal"]))
    if reference.ordinal < 1 or write_reference(reference.case_reference, reference.ordinal) != value:
        raise Malformed(path, "has a check character that does not fit: read it again")
    return reference
