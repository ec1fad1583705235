"""Waiting for something that another thread or process does: by looking, with a deadline."""

import time
from collections.abc import Callable


def until(seen: Callable[[], object], what: str, seconds: float = 20.0) -> None:
    """Return once `seen` is true; fail the test when it is not within the deadline."""
    deadline = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.005)
