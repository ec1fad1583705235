"""Witnesses for tests: real servers on loopback, with keys and state of their own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from custody_verifier.cosignatures import ED25519, ML_DSA_44, Signer
from custody_verifier.witness.deciding import Witness, check_log_vkey
from custody_verifier.witness.server import WitnessServer
from custody_verifier.witness.state import State
from tests.support.composing import seed


@dataclass(frozen=True)
class Running:
    """A witness that listens at `url`; its first key is Ed25519, its second ML-DSA-44."""

    name: str
    url: str
    witness: Witness
    state: State
    vkeys: list[str]

    def line(self, kind: int = 0) -> str:
        """Return its line of a policy; `kind` 0: the Ed25519 key, 1: the ML-DSA-44 key."""
        return f"witness {self.name} {self.vkeys[kind]} {self.url}\n"


def signers(name: str) -> list[Signer]:
    """Return the keys that belong to a name."""
    where = f"witness.example.org/{name}"
    return [Signer.from_seed(where, kind, seed(f"witness {name}")) for kind in (ED25519, ML_DSA_44)]


@contextmanager
def running(
    folder: Path, name: str, logs: Sequence[str], clock: Callable[[], float] = time.time
) -> Iterator[Running]:
    """Run a witness that knows some logs, with a clock in POSIX seconds."""
    state = State(folder / f"{name}.sqlite")
    for vkey in logs:
        state.add_log(check_log_vkey(vkey), vkey)
    witness = Witness(state, signers(name), clock)
    server = WitnessServer(("127.0.0.1", 0), witness)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Running(name, server.url, witness, state, witness.vkeys)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        state.close()
