"""Whom one trusts: logs, witnesses and the quorum of a policy file, and what a note has of it (log-v1 section 8)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from custody.errors import Malformed, NotProven
from events.checkpoint import Checkpoint, parse_checkpoint
from events.cosignatures import CosignerKey, LogVerifier, parse_cosigner, parse_log_vkey
from events.note import VerifierKey, open_note, parse_note

MAX_LINES: Final = 100  # of each kind
NOBODY: Final = "none"

_control = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]").search
_count = re.compile(r"[1-9][0-9]{0,3}").fullmatch


@dataclass(frozen=True, slots=True)
class Log:
    """A log whose checkpoints are accepted; `url` is where it is read, if that is known."""

    key: LogVerifier
    url: str | None


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness by its name in the policy; `url` is where checkpoints are submitted to it."""

    name: str
    key: CosignerKey
    url: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """A group: it is met when `least` of its members are."""

    name: str
    least: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Backing:
    """What a note has of a policy: who cosigned it and when (POSIX seconds), and whether the quorum is met.

    `asked` says for people what the quorum asks for.
    """

    checkpoint: Checkpoint
    signed_by: tuple[str, ...]
    cosigned: dict[str, int]
    missing: tuple[str, ...]
    quorum: str
    asked: str
    is_met: bool

    @property
    def is_witnessed(self) -> bool:
        """Whether another party stands behind the note as the policy asks; `quorum none` never is."""
        return self.is_met and self.quorum != NOBODY


@dataclass(frozen=True, slots=True)
class Policy:
    """A C2SP tlog-policy file."""

    logs: tuple[Log, ...]
    witnesses: tuple[Witness, ...]
    groups: tuple[Group, ...]
    quorum: str

    def judge(self, note: bytes, path: str = "checkpoint") -> Backing:
        """Return what a note has of this policy.

        Raises Malformed, and NotProven when no log of the policy signed it, or a line of a known key fails.
        """
        checkpoint, signers = self._signed(note, path)
        cosigned = self.cosigners(note, checkpoint)
        missing = tuple(each.name for each in self.witnesses if each.name not in cosigned)
        met = self.is_met(cosigned)
        return Backing(checkpoint, signers, cosigned, missing, self.quorum, self.asks(), met)

    def cosigners(self, note: bytes, checkpoint: Checkpoint) -> dict[str, int]:
        """Return the witnesses whose lines of a note verify, with their times. Raises NotProven at one that fails."""
        lines = parse_note(note).signatures
        return {
            witness.name: max(times)
            for witness in self.witnesses
            if (times := [witness.key.verify(line, checkpoint) for line in lines if witness.key.made(line)])
        }

    def asks(self) -> str:
        """Say what the quorum is, for people: names, and how many of which; as verdicts say it."""
        return self._asks(self.quorum)

    def _asks(self, name: str) -> str:
        group = next((each for each in self.groups if each.name == name), None)
        if group is None:
            return "no witness" if name == NOBODY else name
        return f"{group.least} of ({', '.join(map(self._asks, group.members))})"

    def is_met(self, names: Iterable[str]) -> bool:
        """Whether these witnesses are a quorum."""
        met = set(names)
        for group in self.groups:  # members stand on earlier lines
            if sum(member in met for member in group.members) >= group.least:
                met.add(group.name)
        return self.quorum == NOBODY or self.quorum in met

    def _signed(self, note: bytes, path: str) -> tuple[Checkpoint, tuple[str, ...]]:
        """Return the checkpoint and the vkeys of the logs that signed it."""
        checkpoint = parse_checkpoint(parse_note(note, path).text, path)
        logs = [each.key for each in self.logs if each.key.name == checkpoint.origin]
        plain = [key for key in logs if isinstance(key, VerifierKey)]
        lines = parse_note(note, path).signatures
        signers = []
        for key in logs:
            if isinstance(key, CosignerKey) and any(key.made(line) for line in lines):
                for line in lines:
                    if key.made(line):
                        key.verify(line, checkpoint)
                signers.append(key.vkey)
        claimed = [key for key in plain if any((key.name, key.key_id) == (x.name, x.key_id) for x in lines)]
        if claimed:
            signers += [key.vkey for key in open_note(note, claimed, path)[1]]
        if not signers:
            raise NotProven("no log of the policy has signed the checkpoint")
        return checkpoint, tuple(signers)


