"""The message that a person signs to begin a session, and every check of it (entry-v1, `custody-session/1`)."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from api import bodies
from api.settings import normal_server
from custody import values
from custody.act import SESSION_PREFIX, Signature, read_signature
from custody.canonical import Json, canonical
from custody.errors import Malformed, SignatureRefused, Unauthenticated
from custody.states import View, person_of
from custody.values import Fingerprint, LedgerId, PersonId
from events import public_keys

LONGEST: Final = timedelta(minutes=5)
_MEMBERS: Final = frozenset({"expires", "key", "ledger", "nonce", "person", "server"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A sign-in as it arrived: what was signed, and the signature. `message` are the bytes under it."""

    person: PersonId
    key: Fingerprint
    ledger: LedgerId
    server: str
    nonce: bytes
    expires: datetime
    message: bytes
    signature: Signature


def read_sign_in(body: Json) -> SignIn:
    """Return the sign-in of a request's body. Raises Malformed.

    The bytes are put together here, under our own prefix: what was signed under another cannot be one.
    """
    envelope = bodies.members(body, frozenset({"message", "signature"}), "")
    message = bodies.members(envelope["message"], _MEMBERS, "message")
    signature = read_signature(envelope["signature"])
    if signature.batch is not None:
        raise Malformed("signature.batch", "is not for sign-in")
    return SignIn(
        person=values.person(message["person"], "message.person"),
        key=Fingerprint(values.hex256(message["key"], "message.key")),
        ledger=LedgerId(values.hex256(message["ledger"], "message.ledger")),
        server=values.text(message["server"], "message.server"),
        nonce=values.from_base64url(message["nonce"], "message.nonce", 16),
        expires=values.recorded_instant(message["expires"], "message.expires"),
        message=SESSION_PREFIX + canonical(cast(Json, message)),
        signature=signature,
    )


def judge(sign_in: SignIn, view: View, *, servers: AbstractSet[str], now: datetime) -> None:
    """Raise Unauthenticated unless the sign-in is for us, fresh, and by a session key that is good now.

    1. this ledger; 2. this server; 3. not expired, and not for longer than 5 minutes; 4. an active person;
    5. a good key of theirs, for sessions; 6. the signature. That its nonce is new is for the caller.
    Which of 4 to 6 fails is not told: it would say who is enrolled.
    """
    if sign_in.ledger != view.ledger_id:
        raise Unauthenticated("the message is for another ledger")
    if normal_server(sign_in.server) not in servers:
        raise Unauthenticated("the message is for another server")
    if not now < sign_in.expires <= now + LONGEST:
        raise Unauthenticated("the message has expired, or is good for more than 5 minutes")
    person = person_of(view, sign_in.person)
    key = None if person is None else person.keys.get(sign_in.key)
    # A key that waits to be confirmed may sign in, or its person could never send the confirmation.
    if person is None or not person.active or key is None or key.ended is not None or key.use != "session":
        raise Unauthenticated("the key is not good for sessions of this person")
    if key.algorithm != sign_in.signature.algorithm:
        raise Unauthenticated("the key is not good for sessions of this person")
    try:
        public_keys.verify(key.algorithm, key.spki, sign_in.message, sign_in.signature.value)
    except SignatureRefused as fault:
        raise Unauthenticated("the key is not good for sessions of this person") from fault
