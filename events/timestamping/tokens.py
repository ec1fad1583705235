"""Time-stamp tokens: what a response holds, and its own signature; nothing is trusted yet (verdict-v1 5, 1 and 3)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import rfc3161_client
from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from custody import values
from custody.errors import Malformed, NotProven
from events.timestamping.der import SEQUENCE, Place, content_info, in_order, token_of

MAX_RESPONSE: Final = 65_536  # bytes

_HASHES: Final = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
_SIGNER: Final = {"signing_certificate": "sha1", "signing_certificate_v2": "sha256"}
_ODD: Final = (  # what readers of hostile bytes say
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    RecursionError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token whose signature holds under the certificate that it carries and names.

    `response` is the answer as it came; `content` its ContentInfo in DER; `imprint` is over SHA-256.
    """

    response: bytes
    content: bytes
    time: datetime
    imprint: bytes
    nonce: int | None
    policy: str
    signer: x509.Certificate
    others: tuple[x509.Certificate, ...]

    @property
    def leaf(self) -> bytes:
        """What renewals are made over (log-v1 9.5)."""
        return hashlib.sha256(self.content).digest()

    def parsed(self) -> rfc3161_client.TimeStampResponse:
        """Return the response as the library that checks chains has it."""
        return rfc3161_client.decode_timestamp_response(in_order(self.response))


def read_token(response: bytes) -> Token:
    """Return the token of a TimeStampResp.

    Raises Malformed, and NotProven when nothing was granted or the signature does not hold.
    """
    if len(response) > MAX_RESPONSE:
        raise Malformed("token", f"is over {MAX_RESPONSE} bytes")
    with _reading():
        _require_granted(response)
        copy = rfc3161_client.decode_timestamp_response(in_order(response))
        content = content_info(response)
        signed = cms.ContentInfo.load(content, strict=True)["content"]
        info = signed["encap_content_info"]["content"]
        imprint = info.parsed["message_imprint"]
        if imprint["hash_algorithm"]["algorithm"].native != "sha256":
            raise NotProven("the token is not over SHA-256")
        certificates = [x509.load_der_x509_certificate(each) for each in _certificates(signed)]
        signer = _signer(signed, info.contents, certificates)
        return Token(
            response=response,
            content=content,
            time=_time(info.parsed["gen_time"].native),
            imprint=bytes(imprint["hashed_message"].native),
            nonce=copy.tst_info.nonce,
            policy=copy.tst_info.policy.dotted_string,
            signer=signer,
            others=tuple(each for each in certificates if each != signer),
        )


def _time(found: datetime) -> datetime:
    """Return the time of a token. Raises Malformed outside of our calendar."""
    return values.recorded_instant(values.write_recorded(found), "token.time")


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except _ODD as fault:
        raise Malformed("token", str(fault).partition("\n")[0][:200] or type(fault).__name__) from fault


def _require_granted(response: bytes) -> None:
    """Raise NotProven, with what the authority said, unless it granted a token (status 0)."""
    is_there = token_of(response) is not None
    first = Place.at(response, 0, len(response)).part(0, SEQUENCE)
    status = tsp.PKIStatusInfo.load(first.whole, strict=True)
    if status["status"].native == "granted":
        if is_there:
            return
        raise NotProven("the authority granted a token and sent none")
    texts = status["status_string"].native or ()
    reasons = status["fail_info"].native or ()
    said = "; ".join([*sorted(reasons), *(str(each)[:200] for each in texts)])
    raise NotProven(f"the authority answered {status['status'].native}{said and ': ' + said}")


def _certificates(signed: Any) -> Iterator[bytes]:  # noqa: ANN401 - a structure of the library's
    for each in signed["certificates"]:
        if each.name == "certificate":
            yield each.chosen.dump()


def _signer(signed: Any, info: bytes, certificates: list[x509.Certificate]) -> x509.Certificate:  # noqa: ANN401
    """Return the certificate that the signed attributes name and under which the signature over them holds."""
    (signer,) = signed["signer_infos"]
    attributes = {each["type"].native: each["values"] for each in signer["signed_attrs"]}
    digest = signer["digest_algorithm"]["algorithm"].native
    if digest not in _HASHES:
        raise NotProven(f"the token is signed over {digest}, which is not taken")
    (kind,), (found,) = attributes["content_type"], attributes["message_digest"]
    if kind.native != "tst_info" or found.native != hashlib.new(digest, info).digest():
        raise NotProven("the signed attributes are over another time-stamp")
    certificate = _named(attributes, certificates)
    message = signer["signed_attrs"].untag().dump()
    _require_signature(
        certificate, signer["signature_algorithm"], digest, signer["signature"].native, message
    )
    return certificate


def _named(attributes: dict[str, Any], certificates: list[x509.Certificate]) -> x509.Certificate:
    for kind, default in _SIGNER.items():
        if kind in attributes:
            first = attributes[kind][0]["certs"][0]
            digest = first["hash_algorithm"]["algorithm"].native if default == "sha256" else default
            for each in certificates:
                if hashlib.new(digest, each.public_bytes(Encoding.DER)).digest() == first["cert_hash"].native:
                    return each
    raise NotProven("the certificate that signed is not there, or not named")


def _require_signature(
    signer: x509.Certificate,
    algorithm: Any,  # noqa: ANN401 - a structure of the library's
    digest: str,
    signature: bytes,
    message: bytes,
) -> None:
    named = algorithm["algorithm"].native
    chosen = digest if named == "rsassa_pkcs1v15" else named.partition("_")[0]
    key, used = signer.public_key(), _HASHES.get(chosen)
    if used is None:
        raise NotProven(f"the token is signed by {named}, which is not taken")
    try:
        if isinstance(key, rsa.RSAPublicKey) and named.endswith(("_rsa", "rsassa_pkcs1v15")):
            key.verify(signature, message, padding.PKCS1v15(), used)
        elif isinstance(key, ec.EllipticCurvePublicKey) and named.endswith("_ecdsa"):
            key.verify(signature, message, ec.ECDSA(used))
        else:
            raise NotProven(f"the token is signed by {named}, which is not taken")
    except InvalidSignature as fault:
        raise NotProven("the token's signature does not hold") from fault
