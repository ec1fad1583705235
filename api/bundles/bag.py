"""The tag files that make a bundle a BagIt bag, narrowed to one form (bundle-v1, section 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from api.bundles.parts import Part, measured

PAYLOAD: Final = "data/"
_BAGIT: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bag:
    """What the tag files tell: whose bundle this is, and when it was sealed (`made_at`, recorded form)."""

    bundle: str
    ledger: str
    made_at: str


def tag_files(bag: Bag, payload: Sequence[Part], given: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return all files outside of `data/`: those `given`, and the five of the bag."""
    ordered = sorted(payload, key=lambda each: each.name.encode())
    tags = dict(given) | {
        "bag-info.txt": _info(bag, payload),
        "bagit.txt": _BAGIT,
        "manifest-sha256.txt": _manifest((each.sha256, each.name) for each in ordered),
        "manifest-sha512.txt": _manifest((each.sha512, each.name) for each in ordered),
    }
    found = (measured(name, [data]) for name, data in sorted(tags.items()))
    return tags | {"tagmanifest-sha256.txt": _manifest((each.sha256, each.name) for each in found)}


def _info(bag: Bag, payload: Sequence[Part]) -> bytes:
    oxum = f"{sum(each.size for each in payload)}.{len(payload)}"
    return (
        f"Bagging-Date: {bag.made_at[:10]}\nExternal-Identifier: {bag.bundle}\n"
        f"Internal-Sender-Identifier: {bag.ledger}\nPayload-Oxum: {oxum}\n"
    ).encode()


def _manifest(lines: Iterable[tuple[str, str]]) -> bytes:
    return "".join(f"{digest}  {name}\n" for digest, name in lines).encode()
