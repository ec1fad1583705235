"""Whether a token counts: its chain as of its own time, its root's window, what was asked (log-v1 9.3)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import rfc3161_client
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import ExtendedKeyUsageOID

from custody.errors import Malformed, NotProven
from events.timestamping.authorities import Authority
from events.timestamping.requests import Request
from events.timestamping.roots import Root
from events.timestamping.tokens import Token, read_token

LONGEST: Final = 8  # certificates of a chain
_LATEST: Final = datetime(9998, 12, 31, tzinfo=UTC)  # the last year of our calendar (entry-v1, instants)
_ODD: Final = (
    ValueError,
    TypeError,
    InvalidSignature,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.UnsupportedGeneralNameType,
)


def check_answer(answer: bytes, request: Request, authority: Authority) -> Token:
    """Return the token of an answer, if it is good and what was asked for.

    Raises Malformed, and NotProven with the cause. Both are states of the authority, and stop nothing.
    """
    token = read_token(answer)
    if token.nonce != request.nonce:
        raise NotProven("the token has another nonce: it answers another request")
    if request.policy is not None and token.policy != request.policy:
        raise NotProven(f"the token is under the policy {token.policy}, not {request.policy}")
    check_token(token, request.imprint, authority.roots)
    return token


def check_token(token: Token, imprint: bytes, roots: tuple[Root, ...]) -> None:
    """Raise NotProven unless a token is over a digest and good under one of the roots, as of its own time."""
    if token.imprint != imprint:
        raise NotProven("the token is over something else")
    _require_purpose(token.signer)
    reasons = list[str]()
    for root in sorted(roots, key=lambda each: not each.holds(token.time)):
        reason = _refusal(token, root)
        if reason is None and root.holds(token.time):
            return
        reasons.append(reason or f"{token.time.isoformat()} is outside of the window of the token's root")
    raise NotProven(reasons[-1] if reasons else "there is no root")


def ends(token: Token, roots: tuple[Root, ...]) -> datetime:
    """Return when the first certificate of a good token's chain, or the window of its root, ends."""
    chain = [token.signer]
    while len(chain) < LONGEST:
        above = next((each for each in token.others if each not in chain and _issued(chain[-1], each)), None)
        if above is None:
            break
        chain.append(above)
    windows = [
        each.until for each in roots if each.holds(token.time) and _issued(chain[-1], each.certificate)
    ]
    return min(_LATEST, max(windows, default=_LATEST), *(each.not_valid_after_utc for each in chain))


def _refusal(token: Token, root: Root) -> str | None:
    """Return why the library refuses the chain from a token to a root; None: it does not."""
    verifier = rfc3161_client.VerifierBuilder(roots=[root.certificate]).build()
    try:
        verifier.verify(token.parsed(), token.imprint)
    except rfc3161_client.VerificationError as fault:
        return f"the token does not lead to a root that is trusted: {fault}"
    except ValueError as fault:
        raise Malformed("token", str(fault)) from fault
    return None


def _require_purpose(signer: x509.Certificate) -> None:
    """Raise NotProven unless a certificate is for time-stamping alone, critical, and may sign (verdict-v1 5, 4)."""
    try:
        purpose = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        alone = purpose.critical and list(purpose.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
    except _ODD:
        alone = False
    try:
        usage = signer.extensions.get_extension_for_class(x509.KeyUsage).value
        signs = usage.digital_signature or usage.content_commitment
    except _ODD:
        signs = True
    if not (alone and signs):
        raise NotProven("the certificate that signed is not one for time-stamping alone")


def _issued(below: x509.Certificate, above: x509.Certificate) -> bool:
    try:
        below.verify_directly_issued_by(above)
    except _ODD:
        return False
    return True
