"""Programs that check the papers of a bundle: `qpdf`, `pdfsig` and `openssl cms` on the statement, `case_validate`."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

from tests.support.foreign.handed import Handed, Refused, flipped, ran, rezipped

CASE_VALIDATE = Path(sys.executable).with_name("case_validate")
RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
STATEMENT, GRAPH = "data/statement.pdf", "data/case.jsonld"


def _papers(handed: Handed, name: str) -> list[Path]:
    found = [bag / name for bag in handed.bags() if (bag / name).is_file()]
    found += [each for each in [handed.folder / Path(name).name] if each.is_file()]
    if not found:
        raise Refused(f"there is no {name}")
    return found


def _root(handed: Handed) -> Path:
    return handed.folder / "court-root.pem"


def qpdf(handed: Handed) -> list[str]:
    """Let `qpdf --check` read the whole structure of each statement."""
    found = []
    for each in _papers(handed, STATEMENT):
        ran(["qpdf", "--check", each])
        found.append(f"{each.name}: no syntax or stream encoding errors")
    return found


def cut_statement(handed: Handed) -> None:
    """Cut off the end of a statement, with its table of contents."""
    _change(handed, STATEMENT, lambda data: data[: len(data) * 2 // 3])


def pdfsig(handed: Handed) -> list[str]:
    """Let poppler's `pdfsig` check each statement's signature, with the court's root in its trust store."""
    store = handed.work / "nss"
    if not store.is_dir():
        store.mkdir(parents=True)
        ran(["certutil", "-N", "-d", store, "--empty-password"])
        ran(["certutil", "-A", "-d", store, "-n", "court", "-t", "CT,C,C", "-i", _root(handed)])
    found = []
    for each in _papers(handed, STATEMENT):
        said = ran(["pdfsig", "-nssdir", store, each])
        wanted = ("Signature is Valid", "Certificate is Trusted")
        missing = [text for text in wanted if text not in said]
        if missing or "Invalid" in said or "Mismatch" in said:
            raise Refused(said)
        found.append("; ".join(wanted))
    return found


def openssl_cms(handed: Handed) -> list[str]:
    """Cut signature and signed bytes out of each statement, and let `openssl cms -verify` check them."""
    found = []
    for number, each in enumerate(_papers(handed, STATEMENT)):
        data = each.read_bytes()
        ranges = RANGE.search(data)
        if ranges is None:
            raise Refused(f"{each.name} is not signed")
        start, length, after, rest = map(int, ranges.groups())
        signed, signature = handed.work / f"{number}.signed", handed.work / f"{number}.der"
        signed.write_bytes(data[start : start + length] + data[after : after + rest])
        text = data[start + length : after].strip(b"<>").decode("ascii")
        signature.write_bytes(_trimmed(bytes.fromhex(text)))
        found.append(_verified(signature, signed, _root(handed)))
    return found


def _verified(signature: Path, signed: Path, root: Path) -> str:
    line: list[str | Path] = ["openssl", "cms", "-verify", "-inform", "DER", "-in", signature]
    line += ["-content", signed, "-binary", "-CAfile", root, "-purpose", "any", "-cades"]
    said = ran([*line, "-out", signed.with_suffix(".out")]).strip()
    if "Verification successful" not in said:
        raise Refused(said)
    return said.splitlines()[-1]


def _trimmed(data: bytes) -> bytes:
    """Return the one DER value that padding of zeros follows."""
    size, head = data[1], 2
    if size & 0x80:
        head += size & 0x7F
        size = int.from_bytes(data[2:head], "big")
    return data[: head + size]


def alter_statement(handed: Handed) -> None:
    """Turn one bit in the middle of a statement."""
    _change(handed, STATEMENT, lambda data: flipped(data, len(data) // 3))


def case_validate(handed: Handed) -> list[str]:
    """Let the CASE community's `case_validate` judge each graph, offline."""
    found = []
    for each in _papers(handed, GRAPH):
        said = ran([CASE_VALIDATE, each])
        if "Conforms: True" not in said:
            raise Refused(said)
        found.append("Conforms: True")
    return found


def misspell_graph(handed: Handed) -> None:
    """Misspell the name of a property in a graph."""
    _change(handed, GRAPH, lambda data: data.replace(b"exhibitNumber", b"exhibitNumbre"))


def _change(handed: Handed, name: str, change: Callable[[bytes], bytes]) -> None:
    for each in handed.zips:
        rezipped(each, lambda files: files.update({name: change(files[name])}))
    beside = handed.folder / Path(name).name
    if beside.is_file():
        beside.write_bytes(change(beside.read_bytes()))
