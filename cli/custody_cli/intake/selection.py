"""Finds the files that an officer names: files themselves, and all files of folders; what cannot be taken is told."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from custody_cli.faults import Misuse

MOST_FILES: Final = 250  # per exhibit: acts-v1


@dataclass(frozen=True, slots=True)
class Found:
    """A file to take: where it is, and its path within the folder that was named (None for a file by itself)."""

    path: Path
    inside: str | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that cannot be taken, with the key of the reason."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Group:
    """Files that become one exhibit."""

    label: str
    files: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """What was given: the groups to take and what is refused. `given` counts both."""

    groups: tuple[Group, ...]
    refused: tuple[Refused, ...]

    @property
    def given(self) -> int:
        """How many things were given."""
        return len(self.refused) + sum(len(group.files) for group in self.groups)


def select(named: Sequence[Path], *, each: bool, split: bool) -> Selection:
    """Return the files to take, grouped into exhibits: one for all that was named, or one for each file.

    Raises Misuse when one exhibit would have over 250 files; `split` makes several of them.
    """
    found: list[Found] = []
    refused: list[Refused] = []
    for path in named:
        for one in _files_of(path):
            (found if isinstance(one, Found) else refused).append(one)  # type: ignore[arg-type]
    if each:
        return Selection(tuple(Group(one.path.name, (one,)) for one in found), tuple(refused))
    return Selection(tuple(_group(named, found, split=split)), tuple(refused))


def _group(named: Sequence[Path], found: Sequence[Found], *, split: bool) -> Iterator[Group]:
    if len(found) > MOST_FILES and not split:
        raise Misuse("intake.too-many", count=len(found), most=MOST_FILES)
    label = named[0].name or str(named[0])
    for at in range(0, len(found), MOST_FILES):
        yield Group(label, tuple(found[at : at + MOST_FILES]))


def _files_of(path: Path) -> Iterator[Found | Refused]:
    if not path.is_dir() or path.is_symlink():
        yield _judge(path, None)
        return
    for folder, folders, names in os.walk(path, onerror=_refuse_folder):
        folders.sort()
        for name in folders:
            if (Path(folder) / name).is_symlink():
                yield Refused(Path(folder) / name, "refused.link")
        for name in sorted(names):
            here = Path(folder) / name
            yield _judge(here, here.relative_to(path).as_posix())


def _judge(path: Path, inside: str | None) -> Found | Refused:
    try:
        mode = path.lstat().st_mode
    except OSError:
        return Refused(path, "refused.missing")
    if stat.S_ISLNK(mode):
        return Refused(path, "refused.link")
    if not stat.S_ISREG(mode):
        return Refused(path, "refused.special")
    if not os.access(path, os.R_OK):
        return Refused(path, "refused.unreadable")
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return Refused(path, "refused.name")
    return Found(path, inside)


def _refuse_folder(fault: OSError) -> None:
    raise Misuse("file.unreadable", file=fault.filename, reason=fault.strerror)
