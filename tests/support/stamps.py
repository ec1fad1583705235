"""A time-stamping authority for tests: tokens of any time, the same bytes each run (RFC 3161)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.support.composing import seed

SHA256_OID = "608648016503040201"
SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)


def der(tag: int, *parts: bytes) -> bytes:
    """Return one DER value."""
    content = b"".join(parts)
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    size = (len(content).bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + len(content).to_bytes(size, "big") + content


def oid(digits: str) -> bytes:
    """Return an object identifier from its content in hex."""
    return der(0x06, bytes.fromhex(digits))


_SHA256 = der(0x30, oid(SHA256_OID), der(0x05))
_TST = oid("2a864886f70d0109100104")


def info(text: bytes, stated: str, algorithm: bytes = _SHA256) -> bytes:
    """Return the TSTInfo over a text, at a GeneralizedTime; `algorithm`: what the imprint says that it is."""
    imprint = der(0x30, algorithm, der(0x04, sha256(text).digest()))
    return der(0x30, der(2, b"\1"), oid("2a0304"), imprint, der(2, b"\7"), der(0x18, stated.encode()))


def private(name: str) -> ec.EllipticCurvePrivateKey:
    """Return the P-256 key that belongs to a name."""
    return ec.derive_private_key(int.from_bytes(seed(name), "big") >> 1, ec.SECP256R1())


def certificate(
    subject: str,
    issuer: str,
    *,
    authority: bool,
    until: datetime = UNTIL,
    purposes: tuple[x509.ObjectIdentifier, ...] = (ExtendedKeyUsageOID.TIME_STAMPING,),
    critical: bool = True,
) -> x509.Certificate:
    """Return the certificate of a name, by the key of another."""

    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    builder = (
        x509.CertificateBuilder()
        .subject_name(named(subject))
        .issuer_name(named(issuer))
        .public_key(private(subject).public_key())
        .serial_number(int.from_bytes(seed(f"{subject} {issuer}")[:8], "big") | 1)
        .not_valid_before(SINCE)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if not authority:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=critical)
    return builder.sign(private(issuer), hashes.SHA256(), ecdsa_deterministic=True)


@dataclass(frozen=True)
class Authority:
    """A TSA with its root: `stamp` gives a TimeStampResp."""

    name: str = "tsa"
    signer: x509.Certificate | None = None

    @property
    def root(self) -> x509.Certificate:
        """The self-signed root."""
        return certificate(f"{self.name} root", f"{self.name} root", authority=True)

    @property
    def leaf(self) -> x509.Certificate:
        """The certificate that signs tokens."""
        return self.signer or certificate(self.name, f"{self.name} root", authority=False)

    def pem(self, before: str = "") -> bytes:
        """Return the reader's trust file, with lines before the certificate."""
        return before.encode() + self.root.public_bytes(Encoding.PEM)

    def stamp(self, text: bytes, time: datetime, *, status: int = 0) -> bytes:
        """Return the response for a text at a time; the certificates are in no order."""
        return self.sign(info(text, time.strftime("%Y%m%d%H%M%SZ")), status=status)

    def sign(self, info: bytes, *more: bytes, status: int = 0, certificates: Sequence[bytes] = ()) -> bytes:
        """Return the response over a TSTInfo; `more` attributes are signed with it, `certificates` stand beside."""
        leaf = self.leaf.public_bytes(Encoding.DER)
        named = der(0x30, der(0x30, der(0x30, der(0x04, sha256(leaf).digest()))))
        attributes = b"".join(
            sorted(
                [
                    der(0x30, oid("2a864886f70d010903"), der(0x31, _TST)),
                    der(0x30, oid("2a864886f70d010904"), der(0x31, der(0x04, sha256(info).digest()))),
                    der(0x30, oid("2a864886f70d010910022f"), der(0x31, named)),
                    *more,
                ],
                key=lambda each: (len(bytes(each)), each),
            )
        )
        key = private(self.name)
        signature = key.sign(der(0x31, attributes), ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        serial = self.leaf.serial_number
        number = der(2, serial.to_bytes(serial.bit_length() // 8 + 1, "big"))
        issuer = der(0x30, self.leaf.issuer.public_bytes(), number)
        signer = der(
            0x30,
            der(2, b"\1"),
            issuer,
            _SHA256,
            der(0xA0, attributes),
            der(0x30, oid("2a8648ce3d040302")),
            der(0x04, signature),
        )
        carried = sorted([self.root.public_bytes(Encoding.DER), leaf, *certificates], reverse=True)
        signed = der(
            0x30,
            der(2, b"\3"),
            der(0x31, _SHA256),
            der(0x30, _TST, der(0xA0, der(0x04, info))),
            der(0xA0, *carried),
            der(0x31, signer),
        )
        content = der(0x30, oid("2a864886f70d010702"), der(0xA0, signed))
        return der(0x30, der(0x30, der(2, bytes([status]))), content)
