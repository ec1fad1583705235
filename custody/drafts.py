"""Drafts: frozen values with slots that are filled member by member and then closed, where many are made.

The constructor of a frozen dataclass sets each member past its own guard, which costs more than all the rest of
replaying an entry. A draft has the same slots and no guard; giving it its true class closes it for good.
"""

from __future__ import annotations

from typing import Any


def draft_of(frozen: type) -> Any:  # type: ignore[explicit-any]  # noqa: ANN401 - its members have any names
    """Return a class with the slots of `frozen`. Fill every one, then assign `__class__ = frozen`."""
    return type(f"{frozen.__name__}Draft", (), {"__slots__": frozen.__slots__})  # type: ignore[attr-defined]
