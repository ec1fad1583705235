"""The zip profile and the bag of bundles (bundle-v1, sections 2 and 3)."""

import hashlib
import io
import subprocess
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.bundles.archive import Archive, Member
from api.bundles.bag import Bag, tag_files
from api.bundles.parts import cut, gathered, measured
from custody.errors import ContentAltered
from tests.support import bundles

TOP = "bundle-6f0d2c34-9a3e-4f1b-8f6d-0a4f6c1b2d3e"
MADE = "2026-11-22T08:15:02.123456Z"
GIB = 1 << 30
LARGE = 0xFFFFFFFF

names = st.lists(st.text("abcZ09._-", min_size=1, max_size=12), min_size=1, max_size=3).map("/".join)
contents = st.dictionaries(names, st.binary(max_size=300), min_size=1, max_size=6)


def archive(files: Mapping[str, bytes]) -> tuple[Archive, Mapping[str, bytes]]:
    """Return the archive of some files, and their bytes by full name."""
    full = {f"{TOP}/{name}": data for name, data in files.items()}
    members = [Member(name=name, size=len(data), crc32=zlib.crc32(data)) for name, data in full.items()]
    return Archive(members), full


def read(files: Mapping[str, bytes], start: int = 0, end: int | None = None) -> bytes:
    """Return a range of the zip of some files."""
    found, full = archive(files)
    return b"".join(found.read(lambda member, first, after: [full[member.name][first:after]], start, end))


@given(contents)
def test_the_zip_is_the_one_that_another_writer_makes(files: dict[str, bytes]) -> None:
    """A writer of the tests, made from the spec alone, gives the same bytes; and the size is known beforehand."""
    whole = read(files)
    assert bundles.zipped(TOP, files) == whole
    assert archive(files)[0].size == len(whole)


@given(contents)
def test_other_programs_read_the_zip(files: dict[str, bytes]) -> None:
    """Python's zipfile finds every name with its bytes, and every CRC-32 good."""
    with zipfile.ZipFile(io.BytesIO(read(files))) as found:
        assert found.testzip() is None
        assert {f"{TOP}/{name}": data for name, data in files.items()} == {
            name: found.read(name) for name in found.namelist()
        }


@given(contents, st.data())
def test_every_range_is_that_of_the_whole(files: dict[str, bytes], data: st.DataObject) -> None:
    """Whatever range is asked for, its bytes are those of the whole zip at that place."""
    whole = read(files)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    assert whole[start:end] == read(files, start, end)


@pytest.mark.parametrize("given_", [b"", b"1234567"])
def test_a_member_that_is_not_as_long_as_announced_ends_the_zip(given_: bytes) -> None:
    """A member that gives fewer bytes, or more, is altered: nothing after it is sent."""
    found = Archive([Member(name=f"{TOP}/a", size=5, crc32=0)])
    with pytest.raises(ContentAltered):
        list(found.read(lambda *_: [given_]))


# --- ZIP64: members that are mostly not there ------------------------------------------------------------------


class Sparse(io.RawIOBase):
    """A zip with large members, of which only the headers are ever made: `zipfile` seeks over the rest."""

    def __init__(self, found: Archive) -> None:
        self.archive, self.at = found, 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be sought in."""
        return True

    def tell(self) -> int:
        """Return where it stands."""
        return self.at

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go somewhere."""
        self.at = (0, self.at, self.archive.size)[whence] + offset
        return self.at

    def readinto(self, into: memoryview) -> int:  # type: ignore[override]
        """Read the next bytes."""
        data = b"".join(self.archive.read(zeros, self.at, self.at + len(into)))
        into[: len(data)] = data
        self.at += len(data)
        return len(data)


def zeros(_member: Member, start: int, end: int) -> Iterator[bytes]:
    """Yield zeros for a range of any member."""
    while start < end:
        piece = bytes(min(end - start, 1 << 20))
        yield piece
        start += len(piece)


def large(*sizes: int) -> Archive:
    """Return an archive of members of some sizes."""
    return Archive(Member(name=f"{TOP}/{at:06}", size=size, crc32=7) for at, size in enumerate(sizes))


