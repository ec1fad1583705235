"""What is fuzzed of bundles: a zip as it comes, or a good bundle with pieces replaced and bagged again."""

from __future__ import annotations

from pathlib import Path

import atheris

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


def raw(data: bytes, folder: Path) -> None:
    """Check bytes as a zip."""
    path = folder / "bundle.zip"
    path.write_bytes(data)
    try:
        check_bundle(path, OPTIONS).as_json()
    except Malformed:
        return


def changed(data: bytes, folder: Path) -> None:
    """Check the good bundle with pieces of its files replaced, so that the readers behind the bag are reached."""
    provider = atheris.FuzzedDataProvider(data)
    some = Parts(dict(GOOD.files), GOOD.made_at, GOOD.bundle, GOOD.ledger)
    for _ in range(provider.ConsumeIntInRange(1, 4)):
        name = NAMES[provider.ConsumeIntInRange(0, len(NAMES) - 1)]
        old = some.files[name]
        begin = provider.ConsumeIntInRange(0, len(old))
        end = provider.ConsumeIntInRange(begin, min(len(old), begin + 64))
        new = provider.ConsumeBytes(provider.ConsumeIntInRange(0, 64))
        some.files[name] = old[:begin] + new + old[end:]
    raw(some.zip(), folder)
