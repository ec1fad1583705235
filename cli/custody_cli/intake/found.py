"""What is told of a file besides its bytes: name, path, dates, and what kind it seems to be (acts-v1, `found`)."""

from __future__ import annotations

import mimetypes
import unicodedata
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Final

from custody_cli.intake.plan import PlannedFile
from custody_cli.intake.spelling import bytes_of, spelled
from custody_verifier.canonical import Json

_SIGNS: Final = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (4, b"ftyp", "video/mp4"),
    (0, b"OggS", "application/ogg"),
    (0, b"ID3", "audio/mpeg"),
)


def describe(file: PlannedFile) -> Json:
    """Return the value of the member `files/<file>/found`."""
    path = Path(file.path)
    name = PurePosixPath(file.inside).name if file.inside else path.name
    told: dict[str, Json] = {
        "mime_declared": mimetypes.guess_type(path.name)[0],
        "mime_detected": detect(path),
        "modified_at": _modified_at(file.modified_ns),
        "name": spelled(name),
        "path": None if file.inside is None else spelled(file.inside),
    }
    # What is signed is text in normal form C: for any other name the bytes tell how it was found.
    if name != spelled(name) or not unicodedata.is_normalized("NFC", name):
        told["name_bytes"] = bytes_of(name)
    return told


def detect(path: Path) -> str | None:
    """Return the media type that the first bytes of a file show; None when they show none."""
    with path.open("rb") as opened:
        head = opened.read(16)
    return next((kind for at, sign, kind in _SIGNS if head[at : at + len(sign)] == sign), None)


def _modified_at(nanoseconds: int) -> str | None:
    """Return the time that a file system claims; None for one beyond the years that can be told."""
    try:
        return datetime.fromtimestamp(nanoseconds // 10**9).astimezone().isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return None
