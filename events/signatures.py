"""The signatures of submitted acts: one per act, or one over a batch; and proofs of new session keys (entry-v1, 6)."""

from __future__ import annotations

from collections.abc import Sequence

from custody import values
from custody.act import ENROL_PREFIX, Act
from custody.canonical import canonical_trusted
from custody.errors import SignatureRefused
from custody.keys import read_key
from custody.ports import Submission
from custody.states import KeyState
from events.batch import signed_message
from events.public_keys import verify

KEY_ADDED = "person.key-added.v1"


def require_signed(submissions: Sequence[Submission], keys: Sequence[KeyState]) -> None:
    """Raise SignatureRefused unless each act is signed by its key: together as one whole batch, or each alone."""
    batched = submissions[0].signature.batch is not None
    if batched:
        _require_whole(submissions)
    messages = [signed_message(each.act.message, each.signature.batch) for each in submissions]
    if batched and len(set(messages)) != 1:
        raise SignatureRefused("the acts are not of one batch")
    pairs = list(zip(submissions, keys, messages, strict=True))
    for submission, key, message in pairs[:1] if batched else pairs:  # a batch is verified once
        require_signature(submission, key, message)
    for submission in submissions:
        if submission.act.type == KEY_ADDED:
            require_proof(submission.act)


def _require_whole(submissions: Sequence[Submission]) -> None:
    """A batch is recorded whole, in order, under one key, or not at all."""
    first = submissions[0]
    for place, each in enumerate(submissions):
        batch = each.signature.batch
        if batch is None or (batch.index, batch.size) != (place, len(submissions)):
            raise SignatureRefused("a batch is recorded whole, in the order in which it was signed")
        if (each.signature.value, each.act.key) != (first.signature.value, first.act.key):
            raise SignatureRefused("a batch has one signature by one key")


def require_signature(submission: Submission, key: KeyState, message: bytes) -> None:
    """Raise SignatureRefused unless the signature is of the key's algorithm and fits the message."""
    if submission.signature.algorithm != key.algorithm:
        raise SignatureRefused(f"the key is for {key.algorithm}")
    verify(key.algorithm, key.spki, message, submission.signature.value)


def require_proof(act: Act) -> None:
    """Raise SignatureRefused unless a new session key has signed its own enrolment (prefix `custody-enrol/1`)."""
    key = read_key(act.public["key"], "act.public.key")
    if key.use != "session":
        return
    proof = values.from_base64(act.public["proof"], "act.public.proof")
    message = ENROL_PREFIX + canonical_trusted(
        {"key": key.fingerprint, "ledger": act.ledger, "person": act.person}
    )
    verify(key.algorithm, key.spki, message, proof)
