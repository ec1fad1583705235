"""Hostile bundles: whatever stands in them, `custody-verify` ends with a finding or exit status 2."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from custody_verifier.archive import Archive
from custody_verifier.command import main
from custody_verifier.errors import Malformed
from tests.support.bundles import TSA, Parts, bagged, parts, usual, zipped
from tests.support.trees import policy

TOLD = usual()
DATA = parts(TOLD, anchors=[10]).zip()
DEEP = b'{"index":' + b"[" * 20_000 + b"]" * 20_000 + b',"path":[]}\n'
Change = Callable[[Parts], None]


def _put(name: str, data: bytes) -> Change:
    def change(some: Parts) -> None:
        some.files[name] = data

    return change


def _prefix(name: str, data: bytes) -> Change:
    def change(some: Parts) -> None:
        some.files[name] = data + some.files[name]

    return change


HOSTILE: dict[str, Change] = {
    "deep-proof": _put("data/proofs.jsonl", DEEP),
    "huge-index": _put("data/proofs.jsonl", b'{"index":' + b"9" * 6000 + b',"path":[]}\n'),
    "float-index": _put("data/proofs.jsonl", b'{"index":1e400,"path":[]}\n'),
    "true-index": _put("data/proofs.jsonl", b'{"index":true,"path":[]}\n'),
    "path-no-list": _put("data/proofs.jsonl", b'{"index":0,"path":{}}\n'),
    "proof-other-members": _put("data/proofs.jsonl", b'{"index":0}\n'),
    "no-proofs": _put("data/proofs.jsonl", b""),
    "more-proofs": _prefix("data/proofs.jsonl", b'{"index":0,"path":[]}\n'),
    "descending": _put("data/proofs.jsonl", b'{"index":1,"path":[]}\n{"index":0,"path":[]}\n'),
    "no-newline": _put("data/entries.jsonl", b"{}"),
    "long-line": _put("data/entries.jsonl", b"x" * 70_000 + b"\n"),
    "no-entries": _put("data/entries.jsonl", b""),
    "not-utf8": _put("data/heads.jsonl", b"\xff\xfe\n"),
    "head-short": _put("data/heads.jsonl", b'["case/x"]\n'),
    "head-twice": _prefix(
        "data/heads.jsonl", b'["case/00000000-0000-4000-8000-000000000000",1,"' + b"0" * 64 + b'"]\n' * 2
    ),
    "surrogate": _put("data/heads.jsonl", b'"\\ud800"\n'),
    "disclosure-no-list": _put("data/disclosures.jsonl", b'{"disclosures":{},"index":0}\n'),
    "disclosure-odd": _put("data/disclosures.jsonl", b'{"disclosures":[[1,2]],"index":0}\n'),
    "disclosure-stray": _put(
        "data/disclosures.jsonl", b'{"disclosures":[["AAAAAAAAAAAAAAAAAAAAAA","x",1]],"index":999}\n'
    ),
    "disclosure-between": _prefix(
        "data/disclosures.jsonl", b'{"disclosures":[["AAAAAAAAAAAAAAAAAAAAAA","x",1]],"index":-1}\n'
    ),
    "header-list": _put("data/bundle.json", b"[]"),
    "header-empty": _put("data/bundle.json", b""),
    "header-long": _put("data/bundle.json", b" " * (3 << 20)),
    "checkpoint-empty": _put("data/checkpoint", b""),
    "consistency-twice": _prefix("data/consistency.jsonl", b'{"from":10,"path":[],"to":14}\n'),
    "consistency-huge": _put(
        "data/consistency.jsonl", b'{"from":10,"path":[' + b'"",' * 70 + b'""],"to":14}\n'
    ),
    "consistency-gone": _put("data/consistency.jsonl", b""),
    "token-garbage": _put("data/anchors/10.test.tsr", random.Random(7).randbytes(900)),
    "token-long": _put("data/anchors/10.test.tsr", b"0" * 70_000),
    "anchor-size-0": _put("data/anchors/0.note", b"x"),
    "anchor-other-size": _put(
        "data/anchors/11.checkpoint", parts(TOLD, anchors=[10]).files["data/anchors/10.checkpoint"]
    ),
    "path-dots": _put("data/files/..", b"x"),
    "path-up": _put("data/../../evil", b"x"),
    "path-absolute": _put("/etc/passwd", b"x"),
    "path-backslash": _put("data\\evil", b"x"),
    "path-long": _put("data/" + "x" * 250, b"x"),
    "path-letters": _put("data/файл", b"x"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the reader's trust."""
    (tmp_path / "trust").write_bytes(policy())
    (tmp_path / "root.pem").write_bytes(TSA.pem())
    return tmp_path


