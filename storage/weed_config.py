"""The configuration of the embedded S3 server: certificates, secrets and identities, made at the first start."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from storage.private_files import write_private

_ROLES = ("volume", "master", "filer", "s3", "client", "msg_broker", "admin", "worker", "mq", "iam")
_TOKENS = ("jwt.signing", "jwt.signing.read", "jwt.filer_signing", "jwt.filer_signing.read")
_YEARS_10 = dt.timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key and its secret; the secret is kept out of representations."""

    access_key: str
    secret_key: str

    def __repr__(self) -> str:
        """Show the access key only."""
        return f"Credentials(access_key={self.access_key!r})"


@dataclass(frozen=True, slots=True)
class Identities:
    """Who may speak to the embedded store: `admin` makes buckets, `writer` appends evidence."""

    admin: Credentials
    writer: Credentials


def prepare(security: Path, evidence: str, keys: str) -> Identities:
    """Make the security directory at the first start; read the identities again at later ones.

    `evidence` and `keys` are bucket names. The last file written is `s3.json`, so a start
    that was cut short is simply done again.
    """
    security.mkdir(mode=0o700, parents=True, exist_ok=True)
    s3 = security / "s3.json"
    if not s3.exists():
        _write_certificates(security)
        write_private(security / "security.toml", _security_toml(security).encode())
        write_private(s3, json.dumps(_identities(evidence, keys), indent=1).encode())
    return _read_identities(s3)


def _read_identities(path: Path) -> Identities:
    found = {
        identity["name"]: Credentials(
            identity["credentials"][0]["accessKey"], identity["credentials"][0]["secretKey"]
        )
        for identity in json.loads(path.read_bytes())["identities"]
    }
    return Identities(admin=found["admin"], writer=found["writer"])


def _write_certificates(security: Path) -> None:
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = _certificate("weed-ca", ca_key, "weed-ca", ca_key, is_ca=True)
    leaf = _certificate("weed", key, "weed-ca", ca_key, is_ca=False)
    pem = serialization.Encoding.PEM
    # The CA's key is not kept: nobody can issue a second client certificate.
    write_private(security / "ca.crt", ca.public_bytes(pem))
    write_private(security / "weed.crt", leaf.public_bytes(pem))
    plain = serialization.NoEncryption()
    write_private(
        security / "weed.key",
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain),
    )


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    is_ca: bool,
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + _YEARS_10)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
    )
    if not is_ca:
        usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        names = [x509.DNSName("localhost"), x509.DNSName("weed")]
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _security_toml(security: Path) -> str:
    lines: list[str] = []
    for token in _TOKENS:
        lines += [f"[{token}]", f'key="{secrets.token_hex(32)}"', "expires_after_seconds=10"]
    lines += ["[access]", "ui=false", "[filer.expose_directory_metadata]", "enabled=false"]
    lines += ["[grpc]", f"ca={json.dumps(str(security / 'ca.crt'))}"]
    for role in _ROLES:
        lines += [
            f"[grpc.{role}]",
            f"cert={json.dumps(str(security / 'weed.crt'))}",
            f"key={json.dumps(str(security / 'weed.key'))}",
            'allowed_commonNames="weed"',
        ]
    lines += ["[s3.sse]", f'kek="{secrets.token_hex(32)}"']
    return "\n".join(lines) + "\n"


def _identities(evidence: str, keys: str) -> dict[str, object]:
    return {
        "identities": [
            {"name": "admin", "credentials": [_fresh()], "actions": ["Admin"]},
            {"name": "writer", "credentials": [_fresh()], "policyNames": ["append"]},
        ],
        "policies": [{"name": "append", "content": _append_policy(evidence, keys)}],
    }


def _fresh() -> dict[str, str]:
    return {"accessKey": secrets.token_hex(10).upper(), "secretKey": secrets.token_hex(32)}


def _append_policy(evidence: str, keys: str) -> str:
    """Append-only in the evidence bucket, except for the lock probe; keys may be destroyed."""
    objects = [
        "s3:PutObject", "s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectAttributes",
        "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObjectRetention",
        "s3:GetObjectRetention", "s3:PutObjectLegalHold", "s3:GetObjectLegalHold",
    ]  # fmt: skip
    bucket = [
        "s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads",
        "s3:GetBucketObjectLockConfiguration", "s3:GetBucketVersioning",
    ]  # fmt: skip
    delete = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
    arn = "arn:aws:s3:::"
    statements = [
        {"Effect": "Allow", "Resource": f"{arn}{evidence}/*", "Action": objects},
        {"Effect": "Allow", "Resource": f"{arn}{evidence}", "Action": bucket},
        # The probe must be free to try: a refusal by policy would prove nothing about the lock.
        {"Effect": "Allow", "Resource": f"{arn}{evidence}/probe/*", "Action": delete},
        # Partial tiles and older checkpoints may go; full tiles are kept by their Object Lock.
        {"Effect": "Allow", "Resource": f"{arn}{evidence}/log/*", "Action": delete},
        {"Effect": "Allow", "Resource": f"{arn}{evidence}/rebuild/*", "Action": delete},
        {"Effect": "Deny", "Resource": f"{arn}{evidence}/files/*", "Action": delete},
        {
            "Effect": "Deny",
            "Resource": f"{arn}{evidence}/*",
            "Action": ["s3:BypassGovernanceRetention"],
        },
        {"Effect": "Allow", "Resource": f"{arn}{keys}/*", "Action": [*objects, *delete]},
        {"Effect": "Allow", "Resource": f"{arn}{keys}", "Action": bucket},
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
