"""Names under which originals are saved: safe on any file system, and never in the place of another file."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Final

from custody_cli import output
from custody_cli.faults import Conflicting

MOST_BYTES: Final = 200  # of a name; most file systems take 255, and a part under way has a longer name

_SHORT: Final = 8  # digits of a file's uuid
_reserved = re.compile(r"(?i:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.|$)").match
_no_uuid = re.compile(r"[^0-9a-f-]")
_FORBIDDEN: Final = dict.fromkeys(map(ord, '<>:"|?*'), "_")


def names_of(files: Mapping[str, str | None]) -> dict[str, str]:
    """Return the name to save each file under, given the recorded names of all files of an exhibit by uuid.

    A name that two files share, whatever its case, is given to neither alone: both get digits of their uuid. The
    names do not depend on which of the files are asked for.
    """
    safe = {file: safe_name(name, file) for file, name in files.items()}
    shared = Counter(map(_folded, safe.values()))
    alone = {file: name for file, name in safe.items() if shared[_folded(name)] == 1}
    taken = set(map(_folded, alone.values()))
    for file in sorted(safe.keys() - alone.keys()):
        alone[file] = next(each for each in _told_apart(safe[file], file) if _folded(each) not in taken)
        taken.add(_folded(alone[file]))
    return {file: alone[file] for file in files}


def safe_name(name: str | None, file: str) -> str:
    """Return a name without folders, signs that steer a terminal, and what some system reserves; else the uuid."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    cleaned = output.clean(last).translate(_FORBIDDEN).strip(" .")
    if not cleaned:
        return _tag(file)
    return _cut(f"_{cleaned}" if _reserved(cleaned) else cleaned)


def put_in_place(part: Path, target: Path) -> None:
    """Give a complete file its name. Raises Conflicting when something has that name, which stays as it is."""
    try:
        os.link(part, target)
    except FileExistsError as fault:
        raise Conflicting("file.exists", file=target) from fault
    except OSError:  # a file system without links: the look before is the best there is
        require_free(target)
        part.replace(target)


def require_free(target: Path) -> None:
    """Raise Conflicting when something has that name, be it a link to nowhere."""
    if os.path.lexists(target):
        raise Conflicting("file.exists", file=target)


def _told_apart(name: str, file: str) -> Iterator[str]:
    """Yield ever longer names, beginning with the first digits of the file's uuid."""
    stem, dot, ending = name.rpartition(".")
    stem, ending = (stem, dot + ending) if stem and len(ending) <= _SHORT else (name, "")
    tag = _tag(file)
    yield f"{stem} ({tag[:_SHORT]}){ending}"
    yield f"{stem} ({tag}){ending}"
    for number in count(2):
        yield f"{stem} ({tag}, {number}){ending}"


def _tag(file: str) -> str:
    """Return a uuid as it is; whatever else somebody calls a file, without signs that mean anything."""
    return _no_uuid.sub("_", file)[:36]


def _cut(name: str) -> str:
    """Return a name of at most MOST_BYTES bytes, with its ending."""
    if len(name.encode()) <= MOST_BYTES:
        return name
    stem, dot, ending = name.rpartition(".")
    ending = dot + ending if stem and len(ending) <= _SHORT else ""
    whole = (stem if ending else name).encode()[: MOST_BYTES - len(ending.encode())]
    return whole.decode(errors="ignore").rstrip(" .") + ending


def _folded(name: str) -> str:
    """Return what is the same for names that some file system takes for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
