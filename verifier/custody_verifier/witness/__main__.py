"""`custody-witness`: runs a witness in one command; keys and state are made in its folder at the first start."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

from custody_verifier.errors import Malformed
from custody_verifier.witness.deciding import Witness, check_log_vkey
from custody_verifier.witness.keys import open_keys
from custody_verifier.witness.server import WitnessServer
from custody_verifier.witness.state import State

USAGE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted; 2 for arguments that cannot be used."""
    given = _parser().parse_args(arguments)
    try:
        server = open_server(given.folder, given.name, given.log, given.listen)
    except (Malformed, OSError, ValueError) as fault:
        print(f"custody-witness: {fault}", file=sys.stderr)
        return USAGE
    print("Keys of this witness, for the policies of those who trust it:")
    for vkey in server.witness.vkeys:
        print(f"  witness {vkey.partition('+')[0]} {vkey} {server.url}")
    print(f"Listening on {server.url}", flush=True)
    with server, contextlib.suppress(KeyboardInterrupt):
        server.serve_forever(poll_interval=0.2)
    return 0


def open_server(folder: Path, name: str | None, logs: Sequence[str], listen: str) -> WitnessServer:
    """Return a server that listens already. Raises Malformed, OSError."""
    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal():
        raise Malformed("listen", "is not <address>:<port>")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    signers = open_keys(folder / "keys.json", name)
    state = State(folder / "state.sqlite")
    for each in logs:
        origin, vkey = _split(each)
        state.add_log(origin or check_log_vkey(vkey), vkey)
    return WitnessServer((host, int(port)), Witness(state, signers))


def _split(given: str) -> tuple[str, str]:
    """Return origin and vkey; base64 may end in `=`, so only one before the first `+` parts them."""
    head, gap, tail = given.partition("=")
    return (head, tail) if gap and "+" not in head else ("", given)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("custody-witness", description=__doc__)
    parser.add_argument(
        "folder", type=Path, help="folder of keys and state; never restore an older copy of it"
    )
    parser.add_argument(
        "--name", help="name of the witness, such as witness.example.org/w1; at the first start"
    )
    parser.add_argument(
        "--log", action="append", default=[], metavar="[ORIGIN=]VKEY", help="a log's key; may be given often"
    )
    parser.add_argument("--listen", default="127.0.0.1:8190", metavar="ADDRESS:PORT")
    return parser


if __name__ == "__main__":
    sys.exit(main())
