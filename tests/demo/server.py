"""The real server on a data directory: started, stopped, and copied while it is stopped."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.support.tree import ROOT

ORIGIN_LABEL = "demo.custody.example"
START_SECONDS = 180  # a busy machine takes its time; who waits learns at once of a server that ended
STOP_SECONDS = 30
PASSING = ("the vault is not usable", "It is tried again")
"""What `/readyz` says while the object store has not answered yet: no attack is the reason."""


class NotStarted(Exception):
    """The server ended, or did not answer in time."""


class Server:
    """One process of `python -m api serve`."""

    def __init__(
        self, data: Path, port: int | None = None, settings: Mapping[str, str] | None = None
    ) -> None:
        self.data = data
        self.settings = dict(settings or {})
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = data.with_name(f"{data.name}.log")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it is ready; NotStarted carries the end of its log."""
        environment = without_settings() | {
            "CUSTODY_DATA_DIR": str(self.data),
            "CUSTODY_PORT": str(self.port),
            "CUSTODY_ORIGIN_LABEL": ORIGIN_LABEL,
            **self.settings,
        }
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "api", "serve"], cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        self._wait_until_ready(self._process)

    def _wait_until_ready(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                    answer.read()
                    return
            except urllib.error.HTTPError as fault:
                if not any(each in fault.read().decode() for each in PASSING):
                    return  # it answers, and says what is wrong: an attack may have made it so
            except OSError:
                pass
            time.sleep(0.1)
        self.stop()
        raise NotStarted(self.log.read_text(errors="replace")[-3000:])

    def stop(self) -> None:
        """Ask it to end in order, and wait."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def administer(
    data: Path, *words: str, settings: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run `python -m api ...` on a data directory, as its operator does; return how it ended and what it said."""
    environment = without_settings() | {"CUSTODY_DATA_DIR": str(data), **(settings or {})}
    return subprocess.run(
        [sys.executable, "-m", "api", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=START_SECONDS,
    )


def without_settings() -> dict[str, str]:
    """Return the environment without settings of Custody that somebody may have for a service of their own."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CUSTODY_")}


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(data: Path, port: int | None = None) -> Iterator[Server]:
    """Run a server on a data directory."""
    server = Server(data, port)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def copied(data: Path, to: Path) -> Path:
    """Return a copy of a data directory whose server is stopped."""
    shutil.copytree(data, to)
    return to
