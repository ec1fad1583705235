"""A folder as it is handed over (`build/demo/`): bundles with receipts, a copy of the log, whom the reader trusts."""

from __future__ import annotations

import base64
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SECONDS = 300


class Refused(Exception):
    """A program did not accept something; carries what it said."""


@dataclass(frozen=True)
class Handed:
    """The folder; its bundles are unpacked below `work`, anew for each look at it."""

    folder: Path
    work: Path

    @property
    def zips(self) -> list[Path]:
        """The bundles."""
        return sorted(self.folder.glob("*.zip"))

    def bags(self) -> list[Path]:
        """Unpack all bundles and return their top folders; Refused where one cannot be unpacked."""
        return [self.bag(each) for each in self.zips]

    def bag(self, archive: Path) -> Path:
        """Unpack one bundle and return its top folder."""
        into = self.work / archive.stem
        shutil.rmtree(into, ignore_errors=True)
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(into)
        (top,) = into.iterdir()
        return top

    def vkeys(self, kind: str) -> list[str]:
        """Return the keys of the policy's lines of a kind (`log`, `witness`) that are Ed25519."""
        lines = [line.split() for line in (self.folder / "trust.policy").read_text().splitlines()]
        found = [line[1 if kind == "log" else 2] for line in lines if line and line[0] == kind]
        return [vkey for vkey in found if base64.b64decode(vkey.split("+", 2)[2])[0] in (1, 4)]

    def copied(self, to: Path) -> Handed:
        """Return a copy of the folder, to be spoilt."""
        return Handed(Path(shutil.copytree(self.folder, to / "handed")), to / "work")


def ran(command: list[str | Path], folder: Path | None = None, *, inputs: bytes = b"") -> str:
    """Run a program and return all that it said; Refused unless it ended with status 0."""
    done = subprocess.run(
        [str(each) for each in command],
        cwd=folder,
        input=inputs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=SECONDS,
    )
    said = done.stdout.decode(errors="replace")
    if done.returncode != 0:
        raise Refused(f"{Path(command[0]).name} ended with {done.returncode}: {said}")
    return said


def rezipped(archive: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """Change the files of a bundle, named from its top folder on, and pack them again with sound checksums."""
    with zipfile.ZipFile(archive) as opened:
        full = {name: opened.read(name) for name in opened.namelist()}
    top = next(iter(full)).partition("/")[0]
    files = {name.partition("/")[2]: data for name, data in full.items()}
    change(files)
    with zipfile.ZipFile(archive, "w") as written:
        for name, data in sorted(files.items()):
            written.writestr(f"{top}/{name}", data)


def flipped(data: bytes, at: int) -> bytes:
    """Return bytes with one bit turned."""
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)
