"""Forms of values in acts: each tells whether a JSON value is of it (acts-v1 section 2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeAlias

from custody_verifier import text
from custody_verifier.canonical import Json
from custody_verifier.errors import Malformed
from custody_verifier.keys import fingerprint

Form: TypeAlias = "Callable[[Json, str], None]"
"""Takes a value and its path; raises Malformed."""

_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_PUBLIC_KEY_HEADS = {
    "ed25519": (bytes.fromhex("302a300506032b6570032100"), 44),
    "es256": (bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004"), 91),
}


def pattern(expression: str, words: str) -> Form:
    """Return the form of text that a regular expression fits as a whole."""
    fits = re.compile(expression, re.ASCII).fullmatch

    def form(value: Json, path: str) -> None:
        if not isinstance(value, str) or not fits(value):
            raise Malformed(path, f"is not {words}")

    return form


UUID = pattern(_UUID, "a uuid")
PERSON = pattern(f"person/{_UUID}", "person/<uuid>")
BUNDLE = pattern(f"bundle/{_UUID}", "bundle/<uuid>")
CASE = pattern(f"case/{_UUID}", "case/<uuid>")
EXHIBIT = pattern(f"exhibit/{_UUID}", "exhibit/<uuid>")
HASH = pattern("[0-9a-f]{64}", "64 hex digits")
SHA512 = pattern("[0-9a-f]{128}", "128 hex digits")
DECIMAL = pattern(r"(?!.{41})-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", "a decimal")
REFERENCE = pattern("(?!.{41})[A-Z0-9]+(?:-[A-Z0-9]+)*", "a case reference")
CLAIM_NAME = pattern("[A-Za-z0-9_.:-]{1,100}", "a claim's name")
ORIGIN = pattern(r"(?!.{256})[a-z0-9.-]+(?:/[a-z0-9.-]+)*/[0-9a-f]{8}", "an origin")
"""As acts have it (acts-v1 section 2); that of a checkpoint is narrower."""
LOG_ORIGIN = pattern(
    r"(?!.{256})[a-z0-9]+(?:[.-][a-z0-9]+)*(?:/[a-z0-9]+(?:[.-][a-z0-9]+)*)*/[0-9a-f]{8}", "an origin"
)
"""ledger-v1, section 5.1."""
VKEY = pattern(r"(?!.{4001})[!-*,-~]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+={0,2}", "a vkey")
_WHITE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""Unicode's White_Space (verdict-v1 section 8); `str.strip` alone would take four control characters as well."""


def sentence(value: Json, path: str) -> None:
    """Text with at least one character that is not white space."""
    if not isinstance(value, str) or not value.strip(_WHITE):
        raise Malformed(path, "is not text")


def any_text(value: Json, path: str) -> None:
    """Text, may be empty."""
    if not isinstance(value, str):
        raise Malformed(path, "is not text")


def truth(value: Json, path: str) -> None:
    """True or false."""
    if not isinstance(value, bool):
        raise Malformed(path, "is not true or false")


def day(value: Json, path: str) -> None:
    """A date that exists."""
    pattern(r"\d{4}-\d\d-\d\d", "a date")(value, path)
    try:
        date.fromisoformat(str(value))
    except ValueError as fault:
        raise Malformed(path, "is not a date that exists") from fault


def claimed(value: Json, path: str) -> None:
    """A claimed instant."""
    text.instant(value, path, "a claimed time")


def recorded(value: Json, path: str) -> None:
    """A recorded instant."""
    text.instant(value, path, "a recorded time")


def base64(value: Json, path: str) -> None:
    """Padded base64."""
    text.base64_bytes(value, path)


def integer(least: int) -> Form:
    """Return the form of integers from `least` on."""

    def form(value: Json, path: str) -> None:
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise Malformed(path, f"is not an integer from {least} on")

    return form


def one_of(*words: str) -> Form:
    """Return the form of a closed choice of texts."""

    def form(value: Json, path: str) -> None:
        if not isinstance(value, str) or value not in words:
            raise Malformed(path, f"is none of {', '.join(words)}")

    return form


def or_null(inner: Form) -> Form:
    """Return the form of null or what `inner` takes."""

    def form(value: Json, path: str) -> None:
        if value is not None:
            inner(value, path)

    return form


def closed(members: Mapping[str, Form], optional: Mapping[str, Form] | None = None) -> Form:
    """Return the form of objects with exactly these members; `optional` ones may be left out."""
    names, known = members.keys(), {**members, **(optional or {})}

    def form(value: Json, path: str) -> None:
        if not isinstance(value, dict):
            raise Malformed(path, "is not an object")
        if value.keys() != names and not names <= value.keys() <= known.keys():
            name = min((value.keys() - known.keys()) | (members.keys() - value.keys()))
            raise Malformed(f"{path}.{name}", "is unknown" if name in value else "is missing")
        for name, member in value.items():
            known[name](member, f"{path}.{name}")

    return form


def list_of(inner: Form, least: int, most: int) -> Form:
    """Return the form of lists of `least` to `most` values."""

    def form(value: Json, path: str) -> None:
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise Malformed(path, f"is not a list of {least} to {most}")
        for at, each in enumerate(value):
            inner(each, f"{path}.{at}")

    return form


def sorted_set(inner: Form, least: int, most: int) -> Form:
    """Return the form of sorted lists of distinct texts."""
    listed = list_of(inner, least, most)

    def form(value: Json, path: str) -> None:
        listed(value, path)
        names = [str(each) for each in value] if isinstance(value, list) else []
        if names != sorted(set(names)):
            raise Malformed(path, "is not sorted, or has something twice")

    return form


def mapping(name_form: Form, inner: Form, least: int, most: int) -> Form:
    """Return the form of objects whose names and values have forms."""

    def form(value: Json, path: str) -> None:
        if not isinstance(value, dict) or not least <= len(value) <= most:
            raise Malformed(path, f"is not an object of {least} to {most}")
        for name, member in value.items():
            name_form(name, path)
            inner(member, f"{path}.{name}")

    return form


def key(*uses: str) -> Form:
    """Return the form of keys of these uses; whether a key is weak is another matter (entry-v1 section 7)."""
    shape = closed({"algorithm": one_of(*_PUBLIC_KEY_HEADS), "spki": base64, "use": one_of(*uses)})

    def form(value: Json, path: str) -> None:
        shape(value, path)
        algorithm, spki = key_of(value)
        head, length = _PUBLIC_KEY_HEADS[algorithm]
        if not spki.startswith(head) or len(spki) != length:
            raise Malformed(f"{path}.spki", "is not the exact DER of a key of its algorithm")

    return form


def key_of(value: Json) -> tuple[str, bytes]:
    """Return algorithm and SPKI of a key's object that was found to be of its form."""
    members = as_object(value)
    return str(members["algorithm"]), text.base64_bytes(members["spki"], "spki")


def fingerprint_of(value: Json) -> str:
    """Return the fingerprint of a key's object."""
    return fingerprint(key_of(value)[1])


def as_object(value: Json) -> dict[str, Json]:
    """Return a value that was found to be an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Json) -> list[Json]:
    """Return a value that was found to be a list, else an empty one."""
    return value if isinstance(value, list) else []
