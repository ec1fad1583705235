"""Who is asking: a person with a session, and the roles that they hold across the ledger."""

from __future__ import annotations

from dataclasses import dataclass

from custody.values import PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """A signed-in person. `session` names the session in access records; it is not its token."""

    person: PersonId
    roles: frozenset[str]
    session: str
    confirmed: bool  # False while the key by which they signed in waits for person.confirmed
    expires: int  # seconds since 1970, the end of the session whatever its use

    @property
    def is_administrator(self) -> bool:
        """True for who runs the ledger, and therefore may not read evidence."""
        return "administrator" in self.roles

    @property
    def is_auditor(self) -> bool:
        """True for who may read all history and values, but no file."""
        return "auditor" in self.roles and not self.is_administrator
