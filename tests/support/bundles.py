"""A small writer of court bundles for tests, from docs/spec/bundle-v1.md alone; and stories to put into them."""

from __future__ import annotations

import json
import struct
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256, sha512
from typing import Any, cast
from zlib import crc32

from custody.canonical import Json, canonical
from custody.values import to_base64
from tests.support import examples
from tests.support.composing import uuid_of
from tests.support.stamps import Authority
from tests.support.story import Story
from tests.support.trees import LOG, ORIGIN, WITNESS, Log, Signer, consistency

TSA = Authority()
NAMING = ("from", "case", "person", "to", "requested_by", "exhibit", "duplicate_of")
TAGMANIFEST = "tagmanifest-sha256.txt"


# --- the zip and the bag (sections 2 and 3) -----------------------------------------------------------------


def zipped(top: str, files: Mapping[str, bytes]) -> bytes:
    """Return the one zip of these names and bytes."""
    out, central = b"", b""
    for name in sorted(files):
        full, data = f"{top}/{name}".encode(), files[name]
        common = struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 33, crc32(data), len(data), len(data), len(full), 0)
        central += b"PK\1\2" + struct.pack("<H", 0x032D) + common
        central += struct.pack("<HHHII", 0, 0, 0, 0x81A40000, len(out)) + full
        out += b"PK\3\4" + common + full + data
    end = struct.pack("<HHHHIIH", 0, 0, len(files), len(files), len(central), len(out), 0)
    return out + central + b"PK\5\6" + end


def bagged(files: Mapping[str, bytes], made_at: str, bundle: str, ledger: str) -> dict[str, bytes]:
    """Return payload and README with all tag files."""
    payload = {name: data for name, data in files.items() if name.startswith("data/")}
    oxum = f"{sum(map(len, payload.values()))}.{len(payload)}"
    tags = {name: data for name, data in files.items() if name not in payload}
    tags["bagit.txt"] = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    tags["bag-info.txt"] = (
        f"Bagging-Date: {made_at[:10]}\nExternal-Identifier: {bundle}\n"
        f"Internal-Sender-Identifier: {ledger}\nPayload-Oxum: {oxum}\n"
    ).encode()
    tags["manifest-sha256.txt"] = _manifest(payload, "sha256")
    tags["manifest-sha512.txt"] = _manifest(payload, "sha512")
    return payload | tags | {TAGMANIFEST: _manifest(tags, "sha256")}


def _manifest(files: Mapping[str, bytes], algorithm: str) -> bytes:
    digest = {"sha256": sha256, "sha512": sha512}[algorithm]
    return "".join(f"{digest(files[name]).hexdigest()}  {name}\n" for name in sorted(files)).encode()


# --- a ledger's story, told for a bundle ---------------------------------------------------------------------


@dataclass
class Told:
    """A story with a bundle requested and sealed; `lines` are its entries' bytes, as a log has them."""

    story: Story
    case: str
    video: str
    telephone: str
    files: dict[str, bytes]
    bundle: str = f"bundle/{uuid_of('bundle')}"
    scope: dict[str, Json] = field(default_factory=dict)
    listed: Sequence[str] = ()
    asked: int = 0  # the index of the request
    at: int = 0
    hidden: set[int] = field(default_factory=set)  # indexes that a lying ledger leaves out

    def lines(self, end: int | None = None) -> list[tuple[int, bytes]]:
        """Return the entries that are shown, with their indexes."""
        shown = enumerate(self.log.entries[:end])
        return [(at, line) for at, line in shown if at not in self.hidden]

    @property
    def log(self) -> Log:
        """All entries so far."""
        return Log(tuple(each.entry.data for each in self.story.entries))


