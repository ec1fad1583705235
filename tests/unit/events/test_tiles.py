"""Tiles: names, which of them a tree has, and the root that they make."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.errors import Malformed, TooLarge
from events.merkle import Coordinate, Frontier, leaf_hash
from events.tiles import (
    MAX_ENTRY,
    WIDTH,
    Tile,
    new_bundles,
    new_tiles,
    numbered,
    read_bundle,
    read_tile,
    root_of_tiles,
    tile_at,
    write_bundle,
)

MOST = 66_000
FRONTIER, NODES = Frontier.empty().grown(leaf_hash(b"%d" % number) for number in range(MOST))
HASH_OF = {Coordinate(node.level, node.number): node.hash for node in NODES}
sizes = st.integers(1, MOST) | st.sampled_from(
    [1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 65_792]
)


def hashes_of(tile: Tile) -> list[bytes]:
    """Return the hashes of a tile from the nodes of the tree."""
    span = range(tile.start, tile.start + tile.width)
    return [HASH_OF[Coordinate(8 * tile.level, number)] for number in span]


@pytest.mark.parametrize(
    ("number", "width", "expected"),
    [
        (0, 256, "000"),
        (5, 256, "005"),
        (999, 3, "999.p/3"),
        (1000, 256, "x001/000"),
        (1234067, 256, "x001/x234/067"),
        (1234067, 255, "x001/x234/067.p/255"),
    ],
)
def test_numbers_are_written_in_groups(number: int, width: int, expected: str) -> None:
    """Three digits each, `x` before all but the last group; partial ones say their width."""
    assert expected == numbered(number, width)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, []),
        (1, ["tile/0/000.p/1"]),
        (255, ["tile/0/000.p/255"]),
        (256, ["tile/0/000", "tile/1/000.p/1"]),
        (257, ["tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"]),
    ],
)
def test_a_small_tree_has_these_tiles(size: int, expected: list[str]) -> None:
    """Full tiles, one partial where the level does not end with a full one, and no empty ones."""
    assert expected == [tile.name for tile in new_tiles(0, size)]


def test_a_large_tree_has_these_tiles() -> None:
    """Of 70,000 entries: 273 full tiles and one of 112; one full and one of 17; one of one."""
    names = [tile.name for tile in new_tiles(0, 70_000)]
    assert 273 + 1 + 1 + 1 + 1 == len(names)
    assert ["tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"] == names[273:]


@given(sizes, sizes)
def test_growing_makes_what_the_larger_tree_has_more(one: int, two: int) -> None:
    """The new tiles and bundles are those of the larger tree without those of the smaller one."""
    old, new = sorted((one, two))
    for found in (new_tiles, new_bundles):
        assert set(found(old, new)) == set(found(0, new)) - set(found(0, old))


@given(sizes)
def test_tiles_make_the_root(size: int) -> None:
    """The root from the last tiles of each level is the root of the tree."""
    last = {tile.level: tile for tile in new_tiles(0, size)}

    def read(tile: Tile) -> list[bytes]:
        assert tile == last[tile.level]
        return hashes_of(tile)

    expected = Frontier.empty().grown(HASH_OF[Coordinate(0, number)] for number in range(size))[0].root
    assert expected == root_of_tiles(size, read)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_comes_back(entries: list[bytes]) -> None:
    """Entries of any bytes are read as they were written; one byte less or more is refused."""
    data = write_bundle(entries)
    assert entries == read_bundle(data, len(entries))
    for altered in (data[:-1], data + b"\0", data + b"\0\0"):
        if altered != data:
            with pytest.raises(Malformed):
                read_bundle(altered, len(entries))


def test_limits() -> None:
    """An entry of 65,535 bytes fits and one more byte does not; a tile of another width is refused."""
    assert [b"x" * MAX_ENTRY] == read_bundle(write_bundle([b"x" * MAX_ENTRY]), 1)
    with pytest.raises(TooLarge):
        write_bundle([b"x" * (MAX_ENTRY + 1)])
    with pytest.raises(Malformed):
        read_tile(bytes(33), 1)
    assert Tile(1, 0, 1) == tile_at(1, 0, WIDTH)
