"""Deposits for tests: a clock that is set by hand, and who deposits."""

from datetime import UTC, datetime, timedelta

from custody.values import PersonId

PERSON = PersonId("person/11111111-1111-4111-8111-111111111111")
OTHER = PersonId("person/22222222-2222-4222-8222-222222222222")


class HandClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 8, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the present instant."""
        return self.at

    def move(self, by: timedelta) -> None:
        """Let time pass."""
        self.at += by
