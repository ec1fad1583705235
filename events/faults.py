"""What people are told of a fault of ours that nobody foresaw."""

from __future__ import annotations


def told_fault(fault: Exception) -> str:
    """Return what is told of it; its own words may hold anything and are not told."""
    return f"a fault of ours, {type(fault).__name__}: the server's log has more"
