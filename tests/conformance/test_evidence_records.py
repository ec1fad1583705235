"""BouncyCastle, which nobody here wrote, takes our evidence records: RFC 4998 as others read it (log-v1 9.5)."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from events.note import parse_note
from events.opening import open_database
from events.timestamping.evidence import Link, read_record, write_record
from tests.support import publishing
from tests.support.stamping import stamping_of
from tests.support.tsa import running, unsorted

JARS = [Path("/usr/share/java") / f"bc{part}.jar" for part in ("prov", "util", "pkix")]
PROGRAM = Path(__file__).parent / "java/EvidenceCheck.java"

pytestmark = [
    pytest.mark.programs("openssl"),
    pytest.mark.skipif(
        shutil.which("java") is None or not all(each.exists() for each in JARS),
        reason="needs Java and libbcpkix-java",
    ),
]


def judged(pairs: Sequence[tuple[Path, Path]]) -> list[str]:
    """Return what BouncyCastle says of each record over some data."""
    command = ["java", "-cp", ":".join(map(str, JARS)), str(PROGRAM)]
    done = subprocess.run(
        [*command, *(str(each) for pair in pairs for each in pair)],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_records_with_any_number_of_renewals(tmp_path: Path) -> None:
    """Records with no, one and two renewals are taken over their own text and refused over another, or changed."""
    press = publishing.open_press(open_database(tmp_path / "ledger.sqlite"), 6, start=publishing.EARLY)
    files = list[Path]()
    with running(tmp_path, "one", "rsa") as one, running(tmp_path, "two") as two:
        two.answer = lambda query: (200, unsorted(two.reply(query)))
        stamping = stamping_of(press, tmp_path, one, two)
        for size in (6, 7, 8):
            press.grow(size)
            press.publisher.run_once()
            stamping.run_once(now=True)
            (tmp_path / f"{size}").write_text(parse_note(press.publisher.record.note(size)).text)
        for renewals in range(3):
            for number in (1, 2):
                files.append(tmp_path / f"{renewals}-{number}.er")
                files[-1].write_bytes(stamping.renewals.evidence(number))
            stamping.run_once(renew=True)
        first, second, third = read_record(files[-1].read_bytes())
        other = read_record(stamping.renewals.evidence(3))[0]
    changed = {
        "other-lists": [first, replace(second, lists=third.lists)],
        "swapped": [first, third, second],
        "not-its-own": [first, other],
        "spliced": [first, second, Link(third.content)],
    }
    for name, links in changed.items():
        (tmp_path / name).write_bytes(write_record(links))

    good = [(file, tmp_path / "6") for file in files]
    bad = [*product(files, [tmp_path / "7"]), *((tmp_path / name, tmp_path / "6") for name in changed)]
    assert ["OK"] * len(good) == judged(good)
    assert ["REFUSED"] * len(bad) == [each.partition(" ")[0] for each in judged(bad)]
