"""Words what this machine refused: no such file, a folder in its place, no right, no room left on the disk."""

from __future__ import annotations

from errno import (
    EACCES,
    EDQUOT,
    EEXIST,
    EISDIR,
    ENAMETOOLONG,
    ENOENT,
    ENOSPC,
    ENOTDIR,
    EPERM,
    EROFS,
)
from pathlib import Path
from typing import Final

from custody_cli import output
from custody_cli.faults import Misuse
from custody_cli.messages import say

_NO_ROOM: Final = frozenset({ENOSPC, EDQUOT})
_REASONS: Final = {
    EACCES: "local.no-right",
    EDQUOT: "local.full",
    EEXIST: "local.exists",
    EISDIR: "local.folder",
    ENAMETOOLONG: "local.name-long",
    ENOENT: "local.none",
    ENOSPC: "local.full",
    ENOTDIR: "local.not-folder",
    EPERM: "local.no-right",
    EROFS: "local.read-only",
}


def fault_of(refusal: OSError, file: Path | None = None) -> Misuse:
    """Return the fault of a refusal: the file, as far as it is known, and the reason in the chosen language."""
    named = file if file is not None else refusal.filename
    shown = output.clean(str(named)) if isinstance(named, (str, Path)) else ""
    if refusal.errno in _NO_ROOM:
        return Misuse("local.no-room", file=shown or "-")
    return Misuse("local.refused", file=shown or say("local.system"), reason=reason_of(refusal))


def reason_of(refusal: OSError) -> str:
    """Return why the machine refused, in the chosen language where there is a word for it."""
    key = _REASONS.get(refusal.errno or 0)
    return refusal.strerror or str(refusal) if key is None else say(key)
