"""Checks many stored files side by side, with all cores."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from custody.ports import FileCheck, StoredFile, Vault

# Twice the cores: while one file's bytes are on their way another's are digested.
THREADS: Final = 2 * (os.cpu_count() or 1)


def check_all(vault: Vault, stored: Iterable[StoredFile], threads: int = THREADS) -> Iterator[FileCheck]:
    """Yield the check of each file, in order; a few run ahead, so any number of files can be given."""
    under_way: deque[Future[FileCheck]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="scrub") as pool:
        try:
            for one in stored:
                under_way.append(pool.submit(vault.check, one))
                if len(under_way) > 2 * threads:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for left in under_way:
                left.cancel()
