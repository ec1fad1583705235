"""Signs in: the client composes a message for this server and ledger and signs it with its session key."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

from custody_cli import answers
from custody_cli.door import Door
from custody_cli.faults import IntegrityFault
from custody_cli.keys import Key
from custody_cli.profile import Profile
from custody_verifier import canonical
from custody_verifier.canonical import Json
from custody_verifier.text import base64url_text

PREFIX: Final = b"custody-session/1\n"
LIFE: Final = timedelta(minutes=4)
FILE: Final = "session.json"


def message_of(*, ledger: str, server: str, person: str, key: Key) -> dict[str, Json]:
    """Return a sign-in message, good once and for a few minutes (entry-v1, `custody-session/1`)."""
    expires = datetime.now(UTC) + LIFE
    return {
        "expires": expires.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "key": key.fingerprint,
        "ledger": ledger,
        "nonce": base64url_text(secrets.token_bytes(16)),
        "person": person,
        "server": server,
    }


def sign_in(door: Door, profile: Profile, key: Key) -> str:
    """Begin a session, keep its token, and return it. Raises IntegrityFault when it is another person's."""
    person = profile.person().person
    message = message_of(ledger=profile.pin().ledger, server=door.server, person=person, key=key)
    signature = key.sign(PREFIX + canonical.write(message))
    told = door.post("/sessions", {"message": message, "signature": signature})
    if answers.text(told, "person") != person:
        raise IntegrityFault("session.other-person")
    token = answers.text(told, "token")
    profile.save(FILE, {"expires": answers.within(told, "expires"), "server": door.server, "token": token})
    return token


def kept_token(profile: Profile, server: str) -> str | None:
    """Return the token of the session that was begun with this server, if there is one."""
    if not profile.has(FILE):
        return None
    kept = profile.load(FILE)
    return answers.text(kept, "token") if answers.optional_text(kept, "server") == server else None


def forget(profile: Profile) -> None:
    """Forget the session on this machine."""
    (profile.folder / FILE).unlink(missing_ok=True)
