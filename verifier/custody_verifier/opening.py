"""Disclosures of one entry: a line read once, each value checked over the bytes of the line (entry-v1 section 5)."""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Collection
from functools import lru_cache
from hashlib import sha256
from sys import intern

from custody_verifier import text
from custody_verifier.canonical import Json, read
from custody_verifier.entry import MAX_VALUE, Act, check_disclosure
from custody_verifier.errors import Failed, Malformed
from custody_verifier.forms import as_list
from custody_verifier.records import read_disclosures

_START = b'{"disclosures":['
_FLAT = rb"[^{}\[\]\\]*"
_ONE = re.compile(
    rb'\["[A-Za-z0-9_-]{21}[AQgw]","([a-z0-9_/-]+)",'
    rb'(null|"[^"\\]*"|\{' + _FLAT + rb"(?:\[" + _FLAT + rb"\]" + _FLAT + rb")*\})\](?:(?=\])|,(?=\[))"
)
_END = re.compile(rb'\],"index":(0|[1-9][0-9]{0,14})\}')
_URL = bytes.maketrans(b"+/", b"-_")
_HELD = 44  # letters of 33 bytes: a commitment of 43, and an A for a byte 0 that is put after each digest
_SHORT = 200  # bytes of values that are likely to come again


class Opened:
    """The disclosures of one line. `index`: of their entry; `names`: those that they give."""

    def __init__(self, line: bytes, path: str) -> None:
        """Read a line. Raises Malformed."""
        self._values: dict[str, Json] = {}
        self._held = ""
        """The commitments that `_values` open, in their order, and an A after each."""
        self._other: list[Json] = []
        index = self._quick(line)
        if index is None:
            self._values, self._held = {}, ""
            index, self._other = read_disclosures(line, path)
        self.index = index

    def _quick(self, line: bytes) -> int | None:
        """Read a line whose values are null, texts, and objects with at most flat lists; None where it is any other."""
        at, before, digests = len(_START), "", b""
        if len(line) > MAX_VALUE or not line.startswith(_START):
            return None
        for found in _ONE.finditer(line, at):
            called, data = found.groups()
            try:
                name = _name(called)
                value = _short(data) if len(data) <= _SHORT else read(data, name)
            except Malformed:
                return None
            if name <= before or found.start() != at:
                return None
            digests += sha256(b"custody-disclosure/1\n" + line[at : found.end(2) + 1]).digest() + b"\0"
            self._values[name] = value
            at, before = found.end(), name
        last = _END.fullmatch(line, at)
        self._held = b2a_base64(digests, newline=False).translate(_URL).decode()
        return int(last[1]) if last and self._values else None

    def of(self, act: Act) -> tuple[dict[str, Json], Collection[str], list[str]]:
        """Return the values that open what the act's body holds, all names given, and words on what opens nothing."""
        body = act.body
        held = "".join([f"{each}A" for each in body.values()])  # most acts pass in one comparison
        if held == self._held and [*self._values] == [*body] and not self._other:
            return self._values, self._values, []
        opened, given, faults = dict[str, Json](), set[str](), list[str]()
        for at, (name, value) in enumerate(self._values.items()):
            given.add(name)
            if body.get(name) == self._held[_HELD * at : _HELD * (at + 1) - 1]:
                opened[name] = value
            else:
                faults.append(f"the disclosure does not open the commitment of {name}")
        for each in self._other:
            given.add(str(as_list(each)[1]))
            try:
                name, value = check_disclosure(act, each)
                opened[name] = value
            except (Malformed, Failed) as fault:
                faults.append(str(fault))
        return opened, given, faults


@lru_cache(maxsize=256)
def _name(data: bytes) -> str:
    return intern(text.grammar(data.decode(), "name", "the name of a body's member"))


@lru_cache(maxsize=4096)
def _short(data: bytes) -> Json:
    return read(data, "value")
