"""A process that checks entries: pieces of work come in on its standard input, what it found goes out.

Run as `python -m events.verification.worker`; ends with its input. It imports little, so that it starts fast.
"""

from __future__ import annotations

import marshal
import sys
from typing import BinaryIO, Final, TypeAlias, cast

from events.verification.checking import check_entries

_LENGTH: Final = 8  # bytes that say how long a message is

Work: TypeAlias = tuple[list[bytes], dict[bytes, bytes]]
"""The entries of a piece, and the keys that they name."""

Message: TypeAlias = "Work | tuple[bytes, list[tuple[int, str, str]]]"


def write_message(pipe: BinaryIO, message: Message) -> None:
    """Write bytes, text, numbers, and lists, tuples and dicts of them, between two processes of one program."""
    data = marshal.dumps(message)
    pipe.write(len(data).to_bytes(_LENGTH, "big"))
    pipe.write(data)
    pipe.flush()


def read_message(pipe: BinaryIO) -> object:
    """Read what `write_message` wrote; EOFError at the end."""
    length = int.from_bytes(pipe.read(_LENGTH), "big")
    data = pipe.read(length)
    if not length or len(data) != length:
        raise EOFError
    found: object = marshal.loads(data)  # noqa: S302 - from our own process
    return found


def main() -> None:
    """Answer each message until there is none."""
    while True:
        try:
            entries, keys = cast(Work, read_message(sys.stdin.buffer))
        except EOFError:
            return
        found = check_entries(entries, keys)
        write_message(sys.stdout.buffer, (found.leaves, [(*fault,) for fault in found.faults]))


if __name__ == "__main__":
    main()
