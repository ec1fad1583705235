"""One pass over the bodies of a bundle: what stays without disclosure, and which files may go with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from custody.act import Entry
from custody.canonical import Json
from custody.catalogue import file_of
from custody.catalogue.exhibit import INTAKE
from custody.values import ExhibitId, FileId, StreamName
from events.bundling.contents import Contents, folded
from events.bundling.entries import BundleEntries

DIGESTS: Final = "digests"


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleFile:
    """A file whose bytes are asked for, and which the bundle may hold: its digests are disclosed (bundle-v1, 7).

    `sha256` and `sha512` in hex, `size` in bytes, as its intake declared them.
    """

    exhibit: ExhibitId
    file: FileId
    sha256: str
    sha512: str
    size: int


@dataclass(slots=True)
class Survey:
    """`withheld` counts members without disclosure by folded name, `files` are sorted by their ids."""

    withheld: Counter[str] = field(default_factory=Counter)
    files: list[BundleFile] = field(default_factory=list)

    @classmethod
    def of(cls, entries: BundleEntries, contents: Contents, exhibits: frozenset[StreamName]) -> Survey:
        """Return what a pass finds; `exhibits` are those of the scope. Raises as `BundleEntries.opened`."""
        survey = cls()
        for index, entry, opened in entries.opened():
            shown = {each.name: each.value for each in contents.shown(index, opened)}
            survey.withheld.update(folded(name) for name in entry.act.body if name not in shown)
            if entry.act.type == INTAKE and entry.act.stream in exhibits:
                survey.files += _files(entry, shown, contents)
        survey.files.sort(key=lambda each: each.file)
        return survey


def _files(entry: Entry, shown: Mapping[str, Json], contents: Contents) -> Iterator[BundleFile]:
    for name, value in shown.items():
        file = file_of(name)
        if file is not None and name.endswith(f"/{DIGESTS}") and contents.wants(FileId(file)):
            digests = cast(dict[str, Json], value)
            yield BundleFile(
                exhibit=ExhibitId(entry.act.stream),
                file=FileId(file),
                sha256=cast(str, digests["sha256"]),
                sha512=cast(str, digests["sha512"]),
                size=cast(int, digests["size"]),
            )