def _status(folder: Path, data: bytes) -> int:
    path = folder / "bundle.zip"
    path.write_bytes(data)
    return main(
        [str(path), "--json", "--trust", str(folder / "trust"), "--tsa-root", str(folder / "root.pem")]
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_content(name: str, folder: Path) -> None:
    """Records that are not of their form are a finding or unreadable."""
    some = parts(TOLD, anchors=[10])
    HOSTILE[name](some)
    assert _status(folder, some.zip()) in (1, 2)


def test_wrong_manifests(folder: Path) -> None:
    """A manifest that is too long, or not of its form, is a finding."""
    for data in (b"x\n", b"0" * 600 + b"\n", b"0  data/x\n" * 50_000, b"0  data/x\n0  data/x\n"):
        some = parts(TOLD)
        top = some.bundle.replace("/", "-")
        bag = bagged(some.files, some.made_at, some.bundle, some.ledger) | {"manifest-sha512.txt": data}
        assert _status(folder, zipped(top, bag)) == 1


def test_cut_anywhere(folder: Path) -> None:
    """A zip that is cut off, or has something after it, is unreadable."""
    for at in random.Random(1).sample(range(len(DATA)), 40):
        assert _status(folder, DATA[:at]) == 2
    assert _status(folder, DATA + b"\0") == 2
    assert _status(folder, b"") == 2


def test_random_bytes(folder: Path) -> None:
    """Some bytes changed at random: never a traceback, never 0 or 3."""
    chance = random.Random(3)
    for _ in range(60):
        data = bytearray(DATA)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if bytes(data) != DATA:
            assert _status(folder, bytes(data)) in (1, 2)


def _central(number: int) -> int:
    """Return where a central header begins."""
    at = DATA.index(b"PK\1\2")
    for _ in range(number):
        name, more, comment = struct.unpack_from("<3H", DATA, at + 28)
        at += 46 + name + more + comment
    return at


def lying_directories() -> list[tuple[int, bytes]]:
    """Return places of numbers in the directory, and what is written there instead."""
    return [
        (_central(0) + 42, b"\xff\xff\xff\xff"),  # an offset that needs ZIP64
        (_central(0) + 20, b"\xff\xff\xff\xff\xff\xff\xff\xff"),  # sizes that need ZIP64
        (_central(1) + 28, b"\xff\xff"),  # a name that goes beyond the directory
        (_central(1) + 30, b"\x09\x00"),  # an extra field that is not there
        (_central(1) + 28, b"\x02\x00\x01\x00"),  # a name and an extra field that are too short for anything
        (_central(1), b"PK\1\3"),
        (len(DATA) - 12, b"\xff\xff"),
        (len(DATA) - 14, b"\xff\xff\xff\xff"),
        (len(DATA) - 10, b"\xff\xff\xff\xff\xff\xff\xff\xff"),
        (len(DATA) - 12, b"\x00\x00"),
    ]


@pytest.mark.parametrize(("where", "data"), lying_directories())
def test_directories_that_lie(where: int, data: bytes, folder: Path) -> None:
    """Numbers of the directory that point elsewhere are unreadable."""
    assert _status(folder, DATA[:where] + data + DATA[where + len(data) :]) == 2


def test_names_in_disorder(folder: Path) -> None:
    """Names that are not sorted, twice, or in two folders are unreadable."""
    for names in (["b", "a"], ["a", "a"]):
        assert _status(folder, _raw([f"{_TOP}/{name}" for name in names])) == 2
    assert _status(folder, _raw([f"{_TOP}/a", f"{_TOP[:-1]}{'0' if _TOP[-1] != '0' else '1'}/b"])) == 2


_TOP = TOLD.bundle.replace("/", "-")


def _raw(names: list[str]) -> bytes:
    """Return a zip of empty files with names as they are."""
    out, central = b"", b""
    for name in names:
        common = struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 33, 0, 0, 0, len(name), 0)
        central += b"PK\1\2" + struct.pack("<H", 0x032D) + common
        central += struct.pack("<HHHII", 0, 0, 0, 0x81A40000, len(out)) + name.encode()
        out += b"PK\3\4" + common + name.encode()
    end = struct.pack("<HHHHIIH", 0, 0, len(names), len(names), len(central), len(out), 0)
    return out + central + b"PK\5\6" + end


def test_four_gibibytes(tmp_path: Path) -> None:
    """A file of 4 GiB has ZIP64 headers, and so has one that begins beyond 4 GiB; only headers are read."""
    path, size = tmp_path / "large.zip", 1 << 32
    one, two = (f"{_TOP}/{name}".encode() for name in ("a", "b"))
    extra = struct.pack("<2H2Q", 1, 16, size, size)
    head = struct.pack("<HHHHHIII", 45, 0, 0, 0, 33, 0, 2**32 - 1, 2**32 - 1)
    small = struct.pack("<HHHHHIII", 20, 0, 0, 0, 33, 0, 0, 0)
    local = b"PK\3\4" + head + struct.pack("<HH", len(one), len(extra)) + one + extra
    at = len(local) + size
    second = b"PK\3\4" + small + struct.pack("<HH", len(two), 0) + two
    tail = struct.pack("<HHHI", 0, 0, 0, 0x81A40000)
    made = b"PK\1\2" + struct.pack("<H", 0x032D)
    far = struct.pack("<2HQ", 1, 8, at)
    central = (
        made + head + struct.pack("<HH", len(one), len(extra)) + tail + struct.pack("<I", 0) + one + extra
    )
    central += made + struct.pack("<H", 45) + small[2:] + struct.pack("<HH", len(two), len(far)) + tail
    central += b"\xff\xff\xff\xff" + two + far
    begin = at + len(second)
    end = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 0x032D, 45, 0, 0, 2, 2, len(central), begin)
    end += struct.pack("<4sIQI", b"PK\6\7", 0, begin + len(central), 1)
    end += struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 2, 2, len(central), 2**32 - 1, 0)
    with path.open("wb") as file:
        file.write(local)
        file.seek(at)
        file.write(second + central + end)
    archive = Archive.open(path)
    archive.close()
    assert archive.odd == ()
    assert [(each.size, each.offset) for each in archive.members.values()] == [(size, 0), (0, at)]
    with path.open("r+b") as file:
        file.seek(-(22 + 20 + 56), 2)
        file.write(b"PK\6\5")
    with pytest.raises(Malformed):
        Archive.open(path)
