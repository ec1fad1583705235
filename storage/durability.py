"""Makes everything that a filesystem was told durable: syncfs(2)."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from custody.errors import Unavailable


def sync_filesystem(path: Path) -> None:
    """Return once all writes to the filesystem of `path` are on disk; Unavailable if that fails."""
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError as fault:
        raise Unavailable("disk", os.strerror(fault.errno or 0)) from fault
    try:
        if libc.syncfs(handle) != 0:
            raise Unavailable("disk", os.strerror(ctypes.get_errno()))
    finally:
        os.close(handle)
