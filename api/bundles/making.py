"""Makes bundles: sealed, published, pinned, passed over once, issued; each step can be done again (bundle-v1, 8, 9)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from typing import Final

import structlog

from api.bundles.ahead import read_ahead
from api.bundles.bag import Bag
from api.bundles.content import BundleZip, Content, Unreadable, lines_of, parts_of_files, readable
from api.bundles.kept import Kept, MadeZip
from api.bundles.parts import gathered, measured
from api.bundles.pinned import README, described, pinned, records_of
from api.bundles.withholding import require_names_of_bundle
from api.operations import Operation, Progress
from api.services import Services
from custody.canonical import Json
from custody.errors import Busy, ContentAltered, Unavailable
from custody.ports import StoredFile
from custody.values import PersonId, StreamName
from events.bundling.records import BundleRecords
from events.bundling.survey import BundleFile
from events.files import StoredFiles
from events.timestamping.anchors import Anchor
from storage.digests import Sha256

MOST_ZIPS: Final = 10  # of one bundle: what is kept of each may be large, and stays
PASSES: Final = 5  # each leaves out the files that the one before could not read

_log = structlog.get_logger("api.bundles")


def start_making(services: Services, person: PersonId, bundle: StreamName, *, again: bool) -> Operation:
    """Return the operation that makes a bundle, begun now unless it is under way.

    `again` makes another zip even where one can be sent: with the anchors that came since. Raises Busy while
    somebody else has it made or this person another one, and when there are enough zips of it.
    """
    making = Making(services, bundle, again=again)

    def work(progress: Progress) -> dict[str, Json]:
        try:
            return making.run(progress)
        finally:
            services.under_way.ended(bundle)

    def begin() -> Operation:
        if again:
            require_few(services, bundle)
        return services.operations.start(person, "bundle", unit="bytes", total=None, work=work)

    def joined(operation: str) -> Operation:
        return services.operations.get(operation, person)

    return services.under_way.join_or(bundle, person, begin, joined)


def require_few(services: Services, bundle: StreamName) -> None:
    """Raise Busy when so many zips of a bundle can be sent that no more are made."""
    if len(services.bundles.made(bundle)) >= MOST_ZIPS:
        raise Busy("bundle.zips", f"{MOST_ZIPS} zips of this bundle are kept", most=MOST_ZIPS)


class Making:
    """One bundle on its way."""

    def __init__(self, services: Services, bundle: StreamName, *, again: bool) -> None:
        self._services, self._bundle, self._again = services, bundle, again
        self._kept = services.bundles

    def run(self, progress: Progress) -> dict[str, Json]:
        """Make and issue a zip.

        1. seal, or take the sealing that there is; 2. issue what was made and not issued before; 3. a published
        checkpoint over the sealing, time-stamped if anybody does that; 4. the parts that are kept; 5. one pass over
        all bytes; 6. keep; 7. issue.
        Nothing is recorded or kept between sealing and step 6, so whatever ends a making, it is asked for again.
        """
        require_names_of_bundle(self._services, self._bundle)
        sealed = self._services.service.seal(self._bundle)
        known = [] if self._again else self._kept.made(self._bundle)
        if known:
            return self._issued(known[-1], self._kept.get(self._bundle, known[-1]))
        size = self._services.log.covering.over(sealed.index)
        self._services.time_stamps.cover(size)
        records, anchors = records_of(self._services, self._bundle, size)
        contents = pinned(self._services, records, anchors, size)
        made, kept = self._passed(records, anchors, contents, progress)
        self._kept.keep(self._bundle, made, kept)
        return self._issued(made, kept)

    def _issued(self, made: MadeZip, kept: Kept) -> dict[str, Json]:
        receipt = self._services.service.issue(self._bundle, sha256=made.sha256, size=made.size)
        _log.info("bundle_issued", bundle=self._bundle, index=receipt.index, size=made.size)
        return {
            "bundle": self._bundle,
            "sha256": made.sha256,
            "size": made.size,
            "issued": receipt.index,
            "left_out": list[Json](kept.left_out),
        }

    def _passed(
        self,
        records: BundleRecords,
        anchors: Sequence[Anchor],
        contents: dict[str, bytes],
        progress: Progress,
    ) -> tuple[MadeZip, Kept]:
        """Return the zip of all that can be read. Raises Unavailable, IntegrityFailure for an altered file."""
        files = files_of(self._services, records.files())
        lines = lines_of(records)
        fixed = [measured(name, gathered(make())) for name, make in lines.items()]
        fixed += [measured(name, [data]) for name, data in contents.items() if name.startswith("data/")]
        left_out: list[str] = []
        for _ in range(PASSES):
            payload = (*fixed, *parts_of_files(files))
            kept = Kept(payload=payload, contents=contents, left_out=tuple(sorted(left_out)))
            kept = replace(kept, contents=contents | {README: described(self._services, kept, anchors)})
            content = content_of(self._services, records, kept, files)
            try:
                return self._digested(BundleZip(replace(content, thorough=True)), progress), kept
            except Unreadable as fault:
                gone = {fault.file, *self._unreadable(files)}
            _log.warning("bundle_files_left_out", bundle=self._bundle, files=sorted(gone))
            left_out += gone
            files = [each for each in files if each.file not in gone]
        raise Unavailable("vault", "its files come and go")

    def _digested(self, bundle: BundleZip, progress: Progress) -> MadeZip:
        """Return SHA-256 and size of a zip in one pass over all its bytes. Raises Unavailable to end early."""
        digest, total = Sha256(), bundle.size
        progress.at(0, total)
        with closing(read_ahead(bundle.read())) as pieces:
            for piece in pieces:
                digest.feed([piece])
                progress.at(digest.size)
                self._services.under_way.require_open()
        return MadeZip(sha256=digest.hexdigest(), size=digest.size)

    def _unreadable(self, files: Sequence[StoredFile]) -> list[str]:
        """Return the files whose first bytes cannot be read now: so that each does not cost a pass.

        Raises Unavailable when it is the store that does not answer: then no file is to blame.
        """
        vault = self._services.require_vault()
        found = []
        for each in files:
            try:
                b"".join(readable(vault, each, 1))
            except Unreadable:
                found.append(str(each.file))
        return found


def files_of(services: Services, wanted: Sequence[BundleFile]) -> list[StoredFile]:
    """Return the stored files of a bundle. Raises ContentAltered for a row that differs from the file's intake."""
    stored = StoredFiles(services.database, services.ledger.ledger_id)
    return [_same(stored.get(each.file), each) for each in wanted]


def _same(stored: StoredFile, wanted: BundleFile) -> StoredFile:
    plain = stored.plain
    expected = (wanted.exhibit, wanted.sha256, wanted.sha512, wanted.size)
    if (stored.exhibit, plain.sha256, plain.sha512, plain.size) != expected:
        raise ContentAltered(f"row of file {wanted.file}", expected=wanted.sha256, measured=plain.sha256)
    return stored


def content_of(
    services: Services, records: BundleRecords, kept: Kept, files: Sequence[StoredFile]
) -> Content:
    """Return where the parts of a zip come from."""
    return Content(
        bag=Bag(
            bundle=records.bundle,
            ledger=services.ledger.ledger_id,
            made_at=records.sealing.entry.recorded_at,
        ),
        kept=kept,
        lines=lines_of(records),
        files={part.name: each for part, each in zip(parts_of_files(files), files, strict=True)},
        vault=services.require_vault,
    )
