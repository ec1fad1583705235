"""`python -m api backup` and `restore`."""

from __future__ import annotations

from pathlib import Path

from api.settings import Settings
from custody.errors import Unavailable


def back_up(settings: Settings, folder: Path) -> int:
    """Copy the ledger into a new folder."""
    raise Unavailable("backup", f"{settings.data_dir} to {folder}")


def restore_from(settings: Settings, folder: Path, checkpoint: Path | None) -> int:
    """Bring a backup into an empty data folder."""
    raise Unavailable("restore", f"{folder} to {settings.data_dir} {checkpoint}")
