"""Finds the files that an officer names: files themselves, and all files of folders; what cannot be taken is told."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from custody_cli import local_faults
from custody_cli.faults import Misuse
from custody_cli.intake.spelling import spelled
from custody_cli.messages import say

Identity: TypeAlias = tuple[int | str, ...]

MOST_FILES: Final = 250  # per exhibit: acts-v1


@dataclass(frozen=True, slots=True)
class Found:
    """A file to take: where it is, and its path within the folder that was named (None for a file by itself)."""

    path: Path
    inside: str | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that cannot be taken, with the key of the reason, and what the system says of it."""

    path: Path
    reason: str
    detail: str = ""

    def text(self) -> str:
        """Return the reason in the chosen language."""
        return say(self.reason, detail=self.detail)


@dataclass(frozen=True, slots=True)
class Group:
    """Files that become one exhibit."""

    label: str
    files: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """What was given: the groups to take and what is refused. `given` counts both.

    `repeated` are the ways to something that was given before: they are left out, and not counted.
    """

    groups: tuple[Group, ...]
    refused: tuple[Refused, ...]
    repeated: tuple[Path, ...] = ()

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
    repeated: list[Path] = []
    seen: set[Identity] = set()
    for one in (one for path in named for one in _files_of(path)):
        identity = _identity(one.path)
        if identity in seen:
            repeated.append(one.path)
        else:
            (found if isinstance(one, Found) else refused).append(one)  # type: ignore[arg-type]
        seen.add(identity)
    if each:
        groups = tuple(Group(spelled(one.path.name), (one,)) for one in found)
    else:
        groups = tuple(_group(named, found, split=split))
    return Selection(groups, tuple(refused), tuple(repeated))


def _identity(path: Path) -> Identity:
    """Return what tells things apart however they are named; of hard links, each name is a find of its own."""
    try:
        about = path.lstat()
        if not stat.S_ISREG(about.st_mode) or about.st_nlink == 1:
            return about.st_dev, about.st_ino
        folder = path.parent.stat()
    except OSError:
        return (str(path.absolute()),)
    return about.st_dev, about.st_ino, folder.st_dev, folder.st_ino, path.name


def _group(named: Sequence[Path], found: Sequence[Found], *, split: bool) -> Iterator[Group]:
    if len(found) > MOST_FILES and not split:
        raise Misuse("intake.too-many", count=len(found), most=MOST_FILES)
    label = spelled(named[0].name or str(named[0]))
    for at in range(0, len(found), MOST_FILES):
        yield Group(label, tuple(found[at : at + MOST_FILES]))


def _files_of(path: Path) -> Iterator[Found | Refused]:
    # os.path and not Path: false, instead of a fault, where the folder above may not be entered.
    if not os.path.isdir(path) or os.path.islink(path):  # noqa: PTH112, PTH114
        yield _judge(path, None)
        return
    closed: list[OSError] = []
    for folder, folders, names in os.walk(path, onerror=closed.append):
        folders.sort()
        for name in folders:
            if os.path.islink(Path(folder) / name):  # noqa: PTH114 - as above
                yield Refused(Path(folder) / name, "refused.link")
        for name in sorted(names):
            here = Path(folder) / name
            yield _judge(here, here.relative_to(path).as_posix())
    for fault in closed:
        yield Refused(Path(fault.filename or path), "refused.folder", local_faults.reason_of(fault))


def _judge(path: Path, inside: str | None) -> Found | Refused:
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return Refused(path, "refused.missing")
    except OSError:
        return Refused(path, "refused.unreadable")
    if stat.S_ISLNK(mode):
        return Refused(path, "refused.link")
    if not stat.S_ISREG(mode):
        return Refused(path, "refused.special")
    if not os.access(path, os.R_OK):
        return Refused(path, "refused.unreadable")
    return Found(path, inside)
