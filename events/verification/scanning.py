"""JSON out of the middle of a text, by the reader's own scanner: no search for white space, no guess of encodings."""

from __future__ import annotations

import json
from collections.abc import Callable
from json.scanner import make_scanner
from typing import Any, Final, TypeAlias, cast

Scan: TypeAlias = Callable[[str, int], tuple[Any, int]]

scan: Final = cast(Scan, make_scanner(cast(Any, json.JSONDecoder())))  # it is typed as a class of its own
"""Return the value that begins at a place of a text, and where it ends. Raises ValueError, StopIteration."""
