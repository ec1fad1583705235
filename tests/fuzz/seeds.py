"""Good inputs of every kind, from which fuzzing begins: `python -m tests.fuzz.seeds` writes them to corpus/."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.fuzz.kinds import KINDS
from tests.support.bundles import TSA, parts, smallest, usual
from tests.support.trees import WITNESS, policy

CORPUS = Path(__file__).parent / "corpus"


def seeds() -> Iterator[tuple[str, bytes]]:
    """Yield the kind and the bytes of good inputs."""
    told = usual()
    some, at = parts(told, anchors=[10]), int(told.story.now.timestamp())
    yield "raw", parts(smallest(), withheld=None).zip()
    yield "changed", bytes(range(48))
    yield "entry", told.log.entries[8]
    yield "note", told.log.checkpoint(10, (WITNESS, at))
    yield "trust", policy(quorum="both")
    yield "trust", TSA.pem("Not-Before: 2020-01-01T00:00:00.000000Z\n")
    yield "receipt", told.log.entries[8] + b"\n" + told.log.receipt(8, (WITNESS, at))
    yield "token", some.files["data/anchors/10.test.tsr"]
    yield "log", b"\0" + told.log.checkpoint(10, (WITNESS, at))


def main() -> None:
    """Write the seeds; what fuzzing found and was kept stays."""
    CORPUS.mkdir(exist_ok=True)
    for number, (kind, data) in enumerate(seeds()):
        (CORPUS / f"seed-{number}-{kind}").write_bytes(bytes([KINDS.index(kind)]) + data)


if __name__ == "__main__":
    main()
