"""What the demo demands of each step: told on a line of its own, kept for the end, never silently passed over."""

from dataclasses import dataclass, field
from io import StringIO
from typing import TextIO


class Unmet(Exception):
    """Something did not happen as it must, and the story cannot go on without it."""


@dataclass
class Checks:
    """The demands so far. Every line goes to the terminal and into the story."""

    out: list[TextIO]
    met: int = 0
    unmet: list[str] = field(default_factory=list)

    def aside(self) -> "Checks":
        """Return demands of their own, to be told later by `take_in`: scenes may run at the same time."""
        return Checks([StringIO()])

    def take_in(self, aside: "Checks") -> None:
        """Tell what was told aside, and take over its demands."""
        for text in aside.out:
            if isinstance(text, StringIO):
                self.tell(text.getvalue().rstrip("\n"))
        self.met += aside.met
        self.unmet += aside.unmet

    def chapter(self, english: str, ukrainian: str) -> None:
        """Begin a chapter."""
        self.tell(f"\n=== {ukrainian} · {english}")

    def tell(self, line: str) -> None:
        """Write a line of the story."""
        for each in self.out:
            print(line, file=each, flush=True)

    def demand(self, text: str, *, holds: bool, found: object = "") -> None:
        """Take note of whether something is as it must be; `found` is told when it is not."""
        self.tell(f"  [{'ok' if holds else 'NO'}] {text}")
        if holds:
            self.met += 1
            return
        self.unmet.append(text)
        if found:
            self.tell(f"       found: {found}")

    def same(self, text: str, expected: object, actual: object) -> None:
        """Demand that a value is the expected one."""
        self.demand(text, holds=expected == actual, found=f"{actual!r}, expected {expected!r}")
