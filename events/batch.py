"""One signature over many acts: the batch message and an act's place in it (entry-v1, section 6)."""

from __future__ import annotations

from collections.abc import Sequence

from custody import values
from custody.act import ACTS_PREFIX, Batch
from custody.errors import NotProven, SignatureRefused
from events.merkle import Coordinate, Frontier, leaf_hash
from events.proofs import inclusion_path, root_from_path


def batch_message(act_messages: Sequence[bytes]) -> bytes:
    """Return what is signed for acts signed together, in their order; ValueError for none."""
    if not act_messages:
        raise ValueError("a batch holds at least one act")
    return _message(Frontier.empty().grown(map(leaf_hash, act_messages))[0].root)


def batch_places(act_messages: Sequence[bytes]) -> list[Batch]:
    """Return the place of each act of a batch, in their order; ValueError for none."""
    if not act_messages:
        raise ValueError("a batch holds at least one act")
    size = len(act_messages)
    _, nodes = Frontier.empty().grown(map(leaf_hash, act_messages))
    hashes = {Coordinate(node.level, node.number): node.hash for node in nodes}
    paths = (inclusion_path(index, size, hashes.__getitem__) for index in range(size))
    return [Batch(index, size, tuple(path)) for index, path in enumerate(paths)]


def signed_message(act_message: bytes, batch: Batch | None) -> bytes:
    """Return the message that the signature of an act is over: its own, or that of its batch.

    Raises SignatureRefused when the path of the batch cannot belong to its index and size.
    """
    if batch is None:
        return act_message
    try:
        return _message(root_from_path(leaf_hash(act_message), batch.index, batch.size, batch.path))
    except NotProven as fault:
        raise SignatureRefused(f"batch: {fault.reason}") from fault


def _message(root: bytes) -> bytes:
    return ACTS_PREFIX + values.to_base64(root).encode() + b"\n"
