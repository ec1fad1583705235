"""Fetches originals: each is saved, there already or refused, and n given = n saved + n already there + n refused."""

from __future__ import annotations

import os
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal
from urllib.parse import quote

from custody_cli import local_faults, output, private_files, progress, saving
from custody_cli.contact import Contact
from custody_cli.faults import Conflicting, Fault, IntegrityFault
from custody_cli.intake.digests import sha256_of
from custody_cli.messages import say
from custody_verifier.canonical import Json

Outcome = Literal["saved", "there", "refused"]

_PIECE: Final = 1 << 20
_NO_SERVER: Final = "server.unreachable"
_LOCAL: Final = 2  # exit status: this machine refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A file of an exhibit as its intake was signed, and where it is to be saved. `path` is of the API."""

    file: str
    name: str | None
    sha256: str
    size: int
    path: str
    target: Path


@dataclass(slots=True)
class Fetching:
    """Saves originals and prints what became of each. What is there is never overwritten, and stops no other."""

    contact: Contact
    purpose: str
    counts: Counter[str] = field(default_factory=Counter)
    statuses: set[int] = field(default_factory=set)
    stopped: str | None = None

    def all(self, wanted: Sequence[Original]) -> int:
        """Fetch all and print the sum; return the exit status, 0 when each was saved.

        Once the server cannot be reached, or the disk takes nothing, the rest is refused without asking: each
        asking is an access on record.
        """
        for each in wanted:
            if self.stopped is None:
                self._one(each)
            else:
                self._told(each, "refused", self.stopped)
        is_balanced = self._close(len(wanted))
        status = min(self.statuses, default=0)  # 1, integrity, before all others
        return status if is_balanced else status or IntegrityFault.exit_status

    def _one(self, wanted: Original) -> None:
        try:
            if os.path.lexists(wanted.target):
                self._found(wanted)
            else:
                self._save(wanted)
                self._saved(wanted)
        except Fault as fault:
            if isinstance(fault, IntegrityFault):
                output.failure(fault.text())
            self.stopped = fault.text() if fault.key == _NO_SERVER else None
            self.statuses.add(fault.exit_status)
            self._told(wanted, "refused", fault.text())
        except OSError as refusal:
            self.stopped = local_faults.reason_of(refusal)
            self.statuses.add(_LOCAL)
            self._told(wanted, "refused", self.stopped)

    def _found(self, wanted: Original) -> None:
        """Tell what is there under the name: the original already, or something else, which stays as it is."""
        self.statuses.add(Conflicting.exit_status)
        if _is_original(wanted):
            self._told(wanted, "there", say("download.same"))
        else:
            self._told(wanted, "refused", say("download.other"))

    def _save(self, wanted: Original) -> None:
        folder, name = private_files.make_folder(wanted.target.parent), wanted.target.name
        part = folder / f".{name}.{secrets.token_hex(4)}.part"
        try:
            with (
                private_files.create(part) as opened,
                progress.bar(self.contact.settings, name, wanted.size) as advance,
            ):

                def kept(piece: bytes) -> bytes:
                    opened.write(piece)
                    advance(len(piece))
                    return piece

                headers = {"Custody-Purpose": quote(self.purpose, safe=" ,.;:()/")}
                measured = sha256_of(map(kept, self.contact.door.stream(wanted.path, headers)))
            if measured != wanted.sha256:
                raise IntegrityFault("download.differs", file=wanted.file)
            saving.put_in_place(part, wanted.target)
        finally:
            part.unlink(missing_ok=True)

    def _saved(self, wanted: Original) -> None:
        self.counts["saved"] += 1
        name, target = wanted.name, wanted.target
        line = f"{wanted.sha256}  {target}"
        if name != target.name:
            shown = output.clean(name or wanted.file)
            line += "  " + say("download.renamed", file=wanted.file, name=shown)
        output.result(self.contact.settings, "downloaded", _facts(wanted), line)

    def _told(self, wanted: Original, outcome: Outcome, why: str) -> None:
        self.counts[outcome] += 1
        text = f"{say(f'outcome.{outcome}'):<14} {wanted.target}  {output.clean(why)}"
        data = {**_facts(wanted), "outcome": outcome, "why": why}
        output.result(self.contact.settings, "not-downloaded", data, text)

    def _close(self, given: int) -> bool:
        saved, there, refused = (self.counts[each] for each in ("saved", "there", "refused"))
        is_balanced = given == saved + there + refused
        counts = {"given": given, "saved": saved, "there": there, "refused": refused}
        text = say("download.sum" if is_balanced else "download.sum-open", **counts)
        output.result(self.contact.settings, "reconciliation", {**counts, "balanced": is_balanced}, text)
        return is_balanced


def _facts(wanted: Original) -> dict[str, Json]:
    return {
        "file": wanted.file,
        "path": str(wanted.target),
        "sha256": wanted.sha256,
        "name": wanted.name,
    }


def _is_original(wanted: Original) -> bool:
    """Tell whether what has the name is a file with the digest that was signed; a link is none."""
    target = wanted.target
    if target.is_symlink() or not target.is_file() or target.stat().st_size != wanted.size:
        return False
    with target.open("rb") as file:
        return sha256_of(iter(lambda: file.read(_PIECE), b"")) == wanted.sha256
