"""The defence's witness keeps a copy of the log: fetched over HTTP with its token, file by file, checkpoint last."""

import urllib.request
from pathlib import Path

from events.tiles import CHECKPOINT, new_bundles, new_tiles


def mirror(url: str, token: str, folder: Path) -> int:
    """Copy the published log of a server into a folder; return its size."""
    checkpoint = _got(f"{url}/log/{CHECKPOINT}", token)
    size = int(checkpoint.split(b"\n")[1])
    for tile in (*new_bundles(0, size), *new_tiles(0, size)):
        file = folder / tile.name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_got(f"{url}/log/{tile.name}", token))
    (folder / CHECKPOINT).write_bytes(checkpoint)
    return size


def _got(url: str, token: str) -> bytes:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        data: bytes = answer.read()
        return data
