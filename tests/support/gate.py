"""A gate before a server: nobody gets through, as if nothing listened there, until it is opened."""

import socket
import socketserver
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

from storage import free_ports


class Gate:
    """A port of this machine that leads to another one while it is open."""

    def __init__(self, target: int) -> None:
        self.port = free_ports.pick(1)[0]
        self._target = target
        self._server: socketserver.ThreadingTCPServer | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def open(self) -> None:
        """Let everybody through from now on."""
        target = self._target

        class Handler(socketserver.BaseRequestHandler):
            """One connection, there and back."""

            def handle(self) -> None:
                """Pass everything on until either side ends."""
                with socket.create_connection(("127.0.0.1", target)) as other:
                    back = threading.Thread(target=_passed, args=(other, self.request), daemon=True)
                    back.start()
                    _passed(self.request, other)
                    back.join()

        socketserver.ThreadingTCPServer.allow_reuse_address = True
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Let nobody new through."""
        if self._server is not None:
            self._server.shutdown()
            self._server.socket.close()
            self._server = None


def _passed(giver: socket.socket, taker: socket.socket) -> None:
    with suppress(OSError):
        while piece := giver.recv(1 << 16):
            taker.sendall(piece)
    with suppress(OSError):
        taker.shutdown(socket.SHUT_WR)
