"""What a made bundle cannot take from the ledger and the vault again: kept under the key of the bundle's stream.

Texts, tokens and a signed statement are not made twice alike, so they are kept as they went into the zip. The
rows may be lost: then the bundle has to be made again, and issued again.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from cryptography.exceptions import InvalidTag

from api.bundles.parts import Part
from custody.canonical import Json, canonical, parse
from custody.errors import ContentAltered, NotFound
from custody.values import StreamName
from events.database import Database
from events.sealing import NONCE_BYTES, DataKey
from events.stream_keys import StreamKeys

_LAYOUT: Final = "layout"  # no name of a part: those have a folder or an ending
_CONTEXT: Final = "custody-bundle-part/1\n%s\n%s\n%s\n%d\n"
_MADE: Final = "SELECT sha256, size FROM made_bundle WHERE bundle = ? ORDER BY made, sha256"
_PARTS: Final = "SELECT name, generation, box FROM made_bundle_part WHERE bundle = ? AND sha256 = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeZip:
    """A zip that was made: its SHA-256 in hex, and its size."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The payload of a zip, and the bytes of those parts, and of texts beside it, that are kept.

    `left_out`: the files that were asked for and could not be read.
    """

    payload: tuple[Part, ...]
    contents: Mapping[str, bytes]
    left_out: tuple[str, ...] = ()


class KeptBundles:
    """The tables `made_bundle` and `made_bundle_part`."""

    def __init__(self, database: Database, keys: StreamKeys) -> None:
        self._database, self._keys = database, keys

    def made(self, bundle: StreamName) -> list[MadeZip]:
        """Return the zips of a bundle that can be sent, oldest first."""
        rows = cast(list[tuple[str, int]], self._database.read(_MADE, (bundle,)))
        return [MadeZip(sha256=sha256, size=size) for sha256, size in rows]

    def keep(self, bundle: StreamName, made: MadeZip, kept: Kept) -> None:
        """Keep what a zip was made of, all or nothing; the same zip twice is kept once. Raises Unavailable."""
        key = self._keys.newest(bundle, begins=False)
        layout = _layout(kept)
        with self._database.transaction() as session:
            fresh = session.execute(
                "INSERT INTO made_bundle (bundle, sha256, size, made) VALUES (?, ?, ?, ?) "
                "ON CONFLICT DO NOTHING RETURNING 1",
                (bundle, made.sha256, made.size, time.time_ns()),
            )
            for name, data in (*kept.contents.items(), (_LAYOUT, layout)) if fresh else ():
                box = _sealed(key, made.sha256, name, data)
                session.execute(
                    "INSERT INTO made_bundle_part (bundle, sha256, name, generation, box) VALUES (?, ?, ?, ?, ?)",
                    (bundle, made.sha256, name, key.generation, box),
                )

    def get(self, bundle: StreamName, made: MadeZip) -> Kept:
        """Return what was kept. Raises NotFound (its key was destroyed), ContentAltered."""
        contents: dict[str, bytes] = {}
        for name, generation, box in cast(
            list[tuple[str, int, bytes]], self._database.read(_PARTS, (bundle, made.sha256))
        ):
            key = self._keys.at(bundle, generation)
            if key is None:
                raise NotFound("parts of bundle", bundle)
            contents[name] = _opened(key, made.sha256, name, bytes(box))
        if _LAYOUT not in contents:
            raise NotFound("parts of bundle", bundle)
        return _kept(contents.pop(_LAYOUT), contents)

    def forget(self, bundle: StreamName, made: Sequence[MadeZip]) -> None:
        """Drop zips that were never issued."""
        with self._database.transaction() as session:
            for each in made:
                for table in ("made_bundle_part", "made_bundle"):
                    session.execute(
                        f"DELETE FROM {table} WHERE bundle = ? AND sha256 = ?",  # noqa: S608 - names from above
                        (bundle, each.sha256),
                    )


def _sealed(key: DataKey, sha256: str, name: str, data: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + key.cipher.encrypt(nonce, data, _bound(key, sha256, name))


def _opened(key: DataKey, sha256: str, name: str, box: bytes) -> bytes:
    try:
        return key.cipher.decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], _bound(key, sha256, name))
    except (InvalidTag, ValueError) as fault:
        raise ContentAltered(
            f"part {name} of {key.stream}", expected="its box", measured="other bytes"
        ) from fault


def _bound(key: DataKey, sha256: str, name: str) -> bytes:
    return (_CONTEXT % (key.stream, sha256, name, key.generation)).encode()


def _layout(kept: Kept) -> bytes:
    rows: list[Json] = [[each.name, each.size, each.crc32, each.sha256, each.sha512] for each in kept.payload]
    return canonical({"left_out": list[Json](kept.left_out), "payload": rows})


def _kept(layout: bytes, contents: Mapping[str, bytes]) -> Kept:
    found = cast(dict[str, list[Any]], parse(layout, _LAYOUT))
    payload = tuple(
        Part(name=name, size=size, crc32=crc32, sha256=sha256, sha512=sha512)
        for name, size, crc32, sha256, sha512 in found["payload"]
    )
    return Kept(payload=payload, contents=contents, left_out=tuple(found["left_out"]))
