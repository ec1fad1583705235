"""The parts that are made once for a zip and kept: checkpoint, anchors, small records, pages, README (bundle-v1, 9)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final, cast

from api.bundles.kept import Kept
from api.bundles.parts import Part
from api.bundles.readme import Described, Token, readme
from api.court_papers import papers_for_zip
from api.services import Services
from api.verify_page import read_page
from custody.canonical import parse
from custody.values import StreamName
from events.bundling.anchors import chosen
from events.bundling.records import BundleRecords
from events.note import parse_note
from events.publishing.record import PublishedRecord
from events.timestamping.anchors import Anchor, Anchors
from events.timestamping.tokens import read_token

PAGE: Final = "verify.html"
README: Final = "README.txt"
CHECKPOINT: Final = "data/checkpoint"
STATEMENT: Final = "data/statement.pdf"
_LOG_LINES: Final = 5  # the first line of signatures in a note whose text has three lines


def records_of(services: Services, bundle: StreamName, size: int) -> tuple[BundleRecords, tuple[Anchor, ...]]:
    """Return the records of a sealed bundle under the published checkpoint of a size, and the anchors they have.

    Raises IntegrityFailure where the ledger is not as it was sealed.
    """
    database, keys = services.database, services.keys.log_keys
    checkpoint = PublishedRecord(database, keys).note(size)
    indexes = BundleRecords(services.ledger, bundle, checkpoint).indexes
    anchors = chosen(Anchors(database, keys).around(indexes, size), indexes, size)
    return BundleRecords(services.ledger, bundle, checkpoint, anchors), anchors


def pinned(
    services: Services, records: BundleRecords, anchors: Sequence[Anchor], size: int
) -> dict[str, bytes]:
    """Return the kept parts of the payload by name, and verify.html."""
    checkpoint = PublishedRecord(services.database, services.keys.log_keys).note(size)
    found = {
        "data/bundle.json": records.bundle_json(),
        CHECKPOINT: checkpoint,
        "data/consistency.jsonl": records.consistency(),
        "data/heads.jsonl": records.heads(),
    }
    for each in anchors:
        found |= _anchor(each)
    found |= papers_for_zip(services, records, checkpoint, anchors)
    page = read_page()
    return found if page is None else found | {PAGE: page.data}


def _anchor(anchor: Anchor) -> dict[str, bytes]:
    """Return the files of an anchor (bundle-v1, section 6)."""
    name = f"data/anchors/{anchor.size}"
    found = {
        f"{name}.checkpoint": anchor.checkpoint,
        f"{name}.note": parse_note(anchor.checkpoint).text.encode(),
    }
    return found | {f"{name}.{tsa}.tsr": response for tsa, response in anchor.tokens}


def described(services: Services, kept: Kept, anchors: Sequence[Anchor]) -> bytes:
    """Return README.txt for a payload and the contents kept so far."""
    header = cast(dict[str, object], parse(kept.contents["data/bundle.json"], "bundle.json"))
    page, key = kept.contents.get(PAGE), services.keys.log
    told = Described(
        bundle=str(header["bundle"]),
        ledger=str(header["ledger"]),
        origin=str(header["origin"]),
        made_at=str(header["made_at"]),
        at=cast(int, header["at"]),
        exhibits=len(cast(list[str], header["exhibits"])),
        files=_count_files(kept.payload),
        left_out=len(kept.left_out),
        log_key=key.vkey,
        log_line=_log_line(kept.contents[CHECKPOINT], key.verifier.name, key.verifier.key_id),
        tokens=[
            Token(size=anchor.size, tsa=tsa, time=read_token(response).time)
            for anchor in anchors
            for tsa, response in anchor.tokens
        ],
        byte_range=byte_range(kept.contents.get(STATEMENT)),
        page=None if page is None else hashlib.sha256(page).hexdigest(),
    )
    return readme(told)


def _count_files(payload: Sequence[Part]) -> int:
    return sum(each.name.startswith("data/files/") for each in payload)


def _log_line(checkpoint: bytes, name: str, key_id: bytes) -> int:
    """Return the number, from 1, of the line in a checkpoint that this key signed."""
    lines = [(each.name, each.key_id) for each in parse_note(checkpoint).signatures]
    return _LOG_LINES + lines.index((name, key_id))


def byte_range(pdf: bytes | None) -> tuple[int, int, int, int] | None:
    """Return the /ByteRange of the last signature in a PDF, or None where it has none."""
    _, found, after = (pdf or b"").rpartition(b"/ByteRange")
    if not found:
        return None
    numbers = after.partition(b"[")[2].partition(b"]")[0].split()
    first, size, second, rest = (int(each) for each in numbers)
    return first, size, second, rest
