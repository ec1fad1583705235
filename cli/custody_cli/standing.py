"""Words who stands behind a receipt or a verdict: the grade, the witnesses counted and missing, the time-stamps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from custody_cli import output
from custody_cli.messages import say
from custody_cli.upgrading import Better, Witnesses
from custody_verifier.canonical import Json


def data(better: Better, files: Sequence[Path]) -> dict[str, Json]:
    """Return a better receipt as `--json` prints it."""
    found = better.witnesses
    return {
        "index": better.kept.index,
        "grade": better.grade,
        "size": better.kept.checkpoint.size,
        "witnesses": None if found is None else found.to_json(),
        "time_stamps": [
            {"tsa": each.tsa, "time": each.time.isoformat(), "checked": each.checked}
            for each in better.stamps
        ],
        "files": [str(each) for each in files],
    }


def text(better: Better, files: Sequence[Path]) -> str:
    """Return a better receipt for people."""
    index, size = better.kept.index, better.kept.checkpoint.size
    lines = [say("receipt.upgraded", index=index, grade=say(f"grade.{better.grade}"), size=size)]
    lines += _witness_lines(better.witnesses, "witnesses.told")
    for each in better.stamps:
        key = "stamp.checked" if each.checked else "stamp.unrooted"
        lines.append(say(key, tsa=each.tsa, time=each.time.isoformat()))
    return "\n".join([*lines, *map(str, files)])


def verdict_lines(found: Witnesses | None) -> str:
    """Return what a service's verdict says of its witnesses: quorum, counted and missing."""
    return "\n".join(_witness_lines(found, "witnesses.told-only"))


def _witness_lines(found: Witnesses | None, unchecked: str) -> Iterator[str]:
    if found is None:
        yield say("witnesses.none")
        return
    counted, missing = (
        ", ".join(map(output.clean, names)) or "-" for names in (found.counted, found.missing)
    )
    yield say("witnesses.line", asked=output.clean(found.asked), counted=counted, missing=missing)
    yield say("witnesses.checked" if found.checked else unchecked)
