"""The court key: the private key and certificates with which a deployment signs its statements.

Signatures that courts' programs check must be of P-256 or RSA: `pdfsig` and `openssl cms` of today refuse Ed25519.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from custody.errors import Unavailable
from storage.private_files import write_private

PART: Final = "court key"
KEY_FILE: Final = "court.key"
CERTIFICATES_FILE: Final = "court.pem"
LEAST_RSA: Final = 3072  # bits
VALID_FOR: Final = timedelta(days=3 * 365)


@dataclass(frozen=True, slots=True)
class CourtKey:
    """A private key, its certificate, and the other certificates of the chain, as given."""

    private: EllipticCurvePrivateKey | RSAPrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]

    @property
    def subject(self) -> str:
        """The name in the certificate."""
        return self.certificate.subject.rfc4514_string()


def load_court_key(key: Path, certificates: Path) -> CourtKey:
    """Return the court key of two PEM files: the private key, and certificates, its own first.

    Raises Unavailable when a file cannot be read or is readable by others, when key and certificate do not belong
    together, when the certificate may not sign documents, or when another kind of key was given.
    """
    try:
        if key.stat().st_mode & 0o077:
            raise Unavailable(PART, f"{key.name} may be read by others: set its mode to 0600")
        private = load_pem_private_key(key.read_bytes(), password=None)
        found = x509.load_pem_x509_certificates(certificates.read_bytes())
    except OSError as fault:
        raise Unavailable(PART, f"{fault.filename}: {fault.strerror}") from fault
    except (ValueError, TypeError) as fault:
        raise Unavailable(PART, "the files do not hold an open PEM key and its certificates") from fault
    if not isinstance(private, EllipticCurvePrivateKey | RSAPrivateKey) or not _strong(private):
        raise Unavailable(
            PART, f"only P-256, or RSA from {LEAST_RSA} bits on, is accepted by courts' programs"
        )
    _require_certificate(private, found[0])
    return CourtKey(private, found[0], tuple(found[1:]))


def _strong(private: EllipticCurvePrivateKey | RSAPrivateKey) -> bool:
    if isinstance(private, RSAPrivateKey):
        return private.key_size >= LEAST_RSA
    return isinstance(private.curve, SECP256R1)


def _require_certificate(
    private: EllipticCurvePrivateKey | RSAPrivateKey, certificate: x509.Certificate
) -> None:
    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    if private.public_key().public_bytes(*form) != certificate.public_key().public_bytes(*form):
        raise Unavailable(PART, "the first certificate is of another key")
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound as fault:
        raise Unavailable(PART, "the certificate does not say what its key is for") from fault
    if not usage.content_commitment:
        raise Unavailable(PART, "the certificate is not for signing documents (keyUsage nonRepudiation)")


# --- a key to try with --------------------------------------------------------------------------------------


def make_court_key(folder: Path, name: str, now: datetime) -> CourtKey:
    """Make a court key with a root of its own in `folder` (key of mode 0600), for trying; return it.

    The root's private key is thrown away. Raises Unavailable when there is a court key already.
    """
    if (folder / KEY_FILE).exists():
        raise Unavailable(PART, f"{folder / KEY_FILE} is there already")
    root_key, private = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
    start = now.astimezone(UTC).replace(microsecond=0)
    root_name, own = _name(f"{name} (root)"), _name(name)
    root = _certificate(root_name, root_name, root_key.public_key(), root_key, start, ca=True)
    certificate = _certificate(own, root_name, private.public_key(), root_key, start, ca=False)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(folder / CERTIFICATES_FILE, _pem((certificate, root)))
    write_private(folder / KEY_FILE, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return load_court_key(folder / KEY_FILE, folder / CERTIFICATES_FILE)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])


def _pem(certificates: Iterable[x509.Certificate]) -> bytes:
    return b"".join(each.public_bytes(Encoding.PEM) for each in certificates)


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    public: EllipticCurvePublicKey,
    signer: EllipticCurvePrivateKey,
    start: datetime,
    *,
    ca: bool,
) -> x509.Certificate:
    usage = x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=not ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start - timedelta(minutes=5))
        .not_valid_after(start + VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=0 if ca else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    return builder.sign(signer, hashes.SHA256())
