"""`python -m api court-key`: a self-issued court key, to try statements with before a real one is there."""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from api.commands.saying import say
from api.composition import SystemClock
from api.court.court_key import PART, make_court_key
from api.court_papers import FOLDER
from api.settings import Settings
from custody.errors import Unavailable
from storage.private_files import write_private

ROOT_FILE: Final = "court-root.pem"


def make_key(settings: Settings, name: str) -> int:
    """Make a court key in the data folder, with the root beside it that readers are to trust; tell where."""
    if settings.court_key is not None:
        raise Unavailable(PART, "CUSTODY_COURT_KEY is set: that key signs")
    folder = settings.data_dir / FOLDER
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = make_court_key(folder, name, SystemClock().now())
    root = key.chain[-1]
    write_private(folder / ROOT_FILE, root.public_bytes(Encoding.PEM))
    say("court-key-made", path=folder, subject=key.subject)
    say("court-key-root", path=folder / ROOT_FILE, digest=root.fingerprint(SHA256()).hex())
    return 0
