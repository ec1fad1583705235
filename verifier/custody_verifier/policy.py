"""Whom the verifier was told to trust: a tlog-policy file, and what a checkpoint has of it (log-v1 section 8)."""

from __future__ import annotations

from dataclasses import dataclass, field

from custody_verifier.cosignatures import ED25519, ML_DSA_44, Cosigner, check_cosignatures, read_cosigner
from custody_verifier.errors import Failed, Malformed
from custody_verifier.note import Checkpoint, LogKey, check_note, read_checkpoint, read_note, read_vkey

BOTH = frozenset({ED25519, ML_DSA_44})
MOST = 100


@dataclass(frozen=True, slots=True)
class Rule:
    """A group: `least` of `members` must stand behind a checkpoint."""

    least: int
    members: tuple[str, ...]


@dataclass(slots=True)
class Policy:
    """A policy file. `logs` and `witnesses` by vkey type; `urls` of witnesses where the file gives them."""

    logs: list[LogKey] = field(default_factory=list)
    ml_dsa_logs: list[Cosigner] = field(default_factory=list)
    witnesses: dict[str, Cosigner] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    quorum: str = ""

    def log(self, origin: str) -> LogKey | None:
        """Return the Ed25519 key of an origin, or None."""
        return next((key for key in self.logs if key.name == origin), None)

    def asks(self) -> str:
        """Say what the quorum is, for people: names, and how many of which."""
        return self._asks(self.quorum)

    def _asks(self, name: str) -> str:
        rule = self.rules.get(name)
        if rule is None:
            return "no witness" if name == "none" else name
        inside = ", ".join(map(self._asks, rule.members))
        return f"{rule.least} of ({inside})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backing:
    """Who stands behind a checkpoint. `cosigned` gives POSIX times by the policy's names.

    `uncounted`: witnesses of the policy whose lines this reader was told not to judge. `missing`: the rest.
    """

    checkpoint: Checkpoint
    cosigned: dict[str, int]
    uncounted: tuple[str, ...]
    missing: tuple[str, ...]
    quorum: str
    met: bool

    @property
    def witnessed(self) -> bool:
        """Whether other parties stand behind it as the policy asks; `quorum none` is never witnessed."""
        return self.met and self.quorum != "no witness"


def judge(policy: Policy, data: bytes, kinds: frozenset[int] = BOTH, path: str = "checkpoint") -> Backing:
    """Return what a checkpoint has of a policy; `kinds` are the types of line that are judged and counted.

    Raises Malformed, and Failed when no log of the policy signed it or a line of a known key does not fit.
    """
    note = read_note(data, path)
    checkpoint = read_checkpoint(note, path)
    _check_logs(policy, data, checkpoint, kinds, path)
    judged = {name: who for name, who in policy.witnesses.items() if who.kind in kinds}
    times = {name: check_cosignatures(note.lines, who, checkpoint) for name, who in judged.items()}
    cosigned = {name: time for name, time in times.items() if time is not None}
    return Backing(
        checkpoint=checkpoint,
        cosigned=cosigned,
        uncounted=tuple(policy.witnesses.keys() - judged.keys()),
        missing=tuple(name for name in judged if name not in cosigned),
        quorum=policy.asks(),
        met=is_met(policy, set(cosigned)),
    )


def is_met(policy: Policy, names: set[str]) -> bool:
    """Return whether these witnesses are a quorum."""

    def stands(name: str) -> bool:
        rule = policy.rules.get(name)
        if rule is None:
            return name in names
        return sum(map(stands, rule.members)) >= rule.least

    return policy.quorum == "none" or stands(policy.quorum)


def _check_logs(
    policy: Policy, data: bytes, checkpoint: Checkpoint, kinds: frozenset[int], path: str
) -> None:
    """Check every line of every key that the policy names for this origin; at least one must be there."""
    note, signed = read_note(data, path), False
    for log in policy.logs:
        if log.name == checkpoint.origin and any(
            line.key_id == log.key_id for line in note.lines if line.name == log.name
        ):
            check_note(note, log)
            signed = True
    for key in policy.ml_dsa_logs:
        if key.name == checkpoint.origin and key.kind in kinds:
            signed |= check_cosignatures(note.lines, key, checkpoint) is not None
    if not signed:
        raise Failed("no log of the policy has signed the checkpoint")


