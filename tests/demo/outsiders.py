"""The other parties: two witnesses and a time-stamping authority, each a process of its own, and who trusts whom."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from tests.demo.server import NotStarted, without_settings
from tests.support.tree import ROOT

WITNESS = Path(sys.executable).with_name("custody-witness")
NAMES = {"prosecution": "witness.prosecution.example", "defence": "witness.defence.example"}
TSA = "demo"


@dataclass
class Outsiders:
    """Whoever has a stake besides the operator. `folder` is theirs: no attack of the operator reaches it."""

    folder: Path
    processes: list[subprocess.Popen[str]] = field(default_factory=list)
    lines: dict[str, str] = field(default_factory=dict)  # of the policy, by witness
    tsa_line: str = ""
    mirror_token: str = field(
        default_factory=secrets.token_urlsafe
    )  # the operator lets the defence copy the log

    @property
    def policy(self) -> Path:
        """Whom a reader trusts: the log, and two witnesses that must both have cosigned."""
        return self.folder / "trust.policy"

    @property
    def tsa_list(self) -> Path:
        """The authorities that the service asks for the time."""
        return self.folder / "tsa.list"

    @property
    def tsa_root(self) -> Path:
        """The root of time-stamping that a reader trusts."""
        return self.folder / TSA / "root.pem"

    @property
    def settings(self) -> dict[str, str]:
        """What the operator sets, so that the service asks these parties."""
        mirrors = {"defence": sha256(self.mirror_token.encode()).hexdigest()}
        return {
            "CUSTODY_WITNESS_POLICY": str(self.policy),
            "CUSTODY_TSA_LIST": str(self.tsa_list),
            "CUSTODY_MIRROR_TOKENS": json.dumps(mirrors),
        }

    @property
    def urls(self) -> dict[str, str]:
        """Where each witness listens."""
        return {name: line.split()[-1] for name, line in self.lines.items()}

    def start(self, vkeys: Sequence[str]) -> None:
        """Start all; the witnesses are told the log's keys, and with theirs the policy is written."""
        self.folder.mkdir(parents=True)
        for name, called in NAMES.items():
            logs = [word for vkey in vkeys for word in ("--log", vkey)]
            listen = ("--listen", "127.0.0.1:0")
            self._begin([WITNESS, self.folder / name, "--name", called, *logs, *listen])
        self._begin([sys.executable, "-m", "tests.support.tsa", "--folder", self.folder, "--name", TSA])
        for name, process in zip(NAMES, self.processes, strict=False):
            self.lines[name] = _line_of_witness(name, process)
        self.tsa_line = _next(self.processes[-1])
        self.tsa_list.write_text(f"{self.tsa_line}\n")
        logs = [f"log {vkey}\n" for vkey in vkeys]
        group = f"group all-parties all {' '.join(self.lines)}\nquorum all-parties\n"
        self.policy.write_text("".join([*logs, *self.lines.values(), group]))

    def _begin(self, command: list[str | Path]) -> None:
        with (self.folder / "outsiders.log").open("ab") as log:
            process = subprocess.Popen(
                [str(each) for each in command],
                cwd=ROOT,
                env=without_settings() | {"PYTHONUNBUFFERED": "1"},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.processes.append(process)

    def stop(self) -> None:
        """End all."""
        with ExitStack() as stack:
            for each in self.processes:
                stack.callback(_end, each)


def _line_of_witness(name: str, process: subprocess.Popen[str]) -> str:
    """Return a witness's line of a policy: the first of those that it prints, its Ed25519 key."""
    while not (line := _next(process)).lstrip().startswith("witness "):
        pass
    _, _, vkey, url = line.split()
    return f"witness {name} {vkey} {url}\n"


def _next(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise NotStarted(f"{process.args!r} ended with {process.wait()}")
    return line.rstrip("\n")


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    process.wait(30)
    if process.stdout is not None:
        process.stdout.close()
