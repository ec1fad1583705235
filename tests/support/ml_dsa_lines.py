"""Lines of type 0x06 (ML-DSA-44) for vectors.

Such a signature is another one each time that it is made: those that vectors have are kept beside this file.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode
from hashlib import sha256
from pathlib import Path
from typing import Final

from custody.values import to_base64
from custody_verifier.cosignatures import ML_DSA_44, Signer
from custody_verifier.note import Line, read_checkpoint, read_note
from tests.support.composing import seed
from tests.support.trees import ORIGIN

KEPT: Final = Path(__file__).with_suffix(".json")
LOG_ML_DSA: Final = Signer.from_seed(ORIGIN, ML_DSA_44, seed("log ml-dsa"))
WITNESS_ML_DSA: Final = Signer.from_seed("witness.example/m", ML_DSA_44, seed("witness ml-dsa"))


def with_line(note: bytes, who: Signer, time: int) -> bytes:
    """Return a checkpoint with one more line, by a key of type 0x06."""
    return note + f"— {_text(_line(note, who, time))}\n".encode()


def _text(line: Line) -> str:
    return f"{line.name} {to_base64(line.key_id + line.signature)}"


def _line(note: bytes, who: Signer, time: int) -> Line:
    read = read_note(note)
    name = sha256(f"{who.cosigner.vkey} {time} {read.text}".encode()).hexdigest()
    kept: dict[str, str] = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    if name not in kept:
        assert os.environ.get("CUSTODY_WRITE_VECTORS") == "1", "a line that was never made"
        kept[name] = to_base64(who.cosign(read_checkpoint(read), time).signature)
        KEPT.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return Line(who.cosigner.name, who.cosigner.key_id, b64decode(kept[name]))
