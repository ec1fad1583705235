"""Fetching originals: one that cannot be saved keeps no other from being saved, and each is accounted for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from custody_cli.contact import Contact
from custody_cli.faults import Denied, Fault, NotThere, Unreachable
from custody_cli.fetching import Fetching, Original
from custody_cli.settings import Settings

GONE = Unreachable("server.unreachable", server="x", reason="ConnectError")


class Door:
    """Gives what it was told to; `asked` are the paths that were asked for."""

    def __init__(self, given: Mapping[str, bytes | Exception]) -> None:
        self.given, self.asked = given, list[str]()

    def stream(self, path: str, headers: Mapping[str, str]) -> Iterator[bytes]:
        """Yield the bytes in two pieces, or raise between them."""
        assert headers["Custody-Purpose"]
        self.asked.append(path)
        found = self.given[path]
        yield b"one "
        if isinstance(found, Exception):
            raise found
        yield found.removeprefix(b"one ")


def fetched(
    folder: Path, given: Mapping[str, bytes | Exception], told: pytest.CaptureFixture[str], why: str = ""
) -> tuple[int, dict[str, str], dict[str, Any], Door]:
    """Fetch files that are all to be `one <name>`: status, outcome by name, the sum, and the door.

    `why`: the reason of each that was refused.
    """
    door = Door(given)
    settings = Settings(
        home=folder,
        server=None,
        json=True,
        quiet=True,
        no_passphrase=False,
        at=None,
        late=None,
        dry_run=False,
    )
    contact = cast(Contact, SimpleNamespace(settings=settings, door=door))
    status = Fetching(contact, "check").all([original(folder, name) for name in given])
    *lines, total = map(json.loads, told.readouterr().out.splitlines())
    assert not why or {why} == {each["why"] for each in lines if each.get("outcome") == "refused"}
    return status, {each["name"]: each.get("outcome", "saved") for each in lines}, total, door


def original(folder: Path, name: str) -> Original:
    """Return the file of a name, whose bytes are `one <name>`."""
    data = f"one {name}".encode()
    digest = sha256(data).hexdigest()
    return Original(file=name, name=name, sha256=digest, size=len(data), path=name, target=folder / name)


def test_all_are_saved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 0 only then; no part is left."""
    status, outcomes, total, _ = fetched(tmp_path, {"a": b"one a", "b": b"one b"}, capsys)

    assert (0, {"a": "saved", "b": "saved"}) == (status, outcomes)
    assert (2, 2, 0, 0, True) == tuple(
        total[name] for name in ("given", "saved", "there", "refused", "balanced")
    )
    assert ["a", "b"] == sorted(each.name for each in tmp_path.iterdir())


def test_each_way_of_being_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The original itself is there already; a link to it, other bytes and a folder are refused; none is asked for."""
    (tmp_path / "a").write_bytes(b"one a")
    (tmp_path / "elsewhere").write_bytes(b"one b")
    (tmp_path / "b").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "c").write_bytes(b"two c")
    (tmp_path / "d").mkdir()
    given = {name: f"one {name}".encode() for name in "abcde"}

    status, outcomes, _, door = fetched(tmp_path, given, capsys)

    assert 5 == status
    assert {"a": "there", "b": "refused", "c": "refused", "d": "refused", "e": "saved"} == outcomes
    assert ["e"] == door.asked
    assert (b"two c", True) == ((tmp_path / "c").read_bytes(), (tmp_path / "b").is_symlink())


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (b"one x", 1),
        (NotThere("server.refused", detail="x", name="y"), 3),
        (Denied("server.refused", detail="x", name="y"), 4),
        (Unreachable("server.refused", detail="x", name="y"), 6),
    ],
    ids=["altered", "none", "denied", "unreadable"],
)
def test_one_that_fails_keeps_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fault: bytes | Fault, status: int
) -> None:
    """Bytes that are not those that were signed, and whatever the server refuses: not kept, told, and gone on from."""
    given: dict[str, bytes | Exception] = {"a": b"one a", "b": fault, "c": b"one c"}

    found, outcomes, total, _ = fetched(tmp_path, given, capsys)

    assert (status, {"a": "saved", "b": "refused", "c": "saved"}) == (found, outcomes)
    assert (3, 2, 1) == (total["given"], total["saved"], total["refused"])
    assert ["a", "c"] == sorted(each.name for each in tmp_path.iterdir())


def test_integrity_comes_before_the_other_statuses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever else befell: altered bytes are what the status says."""
    (tmp_path / "a").write_bytes(b"one a")
    assert (
        1
        == fetched(
            tmp_path, {"a": b"", "b": b"one x", "c": NotThere("download.none", reference="x")}, capsys
        )[0]
    )


@pytest.mark.parametrize(
    ("fault", "status", "why"),
    [(GONE, 6, GONE.text()), (OSError(28, "No space left on device"), 2, "no room is left on the disk")],
    ids=["server", "disk"],
)
def test_nothing_is_asked_for_in_vain(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fault: Exception, status: int, why: str
) -> None:
    """Without a server, or room, the rest is refused unasked: each asking would be an access on record."""
    given: dict[str, bytes | Exception] = {"a": b"one a", "b": fault, "c": b"one c", "d": b"one d"}

    found, outcomes, total, door = fetched(tmp_path, given, capsys, why)

    assert (status, ["a", "b"]) == (found, door.asked)
    assert {"a": "saved", "b": "refused", "c": "refused", "d": "refused"} == outcomes
    assert (4, 1, 3, True) == (total["given"], total["saved"], total["refused"], total["balanced"])
