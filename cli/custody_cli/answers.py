"""Reads the server's answers: data to be looked at, member by member, never trusted for their shape."""

from __future__ import annotations

import base64
import binascii
from typing import TypeAlias

from custody_cli.faults import IntegrityFault
from custody_verifier.canonical import Json

Record: TypeAlias = dict[str, Json]


def record(value: Json, path: str) -> Record:
    """Return `value` if it is an object."""
    if not isinstance(value, dict):
        raise IntegrityFault("answer.shape", path=path)
    return value


def within(value: Json, name: str) -> Json:
    """Return the member `name` of an object, which must be there."""
    found = record(value, name)
    if name not in found:
        raise IntegrityFault("answer.shape", path=name)
    return found[name]


def text(value: Json, name: str) -> str:
    """Return the text member `name`."""
    found = within(value, name)
    if not isinstance(found, str):
        raise IntegrityFault("answer.shape", path=name)
    return found


def optional_text(value: Json, name: str) -> str | None:
    """Return the text member `name`; None when it is null or absent."""
    found = record(value, name).get(name)
    return found if isinstance(found, str) else None


def whole(value: Json, name: str) -> int:
    """Return the member `name`, an integer that is not negative."""
    found = within(value, name)
    if isinstance(found, bool) or not isinstance(found, int) or found < 0:
        raise IntegrityFault("answer.shape", path=name)
    return found


def truth(value: Json, name: str) -> bool:
    """Return the member `name`, true or false."""
    found = within(value, name)
    if not isinstance(found, bool):
        raise IntegrityFault("answer.shape", path=name)
    return found


def items(value: Json, name: str) -> list[Json]:
    """Return the list member `name`."""
    found = within(value, name)
    if not isinstance(found, list):
        raise IntegrityFault("answer.shape", path=name)
    return found


def texts(value: Json, name: str) -> list[str]:
    """Return the member `name`, a list of texts."""
    found = items(value, name)
    if not all(isinstance(each, str) for each in found):
        raise IntegrityFault("answer.shape", path=name)
    return [each for each in found if isinstance(each, str)]


def from_base64(value: str, path: str) -> bytes:
    """Return the bytes of padded base64."""
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise IntegrityFault("answer.shape", path=path) from fault


def hashes(value: Json, name: str) -> list[bytes]:
    """Return the member `name`, a list of hashes in base64."""
    return [from_base64(each, name) for each in texts(value, name)]
