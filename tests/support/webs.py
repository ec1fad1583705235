"""The web for tests: the real one with silent parties, and one that always gives the same answer."""

from __future__ import annotations

from dataclasses import dataclass, field

from custody.errors import Unavailable
from events.web import PLAIN, Answer, DirectWeb


@dataclass
class SwitchedWeb:
    """The real web, in which some addresses do not answer; `posts` are the addresses that were asked."""

    silent: set[str] = field(default_factory=set)
    posts: list[str] = field(default_factory=list)
    real: DirectWeb = field(default_factory=lambda: DirectWeb(20))

    def get(self, url: str) -> Answer:
        """Ask, unless the address is silent."""
        self._require(url)
        return self.real.get(url)

    def post(self, url: str, body: bytes, media_type: str = PLAIN) -> Answer:
        """Ask, unless the address is silent."""
        self.posts.append(url)
        self._require(url)
        return self.real.post(url, body, media_type)

    def _require(self, url: str) -> None:
        if any(url.startswith(each) for each in self.silent):
            raise Unavailable(url)


@dataclass
class BrokenWeb(SwitchedWeb):
    """The real web, in which asking one address ends in something that nobody foresaw."""

    broken: str = ""

    def _require(self, url: str) -> None:
        if url.startswith(self.broken):
            raise ZeroDivisionError


@dataclass
class FixedWeb:
    """One answer to every POST; whatever is fetched is not found."""

    status: int
    body: bytes
    media_type: str = "text/plain"

    def get(self, url: str) -> Answer:
        """Not found."""
        del url
        return Answer(404, self.media_type, b"")

    def post(self, url: str, body: bytes, media_type: str = PLAIN) -> Answer:
        """The answer."""
        del url, body, media_type
        return Answer(self.status, self.media_type, self.body)
