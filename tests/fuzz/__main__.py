"""Fuzzing of the verifier with atheris: `python -m tests.fuzz [-max_total_time=120] …`, begun from tests/fuzz/corpus.

Whatever comes, a reader returns, or says that the input is malformed; nothing takes long, memory stays bounded.
Inputs that reach something new go to build/fuzz/new; a crash is written to build/fuzz/ and ends the run with another
status than 0. With the path of a crash, that one is looked at again.
"""

from __future__ import annotations

import atexit
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import atheris

from tests.fuzz import bundle, readers
from tests.fuzz.kinds import KINDS

HERE = Path(__file__).parent
FOUND = HERE.parents[1] / "build" / "fuzz"
LIMITS = ("-rss_limit_mb=1024", "-timeout=20", "-max_len=65536", "-print_final_stats=1", "-verbosity=0")
FOLDER = Path(tempfile.mkdtemp(prefix="custody-fuzz-"))

Check = Callable[[bytes, Path], None]
CHECKS: dict[str, Check] = {
    "raw": bundle.raw,
    "changed": bundle.changed,
    "entry": readers.entry,
    "note": readers.note,
    "trust": readers.trust,
    "receipt": readers.receipt,
    "token": readers.token,
    "log": readers.log,
}


def check(data: bytes) -> None:
    """Check one input: only what is foreseen may be raised."""
    if data:
        CHECKS[KINDS[data[0] % len(KINDS)]](data[1:], FOLDER)


def main() -> None:
    """Replay the corpus, then try what is near to it, until the time is over."""
    new = FOUND / "new"
    new.mkdir(parents=True, exist_ok=True)
    atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
    one = any(Path(word).is_file() for word in sys.argv[1:])  # a crash to be looked at again
    folders = () if one else (str(new), str(HERE / "corpus"))
    atheris.Setup([sys.argv[0], *folders, *LIMITS, f"-artifact_prefix={FOUND}/", *sys.argv[1:]], check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
