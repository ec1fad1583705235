"""Opens contact for a command: profile, server, greeting, and a session when the command needs one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from custody_cli import session
from custody_cli.contact import Contact, greet
from custody_cli.door import Door
from custody_cli.passphrase import Passphrase
from custody_cli.profile import Profile, current
from custody_cli.settings import Settings


@contextmanager
def contact(
    settings: Settings, *, signed_in: bool = True, passphrase: Passphrase | None = None
) -> Iterator[Contact]:
    """Yield the officer's contact with the server of the current profile.

    Raises IntegrityFault when the server is not the pinned ledger, or cannot prove that it continues it.
    """
    profile = current(settings.home)
    pin = profile.pin()
    passphrase = passphrase or Passphrase(none=settings.no_passphrase)
    with Door(settings.server or pin.server) as door:
        _, seen = greet(door, profile, pin)
        made = Contact(
            door=door, profile=profile, pin=pin, settings=settings, passphrase=passphrase, seen=seen
        )
        if signed_in:
            _prepare_session(door, profile, passphrase)
        yield made


def _prepare_session(door: Door, profile: Profile, passphrase: Passphrase) -> None:
    def renew() -> str:
        return session.sign_in(door, profile, profile.key("session", passphrase))

    door.token = session.kept_token(profile, door.server)
    door.sign_in = renew
    if door.token is None:
        door.token = renew()
