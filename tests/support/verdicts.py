"""The verdict of `custody-verify` on a zip, in this process, for tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from custody_verifier.command import main
from tests.support.bundles import TSA
from tests.support.trees import Log, policy


def verdict_on(
    data: bytes,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    log: Log | None = None,
    receipts: dict[str, bytes] | None = None,
) -> tuple[int, dict[str, Any]]:
    """Return exit status and verdict, with the policy and the root of time-stamping of the tests."""
    inputs = {"bundle.zip": data, "trust.policy": policy(), "tsa-root.pem": TSA.pem(), **(receipts or {})}
    for name, content in inputs.items():
        (folder / name).write_bytes(content)
    words = [str(folder / "bundle.zip"), "--json", "--trust", str(folder / "trust.policy")]
    words += ["--tsa-root", str(folder / "tsa-root.pem")]
    words += [] if log is None else ["--log", str(log.folder(folder / "log"))]
    for name in receipts or ():
        words += ["--receipt", str(folder / name)]
    capsys.readouterr()
    status = main(words)
    printed = capsys.readouterr()
    assert printed.out, printed.err
    return status, json.loads(printed.out)


def failing(verdict: dict[str, Any]) -> set[tuple[str, str]]:
    """Return question and code of each finding that is more than a remark."""
    return {
        (name, found["code"])
        for name, each in verdict["questions"].items()
        for found in each["findings"]
        if found["weight"] != "noted"
    }


def answers(verdict: dict[str, Any]) -> dict[str, str]:
    """Return the answer to each question."""
    return {name: each["answer"] for name, each in verdict["questions"].items()}
