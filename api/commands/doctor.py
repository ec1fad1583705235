"""`python -m api doctor`: is everything that the service needs there, and as it should be."""

from __future__ import annotations

from api.settings import Settings
from custody.errors import Unavailable


def examine(settings: Settings) -> int:
    """Look at everything and tell; return 1 when anything is bad."""
    raise Unavailable("doctor", str(settings.data_dir))
