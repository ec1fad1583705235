"""Signatures of many entries: collected, verified on all cores, and what was refused (entry-v1 section 6)."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from os import cpu_count
from typing import TypeAlias

from custody_verifier import forms, keys, text
from custody_verifier.canonical import write
from custody_verifier.entry import ALGORITHMS, Entry, signed_message
from custody_verifier.errors import Failed, Malformed
from custody_verifier.states import Key
from custody_verifier.verdict import Findings, Question, Weight

Job: TypeAlias = tuple[int, str, bytes, bytes, bytes]
"""Index, algorithm, SPKI, message, signature."""

CHUNK = 2_000


def verify(jobs: Sequence[Job]) -> list[tuple[int, str]]:
    """Return the index of each signature that does not hold, with the reason."""
    refused = []
    for index, algorithm, spki, message, signature in jobs:
        try:
            keys.check_signature(algorithm, spki, message, signature)
        except Failed as fault:
            refused.append((index, fault.reason))
    return refused


def refusal(entry: Entry, spki: bytes) -> str | None:
    """Return why an entry's signature is not by the key with this SPKI, "" where it is; None: not for us to say."""
    algorithm, value = entry.signature.algorithm, entry.signature.value
    if algorithm not in ALGORITHMS:
        return None
    try:
        keys.check_signature(algorithm, spki, signed_message(entry.act.message, entry.signature.batch), value)
    except Failed as fault:
        return fault.reason
    return ""


@dataclass(slots=True)
class Signatures:
    """Collects signatures to verify; `close` gives what was found. Few are verified where they are."""

    findings: Findings
    _jobs: list[Job] = field(default_factory=list)
    _later: list[Future[list[tuple[int, str]]]] = field(default_factory=list)
    _pool: ProcessPoolExecutor | None = None

    def add(self, index: int, entry: Entry, key: Key, *, allowed: bool, known: str | None = None) -> None:
        """Take one entry's signature, which the key must have made; `allowed`: its act breaks no rule.

        `known` is what `refusal` said of it, where somebody asked before.
        """
        signature = entry.signature
        if signature.algorithm not in ALGORITHMS:
            words = f"a signature by {signature.algorithm} is newer than this verifier"
            self._found("signature.newer", words, index, Weight.NOT_CHECKED)
        elif signature.algorithm != key.algorithm:
            self._found("signature.refused", "the signature is of another algorithm than the key", index)
        elif known is not None:
            if known:
                self._found("signature.refused", known, index)
        else:
            try:
                message = signed_message(entry.act.message, signature.batch)
            except Failed as fault:
                self._found("signature.refused", fault.reason, index)
            else:
                self._jobs.append((index, key.algorithm, key.spki, message, signature.value))
        if allowed and entry.act.type == "person.key-added.v1" and entry.act.public["proof"] is not None:
            self._proof(index, entry)
        if len(self._jobs) >= CHUNK:
            self._send()

    def close(self) -> None:
        """Verify what is left and add what was refused."""
        results = [verify(self._jobs)]
        results += [each.result() for each in self._later]
        if self._pool is not None:
            self._pool.shutdown()
        for index, reason in sorted(pair for each in results for pair in each):
            self._found("signature.refused", reason, index)

    def _send(self) -> None:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(cpu_count() or 1)
        self._later.append(self._pool.submit(verify, self._jobs))
        self._jobs = []

    def _proof(self, index: int, entry: Entry) -> None:
        """The new session key signed that this person adds it (entry-v1, section 10)."""
        act = entry.act
        algorithm, spki = forms.key_of(act.public["key"])
        claim = write({"key": keys.fingerprint(spki), "ledger": act.ledger, "person": act.stream})
        try:
            proof = text.base64_bytes(act.public["proof"], "proof")
            keys.check_signature(algorithm, spki, b"custody-enrol/1\n" + claim, proof)
        except (Failed, Malformed) as fault:
            self._found("key.no-proof", str(fault), index)

    def _found(self, code: str, words: str, index: int, weight: Weight = Weight.FAILS) -> None:
        self.findings.add(code, "entry-v1 6", words, Question.AUTHORSHIP, entries=(index,), weight=weight)
