"""The command `custody-verify`: check a bundle, a receipt or a copy of the log, without any network."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from custody_verifier.bundle import check_bundle
from custody_verifier.errors import Stopped, VerifierError
from custody_verifier.ledger_copy import check_log
from custody_verifier.one_receipt import check_one
from custody_verifier.options import Options
from custody_verifier.outside import MAX_RECEIPT, load, load_pair, read_pair
from custody_verifier.paper import text_of
from custody_verifier.policy import read_policy
from custody_verifier.roots import read_roots
from custody_verifier.verdict import Question, Verdict, require

UNREADABLE = 2
MAX_TRUST = 1 << 20

_PIN = re.compile(r"(person/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})=([0-9a-f]{64})")
_HASH = re.compile("[0-9a-f]{64}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Check what the arguments name, print the verdict, return the exit status (verdict-v1, section 2)."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    kind = words.pop(0) if words[:1] in (["receipt"], ["log"]) else "bundle"
    try:
        asked = _parser(kind).parse_args(words)
    except SystemExit as end:
        return UNREADABLE if end.code else 0
    try:
        verdict = _check(kind, asked)
    except (VerifierError, OSError, ValueError) as fault:
        print(f"custody-verify: {_told(fault)}", file=sys.stderr)
        return UNREADABLE
    if asked.json:
        print(json.dumps(verdict.as_json(), ensure_ascii=False, indent=1))
    else:
        print(text_of(verdict, asked.language or _language()), end="")
    return verdict.exit_status()


def _told(fault: Exception) -> str:
    """Say in one sentence why there is no verdict."""
    if isinstance(fault, OSError):
        return f"{fault.filename}: cannot be read: {fault.strerror}"
    if isinstance(fault, Stopped):
        return f"there is no verdict: {fault}"
    return (
        f"cannot be read, so there is no verdict: {fault}" if isinstance(fault, VerifierError) else str(fault)
    )


def _check(kind: str, asked: argparse.Namespace) -> Verdict:
    options = _options(asked)
    if kind == "log":
        return check_log(asked.subject, options)
    if kind == "receipt":
        entry = None if asked.entry is None else load(asked.entry, MAX_RECEIPT)
        pair = (
            load_pair(asked.subject) if entry is None else read_pair(load(asked.subject, MAX_RECEIPT), entry)
        )
        return check_one(*pair, options)
    return check_bundle(asked.subject, options)


def _options(asked: argparse.Namespace) -> Options:
    return Options(
        policy=None
        if asked.trust is None
        else read_policy(load(asked.trust, MAX_TRUST), f"--trust {asked.trust.name}"),
        tsa=None
        if asked.tsa_root is None
        else read_roots(load(asked.tsa_root, MAX_TRUST), f"--tsa-root {asked.tsa_root.name}"),
        log=asked.log,
        receipts=tuple(asked.receipt),
        persons=_pins(asked.person),
        ledger=asked.ledger,
        file=asked.file,
        required=None if asked.require is None else require(asked.require.split(",")),
    )


def _pins(pairs: Sequence[str]) -> dict[str, frozenset[str]]:
    pins: dict[str, frozenset[str]] = {}
    for pair in pairs:
        found = _PIN.fullmatch(pair)
        if not found:
            raise ValueError(f"--person {pair}: is not person/<uuid>=<fingerprint>")
        pins[found[1]] = pins.get(found[1], frozenset()) | {found[2]}
    return pins


def _hash(text: str) -> str:
    if not _HASH.fullmatch(text):
        raise argparse.ArgumentTypeError("is not 64 lower-case hex digits")
    return text


def _language() -> str:
    named = (os.environ.get(name, "") for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))
    return "uk" if next(filter(None, named), "").startswith("uk") else "en"


_ABOUT = {
    "bundle": "Check a court bundle. Also: custody-verify receipt FILE [ENTRY], custody-verify log FOLDER.",
    "receipt": "Check one receipt with its entry.",
    "log": "Check a whole ledger in a copy of its log.",
}


def _parser(kind: str) -> argparse.ArgumentParser:
    name = "custody-verify" if kind == "bundle" else f"custody-verify {kind}"
    parser = argparse.ArgumentParser(name, description=_ABOUT[kind])
    parser.add_argument("subject", type=Path, metavar=kind.upper())
    if kind == "receipt":
        parser.add_argument("entry", type=Path, nargs="?", metavar="ENTRY")
    parser.add_argument("--trust", type=Path, metavar="POLICY", help="whom you trust: a tlog-policy file")
    parser.add_argument("--ledger", type=_hash, metavar="HEX", help="the id of the ledger")
    parser.add_argument("--require", metavar="QUESTION,...", help=f"of {', '.join(Question)}")
    parser.add_argument("--json", action="store_true", help="print the verdict for programs")
    parser.add_argument("--language", choices=("en", "uk"))
    whole = kind == "bundle"
    for option, metavar, words in (
        ("--tsa-root", "PEM", "roots of time-stamping that you trust"),
        ("--log", "FOLDER", "a copy of the log: completeness is then checked"),
        ("--file", "FILE", "is this file one of those recorded?"),
    ):
        hint = words if whole else argparse.SUPPRESS
        parser.add_argument(option, type=Path, metavar=metavar, help=hint)
    hint = "an entry with its receipt" if whole else argparse.SUPPRESS
    parser.add_argument("--receipt", type=Path, action="append", default=[], metavar="FILE", help=hint)
    hint = "a key that you know to be theirs" if whole else argparse.SUPPRESS
    parser.add_argument("--person", action="append", default=[], metavar="PERSON=FINGERPRINT", help=hint)
    return parser
