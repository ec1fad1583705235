"""What is fuzzed beside bundles: every reader of the verifier that takes bytes from strangers."""

from __future__ import annotations

from pathlib import Path

import atheris

with atheris.instrument_imports(include=["custody_verifier"]):
    from custody_verifier import canonical
    from custody_verifier.entry import read_entry
    from custody_verifier.errors import VerifierError
    from custody_verifier.ledger_copy import check_log
    from custody_verifier.note import read_checkpoint, read_note
    from custody_verifier.one_receipt import check_one
    from custody_verifier.options import Options
    from custody_verifier.outside import read_pair
    from custody_verifier.policy import judge, read_policy
    from custody_verifier.roots import Refused, check_chain, read_roots
    from custody_verifier.tokens import read_token

from tests.support.bundles import TSA, usual
from tests.support.trees import policy

OPTIONS = Options(policy=read_policy(policy()))
ROOTS = read_roots(TSA.pem())
LOG = usual().log
SIZE = len(LOG.entries)


def entry(data: bytes, _folder: Path) -> None:
    """Canonical JSON, and an entry."""
    for read in (canonical.read, read_entry):
        try:
            read(data, "fuzzed")
        except VerifierError:
            continue


def note(data: bytes, _folder: Path) -> None:
    """A note, its checkpoint, and what a policy says of it."""
    try:
        read_checkpoint(read_note(data))
        judge(read_policy(policy()), data)
    except VerifierError:
        return


def trust(data: bytes, _folder: Path) -> None:
    """A policy, and roots of time-stamping."""
    for read in (read_policy, read_roots):
        try:
            read(data)
        except VerifierError:
            continue


def receipt(data: bytes, _folder: Path) -> None:
    """An entry with its receipt."""
    try:
        check_one(*read_pair(data, None), OPTIONS).as_json()
    except VerifierError:
        return


def token(data: bytes, _folder: Path) -> None:
    """A time-stamp token in DER, and its chain."""
    try:
        check_chain(read_token(data), ROOTS)
    except (VerifierError, Refused):
        return


def log(data: bytes, folder: Path) -> None:
    """A copy of the log of which one file is another."""
    copy = folder / "log"
    if not copy.exists():
        LOG.folder(copy)
    names = sorted(path for path in copy.rglob("*") if path.is_file())
    path = names[data[0] % len(names)] if data else names[0]
    good = path.read_bytes()
    path.write_bytes(data[1:])
    try:
        check_log(copy, OPTIONS).as_json()
    except VerifierError:
        return
    finally:
        path.write_bytes(good)
