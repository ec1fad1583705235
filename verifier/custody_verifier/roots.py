"""Roots of time-stamping that a reader trusts, each with its window, and chains to them (verdict-v1 section 5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import ExtendedKeyUsageOID

from custody_verifier import text
from custody_verifier.errors import Malformed
from custody_verifier.tokens import Token

_LONGEST_CHAIN = 8
_ODD = (  # what a certificate that is not as it must be makes the library say
    ValueError,
    TypeError,
    InvalidSignature,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.UnsupportedGeneralNameType,
)
_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n?")
_WINDOW = re.compile(r"^(Not-Before|Not-After): (.*)$", re.MULTILINE)


class Refused(Exception):
    """A token is not good; `code` is the finding's."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Root:
    """A root certificate and the window in which the reader trusts it."""

    certificate: x509.Certificate
    since: datetime
    until: datetime


def read_roots(data: bytes, path: str = "tsa-root") -> tuple[Root, ...]:
    """Return the roots of a PEM file; raises Malformed when there is none."""
    try:
        words = data.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as fault:
        raise Malformed(path, "is not UTF-8") from fault
    roots, at = [], 0
    for block in _BLOCK.finditer(words):
        window = {
            name: text.instant(value.strip(), path, "a recorded time")
            for name, value in _WINDOW.findall(words[at : block.start()])
        }
        at = block.end()
        try:
            found = x509.load_pem_x509_certificate(block[0].encode())
        except (ValueError, x509.InvalidVersion) as fault:
            raise Malformed(path, "has a malformed certificate") from fault
        since = window.get("Not-Before", found.not_valid_before_utc)
        roots.append(Root(found, since, window.get("Not-After", found.not_valid_after_utc)))
    if not roots:
        raise Malformed(path, "has no certificate")
    return tuple(roots)


def check_chain(token: Token, roots: tuple[Root, ...]) -> None:
    """Raise Refused unless the token's signer may stamp and a chain leads to a root, all as of its time."""
    _check_purpose(token.signer)
    chain = [token.signer]
    root = _root_of(chain[-1], roots)
    while root is None and len(chain) < _LONGEST_CHAIN:
        above = next((each for each in token.others if each not in chain and _issued(chain[-1], each)), None)
        if above is None:
            break
        chain.append(above)
        root = _root_of(above, roots)
    if root is None:
        raise Refused("time.tsa-unknown", "the chain ends at none of the roots given")
    valid = all(
        each.not_valid_before_utc <= token.time <= each.not_valid_after_utc
        for each in (*chain, root.certificate)
    )
    if not valid or not root.since <= token.time <= root.until:
        raise Refused("time.token-window", f"{token.time.isoformat()} is outside of the window of trust")


def _root_of(certificate: x509.Certificate, roots: tuple[Root, ...]) -> Root | None:
    for root in roots:
        if root.certificate == certificate or _issued(certificate, root.certificate):
            return root
    return None


def _issued(below: x509.Certificate, above: x509.Certificate) -> bool:
    try:
        below.verify_directly_issued_by(above)
        constraints = above.extensions.get_extension_for_class(x509.BasicConstraints).value
        return bool(constraints.ca)
    except _ODD:
        return False


def _check_purpose(signer: x509.Certificate) -> None:
    try:
        purpose = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        alone = list(purpose.value) == [ExtendedKeyUsageOID.TIME_STAMPING] and purpose.critical
    except _ODD:
        alone = False
    try:
        usage = signer.extensions.get_extension_for_class(x509.KeyUsage).value
        signs = usage.digital_signature or usage.content_commitment
    except _ODD:
        signs = True
    if not (alone and signs):
        raise Refused("time.token-refused", "the certificate is not one for time-stamping alone")
