"""The embedded S3 store: one SeaweedFS server under a data directory, started, watched and stopped here."""

from __future__ import annotations

import fcntl
import subprocess
import threading
import time
from io import BufferedWriter
from pathlib import Path
from typing import Final

import structlog

from custody.errors import CustodyError, Unavailable
from storage import buckets, free_ports, weed_config, weed_process
from storage.s3_client import Endpoint, asking, connect
from storage.weed_process import Ports

EVIDENCE_BUCKET: Final = "evidence"
KEYS_BUCKET: Final = "evidence-keys"
_READY_SECONDS: Final = 40.0
_LONGEST_PAUSE: Final = 30.0

_log = structlog.get_logger("storage.embedded")


class EmbeddedS3:
    """A running embedded store. `endpoint` is for the vault (append-only), `admin` for operators and tests."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir.resolve()
        self._security = self.data_dir / "security"
        self._objects = self.data_dir / "objects"
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher = threading.Thread(target=self._watch, name="embedded-s3", daemon=True)
        self._lock = _only_supervisor(self.data_dir)
        identities = weed_config.prepare(self._security, EVIDENCE_BUCKET, KEYS_BUCKET)
        self._ports = Ports(
            **dict(zip(("master", "volume", "filer", "s3", "admin"), free_ports.pick(5), strict=True))
        )
        url = f"http://127.0.0.1:{self._ports.s3}"
        self.credentials = identities.writer
        self.endpoint = Endpoint(url=url, credentials=identities.writer)
        self.admin = Endpoint(url=url, credentials=identities.admin)
        self.restarts = 0

    @property
    def objects_dir(self) -> Path:
        """Where the store keeps its files: what `syncfs` must reach before bytes count as durable."""
        return self._objects

    @property
    def pid(self) -> int | None:
        """The process id of the running server."""
        return self._process.pid if self._process else None

    def open(self) -> None:
        """Start the server and wait until it accepts writes; Unavailable if it does not within 40 s."""
        weed_process.end_left_over(self._security, self._objects)
        try:
            self._launch()
            self._wait_until_ready()
            weed_process.apply_fsync_rule(self._security, self._ports)
            buckets.make(connect(self.admin), EVIDENCE_BUCKET, KEYS_BUCKET)
        except CustodyError:
            self.stop()
            raise
        self._watcher.start()

    def stop(self) -> None:
        """Stop watching and end the server; doing it twice is harmless."""
        self._stopping.set()
        if self._watcher.is_alive():
            self._watcher.join()
        if self._process is not None:
            weed_process.end(self._process)
            self._process = None
        if not self._lock.closed:
            self._lock.close()

    def _launch(self) -> None:
        log = self.data_dir / "store.log"
        if log.exists():
            log.replace(self.data_dir / "store.1.log")
        self._process = weed_process.launch(self._security, self._objects, self._ports, log)

    def _wait_until_ready(self) -> None:
        client = connect(self.admin)
        deadline = time.monotonic() + _READY_SECONDS
        while True:
            try:
                with asking("embedded store"):
                    client.list_buckets()
                return
            except Unavailable:
                if time.monotonic() > deadline or self._process is None or self._process.poll() is not None:
                    raise
            self._stopping.wait(0.05)

    def _watch(self) -> None:
        pause = 0.2
        while not self._stopping.wait(0.2):
            if self._process is None or self._process.poll() is None:
                continue
            _log.warning("embedded_store_died", status=self._process.returncode, restart_in_seconds=pause)
            if self._stopping.wait(pause):
                return
            pause = min(pause * 2, _LONGEST_PAUSE)
            self._launch_again()

    def _launch_again(self) -> None:
        """Start the server that died; what keeps it from starting now is told, and it is tried again."""
        try:
            self._launch()
        except CustodyError as fault:
            _log.error("embedded_store_not_started", code=fault.code, message=fault.message)
        except Exception:  # noqa: BLE001 - a thread's last handler: the store would stay dead, unseen
            _log.critical("embedded_store_fault", exc_info=True)
        else:
            self.restarts += 1


def _only_supervisor(data_dir: Path) -> BufferedWriter:
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = (data_dir / "supervisor.lock").open("wb")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as fault:
        lock.close()
        raise Unavailable("embedded store", "another process already serves this data directory") from fault
    return lock


def start(data_dir: Path) -> EmbeddedS3:
    """Start the store whose files live under `data_dir`; made with its secrets at the first start."""
    store = EmbeddedS3(data_dir)
    store.open()
    return store
