"""Words of texts for search: any script, no difference of case; a query's words match beginnings of words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from custody.canonical import Json

MAX_WORD: Final = 64  # characters; longer runs are cut, in texts and in queries alike
MAX_QUERY: Final = 10  # words

_words = re.compile(r"\w+").findall
_APOSTROPHES: Final = dict.fromkeys(map(ord, "'\u2019\u02bc\u0301"))  # м'яч, м’яч; and stress marks


def words(text: str) -> set[str]:
    """Return the words of a text, folded so that equal words compare equal."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_APOSTROPHES)
    return {word[:MAX_WORD] for word in _words(folded)}


def words_of(value: Json) -> set[str]:
    """Return the words of every text within a value; names of members are not texts of anybody."""
    return {word for text in _texts(value) for word in words(text)}


def _texts(value: Json) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        for member in value.values():
            yield from _texts(member)


def query_ranges(query: str) -> list[tuple[bytes, bytes]]:
    """Return for each word of a query, at most 10, the range [from, to) of the stored words that begin with it."""
    return [(word.encode(), _after(word.encode())) for word in sorted(words(query))[:MAX_QUERY]]


def _after(start: bytes) -> bytes:
    """Return the least bytes above all that begin with `start`; UTF-8 never ends in 0xff."""
    return start[:-1] + bytes((start[-1] + 1,))
