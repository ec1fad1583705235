"""Programs that check zip and bag, with changes they must see: `unzip`, Python's zipfile, `sha256sum`, `bagit.py`."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

from tests.support.foreign.handed import Handed, Refused, flipped, ran, rezipped

BAGIT = Path(sys.executable).with_name("bagit.py")
MANIFESTS = {
    "manifest-sha256.txt": "sha256sum",
    "manifest-sha512.txt": "sha512sum",
    "tagmanifest-sha256.txt": "sha256sum",
}


def unzip(handed: Handed) -> list[str]:
    """Let `unzip -t` test each bundle."""
    for each in handed.zips:
        ran(["unzip", "-tq", each])
    return [f"{each.name}: no errors" for each in handed.zips]


def zipfiles(handed: Handed) -> list[str]:
    """Let Python's zipfile read each file of each bundle and compare checksums."""
    found = []
    for each in handed.zips:
        with zipfile.ZipFile(each) as opened:
            try:
                bad = opened.testzip()
            except zipfile.BadZipFile as fault:
                raise Refused(f"{each.name}: {fault}") from fault
            if bad is not None:
                raise Refused(f"{each.name}: bad checksum of {bad}")
            found.append(f"{each.name}: {len(opened.namelist())} files")
    return found


def turn_stored_bit(handed: Handed) -> None:
    """Turn one bit of a stored file within a zip."""
    archive = handed.zips[0]
    with zipfile.ZipFile(archive) as opened:
        entry = next(each for each in opened.infolist() if each.filename.endswith("data/entries.jsonl"))
    start = entry.header_offset + 30 + len(entry.filename)
    archive.write_bytes(flipped(archive.read_bytes(), start + entry.file_size // 2))


def sha256sum(handed: Handed) -> list[str]:
    """Let `sha256sum -c` and `sha512sum -c` check all three manifests of each bag, strictly."""
    found = []
    for bag in handed.bags():
        for manifest, program in MANIFESTS.items():
            found += ran([program, "-c", "--strict", manifest], bag).splitlines()
    if not found or not all(line.endswith(": OK") for line in found):
        raise Refused(f"sha256sum said: {found}")
    return found


def alter_file(handed: Handed) -> None:
    """Turn one bit of a file in a bag."""

    def change(files: dict[str, bytes]) -> None:
        name = next(each for each in sorted(files) if each.startswith("data/files/"))
        files[name] = flipped(files[name], len(files[name]) // 2)

    rezipped(handed.zips[0], change)


def bagit(handed: Handed) -> list[str]:
    """Let the Library of Congress's `bagit.py --validate` check each bag."""
    found = []
    for bag in handed.bags():
        said = ran([sys.executable, BAGIT, "--validate", bag])
        if "is valid" not in said:
            raise Refused(said)
        found.append(f"{bag.name} is valid")
    return found


def plant_file(handed: Handed) -> None:
    """Put a file into a bag that no manifest names."""
    rezipped(handed.zips[0], lambda files: files.update({"data/files/planted": b"planted"}))