def no_witnesses(*logs: LogVerifier) -> Policy:
    """Return the policy that accepts some logs and asks for no witness."""
    return Policy(tuple(Log(key, None) for key in logs), (), (), NOBODY)


def parse_policy(data: bytes, path: str = "policy") -> Policy:
    """Return the policy of a file. Raises Malformed, with the number of the line at fault."""
    whole = data.decode("utf-8", "surrogateescape")  # bytes above 0x7F are names like any other
    if _control(whole):
        raise Malformed(path, "has a control character")
    if whole and not whole.endswith("\n"):
        raise Malformed(path, "does not end in a newline")
    reading = _Reading(path)
    for number, line in enumerate(whole.split("\n"), 1):
        items = [item for item in re.split(r"[ \t]+", line) if item]
        if items and not items[0].startswith("#"):
            reading.take(items, f"{path}:{number}")
    return reading.finished()


class _Reading:
    """A policy while its lines are read."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._logs: list[Log] = []
        self._witnesses: list[Witness] = []
        self._groups: list[Group] = []
        self._defined: set[str] = set()
        self._used: set[str] = set()
        self._quorum: str | None = None

    def take(self, items: list[str], path: str) -> None:
        """Take one line."""
        kind, *rest = items
        if kind == "log" and len(rest) in (1, 2):
            self._log(rest, path)
        elif kind == "witness" and len(rest) in (2, 3):
            self._witness(rest, path)
        elif kind == "group" and len(rest) >= 3:
            self._group(rest, path)
        elif kind == "quorum" and len(rest) == 1:
            self._set_quorum(rest[0], path)
        else:
            raise Malformed(path, "is not a line of a policy")
        if max(len(self._logs), len(self._witnesses), len(self._groups)) > MAX_LINES:
            raise Malformed(path, f"is one of more than {MAX_LINES}")

    def finished(self) -> Policy:
        """Return the whole."""
        if self._quorum is None:
            raise Malformed(self._path, "has no quorum")
        return Policy(tuple(self._logs), tuple(self._witnesses), tuple(self._groups), self._quorum)

    def _log(self, rest: list[str], path: str) -> None:
        key = parse_log_vkey(rest[0], path)
        if any(_raw(each.key) == _raw(key) for each in self._logs):
            raise Malformed(path, "names a key twice")
        self._logs.append(Log(key, rest[1] if rest[1:] else None))

    def _witness(self, rest: list[str], path: str) -> None:
        key = parse_cosigner(rest[1], path)
        if any(each.key.raw == key.raw for each in self._witnesses):
            raise Malformed(path, "names a key twice")
        self._witnesses.append(Witness(self._new(rest[0], path), key, rest[2] if rest[2:] else None))

    def _group(self, rest: list[str], path: str) -> None:
        name, least, *members = rest
        for member in members:
            if member not in self._defined or member in self._used:
                raise Malformed(path, f"{member!r} is not defined above, or is a member already")
            self._used.add(member)
        number = {"all": len(members), "any": 1}.get(least) or (int(least) if _count(least) else 0)
        if not 1 <= number <= len(members):
            raise Malformed(path, "asks for no number of its members")
        self._groups.append(Group(self._new(name, path), number, tuple(members)))

    def _set_quorum(self, name: str, path: str) -> None:
        if self._quorum is not None or (name != NOBODY and name not in self._defined):
            raise Malformed(path, "is a second quorum, or names nothing that is defined above")
        self._quorum = name

    def _new(self, name: str, path: str) -> str:
        if name == NOBODY or name in self._defined:
            raise Malformed(path, f"{name!r} cannot be defined here")
        self._defined.add(name)
        return name


def _raw(key: LogVerifier) -> bytes:
    return key.raw if isinstance(key, CosignerKey) else key.key.spki[-32:]
