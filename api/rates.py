"""How often something may be asked for, by whom: in memory, for so many names and no more."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from api import problems

MOST_NAMES: Final = 10_000
_MINUTE: Final = 60.0
_IPV6_PREFIX: Final = 64  # bits that one subscriber has


class Rate:
    """At most so many a minute for each name, all of them at once or one after another (a token bucket).

    Of more names than are remembered the one that was seen longest ago is forgotten, to its own good.
    """

    def __init__(self, per_minute: int, now: Callable[[], float] = time.monotonic) -> None:
        self._most, self._now, self._lock = float(per_minute), now, threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> None:
        """Count one for a name. Raises Refused (429, Retry-After) when it has none left."""
        wait = self._wait(name)
        if wait > 0:
            raise problems.too_many(math.ceil(wait))

    def _wait(self, name: str) -> float:
        """Return 0 after counting one, or the seconds until there is one again."""
        with self._lock:
            now = self._now()
            left, since = self._left.pop(name, (self._most, now))
            left = min(self._most, left + (now - since) * self._most / _MINUTE)
            taken = left >= 1
            self._left[name] = (left - 1 if taken else left, now)
            if len(self._left) > MOST_NAMES:
                self._left.popitem(last=False)
            return 0.0 if taken else (1 - left) * _MINUTE / self._most


def client_name(host: str | None) -> str:
    """Return the name under which a client's address is counted: of IPv6 the network that one subscriber has."""
    try:
        address = ip_address((host or "").partition("%")[0])
    except ValueError:
        return host or "unknown"
    if not isinstance(address, IPv6Address):
        return str(address)
    mapped = address.ipv4_mapped
    return str(mapped or ip_network((address, _IPV6_PREFIX), strict=False))
