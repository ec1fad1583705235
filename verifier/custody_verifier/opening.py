"""Disclosures of one entry: a line read once, each value checked over the bytes of the line (entry-v1 section 5)."""

from __future__ import annotations

import re
from binascii import b2a_base64
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
_ONE = re.compile(
    rb'\["[A-Za-z0-9_-]{21}[AQgw]","([a-z0-9_/-]+)",'
    rb'(null|"[^"\\]*"|\{[^{}\[\]\\]*\})\]'
)
_END = re.compile(rb'\],"index":(0|[1-9][0-9]{0,14})\}')
_URL = bytes.maketrans(b"+/", b"-_")
_SHORT = 200  # bytes of values that are likely to come again


class Opened:
    """The disclosures of one line. `index`: of their entry; `names`: those that they give."""

    def __init__(self, line: bytes, path: str) -> None:
        """Read a line. Raises Malformed."""
        self._values: dict[str, Json] = {}
        self._held: dict[str, str] = {}
        """The commitment that each value of `_values` opens, by name."""
        self._other: list[Json] = []
        index = self._quick(line)
        if index is None:
            self._values, self._held = {}, {}
            index, self._other = read_disclosures(line, path)
        self.index = index

    def _quick(self, line: bytes) -> int | None:
        """Read a line whose values are null, texts and flat objects; None where it is any other."""
        at, before = len(_START), ""
        if len(line) > MAX_VALUE or not line.startswith(_START):
            return None
        while found := _ONE.match(line, at):
            called, data = found.groups()
            try:
                name = _name(called)
                value = _short(data) if len(data) <= _SHORT else read(data, name)
            except Malformed:
                return None
            if name <= before:
                return None
            end = found.end()
            digest = sha256(b"custody-disclosure/1\n" + line[at:end]).digest()
            self._held[name] = b2a_base64(digest, newline=False).translate(_URL)[:-1].decode()
            self._values[name] = value
            at, before = end + 1, name
            if line[at - 1] != ord(","):
                break
        last = _END.fullmatch(line, at - 1)
        return int(last[1]) if last and self._values else None

    def of(self, act: Act) -> tuple[dict[str, Json], set[str], list[str]]:
        """Return the values that open what the act's body holds, all names given, and words on what opens nothing."""
        if not self._other and self._held.items() <= act.body.items():
            return self._values, set(self._values), []
        opened, given, faults = dict[str, Json](), set[str](), list[str]()
        for name, value in self._values.items():
            given.add(name)
            if act.body.get(name) == self._held[name]:
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
