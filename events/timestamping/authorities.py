"""The time-stamping authorities of a deployment: a file that names each, its address, its roots and its policy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from custody.errors import Malformed, Unavailable
from events.timestamping.roots import Root, read_roots

MOST: Final = 20  # authorities
_name = re.compile(r"[a-z0-9-]{1,40}").fullmatch
_url = re.compile(r"https?://[!-.0-?A-~]+(?:/[!-~]*)?").fullmatch  # no user and password before the host
_policy = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]{0,30})){1,30}").fullmatch
_LINE: Final = "is not: tsa <name> <url> <file of roots> [<policy OID>]"


@dataclass(frozen=True, slots=True)
class Authority:
    """One TSA (log-v1 9.1); `policy` None: whatever policy it stamps under."""

    name: str
    url: str
    roots: tuple[Root, ...]
    policy: str | None = None


def read_authorities(file: Path) -> tuple[Authority, ...]:
    """Return the authorities of a file, in its order; names of other files are relative to its folder.

    A line is `tsa <name> <url> <file of roots> [<policy OID>]`; empty lines and those that begin with `#` are passed
    over. Raises Malformed, and Unavailable when a file cannot be read.
    """
    found = dict[str, Authority]()
    for number, line in enumerate(_text(file).splitlines(), 1):
        if words := [] if line.lstrip().startswith("#") else line.split():
            each = _authority(words, file.parent, f"{file}:{number}")
            if each.name in found:
                raise Malformed(f"{file}:{number}", f"names {each.name} again")
            found[each.name] = each
    if len(found) > MOST:
        raise Malformed(str(file), f"names more than {MOST} authorities")
    return tuple(found.values())


def _authority(words: list[str], folder: Path, path: str) -> Authority:
    match words:
        case ["tsa", name, url, file]:
            policy = None
        case ["tsa", name, url, file, policy]:
            if not _policy(policy):
                raise Malformed(path, f"{policy} is not an object identifier")
        case _:
            raise Malformed(path, _LINE)
    if not _name(name) or not _url(url):
        raise Malformed(path, _LINE)
    return Authority(name, url, read_roots(_read(folder / file), str(folder / file)), policy)


def _text(file: Path) -> str:
    try:
        return _read(file).decode()
    except UnicodeDecodeError as fault:
        raise Malformed(str(file), "is not UTF-8") from fault


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as fault:
        raise Unavailable("time-stamping authorities", f"{file} cannot be read") from fault
