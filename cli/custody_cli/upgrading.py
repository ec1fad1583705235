"""Better receipts: fetched, proved against the entry that is kept, judged by the officer's own trust, kept beside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from custody_cli import answers, local_faults, private_files, receipts
from custody_cli.answers import Record
from custody_cli.contact import Contact
from custody_cli.faults import IntegrityFault, Misuse, NotThere
from custody_cli.receipts import Kept
from custody_verifier.canonical import Json
from custody_verifier.errors import Failed, Malformed, VerifierError
from custody_verifier.note import read_note
from custody_verifier.policy import Backing, Policy, judge, read_policy
from custody_verifier.roots import Refused, Root, check_chain, read_roots
from custody_verifier.tokens import Token, read_token

WITNESSED, TIME_STAMPED = "witnessed", "time-stamped"
GRADES = (WITNESSED, TIME_STAMPED)


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom the officer trusts beyond the pinned log: a policy and roots of time-stamping, where they gave them."""

    policy: Policy | None
    roots: tuple[Root, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnesses:
    """Who stands behind a checkpoint. `checked`: by the officer's own policy; else it is the service's word."""

    asked: str
    counted: tuple[str, ...]
    missing: tuple[str, ...]
    checked: bool

    def to_json(self) -> Record:
        """Return them as `--json` prints them."""
        return {
            "asked": self.asked,
            "counted": [*self.counted],
            "missing": [*self.missing],
            "checked": self.checked,
        }


@dataclass(frozen=True, slots=True)
class Stamp:
    """A token over the checkpoint's text. `tsa` is the service's name for it; `checked`: by the officer's roots."""

    tsa: str
    time: datetime
    response: bytes
    checked: bool


@dataclass(frozen=True, slots=True)
class Better:
    """A receipt of a grade, with what it was judged by. `witnesses` is None where nobody is asked."""

    grade: str
    kept: Kept
    witnesses: Witnesses | None
    stamps: tuple[Stamp, ...]


def read_trust(policy: Path | None, roots: Path | None) -> Trust:
    """Return the trust of files. Raises Misuse for one that cannot be read."""
    try:
        return Trust(
            None if policy is None else read_policy(policy.read_bytes(), str(policy)),
            None if roots is None else read_roots(roots.read_bytes(), str(roots)),
        )
    except Malformed as fault:
        raise Misuse("upgrade.trust", reason=fault) from fault
    except OSError as fault:
        raise local_faults.fault_of(fault) from fault


def upgraded(link: Contact, old: Kept, grade: str, trust: Trust) -> Better:
    """Fetch the receipt of `grade` for the entry of a kept one, and check all of it.

    1. proved by the pinned log; 2. of the same entry, byte for byte; 3. of the tree that was seen; 4. witnesses
    by the officer's policy, tokens by their roots. Raises NotThere while the service has none, or the officer's
    policy is not met; IntegrityFault for one that does not hold.
    """
    told = link.door.get(f"/receipts/{old.index}", min_grade=grade)
    new = receipts.read(link.pin, told)
    if (new.index, new.data) != (old.index, old.data):
        raise IntegrityFault("upgrade.other-entry", index=old.index)
    link.require_consistent(new.note)
    found = _witnesses(told, new, trust.policy)
    stamps = tuple(_stamps(told, new, trust.roots))
    if grade == TIME_STAMPED and not stamps:
        raise IntegrityFault("upgrade.no-token", index=old.index)
    if grade == WITNESSED:
        _require_met(found, new, trust.policy)
    return Better(grade, new, found, stamps)


def files(better: Better) -> dict[str, bytes]:
    """Return the files of a better receipt by name: proof and entry beside each other, and the tokens."""
    stem = f"{better.kept.index}.{better.grade}"
    tokens = {f"{stem}.{each.tsa}.tsr": each.response for each in better.stamps}
    return {f"{stem}.entry": better.kept.data, f"{stem}.tlog-proof": better.kept.proof} | tokens


def write(folder: Path, better: Better) -> list[Path]:
    """Write the files into a folder, beside those of the receipt that was upgraded; return them."""
    written = []
    for name, content in files(better).items():
        private_files.write(folder / name, content)
        written.append(folder / name)
    return written


def told_witnesses(told: Json) -> Witnesses | None:
    """Return what a service says of the witnesses behind its checkpoint, unchecked; None when it asks none."""
    given = answers.record(told, "witnesses").get("witnesses")
    if given is None:
        return None
    return Witnesses(
        asked=answers.text(given, "asked"),
        counted=tuple(answers.texts(given, "counted")),
        missing=tuple(answers.texts(given, "missing")),
        checked=False,
    )


def _witnesses(told: Json, new: Kept, policy: Policy | None) -> Witnesses | None:
    if policy is None:
        return told_witnesses(told)
    backing = _judged(new, policy)
    return Witnesses(
        asked=backing.quorum,
        counted=tuple(sorted(backing.cosigned)),
        missing=tuple(sorted(backing.missing)),
        checked=True,
    )


def _judged(new: Kept, policy: Policy) -> Backing:
    try:
        return judge(policy, new.note)
    except VerifierError as fault:
        raise IntegrityFault("upgrade.policy", index=new.index, reason=fault) from fault


def _require_met(found: Witnesses | None, new: Kept, policy: Policy | None) -> None:
    if found is None:
        raise IntegrityFault("upgrade.no-witness", index=new.index)
    if policy is not None and not _judged(new, policy).witnessed:
        counted = ", ".join(found.counted) or "-"
        raise NotThere("upgrade.not-met", index=new.index, asked=found.asked, counted=counted)


def _stamps(told: Json, new: Kept, roots: tuple[Root, ...] | None) -> Iterator[Stamp]:
    listed = answers.record(told, "time_stamps").get("time_stamps")
    for each in listed if isinstance(listed, list) else ():
        name = answers.text(each, "tsa")
        if not name.replace("-", "").isalnum() or not name.isascii() or len(name) > 40:  # log-v1 9.1
            raise IntegrityFault("answer.shape", path="tsa")
        response = answers.from_base64(answers.text(each, "response"), "response")
        token = _token(response, new, name)
        if roots is not None:
            _require_chain(token, roots, name)
        yield Stamp(name, token.time, response, roots is not None)


def _token(response: bytes, new: Kept, name: str) -> Token:
    try:
        token = read_token(response)
        if not token.is_over(read_note(new.note).text.encode()):
            raise Failed("it stamps other bytes than the checkpoint")
    except VerifierError as fault:
        raise IntegrityFault("upgrade.token", name=name, reason=fault) from fault
    return token


def _require_chain(token: Token, roots: tuple[Root, ...], name: str) -> None:
    try:
        check_chain(token, roots)
    except Refused as fault:
        raise IntegrityFault("upgrade.token", name=name, reason=fault) from fault
