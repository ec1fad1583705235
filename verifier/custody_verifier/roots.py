"""Roots of time-stamping that a reader trusts, each with its window, and chains to them (verdict-v1 section 5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import ExtendedKeyUsageOID

from custody_verifier import text
from custody_verifier.errors import Malformed
from custody_verifier.tokens import SIGNATURES, Token, is_taken

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
    if _leads_to_root(token, roots, lambda each: _is_valid(each, token.time), _within(token.time)):
        return
    if _leads_to_root(token, roots, lambda _: True, lambda _: True):
        raise Refused("time.token-window", f"{token.time.isoformat()} is outside of the window of trust")
    raise Refused("time.tsa-unknown", "the chain ends at none of the roots given")


def _leads_to_root(
    token: Token,
    roots: tuple[Root, ...],
    takes: Callable[[x509.Certificate], bool],
    trusts: Callable[[Root], bool],
) -> bool:
    """Whether a chain of certificates that `takes` allows leads to a root that `trusts` allows; each is asked once."""
    found = [token.signer] if takes(token.signer) else []
    trusted = [root.certificate for root in roots if trusts(root) and takes(root.certificate)]
    for each in found:  # grows
        if any(root == each or _issued(each, root) for root in trusted):
            return True
        found += [
            above for above in token.others if above not in found and takes(above) and _issued(each, above)
        ]
    return False


def _is_valid(certificate: x509.Certificate, time: datetime) -> bool:
    return certificate.not_valid_before_utc <= time <= certificate.not_valid_after_utc


def _within(time: datetime) -> Callable[[Root], bool]:
    return lambda root: root.since <= time <= root.until


def _issued(below: x509.Certificate, above: x509.Certificate) -> bool:
    """Whether `above` is a CA that signed `below`, in one of the ways in which tokens are signed."""
    try:
        if below.signature_algorithm_oid.dotted_string not in SIGNATURES or not is_taken(above.public_key()):
            return False
        below.verify_directly_issued_by(above)
        return _is_authority(above)
    except _ODD:
        return False


def _is_authority(certificate: x509.Certificate) -> bool:
    if not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
        return False
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    except x509.ExtensionNotFound:
        return True


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
