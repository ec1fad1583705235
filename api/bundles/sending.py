"""Sending a made bundle: the same bytes again, from the kept parts, the ledger and the vault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from api.bundles.content import FILES, BundleZip, Content, parts_of_files
from api.bundles.kept import Kept, MadeZip
from api.bundles.making import content_of
from api.bundles.pinned import CHECKPOINT
from api.services import Services
from custody.canonical import parse
from custody.catalogue.bundle import ISSUED
from custody.errors import ContentAltered, NotFound
from custody.ports import Recorded
from custody.values import CaseId, ExhibitId, FileId, StreamName
from events.bundling.records import BundleRecords
from events.files import StoredFiles


def issue_of(services: Services, bundle: StreamName, sha256: str | None) -> Recorded:
    """Return the issue of a zip, or the newest of a bundle. Raises NotFound."""
    for each in reversed(services.ledger.stream(bundle)):
        act = each.entry.act
        if act.type == ISSUED and sha256 in (None, act.public["sha256"]):
            return each
    raise NotFound("issue of bundle", f"{bundle} {sha256 or ''}".strip())


def zip_of(issue: Recorded) -> MadeZip:
    """Return what an issue says of its zip."""
    public = issue.entry.act.public
    return MadeZip(sha256=cast(str, public["sha256"]), size=cast(int, public["size"]))


@dataclass(frozen=True, slots=True)
class Opened:
    """An issued zip for reading, the exhibits in it, and the cases whose values are in it."""

    zip: BundleZip
    exhibits: tuple[ExhibitId, ...]
    cases: frozenset[CaseId]


def opened_zip(services: Services, bundle: StreamName, made: MadeZip) -> Opened:
    """Return an issued zip.

    Raises NotFound when what was kept for it is lost (it has to be made again), IntegrityFailure when ledger or
    vault hold other values than it was made of.
    """
    kept = services.bundles.get(bundle, made)
    records = BundleRecords(services.ledger, bundle, kept.contents[CHECKPOINT])
    found = BundleZip(_content(services, records, kept))
    if found.size != made.size:
        raise ContentAltered(
            f"zip of {bundle}", expected=f"{made.size} bytes", measured=f"{found.size} bytes"
        )
    header = cast(dict[str, Sequence[str]], parse(kept.contents["data/bundle.json"], "bundle.json"))
    return Opened(found, tuple(ExhibitId(each) for each in header["exhibits"]), records.cases)


def _content(services: Services, records: BundleRecords, kept: Kept) -> Content:
    stored = StoredFiles(services.database, services.ledger.ledger_id)
    parts = [each for each in kept.payload if each.name.startswith(FILES)]
    files = [stored.get(FileId(each.name.removeprefix(FILES))) for each in parts]
    if parts != parts_of_files(files):
        raise ContentAltered("rows of files", expected="those that the zip was made of", measured="others")
    return content_of(services, records, kept, files)
