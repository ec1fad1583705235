"""Fuzzing of `custody-verify` with atheris: `python tests/fuzz/bundle.py [CORPUS] -max_total_time=120`.

Each input is one of two: bytes of a zip, or changes of a good bundle that is bagged again, so that the readers
behind the bag are reached. Whatever comes, the check ends with a verdict or says that the input is unreadable.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[2]))

with atheris.instrument_imports(include=["custody_verifier"]):
    from custody_verifier.bundle import check_bundle
    from custody_verifier.errors import Malformed
    from custody_verifier.options import Options
    from custody_verifier.policy import read_policy
    from custody_verifier.roots import read_roots

from tests.support.bundles import TSA, Parts, parts, usual
from tests.support.trees import policy

GOOD = parts(usual(), anchors=[10])
NAMES = sorted(GOOD.files)
OPTIONS = Options(policy=read_policy(policy()), tsa=read_roots(TSA.pem()))
PATH = Path(tempfile.mkdtemp()) / "bundle.zip"


def changed(data: bytes) -> bytes:
    """Return a bundle: raw bytes, or the good one with pieces of its files replaced."""
    provider = atheris.FuzzedDataProvider(data)
    if provider.ConsumeIntInRange(0, 9) == 0:
        return bytes(provider.ConsumeBytes(provider.remaining_bytes()))
    some = parts_copy()
    for _ in range(provider.ConsumeIntInRange(1, 4)):
        name = NAMES[provider.ConsumeIntInRange(0, len(NAMES) - 1)]
        old = some.files[name]
        begin = provider.ConsumeIntInRange(0, len(old))
        end = provider.ConsumeIntInRange(begin, min(len(old), begin + 64))
        new = provider.ConsumeBytes(provider.ConsumeIntInRange(0, 64))
        some.files[name] = old[:begin] + new + old[end:]
    return some.zip()


def parts_copy() -> Parts:
    """Return the good bundle's parts, to be changed."""
    return Parts(dict(GOOD.files), GOOD.made_at, GOOD.bundle, GOOD.ledger)


def check(data: bytes) -> None:
    """Check one input: only what is foreseen may be raised."""
    PATH.write_bytes(changed(data))
    try:
        check_bundle(PATH, OPTIONS).as_json()
    except Malformed:
        return


if __name__ == "__main__":
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()
