"""Spells names of files that are not text: what can be read of them, and their bytes to keep (acts-v1, section 2).

In memory such a name has surrogates for its odd bytes, as Python gives it; none of them may leave this program.
"""

from __future__ import annotations

import os

from custody_cli import answers
from custody_cli.faults import IntegrityFault
from custody_verifier.canonical import Json
from custody_verifier.errors import Malformed
from custody_verifier.text import base64_bytes, base64_text


def spelled(name: str) -> str:
    """Return the name as text: U+FFFD stands for the bytes that are not UTF-8."""
    return name.encode(errors="surrogateescape").decode(errors="replace")


def bytes_of(name: str) -> str:
    """Return the bytes of the name as they are on disk, as base64."""
    return base64_text(os.fsencode(name))


def kept(member: str, name: str | None) -> dict[str, Json]:
    """Return the members that keep a name in a file of JSON: its spelling, and its bytes if that is not all."""
    if name is None or spelled(name) == name:
        return {member: name}
    return {member: spelled(name), f"{member}_bytes": bytes_of(name)}


def read(holder: Json, member: str) -> str | None:
    """Return the name that `kept` has kept; raises IntegrityFault for bytes in another form."""
    odd = answers.optional_text(holder, f"{member}_bytes")
    if odd is None:
        return answers.optional_text(holder, member)
    try:
        return os.fsdecode(base64_bytes(odd, member))
    except Malformed as fault:
        raise IntegrityFault("answer.shape", path=member) from fault