@pytest.mark.parametrize(
    "sizes",
    [
        (LARGE - 1,),
        (LARGE,),
        (LARGE + 1, 5),
        (5 * GIB, 3, 5 * GIB, 4),
        (LARGE - 30 - len(TOP) - 7, 1),  # the second header begins at the last offset that fits no more
        (LARGE - 31 - len(TOP) - 7, 1),  # and at the last that does
    ],
)
def test_sizes_and_offsets_of_four_gibibytes_are_told_in_zip64(sizes: tuple[int, ...]) -> None:
    """Other programs find names, sizes and offsets of large members where ZIP64 has them."""
    found = large(*sizes)
    with zipfile.ZipFile(io.BufferedReader(Sparse(found))) as seen:
        told = seen.infolist()
    assert [(f"{TOP}/{at:06}", size) for at, size in enumerate(sizes)] == [
        (each.filename, each.file_size) for each in told
    ]
    headers = [b"".join(found.read(zeros, each.header_offset, each.header_offset + 4)) for each in told]
    assert [b"PK\3\4"] * len(sizes) == headers


def test_a_header_needs_zip64_just_where_something_is_too_large() -> None:
    """The version needed is 45 for the large member alone, whose extra field has its size twice."""
    found = large(LARGE, 5)
    header = b"".join(found.read(zeros, 0, 30 + len(TOP) + 7 + 20))
    assert (45).to_bytes(2, "little") == header[4:6]
    size = LARGE.to_bytes(8, "little")
    assert b"\x01\x00\x10\x00" + size + size == header[-20:]
    assert b"\xff" * 8 == header[18:26]


@pytest.mark.parametrize("count", [0xFFFE, 0xFFFF, 70_000])
def test_many_files_are_told_in_zip64(count: int) -> None:
    """From 65,535 files on their number stands in the ZIP64 end record."""
    found = large(*[0] * count)
    with zipfile.ZipFile(io.BufferedReader(Sparse(found))) as seen:
        assert count == len(seen.namelist())
    end = b"".join(found.read(zeros, found.size - 22))
    assert min(count, 0xFFFF) == int.from_bytes(end[8:10], "little")
    before = b"".join(found.read(zeros, found.size - 42, found.size - 38))
    assert (before == b"PK\6\7") == (count >= 0xFFFF)


# --- the bag ---------------------------------------------------------------------------------------------------


@given(contents)
def test_tag_files_are_those_that_another_writer_makes(files: dict[str, bytes]) -> None:
    """A writer of the tests, made from the spec alone, gives the same five files."""
    payload = {f"data/{name}": data for name, data in files.items()}
    bag = Bag(bundle="bundle/x", ledger="ab" * 32, made_at=MADE)
    tags = tag_files(bag, [measured(name, [data]) for name, data in payload.items()], {"README.txt": b"r"})
    expected = bundles.bagged(payload | {"README.txt": b"r"}, MADE, "bundle/x", "ab" * 32)
    assert expected == payload | tags


def test_sha256sum_takes_the_manifests(tmp_path: Path) -> None:
    """The Debian programs check the files by the manifests as they are."""
    payload = {"data/files/a": b"one", "data/bundle.json": b"{}"}
    bag = Bag(bundle="bundle/x", ledger="ab" * 32, made_at=MADE)
    tags = tag_files(bag, [measured(name, [data]) for name, data in payload.items()], {})
    for name, data in (payload | tags).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    for program, manifest in (
        ("sha256sum", "manifest-sha256.txt"),
        ("sha512sum", "manifest-sha512.txt"),
        ("sha256sum", "tagmanifest-sha256.txt"),
    ):
        subprocess.run([program, "--strict", "-c", manifest], cwd=tmp_path, check=True, capture_output=True)


# --- pieces ----------------------------------------------------------------------------------------------------

pieces = st.lists(st.binary(max_size=20), max_size=8)


@given(pieces, st.integers(0, 100), st.integers(0, 100))
def test_a_cut_is_that_of_the_whole(given_: list[bytes], start: int, end: int) -> None:
    """Pieces cut to a range give the bytes of that range."""
    assert b"".join(given_)[start:end] == b"".join(cut(given_, start, end))


@given(pieces)
def test_gathered_lines_lose_nothing(lines: Iterable[bytes]) -> None:
    """Gathering changes no byte; and what is measured is what went by."""
    whole = b"".join(lines)
    assert whole == b"".join(gathered(lines))
    assert hashlib.sha512(whole).hexdigest() == measured("x", lines).sha512