def begin(*keys: str) -> Told:
    """Tell of a founding, an officer, a prosecutor, a case, a video and a telephone, and a transfer.

    `keys` are log keys that entry 0 names beside the usual one.
    """
    story = Story()
    founder, service = story.person("olena"), story.person("service")
    public = examples.founding(founder, service, vkey=LOG.vkey, origin=ORIGIN)
    public |= {"log": list[Json]((LOG.vkey, *keys))}
    story.tell(founder, "ledger.founded.v1", f"ledger/{uuid_of('ledger')}", public, {"deployment": "Kyiv"})
    story.enrol("taras", "officer")
    story.enrol("petro")
    case = story.open_case()
    story.add_member(case, "petro", "prosecutor")
    file = uuid_of("video file")
    video = story.receive("video", case=case, files=[file])
    telephone = story.receive("telephone", case=case)
    offer = story.offer(video, "petro")
    story.tell("petro", "transfer.accepted.v1", video, {"offer": offer}, examples.acceptance([file]))
    return Told(story, case, video, telephone, {file: file.encode()})


def seal(
    told: Told,
    case: str | None = None,
    exhibits: Sequence[str] = (),
    sealed: Mapping[str, Json] | None = None,
    *,
    by: str = "petro",
) -> Told:
    """Somebody requests a bundle, the service seals it; `sealed` replaces public members of the sealing."""
    ask(told, case, exhibits, by=by)
    return seal_asked(told, sealed)


def ask(
    told: Told,
    case: str | None = None,
    exhibits: Sequence[str] = (),
    *,
    by: str = "petro",
    also: Sequence[str] = (),
    contents: Mapping[str, Json] | None = None,
) -> Told:
    """Somebody requests a bundle: of a whole case, or of some exhibits."""
    story, told.listed = told.story, exhibits
    told.scope = {"also": list[Json](sorted(also)), "case": case, "exhibits": list[Json](sorted(exhibits))}
    body: dict[str, Json] = {
        "contents": dict(contents or {"files": "all", "withheld": []}),
        "purpose": "hearing of 3 December",
        "recipient": {"contact": None, "name": "Court", "organisation": None},
    }
    story.record(story.compose(by, "bundle.requested.v1", told.bundle, told.scope, body))
    told.asked, told.at = len(story.entries) - 1, len(story.entries)
    return told


def seal_asked(told: Told, sealed: Mapping[str, Json] | None = None) -> Told:
    """The service seals what was requested, as of `told.at`."""
    story, case = told.story, told.scope["case"]
    heads = heads_of(told)
    public: dict[str, Json] = {
        "at": told.at,
        "exhibits": len(_numbered(told, str(case))) if case else None,
        "heads": sha256(jsonl(heads)).hexdigest(),
        "request": story.entries[told.asked].entry.act.hash,
        "streams": len(heads),
    }
    story.record(story.compose("service", "bundle.sealed.v1", told.bundle, public | dict(sealed or {})))
    return told


def usual(*, case: bool = True) -> Told:
    """Return the usual bundle: of the whole case, or of the video alone."""
    told = begin()
    return seal(told, told.case) if case else seal(told, exhibits=[told.video])


def smallest() -> Told:
    """Return the smallest story of a bundle: one officer, one case, one telephone."""
    story = Story()
    founder, service = story.person("olena"), story.person("service")
    public = examples.founding(founder, service, vkey=LOG.vkey, origin=ORIGIN)
    story.tell(founder, "ledger.founded.v1", f"ledger/{uuid_of('ledger')}", public, {"deployment": "Kyiv"})
    story.enrol("taras", "officer")
    case = story.open_case()
    telephone = story.receive("telephone", case=case)
    return seal(Told(story, case, "", telephone, {}), exhibits=[telephone], by="taras")


