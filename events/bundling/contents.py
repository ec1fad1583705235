"""What a request wants in its bundle: whose files' bytes, and which members are withheld (bundle-v1, 8.1, rule 2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from custody.act import Disclosure, opened
from custody.canonical import Json
from custody.catalogue import file_of
from custody.errors import NotFound
from custody.values import FileId


@dataclass(frozen=True, slots=True)
class Contents:
    """`files`: those asked for, None for all; `withheld`: the names as they stand in the request."""

    files: frozenset[str] | None
    withheld: frozenset[str]

    @classmethod
    def of(cls, disclosures: Sequence[Disclosure], request: str) -> Contents:
        """Return what the disclosures of a request open. Raises NotFound when its contents cannot be opened."""
        contents = opened(disclosures).get("contents")
        if contents is None:
            raise NotFound("contents", f"of {request}: its values were erased")
        return cls.read(contents)

    @classmethod
    def read(cls, value: Json) -> Contents:
        """Return what the member `contents` of a request, which the rules have judged, says."""
        contents = cast(dict[str, Json], value)
        files, withheld = contents["files"], cast(list[str], contents["withheld"])
        if isinstance(files, str):
            return cls(None if files == "all" else frozenset(), frozenset(withheld))
        return cls(frozenset(cast(list[str], files)), frozenset(withheld))

    def wants(self, file: FileId) -> bool:
        """Tell whether the bytes of a file are to go with the bundle."""
        return self.files is None or file in self.files

    def withholding(self, index: int, name: str) -> frozenset[str]:
        """Return the names of the request that withhold a member of an entry; none when it is disclosed."""
        return self.withheld & {name, folded(name), f"{index}/{name}"}

    def shown(self, index: int, opened: Sequence[Disclosure]) -> list[Disclosure]:
        """Return those disclosures of an entry that are not withheld."""
        return [each for each in opened if not self.withholding(index, each.name)]


def folded(name: str) -> str:
    """Return the name of a member, that of a file's part without the file: `files/<part>` (bundle-v1, section 4)."""
    return name if file_of(name) is None else f"files/{name.rpartition('/')[2]}"
