"""One staged file: bytes written at their offset, synced before they count, cut back after a crash."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Final

from custody.errors import Unavailable
from storage.digests import PlainDigests
from storage.streaming import SEGMENT

GATHER: Final = 4 << 20  # bytes gathered before one write


class StagedFile:
    """The bytes of one deposit on local disk. `size` bytes of it are durable; nothing beyond is."""

    def __init__(self, path: Path, size: int) -> None:
        """Open the file and cut it back to `size`: what lies beyond was never acknowledged.

        Raises Unavailable when it is shorter than that, or cannot be opened.
        """
        self.path = path
        self.size = size
        try:
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if os.fstat(self._handle).st_size < size:
                os.close(self._handle)
                raise Unavailable("staging", "a staged file is shorter than was recorded")
            os.ftruncate(self._handle, size)
        except OSError as fault:
            raise disk_fault(fault) from fault
        self._written = size

    @property
    def written(self) -> int:
        """Bytes written so far, durable or not."""
        return self._written

    def write(self, data: bytes | bytearray) -> None:
        """Write bytes after those written so far. Raises Unavailable when the disk refuses."""
        view = memoryview(data)
        try:
            while view:
                done = os.pwrite(self._handle, view, self._written)
                self._written += done
                view = view[done:]
        except OSError as fault:
            raise disk_fault(fault) from fault

    def sync(self, upto: int) -> None:
        """Make the first `upto` bytes durable, then count them in `size`."""
        try:
            os.fdatasync(self._handle)
        except OSError as fault:
            raise disk_fault(fault) from fault
        self.size = upto

    def digests(self) -> PlainDigests:
        """Return running digests of the durable bytes, by reading them again."""
        digests, at = PlainDigests(), 0
        while at < self.size:
            block = os.pread(self._handle, min(4 * SEGMENT, self.size - at), at)
            if not block:
                raise Unavailable("staging", "a staged file is shorter than was recorded")
            digests.feed([block])
            at += len(block)
        digests.settle()
        return digests

    def close(self) -> None:
        """Close the file."""
        os.close(self._handle)


def disk_fault(fault: OSError) -> Unavailable:
    """Translate what a disk refuses with."""
    full = fault.errno in {errno.ENOSPC, errno.EDQUOT}
    return Unavailable("staging", "the disk is full" if full else type(fault).__name__)
