"""JSON values and bytes with one thing in them changed, by dice that anybody can throw again."""

from __future__ import annotations

import random
from typing import Any

Value = Any


def other_bytes(dice: random.Random, data: bytes) -> bytes:
    """Return bytes with one of them changed, taken out or put in."""
    at = dice.randrange(len(data)) if data else 0
    new = bytes([dice.randrange(256)])
    return dice.choice(
        (data[:at] + new + data[at + 1 :], data[:at] + data[at + 1 :], data[:at] + new + data[at:])
    )


def altered(dice: random.Random, value: Value, some: list[Value]) -> Value:
    """Return a JSON value with one thing in it changed; `some` are values that may take another's place."""
    if isinstance(value, dict) and value and dice.random() < 0.93:
        return _object(dice, value, some)
    if isinstance(value, list) and value and dice.random() < 0.93:
        return _list(dice, value, some)
    if isinstance(value, str) and value and dice.random() < 0.6:
        at = dice.randrange(len(value))
        other = dice.choice((value[at].swapcase(), dice.choice("0123456789abcdefZ=/+-. "), ""))
        return value[:at] + other + value[at + 1 :]
    if isinstance(value, int) and not isinstance(value, bool) and dice.random() < 0.6:
        return value + dice.choice((-1, 1, 1, 5, -5, 1000))
    return dice.choice(some)


def _object(dice: random.Random, value: dict[str, Value], some: list[Value]) -> Value:
    name, way = dice.choice(sorted(value)), dice.random()
    if way < 0.06:
        return {key: each for key, each in value.items() if key != name}
    if way < 0.1:
        return value | {dice.choice(("late", "late_reason", "other", "zz")): dice.choice((True, *some))}
    return value | {name: altered(dice, value[name], some)}


def _list(dice: random.Random, value: list[Value], some: list[Value]) -> Value:
    at, way = dice.randrange(len(value)), dice.random()
    if way < 0.15:
        return value[:at] + value[at + 1 :]
    if way < 0.25:
        return [*value[: at + 1], *value[at:]]
    if way < 0.35:
        return dice.sample(value, len(value))
    return [*value[:at], altered(dice, value[at], some), *value[at + 1 :]]
