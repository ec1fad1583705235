"""Bundles of a real ledger's records, put into a zip by the tests' own small writer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from custody.values import StreamName
from events.bundling.records import BundleRecords
from events.ledger import StoredLedger
from events.timestamping.anchors import Anchor
from tests.support import bundles
from tests.support.bundles import Parts, Told


def records_of(
    ledger: StoredLedger, told: Told, checkpoint: bytes, anchors: Sequence[Anchor] = ()
) -> BundleRecords:
    """Return the records of a told bundle."""
    return BundleRecords(ledger, StreamName(told.bundle), checkpoint, anchors)


def payload(records: BundleRecords, checkpoint: bytes, anchors: Sequence[Anchor] = ()) -> dict[str, bytes]:
    """Return what stands in `data/` of a bundle, but for its files."""
    found = {
        "data/bundle.json": records.bundle_json(),
        "data/checkpoint": checkpoint,
        "data/consistency.jsonl": records.consistency(),
        "data/disclosures.jsonl": b"".join(records.disclosures()),
        "data/entries.jsonl": b"".join(records.entries()),
        "data/heads.jsonl": records.heads(),
        "data/proofs.jsonl": b"".join(records.proofs()),
    }
    for anchor in anchors:
        name = f"data/anchors/{anchor.size}"
        found[f"{name}.checkpoint"] = anchor.checkpoint
        found[f"{name}.note"] = anchor.checkpoint.partition(b"\n\n")[0] + b"\n"
        found |= {f"{name}.{tsa}.tsr": token for tsa, token in anchor.tokens}
    return found


def zipped_records(
    records: BundleRecords,
    checkpoint: bytes,
    anchors: Sequence[Anchor] = (),
    files: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return the zip of a bundle; `files` are the bytes by id, of which the records say which go with it."""
    given = files or {}
    data = {"README.txt": b"How to check this.\n", **payload(records, checkpoint, anchors)}
    data |= {f"data/files/{each.file}": given[each.file] for each in records.files()}
    entry = records.sealing.entry
    ledger = records.request.entry.act.ledger
    return Parts(data, entry.recorded_at, str(records.bundle), str(ledger)).zip()


def told_anchors(told: Told, sizes: Sequence[int]) -> list[Anchor]:
    """Return the anchors that the tests' own builder writes for sizes of trees."""
    found = []
    for size in sizes:
        files = bundles.anchor(told, size)
        name = f"data/anchors/{size}"
        tokens = (("test", files[f"{name}.test.tsr"]),)
        found.append(Anchor(size, files[f"{name}.checkpoint"], tokens))
    return found
