"""What can go wrong for the officer, told apart by the exit status of the command.

Fault
├─ IntegrityFault   1  what was received does not prove what it should; nothing was signed or recorded
│  └─ NotContinued  1  the ledger that is shown does not continue the one that was seen
├─ Misuse           2  the command was called wrongly, or the rules forbid the act
│  └─ NoRoom        2  the server has no room for a file; what arrived is kept there
├─ NotThere         3  there is no such thing, or none that this person may know of
├─ Denied           4  no session, or the person may not do this
├─ Conflicting      5  somebody was first; read again, then decide again
└─ Unreachable      6  the server or a part behind it does not answer
"""

from __future__ import annotations

from typing import ClassVar

from custody_cli.messages import say


class Fault(Exception):
    """Root of the tree. `key` names the text in the message table; `facts` fill it."""

    exit_status: ClassVar[int] = 2

    def __init__(self, key: str, **facts: object) -> None:
        super().__init__(key)
        self.key = key
        self.facts = facts

    def text(self) -> str:
        """Return the sentence in the chosen language, and what was noted since."""
        return " ".join([say(self.key, **self.facts), *getattr(self, "__notes__", ())])


class IntegrityFault(Fault):
    """What was received does not prove what it should."""

    exit_status: ClassVar[int] = 1


class NotContinued(IntegrityFault):
    """The ledger that the server shows does not continue the one that was seen; both notes are kept."""


class Misuse(Fault):
    """The command was called wrongly, or the rules forbid the act."""

    exit_status: ClassVar[int] = 2


class NoRoom(Misuse):
    """The server has no room for a file; what arrived is kept, and trying at once will not help (RFC 4918, 11.5)."""


class NotThere(Fault):
    """There is no such thing, or none that this person may know of."""

    exit_status: ClassVar[int] = 3


class Denied(Fault):
    """No session, a wrong passphrase, or no right to do this."""

    exit_status: ClassVar[int] = 4


class Conflicting(Fault):
    """Somebody was first, or the thing is there already."""

    exit_status: ClassVar[int] = 5


class Unreachable(Fault):
    """The server, or a part behind it, does not answer; nothing is known to be recorded."""

    exit_status: ClassVar[int] = 6


class SessionEnded(Denied):
    """The server knows no session by the token that was sent."""


class NotChecked(Fault):
    """Nothing failed, but something required was not checked: only `verify` ends with it."""

    exit_status: ClassVar[int] = 3
