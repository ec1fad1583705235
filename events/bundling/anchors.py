"""Which anchors go with a bundle: those that give its entries the narrowest time brackets (bundle-v1, section 6)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from events.note import parse_note
from events.publishing.record import cosigner_of
from events.timestamping.anchors import Anchor

MOST: Final = 5_000  # sizes of one bundle, of which each takes at least three names of the zip's 100,000


def chosen(anchors: Iterable[Anchor], indexes: Sequence[int], size: int) -> tuple[Anchor, ...]:
    """Return the anchors to give with entries at `indexes`, by ascending size; none is larger than `size`.

    For each entry: of each TSA the smallest token that holds it, of each cosigner the largest cosigned size that
    does not. A reader may trust any one of them. Over 5,000 sizes some are left out, evenly: brackets are then wider,
    and still right; the last token of each TSA stays, so that no entry loses its vouched-for moment.
    Raises Malformed for a checkpoint that is no note.
    """
    known = {anchor.size: anchor for anchor in anchors if 1 <= anchor.size <= size}
    stamped, cosigned = _by_party(known)
    last = [_beyond(sizes, max(indexes)) for sizes in stamped.values() if indexes]
    wanted = {size for size in last if size is not None}
    narrow = {
        found
        for index in indexes
        for found in (
            *(_beyond(sizes, index) for sizes in stamped.values()),
            *(_up_to(sizes, index) for sizes in cosigned.values()),
        )
        if found is not None
    }
    return tuple(known[each] for each in sorted(wanted | set(_thinned(sorted(narrow)))))


def _by_party(known: Mapping[int, Anchor]) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Return the ascending sizes that each TSA has stamped, and those that each cosigner has cosigned."""
    stamped: dict[str, list[int]] = {}
    cosigned: dict[str, list[int]] = {}
    for size in sorted(known):
        for tsa, _ in known[size].tokens:
            sizes = stamped.setdefault(tsa, [])
            sizes += [] if sizes[-1:] == [size] else [size]
        for cosigner in _cosigners(known[size].checkpoint):
            cosigned.setdefault(cosigner, []).append(size)
    return stamped, cosigned


def _cosigners(checkpoint: bytes) -> Iterator[str]:
    """Yield each key, other than the log's own, that has a line under a checkpoint."""
    note = parse_note(checkpoint, "checkpoint of an anchor")
    origin = note.text.partition("\n")[0]
    yield from {cosigner_of(line) for line in note.signatures if line.name != origin}


def _beyond(sizes: Sequence[int], index: int) -> int | None:
    """Return the smallest size that holds an entry."""
    place = bisect_right(sizes, index)
    return sizes[place] if place < len(sizes) else None


def _up_to(sizes: Sequence[int], index: int) -> int | None:
    """Return the largest size that does not hold an entry."""
    place = bisect_right(sizes, index)
    return sizes[place - 1] if place else None


def _thinned(sizes: Sequence[int]) -> Sequence[int]:
    step = -(-len(sizes) // MOST)
    return sizes[:: max(step, 1)]
