"""A log made in memory, as its text has it: roots, proofs, signed checkpoints, cosignatures, a folder of tiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custody.values import to_base64
from tests.support.composing import seed, tree_path, tree_root

ORIGIN = "custody.example/5f1a2b3c"


@dataclass(frozen=True)
class Signer:
    """A key that signs notes: type 0x01 the log's own line, 0x04 a witness's with a time."""

    name: str
    kind: int
    private: Ed25519PrivateKey

    @classmethod
    def of(cls, name: str, kind: int = 1, key: str | None = None) -> Signer:
        """Return the key that belongs to a name."""
        return cls(name, kind, Ed25519PrivateKey.from_private_bytes(seed(key or name)))

    @property
    def _typed(self) -> bytes:
        return bytes([self.kind]) + self.private.public_key().public_bytes_raw()

    @property
    def key_id(self) -> bytes:
        """First four bytes of SHA-256(name, newline, type, key)."""
        return sha256(self.name.encode() + b"\n" + self._typed).digest()[:4]

    @property
    def vkey(self) -> str:
        """The public key as policies have it."""
        return f"{self.name}+{self.key_id.hex()}+{to_base64(self._typed)}"

    def line(self, text: str, time: int = 0) -> str:
        """Return the signature line over a checkpoint's text."""
        if self.kind == 1:
            signature = self.private.sign(text.encode())
        else:
            message = f"cosignature/v1\ntime {time}\n{text}".encode()
            signature = time.to_bytes(8, "big") + self.private.sign(message)
        return f"— {self.name} {to_base64(self.key_id + signature)}\n"


LOG = Signer.of(ORIGIN, key="log")
WITNESS = Signer.of("witness.example/a", 4)
OTHER = Signer.of("witness.example/b", 4)


def policy(*, log: Signer = LOG, quorum: str = "w1", witnesses: Sequence[Signer] = (WITNESS, OTHER)) -> bytes:
    """Return a tlog-policy file; witnesses are named w1, w2, and the group `both`."""
    lines = [f"log {log.vkey}"]
    lines += [f"witness w{number} {each.vkey}" for number, each in enumerate(witnesses, 1)]
    lines += ["group both all w1 w2"] if quorum == "both" else []
    return "".join(f"{line}\n" for line in [*lines, f"quorum {quorum}"]).encode()


def consistency(old: int, leaves: Sequence[bytes], *, known: bool = True) -> list[bytes]:
    """Return SUBPROOF(old, leaves, known) (RFC 6962 section 2.1.2)."""
    if old == len(leaves):
        return [] if known else [tree_root(leaves)]
    middle = 1 << ((len(leaves) - 1).bit_length() - 1)
    if old <= middle:
        return [*consistency(old, leaves[:middle], known=known), tree_root(leaves[middle:])]
    return [*consistency(old - middle, leaves[middle:], known=False), tree_root(leaves[:middle])]


@dataclass(frozen=True)
class Log:
    """The entries of a ledger as a log."""

    entries: tuple[bytes, ...]
    signer: Signer = LOG

    def text(self, size: int) -> str:
        """Return the text of the checkpoint of a size."""
        return f"{self.signer.name}\n{size}\n{to_base64(tree_root(self.entries[:size]))}\n"

    def checkpoint(self, size: int, *witnesses: tuple[Signer, int]) -> bytes:
        """Return the signed checkpoint of a size, cosigned by witnesses at POSIX times."""
        text = self.text(size)
        lines = [self.signer.line(text), *(who.line(text, time) for who, time in witnesses)]
        return f"{text}\n{''.join(lines)}".encode()

    def path(self, index: int, size: int) -> tuple[bytes, ...]:
        """Return the inclusion path of an entry."""
        return tree_path(index, self.entries[:size])

    def receipt(self, index: int, *witnesses: tuple[Signer, int]) -> bytes:
        """Return the `.tlog-proof` of an entry under the newest checkpoint."""
        size = len(self.entries)
        hashes = "".join(f"{to_base64(each)}\n" for each in self.path(index, size))
        head = f"c2sp.org/tlog-proof@v1\nindex {index}\n{hashes}\n".encode()
        return head + self.checkpoint(size, *witnesses)

    def folder(self, folder: Path, *witnesses: tuple[Signer, int]) -> Path:
        """Write the log as tlog-tiles; return the folder."""
        size = len(self.entries)
        _put(folder / "checkpoint", self.checkpoint(size, *witnesses))
        hashes, level = [sha256(b"\0" + each).digest() for each in self.entries], 0
        framed = [len(each).to_bytes(2, "big") + each for each in self.entries]
        _tiles(folder / "tile/entries", framed)
        while hashes:
            _tiles(folder / f"tile/{level}", hashes)
            full = len(hashes) // 256 * 256
            hashes = [_root(hashes[at : at + 256]) for at in range(0, full, 256)]
            level += 1
        return folder


def _root(hashes: list[bytes]) -> bytes:
    while len(hashes) > 1:
        pairs = zip(hashes[::2], hashes[1::2], strict=True)
        hashes = [sha256(b"\1" + left + right).digest() for left, right in pairs]
    return hashes[0]


def _tiles(folder: Path, parts: list[bytes]) -> None:
    for at in range(0, len(parts), 256):
        some = parts[at : at + 256]
        name = f"{at // 256:03}"
        _put(folder / (name if len(some) == 256 else f"{name}.p/{len(some)}"), b"".join(some))


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
