"""Shows progress on stderr, on a terminal only: bytes, speed and time left of what takes long."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from custody_cli.settings import Settings

Advance = Callable[[int], None]


@contextmanager
def bar(settings: Settings, label: str, total: int, *, unit: str = "bytes") -> Iterator[Advance]:
    """Yield what is called with each step done; nothing is shown where stderr is no terminal."""
    if settings.quiet or not sys.stderr.isatty():
        yield lambda _step: None
        return
    from rich.console import Console  # noqa: PLC0415 - heavy
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    counted = (
        (DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
        if unit == "bytes"
        else (MofNCompleteColumn(), TimeRemainingColumn())
    )
    console = Console(stderr=True, no_color="NO_COLOR" in os.environ)
    with Progress(
        TextColumn("{task.description}"), BarColumn(), *counted, console=console, transient=True
    ) as shown:
        task = shown.add_task(label, total=total)
        yield lambda step: shown.advance(task, step)