def _act(line: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(line)["act"]
    return found


def _numbered(told: Told, case: str) -> list[str]:
    """Return the exhibit of each number of a case; one that came back has two."""
    return sorted(
        act["stream"]
        for _, line in told.lines(told.at or None)
        if (act := _act(line))["type"] in ("exhibit.received.v1", "exhibit.case-corrected.v1")
        and act["public"]["case"] == case
    )


def exhibits_of(told: Told) -> list[str]:
    """Return the exhibits of the scope."""
    case = told.scope["case"]
    return sorted(set(_numbered(told, str(case)))) if case else sorted(told.listed)


def streams_of(told: Told) -> set[str]:
    """Return the streams that section 8.3 asks for: the smallest set that is closed."""
    acts = [_act(line) for _, line in told.lines(told.at)]
    known = {act["stream"] for act in acts}
    found = {acts[0]["stream"], *exhibits_of(told)} | {str(told.scope["case"])} & known
    also = cast(list[str], told.scope["also"])
    found |= {each.replace("exhibit", kind, 1) for each in exhibits_of(told) for kind in also} & known
    own = [_act(line) for line in told.log.entries if _act(line)["stream"] == told.bundle]
    while True:
        inside = [act for act in acts if act["stream"] in found] + own
        named = {act["actor"]["person"] for act in inside}
        named |= {str(act["public"][name]) for act in inside for name in NAMING if name in act["public"]}
        if not named & known - found:
            return found
        found |= named & known


def heads_of(told: Told) -> list[Json]:
    """Return the lines of heads.jsonl."""
    streams, heads = streams_of(told), dict[str, list[Json]]()
    for _, line in told.lines(told.at):
        act = _act(line)
        if act["stream"] in streams:
            heads[act["stream"]] = [act["stream"], act["version"], sha256(line).hexdigest()]
    return [heads[stream] for stream in sorted(heads)]


def jsonl(values: Sequence[Json]) -> bytes:
    """Return canonical lines."""
    return b"".join(canonical(each) + b"\n" for each in values)


# --- the bundle ------------------------------------------------------------------------------------------------


@dataclass
class Parts:
    """The payload of a bundle, to be changed and bagged. `made_at`, `bundle`, `ledger` go into bag-info.txt."""

    files: dict[str, bytes]
    made_at: str
    bundle: str
    ledger: str

    def zip(self, top: str | None = None) -> bytes:
        """Return the zip, with manifests that match."""
        bag = bagged(self.files, self.made_at, self.bundle, self.ledger)
        return zipped(top or self.bundle.replace("/", "-"), bag)


def parts(
    told: Told,
    *,
    withheld: Collection[str] | None = (),
    anchors: Sequence[int] = (),
    witnesses: Sequence[Signer] = (WITNESS,),
    log: Log | None = None,
    exact: bool = False,
) -> Parts:
    """Return the payload of the bundle that was sealed.

    `withheld` are member names, as a request has them (None: all), `anchors` sizes of trees; `exact`: no value that
    who asked may not see is shown (8.1, rule 2), which a reader cannot tell.
    """
    log = log or told.log
    size, streams = len(log.entries), streams_of(told) | {told.bundle}
    indexes = [
        at
        for at, line in told.lines()
        if (stream := _act(line)["stream"]) == told.bundle or (at < told.at and stream in streams)
    ]
    sealed = told.story.entries[indexes[-1]].entry
    opened, hidden = _disclosed(told, indexes, withheld, _theirs(told) if exact else None)
    header: dict[str, Json] = {
        "at": told.at,
        "bundle": told.bundle,
        "exhibits": list[Json](exhibits_of(told)),
        "format": "custody-bundle/1",
        "ledger": sha256(log.entries[0]).hexdigest(),
        "made_at": sealed.recorded_at,
        "origin": ORIGIN,
        "scope": told.scope,
        "withheld": [[name, count] for name, count in sorted(hidden.items())],
    }
    proofs: list[Json] = [
        {"index": at, "path": [to_base64(each) for each in log.path(at, size)]} for at in indexes
    ]
    ties: list[Json] = [
        {"from": each, "path": [to_base64(one) for one in consistency(each, log.entries)], "to": size}
        for each in sorted(anchors)
        if each < size
    ]
    files = {
        "README.txt": b"How to check this.\n",
        "data/bundle.json": canonical(header),
        "data/checkpoint": log.checkpoint(size, *_cosigned(told, size, witnesses)),
        "data/consistency.jsonl": jsonl(ties),
        "data/disclosures.jsonl": jsonl(opened),
        "data/entries.jsonl": b"".join(log.entries[at] + b"\n" for at in indexes),
        "data/heads.jsonl": jsonl(heads_of(told)),
        "data/proofs.jsonl": jsonl(proofs),
    }
    files |= {f"data/files/{name}": data for name, data in told.files.items()}
    for each in anchors:
        files |= anchor(told, each, witnesses)
    return Parts(files, sealed.recorded_at, told.bundle, str(header["ledger"]))


def _disclosed(
    told: Told, indexes: Sequence[int], withheld: Collection[str] | None, theirs: set[str] | None
) -> tuple[list[Json], Counter[str]]:
    lines: list[Json] = []
    hidden: Counter[str] = Counter()
    for at in indexes:
        shown: list[Json] = []
        for each in told.story.disclosures[at]:
            folded = f"files/{each.name.split('/')[2]}" if each.name.startswith("files/") else each.name
            if (
                withheld is None
                or {folded, each.name, f"{at}/{each.name}"} & set(withheld)
                or not (_may_see(told.story.entries[at].entry.act.stream, each.name, theirs))
            ):
                hidden[folded] += 1
            else:
                shown.append([each.salt, each.name, each.value])
        if shown:
            lines.append({"disclosures": shown, "index": at})
    return lines, hidden


def _theirs(told: Told) -> set[str]:
    """Return the cases, and the exhibits in them, of which who asked is officer or prosecutor at `at` (8.1, rule 2)."""
    acts = [each.entry.act for each in told.story.entries]
    asker, roles, cases = acts[told.asked].person, set[tuple[str, Json]](), dict[str, str]()
    for act in acts[: told.at]:
        if act.type == "case.opened.v1" and act.person == asker:
            roles.add((act.stream, "officer"))
        if act.type.startswith("case.member-") and act.public["person"] == asker:
            pair = (act.stream, act.public["role"])
            roles = roles | {pair} if act.type == "case.member-added.v1" else roles - {pair}
        if act.type in {"exhibit.received.v1", "exhibit.case-corrected.v1"}:
            cases[act.stream] = str(act.public["case"])
    mine = {case for case, role in roles if role in {"officer", "prosecutor"}}
    return mine | {exhibit for exhibit, case in cases.items() if case in mine}


def _may_see(stream: str, name: str, theirs: set[str] | None) -> bool:
    if theirs is None:
        return True
    kind, _, number = stream.partition("/")
    if kind in {"exhibit", "access", "fixity"}:
        return f"exhibit/{number}" in theirs
    return stream in theirs if kind == "case" else kind != "person" or name == "name"


def _cosigned(told: Told, size: int, witnesses: Sequence[Signer]) -> list[tuple[Signer, int]]:
    """Witnesses cosign one second after the last entry."""
    recorded = told.story.entries[size - 1].entry.recorded + timedelta(seconds=1)
    return [(who, int(recorded.timestamp())) for who in witnesses]


def anchor(told: Told, size: int, witnesses: Sequence[Signer] = (WITNESS,)) -> dict[str, bytes]:
    """Return the files of an anchor, with a token two seconds after the last entry."""
    log, name = told.log, f"data/anchors/{size}"
    time = told.story.entries[size - 1].entry.recorded + timedelta(seconds=2)
    text = log.text(size).encode()
    return {
        f"{name}.checkpoint": log.checkpoint(size, *_cosigned(told, size, witnesses)),
        f"{name}.note": text,
        f"{name}.test.tsr": TSA.stamp(text, time),
    }


def issue(told: Told, data: bytes) -> bytes:
    """Record that a zip was issued; return its `.receipt`."""
    sealed = told.story.entries[-1].entry.act.hash
    public: dict[str, Json] = {"sealed": sealed, "sha256": sha256(data).hexdigest(), "size": len(data)}
    story = told.story
    recorded = story.record(story.compose("service", "bundle.issued.v1", told.bundle, public))
    return recorded.entry.data + b"\n" + told.log.receipt(recorded.index)
