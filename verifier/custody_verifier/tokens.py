"""Time-stamp tokens: read, and checked as of their own time (RFC 3161; verdict-v1 section 5)."""

from __future__ import annotations

import hashlib
import re
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from custody_verifier import der
from custody_verifier.errors import Failed, Malformed

MAX_TOKEN = 65_536
MAX_CERTIFICATES = 16
_RSA = "1.2.840.113549.1.1.1"  # with the digest named beside it
_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_GENERALIZED = re.compile(rb"([0-9]{14})(?:\.([0-9]+))?Z")
_SIGNED_DATA, _TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE, _DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
_SIGNER = {"1.2.840.113549.1.9.16.2.12": "sha1", "1.2.840.113549.1.9.16.2.47": "sha256"}
_DIGESTS = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
SIGNATURES = {
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
}
_HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}


@dataclass(frozen=True, slots=True)
class Token:
    """A token whose signature holds under the certificate that it names. Nothing is trusted yet."""

    time: datetime
    algorithm: str
    imprint: bytes
    signer: x509.Certificate
    others: tuple[x509.Certificate, ...]

    def is_over(self, data: bytes) -> bool:
        """Whether it stamps these bytes."""
        return hashlib.new(self.algorithm, data).digest() == self.imprint


def read_token(data: bytes) -> Token:
    """Return the token of a TimeStampResp. Raises Malformed, Failed."""
    response = der.only(data, der.SEQUENCE).need(der.SEQUENCE)
    status = response[0].need(der.INTEGER)[0].content
    if status not in (b"\0", b"\1") or len(response) != 2:
        raise Failed("the token was not granted")
    signed = _content(response[1], _SIGNED_DATA).need(der.INTEGER, der.SET, der.SEQUENCE)
    info_bytes = _info(signed[2])
    certificates = [each for value in signed[3:] if value.tag == 0xA0 for each in value.inside()]
    signers = signed[-1].inside()
    if signed[-1].tag != der.SET or len(signers) != 1:
        raise Malformed("token", "has not one signer")
    if len(certificates) > MAX_CERTIFICATES:
        raise Malformed("token", f"has more than {MAX_CERTIFICATES} certificates")
    loaded = [found for each in certificates if (found := _certificate(each)) is not None]
    signer = _check_signer(signers[0], info_bytes, loaded)
    return _read_info(info_bytes, signer, tuple(each for each in loaded if each != signer))


def _content(value: der.Value, kind: str) -> der.Value:
    """Return the content of a ContentInfo of a type."""
    parts = value.need(der.OID, 0xA0)
    if parts[0].oid() != kind:
        raise Malformed("token", "is not signed data over a time-stamp")
    inside = parts[1].inside()
    if len(inside) != 1:
        raise Malformed("token", "is not signed data over a time-stamp")
    return inside[0]


def _info(value: der.Value) -> bytes:
    inner = _content(value, _TST_INFO)
    if inner.tag != der.OCTETS:
        raise Malformed("token", "is not signed data over a time-stamp")
    return inner.content


def _certificate(value: der.Value) -> x509.Certificate | None:
    """Return a certificate; None for what is none: it is passed over, and nobody can rest on it."""
    if value.tag != der.SEQUENCE:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a serial number that is not positive
            return x509.load_der_x509_certificate(value.whole)
    except (ValueError, x509.InvalidVersion, Warning):
        return None


def _read_info(data: bytes, signer: x509.Certificate, others: tuple[x509.Certificate, ...]) -> Token:
    parts = der.only(data, der.SEQUENCE).need(der.INTEGER, der.OID, der.SEQUENCE, der.INTEGER, der.TIME)
    imprint = parts[2].need(der.SEQUENCE, der.OCTETS)
    algorithm = _DIGESTS.get(imprint[0].need(der.OID)[0].oid())
    if algorithm is None:
        raise Failed("the imprint is of a digest that is not taken")
    return Token(_time(parts[4].content), algorithm, imprint[1].content, signer, others)


