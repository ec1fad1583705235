"""What every vault promises, asked of the one in memory and of real S3 with and without Object Lock."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from custody.errors import ContentAltered, DigestMismatch, NotFound, Unavailable
from custody.ports import FileDigests, Outcome
from storage.streaming import FIRST, REST
from storage.wrapping import FileMasterKey
from tests.support import vaults
from tests.support.vaults import Rig, digests_of, sample

MIB = 1 << 20
SIZES = [0, 1, FIRST - 1, FIRST, FIRST + 1, FIRST + REST, 5_000_003, 40 * MIB + 7]
WITH_S3 = [
    pytest.param("memory"),
    pytest.param("plain", marks=pytest.mark.s3),
    pytest.param("locked", marks=pytest.mark.s3),
]


@pytest.fixture
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    """Return the vault named by the parameter."""
    made = _make(request)
    yield made
    vaults.close(made)


def _make(request: pytest.FixtureRequest) -> Rig:
    if request.param == "memory":
        return vaults.memory_rig()
    server = request.getfixturevalue("s3_server")
    if request.param == "plain":
        return vaults.plain_rig(server, request.getfixturevalue("s3_bucket"))
    return vaults.locked_rig(request.getfixturevalue("embedded_store"), server)


every_vault = pytest.mark.parametrize("rig", WITH_S3, indirect=True)
overwritable_vault = pytest.mark.parametrize("rig", WITH_S3[:2], indirect=True)


@every_vault
@pytest.mark.parametrize("size", SIZES)
def test_what_was_stored_comes_back(rig: Rig, tmp_path: Path, size: int) -> None:
    """A file of any size is returned byte for byte, and is recorded with its digests."""
    given = sample(tmp_path, size)

    stored = given.store(rig.vault)

    assert given.content == b"".join(rig.vault.open(stored))
    assert given.declared == stored.plain
    assert Outcome.MATCH == rig.vault.check(stored).outcome
    assert Outcome.MATCH == rig.vault.check(stored, thorough=True).outcome
    assert given.declared.sha256 == rig.vault.check(stored).measured_sha256
    assert Outcome.MATCH == rig.vault.check_stored(stored).outcome


@every_vault
@pytest.mark.parametrize(
    ("start", "end"),
    [
        (0, 1),
        (FIRST - 1, FIRST + 1),
        (FIRST, FIRST + 5),
        (1_500_000, 3_200_000),
        (5_000_002, 9_000_000),
        (5_000_003, 5_000_003),
        (0, 0),
    ],
)
def test_a_range_is_the_slice(rig: Rig, tmp_path: Path, start: int, end: int) -> None:
    """Reading [start, end) gives what slicing the file gives, over segment boundaries too."""
    given = sample(tmp_path, 5_000_003)
    stored = given.store(rig.vault)

    assert given.content[start:end] == b"".join(rig.vault.open(stored, start, end))


@every_vault
@pytest.mark.parametrize("wrong", ["sha256", "sha512", "size"])
def test_other_bytes_than_declared_are_refused(rig: Rig, tmp_path: Path, wrong: str) -> None:
    """A file that is not what was declared is refused by name, in one part and in several."""
    for size in (1000, 40 * MIB):
        given = sample(tmp_path, size)
        other = digests_of(b"another")
        declared = replace(given.declared, **{wrong: getattr(other, wrong)})

        with pytest.raises(DigestMismatch):
            given.store(rig.vault, declared)


@every_vault
def test_a_staged_file_that_is_gone_is_named(rig: Rig, tmp_path: Path) -> None:
    """A staged file that is not there is NotFound, not a traceback."""
    given = sample(tmp_path, 10)
    given.path.unlink()

    with pytest.raises(NotFound):
        given.store(rig.vault)


@overwritable_vault
@pytest.mark.parametrize("size", [1, 3 * MIB])
def test_each_flipped_byte_is_a_mismatch(rig: Rig, tmp_path: Path, size: int) -> None:
    """One bit changed anywhere (header, ciphertext, tag) is a mismatch, and reading raises."""
    given = sample(tmp_path, size)
    stored = given.store(rig.vault)
    sound = rig.hands.content(stored)

    for at in (0, 1, 35, 40, len(sound) // 2, len(sound) - 1):
        rig.hands.replace(stored, sound[:at] + bytes([sound[at] ^ 1]) + sound[at + 1 :])

        assert Outcome.MISMATCH == rig.vault.check(stored).outcome
        assert Outcome.MISMATCH == rig.vault.check(stored, thorough=True).outcome
        assert Outcome.MISMATCH == rig.vault.check_stored(stored).outcome
        with pytest.raises(ContentAltered):
            b"".join(rig.vault.open(stored))


@overwritable_vault
@pytest.mark.parametrize("kept", [0, 39, 40, 56, MIB, MIB + 20, 2 * MIB])
def test_a_shortened_file_is_a_mismatch(rig: Rig, tmp_path: Path, kept: int) -> None:
    """A file cut short, even between two segments, is a mismatch, and reading raises."""
    stored = sample(tmp_path, 3 * MIB).store(rig.vault)
    rig.hands.replace(stored, rig.hands.content(stored)[:kept])

    assert Outcome.MISMATCH == rig.vault.check(stored).outcome
    assert Outcome.MISMATCH == rig.vault.check_stored(stored).outcome
    with pytest.raises(ContentAltered):
        b"".join(rig.vault.open(stored))


@overwritable_vault
def test_another_file_in_its_place_is_a_mismatch(rig: Rig, tmp_path: Path) -> None:
    """Two stored files swapped are two mismatches, also when their plain bytes are equal."""
    first, second = sample(tmp_path, 2 * MIB), sample(tmp_path, 2 * MIB)
    one, two = first.store(rig.vault), second.store(rig.vault)
    one_content, two_content = rig.hands.content(one), rig.hands.content(two)
    rig.hands.replace(one, two_content)
    rig.hands.replace(two, one_content)

    assert first.content == second.content
    assert [Outcome.MISMATCH] * 2 == [rig.vault.check(stored).outcome for stored in (one, two)]
    assert [Outcome.MISMATCH] * 2 == [rig.vault.check_stored(stored).outcome for stored in (one, two)]


@every_vault
def test_a_removed_file_is_not_checked(rig: Rig, tmp_path: Path) -> None:
    """A file that is gone is not checked, never altered; reading it is NotFound."""
    stored = sample(tmp_path, 1000).store(rig.vault)
    rig.hands.remove(stored)

    assert Outcome.NOT_CHECKED == rig.vault.check(stored).outcome
    assert Outcome.NOT_CHECKED == rig.vault.check_stored(stored).outcome
    with pytest.raises(NotFound):
        b"".join(rig.vault.open(stored))


@every_vault
def test_without_its_key_a_file_is_not_checked(rig: Rig, tmp_path: Path) -> None:
    """A destroyed key, another master key, and a damaged wrapping each leave the bytes unjudged."""
    stored = sample(tmp_path, 1000).store(rig.vault)
    other = FileMasterKey(bytes(32))
    damaged = stored.wrapped_key[:-1] + bytes([stored.wrapped_key[-1] ^ 1])

    for lost, raised in (
        (replace(stored, wrapped_key=b""), NotFound),
        (replace(stored, key_id=other.key_id), Unavailable),
        (replace(stored, wrapped_key=damaged), ContentAltered),
    ):
        found = rig.vault.check(lost)
        assert (Outcome.NOT_CHECKED, None) == (found.outcome, found.measured_sha256)
        assert found.cause is not None
        assert Outcome.MATCH == rig.vault.check_stored(lost).outcome
        with pytest.raises(raised):
            b"".join(rig.vault.open(lost))


@every_vault
def test_a_file_recorded_with_other_digests_is_a_mismatch(rig: Rig, tmp_path: Path) -> None:
    """A record that names other digests, another file or another exhibit does not match the bytes."""
    given = sample(tmp_path, 1000)
    stored = given.store(rig.vault)
    swapped = sample(tmp_path, 10)

    for lie in (
        replace(stored, plain=FileDigests(size=1000, sha256=given.declared.sha256, sha512="0" * 128)),
        replace(stored, plain=replace(stored.plain, size=999)),
        replace(stored, plain=replace(stored.plain, sha256="0" * 64)),
        replace(stored, stored_sha256="0" * 64),
        replace(stored, stored_size=1),
        replace(stored, crc32=0),
    ):
        assert Outcome.MISMATCH == rig.vault.check(lie, thorough=True).outcome
    for lie in (
        replace(stored, plain=replace(stored.plain, size=999)),
        replace(stored, plain=replace(stored.plain, sha256="0" * 64)),
    ):
        assert Outcome.MISMATCH == rig.vault.check(lie).outcome
    for lie in (replace(stored, exhibit=swapped.exhibit), replace(stored, file=swapped.file)):
        assert Outcome.NOT_CHECKED == rig.vault.check(lie).outcome  # the key does not open for another


@every_vault
def test_storing_twice_makes_two_objects(rig: Rig, tmp_path: Path) -> None:
    """Storing a file again never touches what is there: both stand, under keys of their own."""
    given = sample(tmp_path, 1000)

    first, second = given.store(rig.vault), given.store(rig.vault)

    assert first.object_key != second.object_key
    assert first.stored_sha256 != second.stored_sha256
    assert [Outcome.MATCH] * 2 == [rig.vault.check(stored).outcome for stored in (first, second)]
