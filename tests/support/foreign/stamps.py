"""`openssl ts -verify` on every time-stamp token of every bundle, at the token's own time."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from tests.support.foreign.handed import Handed, Refused, ran, rezipped

STAMPED = re.compile(r"^Time stamp: (.+) GMT$", re.MULTILINE)


def openssl_ts(handed: Handed) -> list[str]:
    """Verify each token over its note, under the roots of the reader; Refused too where there is none."""
    roots = handed.folder / "tsa-root.pem"
    found = []
    for bag in handed.bags():
        for token in sorted((bag / "data/anchors").glob("*.tsr")):
            note = token.with_name(f"{token.name.partition('.')[0]}.note")
            told = STAMPED.search(ran(["openssl", "ts", "-reply", "-in", token, "-text"]))
            if told is None:
                raise Refused(f"{token.name} tells no time")
            files: list[str | Path] = ["-data", note, "-in", token, "-CAfile", roots]
            said = ran(["openssl", "ts", "-verify", *files, "-attime", str(_seconds(told[1]))])
            if "Verification: OK" not in said:
                raise Refused(said)
            found.append(f"{token.name}: {told[1]}")
    if not found:
        raise Refused("no bundle holds a token")
    return found


def _seconds(text: str) -> int:
    """Return POSIX seconds of a time as openssl writes it, with or without fractions."""
    whole = re.sub(r"(:\d\d)\.\d+", r"\1", text)
    return int(datetime.strptime(whole, "%b %d %H:%M:%S %Y").replace(tzinfo=UTC).timestamp())


def alter_note(handed: Handed) -> None:
    """Change the size in a note that was time-stamped."""

    def change(files: dict[str, bytes]) -> None:
        for token in [each for each in files if each.endswith(".tsr")]:
            note = f"data/anchors/{token.rpartition('/')[2].partition('.')[0]}.note"
            origin, size, rest = files[note].split(b"\n", 2)
            files[note] = b"\n".join([origin, size + b"0", rest])

    for each in handed.zips:
        rezipped(each, change)
