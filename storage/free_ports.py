"""Free ports for the embedded S3 server, whose internal ports are its ports plus 10,000."""

from __future__ import annotations

import random
import socket
from typing import Final

_LOWEST: Final = 11_000
_HIGHEST: Final = 22_000  # with the offset still below Linux's usual range of outgoing ports
_GRPC_OFFSET: Final = 10_000


def pick(count: int) -> list[int]:
    """Return `count` different ports p such that p and p + 10,000 are free on the loopback."""
    found: list[int] = []
    source = random.SystemRandom()
    while len(found) < count:
        port = source.randint(_LOWEST, _HIGHEST)
        if port not in found and _is_free(port) and _is_free(port + _GRPC_OFFSET):
            found.append(port)
    return found


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