def read_policy(data: bytes, path: str = "policy") -> Policy:
    """Return a policy file's content; each fault names its line. Raises Malformed."""
    if any(byte < 9 or 10 < byte < 32 or byte == 127 for byte in data):
        raise Malformed(path, "has a byte that no policy has")
    if data and not data.endswith(b"\n"):
        raise Malformed(path, "has a last line without its newline")
    policy, members = Policy(), set[str]()
    for number, raw in enumerate(data.split(b"\n"), 1):
        # Bytes above 0x7F are opaque; Latin-1 gives each one sign. Only space and tab part items.
        line = raw.decode("latin-1").replace("\t", " ").strip(" ")
        if line and not line.startswith("#"):
            _take(policy, members, [item for item in line.split(" ") if item], f"{path}:{number}")
    if not policy.quorum:
        raise Malformed(path, "has no quorum")
    return policy


def _take(policy: Policy, members: set[str], items: list[str], path: str) -> None:
    match items:
        case ["log", vkey, *rest] if len(rest) <= 1:
            _take_log(policy, _utf8(vkey, path), path)
        case ["witness", name, vkey, *rest] if len(rest) <= 1:
            _take_witness(policy, name, _utf8(vkey, path), path)
            if rest:
                policy.urls[name] = rest[0]
        case ["group", name, least, *rest] if rest:
            _take_group(policy, members, name, least, rest, path)
        case ["quorum", name] if not policy.quorum:
            if name != "none" and name not in policy.witnesses and name not in policy.rules:
                raise Malformed(path, "names nothing that an earlier line defines")
            policy.quorum = name
        case _:
            raise Malformed(path, "is not a line of a policy, or a second quorum")
    logs = len(policy.logs) + len(policy.ml_dsa_logs)
    if max(logs, len(policy.witnesses), len(policy.rules)) > MOST:
        raise Malformed(path, f"is one line too many: at most {MOST} of a kind")


def _take_log(policy: Policy, vkey: str, path: str) -> None:
    typed = vkey.split("+", 2)[-1]
    if typed.startswith("B"):  # the first letter of base64 of 0x04 to 0x07
        key = read_cosigner(vkey, path)
        if key.kind != ML_DSA_44 or any(key.raw == each.raw for each in policy.ml_dsa_logs):
            raise Malformed(path, "is not a log's key, or is there already")
        policy.ml_dsa_logs.append(key)
    else:
        log = read_vkey(vkey, path)
        if any(log.raw == each.raw for each in policy.logs):
            raise Malformed(path, "has a key that is there already")
        policy.logs.append(log)


def _take_witness(policy: Policy, name: str, vkey: str, path: str) -> None:
    key = read_cosigner(vkey, path)
    if any(key.raw == each.raw for each in policy.witnesses.values()):
        raise Malformed(path, "has a key that is there already")
    policy.witnesses[_new(policy, name, path)] = key


def _take_group(policy: Policy, members: set[str], name: str, least: str, rest: list[str], path: str) -> None:
    known = policy.witnesses.keys() | policy.rules.keys()
    if len(set(rest)) != len(rest) or not known.issuperset(rest) or members & set(rest):
        raise Malformed(path, "has a member that is not defined above, or is a member already")
    members.update(rest)
    if least in ("all", "any"):
        count = len(rest) if least == "all" else 1
    elif least.isascii() and least.isdecimal() and not least.startswith("0") and len(least) < 5:
        count = int(least)
    else:
        count = 0
    if not 1 <= count <= len(rest):
        raise Malformed(path, "asks for no number of its members")
    policy.rules[_new(policy, name, path)] = Rule(count, tuple(rest))


def _new(policy: Policy, name: str, path: str) -> str:
    if name == "none" or name in policy.witnesses or name in policy.rules:
        raise Malformed(path, f"defines {name} twice")
    return name


def _utf8(item: str, path: str) -> str:
    try:
        return item.encode("latin-1").decode()
    except UnicodeDecodeError as fault:
        raise Malformed(path, "has a vkey that is not UTF-8") from fault
