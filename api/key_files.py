"""The keys of a deployment, in files of mode 0600 under the data folder, made at the first start."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from custody import values
from custody.canonical import Json
from custody.errors import Unavailable
from custody.values import Fingerprint, PersonId
from events.checkpoint import LogKey, require_origin
from events.cosignatures import MlDsaLogKey
from events.log_keys import LogKeys
from storage.private_files import write_private
from storage.wrapping import FileMasterKey, load, load_or_make

ML_DSA: Final = "log.ml-dsa.key"
_SEED: Final = 32


@dataclass(frozen=True, slots=True)
class ServiceKey:
    """The key by which the server signs its own acts, and the person that it acts as."""

    person: PersonId
    private: Ed25519PrivateKey

    @property
    def spki(self) -> bytes:
        """The public half in DER."""
        return self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def fingerprint(self) -> Fingerprint:
        """The hex SHA-256 of the public half, by which acts name it."""
        return Fingerprint(hashlib.sha256(self.spki).hexdigest())

    def public(self) -> dict[str, Json]:
        """Return the member `service` of the founding act."""
        key: dict[str, Json] = {"algorithm": "ed25519", "spki": values.to_base64(self.spki), "use": "act"}
        return {"key": key, "person": self.person}


@dataclass(frozen=True, slots=True)
class DeploymentKeys:
    """All keys of one deployment."""

    log_keys: LogKeys
    service: ServiceKey
    master: FileMasterKey

    @property
    def log(self) -> LogKey:
        """The log key that signs every checkpoint."""
        return self.log_keys.ed25519


def open_keys(data_dir: Path, origin_label: str) -> DeploymentKeys:
    """Return the keys in `data_dir`/keys, made at the first start.

    Raises Unavailable when one is unreadable, or when a part is missing beside others: a new key in the
    place of a lost one would be a quiet break.
    """
    folder = data_dir / "keys"
    if not folder.exists():
        _make(folder, origin_label)
    origin = require_origin(_read(folder / "origin").decode("ascii", "replace").strip())
    person = values.person(
        _read(folder / "service.person").decode("ascii", "replace").strip(), "service.person"
    )
    return DeploymentKeys(
        log_keys=_log_keys(folder, origin),
        service=ServiceKey(person, Ed25519PrivateKey.from_private_bytes(_seed(folder / "service.key"))),
        master=load(folder / "master.key"),
    )


def _make(folder: Path, origin_label: str) -> None:
    """Make all keys in a draft folder and give it its name last, so that there are all or none."""
    origin = require_origin(f"{origin_label}/{secrets.token_hex(4)}", "CUSTODY_ORIGIN_LABEL")
    draft = folder.with_name(f"keys.draft-{secrets.token_hex(4)}")
    draft.mkdir(mode=0o700, parents=True)
    write_private(draft / "origin", f"{origin}\n".encode())
    write_private(draft / "log.key", secrets.token_bytes(_SEED))
    write_private(draft / ML_DSA, secrets.token_bytes(_SEED))
    write_private(draft / "service.key", secrets.token_bytes(_SEED))
    write_private(draft / "service.person", f"person/{uuid.uuid4()}\n".encode())
    load_or_make(draft / "master.key")
    draft.rename(folder)


def _log_keys(folder: Path, origin: str) -> LogKeys:
    """Return both log keys, or the one of a ledger of before: the start compares them with entry 0 (log-v1 2.3)."""
    ed25519, file = LogKey.from_seed(origin, _seed(folder / "log.key")), folder / ML_DSA
    return LogKeys(ed25519, MlDsaLogKey.from_seed(origin, _seed(file)) if file.exists() else None)


def _seed(path: Path) -> bytes:
    seed = _read(path)
    if len(seed) != _SEED:
        raise Unavailable("keys", f"{path.name} does not hold {_SEED} bytes")
    return seed


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_mode & 0o077:
            raise Unavailable("keys", f"{path.name} may be read by others: set its mode to 0600")
        return path.read_bytes()
    except OSError as fault:
        raise Unavailable(
            "keys", f"{path.name} cannot be read: bring it back from the backup of keys"
        ) from fault


# --- the one-time founding token ----------------------------------------------------------------------


class FoundingToken:
    """The token that lets somebody found the ledger, once; in a file until then, and its hash for ever."""

    def __init__(self, data_dir: Path) -> None:
        self._file = data_dir / "founding-token"
        self._hash = data_dir / "founding-token.sha256"

    def open(self) -> str | None:
        """Return the token, made at the first start; None once it was used."""
        if not self._hash.exists():
            token = secrets.token_urlsafe(32)
            write_private(self._file, f"{token}\n".encode())
            write_private(self._hash, hashlib.sha256(token.encode()).hexdigest().encode())
        return _read(self._file).decode().strip() if self._file.exists() else None

    @property
    def path(self) -> Path:
        """Where the token is kept until it is used."""
        return self._file

    def fits(self, token: str) -> bool:
        """Tell whether this is the token, used or not: who lost the first reply may ask for it again."""
        known = _read(self._hash).decode().strip()
        return hmac.compare_digest(hashlib.sha256(token.encode()).hexdigest(), known)

    def use_up(self) -> None:
        """Forget the token itself."""
        self._file.unlink(missing_ok=True)