def _time(content: bytes) -> datetime:
    """GeneralizedTime in UTC, with or without a fraction of a second."""
    found = _GENERALIZED.fullmatch(content)
    if found is None:
        raise Malformed("token", "has no time")
    try:
        instant = datetime.strptime(found[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        return instant.replace(microsecond=int(((found[2] or b"") + b"000000")[:6]))
    except ValueError as fault:
        raise Malformed("token", "has no time") from fault


def is_taken(key: object) -> bool:
    """Whether a public key is RSA, or on P-256, P-384 or P-521."""
    if isinstance(key, ec.EllipticCurvePublicKey):
        return isinstance(key.curve, _CURVES)
    return isinstance(key, rsa.RSAPublicKey)


# --- the signer -----------------------------------------------------------------------------------------


def _check_signer(value: der.Value, info: bytes, certificates: list[x509.Certificate]) -> x509.Certificate:
    """Return the certificate under which the signature over the attributes holds."""
    parts = value.inside()
    tags = [each.tag for each in parts[:6]]
    if tags[:1] + tags[2:] != [der.INTEGER, der.SEQUENCE, 0xA0, der.SEQUENCE, der.OCTETS]:
        raise Malformed("token", "has no signed attributes")
    digest = _DIGESTS.get(parts[2].need(der.OID)[0].oid())
    if digest is None:
        raise Failed("the signature is of a digest that is not taken")
    attributes = _attributes(parts[3])
    if attributes.get(_CONTENT_TYPE, parts[3]).oid() != _TST_INFO:
        raise Failed("the attributes are of another content")
    if attributes.get(_DIGEST, parts[3]).content != hashlib.new(digest, info).digest():
        raise Failed("the attributes are over another time-stamp")
    signer = _named(attributes, certificates)
    signed = bytes([der.SET]) + parts[3].whole[1:]
    _check_signature(signer, parts[4].need(der.OID)[0].oid(), digest, parts[5].content, signed)
    return signer


def _attributes(value: der.Value) -> dict[str, der.Value]:
    found = {}
    for each in value.inside():
        kind, values = each.need(der.OID, der.SET)[:2]
        inside = values.inside()
        if kind.oid() in found or not inside:
            raise Malformed("token", "has an attribute twice, or empty")
        found[kind.oid()] = inside[0]
    return found


def _named(attributes: dict[str, der.Value], certificates: list[x509.Certificate]) -> x509.Certificate:
    """Return the certificate that the signing-certificate attribute names by its digest."""
    for kind, digest in _SIGNER.items():
        if kind in attributes:
            named = attributes[kind].need(der.SEQUENCE)[0].need(der.SEQUENCE)[0].inside()
            if named[:1] and named[0].tag == der.SEQUENCE:  # ESSCertIDv2 with a digest other than SHA-256
                digest = _DIGESTS.get(named[0].need(der.OID)[0].oid(), "sha256")  # noqa: PLW2901
                named = named[1:]
            for each in certificates:
                wanted = hashlib.new(digest, each.public_bytes(Encoding.DER)).digest()
                if named[:1] and named[0].content == wanted:
                    return each
    raise Failed("the certificate that signed is not there, or not named")


def _check_signature(
    signer: x509.Certificate, algorithm: str, digest: str, signature: bytes, signed: bytes
) -> None:
    try:
        key = signer.public_key()
    except (ValueError, UnsupportedAlgorithm) as fault:
        raise Failed("the certificate's key is not one that is taken") from fault
    chosen = digest if algorithm == _RSA else SIGNATURES.get(algorithm, "")
    used = _HASHES.get(chosen)
    try:
        if used is not None and isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, signed, padding.PKCS1v15(), used)
        elif used is not None and isinstance(key, ec.EllipticCurvePublicKey) and is_taken(key):
            key.verify(signature, signed, ec.ECDSA(used))
        else:
            raise Failed("the token is signed in a way that is not taken")
    except InvalidSignature as fault:
        raise Failed("the token's signature does not hold") from fault
