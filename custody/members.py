"""Forms of values: each knows its words in acts-v1 and how to read itself, and refuses everything else."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date as calendar_date
from typing import Final, cast

from custody import values
from custody.canonical import Json
from custody.errors import Malformed, TooLarge
from custody.keys import read_key

Check = Callable[[Json, str], object]

_MOST_IN_AN_ACT: Final = 65_535  # an act has no more bytes than that


@dataclass(frozen=True, slots=True)
class Form:
    """`words` stand in acts-v1; `check(value, path)` raises Malformed with the path of what is at fault."""

    words: str
    check: Check


def nullable(form: Form) -> Form:
    """Return the form that also takes null."""

    def check(value: Json, path: str) -> None:
        if value is not None:
            form.check(value, path)

    return Form(f"{form.words} or null", check)


def record(required: Mapping[str, Form], optional: Mapping[str, Form] | None = None) -> Form:
    """Return the form of a closed object: `required` members are there always, `optional` ones may be."""
    known = {**required, **(optional or {})}

    def check(value: Json, path: str) -> None:
        if not isinstance(value, dict):
            raise Malformed(path, "is not an object")
        for name in required:
            if name not in value:
                raise Malformed(f"{path}.{name}", "is missing")
        for name, member in value.items():
            if name not in known:
                raise Malformed(f"{path}.{name}", "is not a member here")
            known[name].check(member, f"{path}.{name}")

    parts = [f"{name}: {form.words}" for name, form in required.items()]
    parts += [f"{name}?: {form.words}" for name, form in (optional or {}).items()]
    return Form("{" + "; ".join(parts) + "}", check)


def many(form: Form, *, least: int = 0, most: int = 1_000) -> Form:
    """Return the form of a list with `least` to `most` members of one form."""

    def check(value: Json, path: str) -> None:
        if not isinstance(value, list):
            raise Malformed(path, "is not a list")
        if len(value) < least:
            raise Malformed(path, f"has fewer than {least} members")
        if len(value) > most:
            raise TooLarge(path, size=len(value), limit=most)
        for place, member in enumerate(value):
            form.check(member, f"{path}[{place}]")

    return Form(f"list of {least} to {most}: {form.words}", check)


def sorted_set(form: Form, *, least: int = 0, most: int | None = None) -> Form:
    """Return the form of a sorted list of texts of one form, each there once; `most` None: what an act can hold."""
    listed = many(form, least=least, most=most or _MOST_IN_AN_ACT)

    def check(value: Json, path: str) -> None:
        listed.check(value, path)
        found = cast(list[str], value)
        if any(one >= other for one, other in itertools.pairwise(found)):
            raise Malformed(path, "is not sorted, or names one twice")

    bounds = "" if most is None else f"{least} to {most} "
    return Form(f"sorted list of {bounds}distinct {form.words}", check)


def word_or(words: tuple[str, ...], form: Form) -> Form:
    """Return the form of one of `words`, or of another form that is no text."""
    word = one_of(*words)

    def check(value: Json, path: str) -> None:
        (word if isinstance(value, str) else form).check(value, path)

    return Form(f"{word.words} | {form.words}", check)


def by_name(name: Form, form: Form, *, least: int = 1, most: int = 1_000) -> Form:
    """Return the form of an open object: every member's name is of one form, and every value of another."""

    def check(value: Json, path: str) -> None:
        if not isinstance(value, dict):
            raise Malformed(path, "is not an object")
        if len(value) < least:
            raise Malformed(path, f"has fewer than {least} members")
        if len(value) > most:
            raise TooLarge(path, size=len(value), limit=most)
        for each, member in value.items():
            name.check(each, path)
            form.check(member, f"{path}.{each}")

    return Form(f"object of {least} to {most}: {name.words} → {form.words}", check)


def one_of(*words: str) -> Form:
    """Return the form of a closed choice of words."""
    known = frozenset(words)

    def check(value: Json, path: str) -> None:
        if not isinstance(value, str) or value not in known:
            raise Malformed(path, f"is not one of {', '.join(words)}")

    return Form(" | ".join(f"`{word}`" for word in words), check)


def matching(words: str, pattern: str) -> Form:
    """Return the form of text that a pattern matches as a whole."""
    match = re.compile(pattern).fullmatch

    def check(value: Json, path: str) -> None:
        if not match(values.text(value, path)):
            raise Malformed(path, f"is not {words}")

    return Form(words, check)


def _some_text(value: Json, path: str) -> None:
    if not (value.strip() if isinstance(value, str) else values.text(value, path)):
        raise Malformed(path, "is empty")


def _boolean(value: Json, path: str) -> None:
    if not isinstance(value, bool):
        raise Malformed(path, "is not true or false")


def _true(value: Json, path: str) -> None:
    if value is not True:
        raise Malformed(path, "is not true (it is left out otherwise)")


def whole(least: int) -> Form:
    """Return the form of integers from `least` on."""

    def check(value: Json, path: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise Malformed(path, f"is not an integer from {least}")

    return Form(f"integer from {least}", check)


_date = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch


def _calendar_date(value: Json, path: str) -> None:
    found = values.text(value, path)
    try:
        if not _date(found):
            raise Malformed(path, "is not a date such as 2026-11-22")
        calendar_date.fromisoformat(found)
    except ValueError as fault:
        raise Malformed(path, "is not a date that exists") from fault


TEXT: Final = Form("text", _some_text)
ANY_TEXT: Final = Form("text, may be empty", values.text)
BOOLEAN: Final = Form("true or false", _boolean)
TRUE: Final = Form("`true`", _true)
SIZE: Final = whole(0)
COUNT: Final = whole(1)
DATE: Final = Form("date", _calendar_date)
DECIMAL: Final = Form("decimal", values.decimal)
CLAIMED: Final = Form("claimed instant", values.claimed_instant)
RECORDED: Final = Form("recorded instant", values.recorded_instant)
UUID: Final = Form("uuid", values.uuid)
UUIDS: Final = Form("sorted list of distinct uuids", sorted_set(UUID).check)
PERSON: Final = Form("person/<uuid>", values.person)
CASE: Final = Form("case/<uuid>", values.case)
EXHIBIT: Final = Form("exhibit/<uuid>", values.exhibit)
ACT: Final = Form("act hash", values.hex256)
FINGERPRINT: Final = Form("fingerprint", values.hex256)
SHA256: Final = Form("64 hex digits", values.hex256)
SHA512: Final = Form("128 hex digits", values.hex512)
BASE64: Final = Form("base64", values.from_base64)
KEY: Final = Form("key", read_key)
ACT_KEY: Final = Form("key of use `act`", lambda value, path: read_key(value, path, "act"))
SESSION_KEY: Final = Form("key of use `session`", lambda value, path: read_key(value, path, "session"))
ORIGIN: Final = matching("origin", r"(?=.{1,255}\Z)[a-z0-9.-]+(/[a-z0-9.-]+)*/[0-9a-f]{8}")
VKEY: Final = matching("vkey", r"(?=.{1,4000}\Z)[!-*,-~]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+={0,2}")
REFERENCE: Final = matching("case reference", r"(?=.{1,40}\Z)[A-Z0-9]+(-[A-Z0-9]+)*")
FORMAT: Final = one_of("custody-entry/1")
OUTCOME: Final = one_of("match", "mismatch", "not-checked")
