"""What the officer said for the whole command: where the profile is, which server, how to speak."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The global options. `server` is None where the profile knows it.

    `at` and `late` are the claimed time and the reason for a late record of the acts of this command;
    with `dry_run` the server is asked what the rules say, and nothing is signed.
    """

    home: Path
    server: str | None
    json: bool
    quiet: bool
    no_passphrase: bool
    at: str | None
    late: str | None
    dry_run: bool
