"""Large bundles for measuring: of many bytes, and of many entries; each written to disk piece by piece."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from api.bundles.archive import Archive, Member
from api.bundles.bag import Bag, tag_files
from api.bundles.parts import Part, measured
from custody.canonical import Json
from custody.values import StreamName
from events.bundling.guard import request_of, sealing_of
from events.bundling.records import BundleRecords
from events.opening import open_database
from tests.support import bundles, examples
from tests.support.bulk import large
from tests.support.bundles import Told
from tests.support.composing import uuid_of
from tests.support.ledgers import CASE, LOG_KEY, Office
from tests.support.server_bundles import payload
from tests.support.story import Story
from tests.support.trees import LOG, ORIGIN

MIB: Final = 1 << 20


def write(target: Path, bag: Bag, small: Mapping[str, bytes], large: Mapping[str, Path]) -> None:
    """Write the zip of files whose bytes are given, and of others that lie on disk, by their names."""
    parts = [measured(name, [data]) for name, data in small.items() if name.startswith("data/")]
    parts += [measured(name, pieces(file)) for name, file in large.items()]
    given = {name: data for name, data in small.items() if not name.startswith("data/")}
    tags = tag_files(bag, parts, given)
    parts += [measured(name, [data]) for name, data in tags.items()]
    top = bag.bundle.replace("/", "-")

    def opened(member: Member, start: int, end: int) -> Iterable[bytes]:
        name = member.name.removeprefix(f"{top}/")
        if name in large:
            return pieces(large[name], start, end)
        return [(tags | dict(small))[name][start:end]]

    archive = Archive([_member(top, each) for each in parts])
    with target.open("wb") as file:
        for piece in archive.read(opened):
            file.write(piece)


def _member(top: str, part: Part) -> Member:
    return Member(name=f"{top}/{part.name}", size=part.size, crc32=part.crc32)


def pieces(file: Path, start: int = 0, end: int | None = None) -> Iterable[bytes]:
    """Yield the bytes [start, end) of a file."""
    left = file.stat().st_size - start if end is None else end - start
    with file.open("rb") as opened:
        opened.seek(start)
        while left > 0 and (piece := opened.read(min(left, MIB))):
            left -= len(piece)
            yield piece


def of_many_bytes(folder: Path, size: int, files: int) -> Path:
    """Write a bundle of one video whose files have `size` bytes of noise in all; return the zip."""
    names = [uuid_of(f"large file {number}") for number in range(files)]
    paths = {name: folder / name for name in names}
    for path in paths.values():
        noise(path, size // files)
    told = _told({name: measured(name, pieces(path)) for name, path in paths.items()})
    small = bundles.parts(told)
    bag = Bag(bundle=small.bundle, ledger=small.ledger, made_at=small.made_at)
    zipped = folder / "bundle.zip"
    write(zipped, bag, small.files, {f"data/files/{name}": path for name, path in paths.items()})
    for path in paths.values():
        path.unlink()
    return zipped


def noise(path: Path, size: int) -> None:
    """Write a file of random bytes."""
    with path.open("wb") as file:
        for _ in range(size // MIB):
            file.write(os.urandom(MIB))
        file.write(os.urandom(size % MIB))


def _told(files: Mapping[str, Part]) -> Told:
    """Tell of an officer who takes a video of these files in, and ask for a bundle of it."""
    story = Story()
    founder, service = story.person("olena"), story.person("service")
    public = examples.founding(founder, service, vkey=LOG.vkey, origin=ORIGIN)
    story.tell(founder, "ledger.founded.v1", f"ledger/{uuid_of('ledger')}", public, {"deployment": "Kyiv"})
    story.enrol("taras", "officer")
    case, video, names = story.open_case(), f"exhibit/{uuid_of('video')}", sorted(files)
    body = examples.digital(names)
    for name, part in files.items():
        found: dict[str, Json] = {"sha256": part.sha256, "sha512": part.sha512, "size": part.size}
        body[f"files/{name}/digests"] = found
    story.tell("taras", "exhibit.received.v1", video, examples.intake(case, "digital", names), body)
    return bundles.seal(Told(story, case, video, "", {}), exhibits=[video], by="taras")


def of_many_entries(folder: Path, exhibits: int, each: int) -> Path:
    """Write a bundle of a whole case of physical exhibits, with so many entries on each; return the zip."""
    database = open_database(folder / "ledger.sqlite")
    office = large(database, exhibits, each)
    stream = _sealed(office)
    head = office.ledger.head()
    checkpoint = LOG_KEY.sign(head.size, head.root)
    records = BundleRecords(office.ledger, stream, checkpoint)
    small = {"README.txt": b"How to check this.\n", **payload(records, checkpoint)}
    sealing = records.sealing.entry
    bag = Bag(bundle=stream, ledger=office.ledger.ledger_id, made_at=sealing.recorded_at)
    zipped = folder / "bundle.zip"
    write(zipped, bag, small, {})
    database.close()
    return zipped


def _sealed(office: Office) -> StreamName:
    """Ask for a bundle of the case and let the service seal it; return the bundle's stream."""
    stream = StreamName(f"bundle/{uuid_of('large bundle')}")
    public: dict[str, Json] = {"also": [], "case": CASE, "exhibits": []}
    body: dict[str, Json] = {
        "contents": {"files": "all", "withheld": []},
        "purpose": "hearing of 3 December",
        "recipient": {"contact": None, "name": "Court", "organisation": None},
    }
    office.clock.advance(hours=2)  # past the groups that were written without the clock
    office.tell("taras", "bundle.requested.v1", stream, public, body)
    sealing = sealing_of(office.ledger, request_of(office.ledger, stream), office.size)
    office.tell("service", "bundle.sealed.v1", stream, sealing)
    return stream
