"""Connections to other parties whose whole exchange ends at one deadline, however slowly bytes trickle in."""

from __future__ import annotations

import http.client
import math
import socket
import ssl
import time
import urllib.request
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

_NO_LIMIT: Final = math.inf


class _Plain(socket.socket):
    """A connection that waits no longer than until `until`; the standard library's limit is one for each wait."""

    until: float = _NO_LIMIT

    def recv_into(self, buffer: WriteableBuffer, nbytes: int = 0, flags: int = 0) -> int:
        """Receive, for as long as is left."""
        self.settimeout(_left(self.until))
        return super().recv_into(buffer, nbytes, flags)


class _Encrypted(ssl.SSLSocket):
    """The same over TLS."""

    until: float = _NO_LIMIT

    def recv_into(self, buffer: WriteableBuffer, nbytes: int | None = None, flags: int = 0) -> int:
        """Receive, for as long as is left."""
        self.settimeout(_left(self.until))
        return super().recv_into(buffer, nbytes, flags)

    def send(self, data: ReadableBuffer, flags: int = 0) -> int:
        """Send a part, for as long as is left; the parts of a plain connection have one limit together."""
        self.settimeout(_left(self.until))
        return super().send(data, flags)


class _Connection(http.client.HTTPConnection):
    """A connection whose `timeout` is for everything from its making on."""

    def __init__(self, *about: Any, **more: Any) -> None:  # noqa: ANN401 - what the standard library hands on
        super().__init__(*about, **more)
        self.until = _NO_LIMIT if self.timeout is None else time.monotonic() + self.timeout
        self._create_connection = self._limited  # before a proxy is asked, or keys are agreed on

    def _limited(self, address: tuple[str, int], *_: object) -> _Plain:
        """Return a connection to the first address of a host that takes one. Raises OSError."""
        fault = OSError("the host has no address")
        for family, kind, protocol, _name, where in socket.getaddrinfo(*address, type=socket.SOCK_STREAM):
            found = _Plain(family, kind, protocol)
            found.until = self.until
            try:
                found.settimeout(_left(self.until))
                found.connect(where)
                found.settimeout(_left(self.until))
            except OSError as refused:
                found.close()
                fault = refused
            else:
                return found
        raise fault


class _EncryptedConnection(_Connection, http.client.HTTPSConnection):
    def connect(self) -> None:
        """Connect, and agree on keys."""
        super().connect()
        cast(_Encrypted, self.sock).until = self.until


class LimitedHttp(urllib.request.HTTPHandler):
    """Opens http addresses; the timeout of a request is for all of it."""

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        """Open one."""
        return self.do_open(_Connection, req)


class LimitedHttps(urllib.request.HTTPSHandler):
    """Opens https addresses whose certificates this machine trusts; the timeout of a request is for all of it."""

    def __init__(self) -> None:
        self._trusted = ssl.create_default_context()
        self._trusted.set_alpn_protocols(["http/1.1"])
        self._trusted.sslsocket_class = _Encrypted
        super().__init__(context=self._trusted)

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        """Open one."""
        return self.do_open(_EncryptedConnection, req, context=self._trusted)


def _left(until: float) -> float | None:
    """Return how many seconds are left. Raises TimeoutError when none is."""
    if until == _NO_LIMIT:
        return None
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
