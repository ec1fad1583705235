"""What each rule says when it forbids an act, in Ukrainian."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

RULES: Final[Mapping[str, str]] = {}
