"""Asks for the passphrase of the officer's keys: once a command, from a file, or from the keyboard."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

from custody_cli.faults import Denied, Misuse
from custody_cli.messages import say

FILE = "CUSTODY_PASSPHRASE_FILE"
SHORTEST = 8


class Passphrase:
    """The passphrase of this command, asked for when first needed; `none` is for unencrypted keys."""

    def __init__(self, *, none: bool) -> None:
        self._none = none
        self._known: bytes | None = None

    def to_open(self) -> bytes:
        """Return the passphrase of keys that exist."""
        if self._known is None:
            self._known = from_file() or ask(say("passphrase.ask"))
        return self._known

    def for_new(self) -> bytes | None:
        """Return the passphrase for keys that are being made; None when the officer wants none."""
        if self._none:
            return None
        if self._known is None:
            self._known = from_file() or _ask_twice()
        if len(self._known) < SHORTEST:
            raise Misuse("passphrase.short", least=SHORTEST)
        return self._known


def from_file() -> bytes | None:
    """Return the first line of the file that CUSTODY_PASSPHRASE_FILE names; None when it names none."""
    named = os.environ.get(FILE)
    if not named:
        return None
    try:
        return Path(named).read_bytes().splitlines()[0]
    except (OSError, IndexError) as fault:
        raise Misuse("passphrase.file", file=named) from fault


def ask(prompt: str) -> bytes:
    """Ask at the keyboard, without showing what is typed. Raises Denied where there is no keyboard."""
    if not sys.stdin.isatty():
        raise Denied("passphrase.no-keyboard", variable=FILE)
    return getpass.getpass(prompt, stream=sys.stderr).encode()


def _ask_twice() -> bytes:
    first = ask(say("passphrase.new"))
    if first != ask(say("passphrase.again")):
        raise Misuse("passphrase.differ")
    return first
