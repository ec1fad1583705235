"""The one reader of request bodies: ordinary JSON in, checked values out, before anything else looks at them."""

from __future__ import annotations

import json
from typing import Final, cast

from custody.canonical import Json, check
from custody.errors import Malformed, TooLarge

MOST_VALUES: Final = 1 << 21  # of one body; a writing request as large as may be has one in 35 bytes


def read_json(data: bytes) -> Json:
    """Return the value of a body. Objects that hold a name twice, floats and bad UTF-8 are refused.

    Text and integers are not checked here: whoever reads an act does, with its path. Raises Malformed, and TooLarge
    for more values than any request has: a few bytes make each, and each takes far more than a few.
    """
    most = len(data) if len(data) <= MOST_VALUES else sum(data.count(each) for each in (b",", b"[", b"{"))
    if most > MOST_VALUES:
        raise TooLarge("values of the request", size=most, limit=MOST_VALUES)
    try:
        return cast(Json, _decode(data.decode()))
    except Malformed:
        raise
    except UnicodeDecodeError as fault:
        raise Malformed("", "is not UTF-8") from fault
    except (ValueError, RecursionError) as fault:
        raise Malformed("", "is not JSON") from fault


def read_checked(data: bytes) -> Json:
    """Return the value of a body, every text and number of which fits the canonical form. Raises Malformed."""
    value = read_json(data)
    check(value)
    return value


def members(value: Json, names: frozenset[str], path: str) -> dict[str, Json]:
    """Return an object that has exactly these members. Raises Malformed with the first that is odd."""
    return chosen(value, names, frozenset(), path)


def chosen(value: Json, required: frozenset[str], optional: frozenset[str], path: str) -> dict[str, Json]:
    """Return an object that has the required members and no others than the optional. Raises Malformed."""
    if not isinstance(value, dict):
        raise Malformed(path, "is not an object")
    missing, extra = required - value.keys(), value.keys() - required - optional
    if missing or extra:
        odd = min(missing or extra)
        fault = "is missing" if missing else "is not a member of this request"
        raise Malformed(f"{path}.{odd}" if path else odd, fault)
    return value


def listed(value: Json, path: str, *, most: int) -> list[Json]:
    """Return a list of 1 to `most` values. Raises Malformed."""
    if not isinstance(value, list) or not 1 <= len(value) <= most:
        raise Malformed(path, f"is not a list of 1 to {most}")
    return value


def whole(value: Json, path: str, least: int = 0) -> int:
    """Return an integer from `least`. Raises Malformed."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise Malformed(path, f"is not an integer from {least}")
    return value


def flag(value: Json, path: str) -> bool:
    """Return true or false. Raises Malformed."""
    if not isinstance(value, bool):
        raise Malformed(path, "is not true or false")
    return value


def _pairs(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("", "has an object that holds a name twice")
    return found


def _refuse_number(_text: str) -> Json:
    raise Malformed("", "has a number that is not an integer")


_decode = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_float=_refuse_number, parse_constant=_refuse_number
).decode
