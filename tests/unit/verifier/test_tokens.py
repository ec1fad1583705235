"""Time-stamp tokens: those of a foreign TSA are taken, and what is wrong with one is named."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from custody_verifier import der
from custody_verifier.errors import Failed, Malformed
from custody_verifier.roots import Refused, Root, check_chain, read_roots
from custody_verifier.tokens import read_token
from tests.support.stamps import SINCE, UNTIL, Authority, certificate, info, oid
from tests.support.stamps import der as encoded

TEXT = b"custody.example/5f1a2b3c\n7\nmMl/C6MXXNCLAx3QhLncTmSbZNGijm6mlGRlAxc6tYc=\n"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TSA = Authority()
TOKEN = TSA.stamp(TEXT, NOON)
CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256, sha384, sha512
clock_precision_digits = 3
ess_cert_id_chain = no
ess_cert_id_alg = {ess}
[root]
basicConstraints = critical, CA:true
[leaf]
extendedKeyUsage = critical, timeStamping
keyUsage = critical, digitalSignature
"""


def _openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def _certificates(folder: Path, algorithm: list[str], ess: str) -> None:
    (folder / "conf").write_text(CONFIG.format(folder=folder, ess=ess), encoding="utf-8")
    (folder / "serial").write_text("01\n", encoding="utf-8")
    for name in ("root", "leaf"):
        _openssl(folder, "genpkey", *algorithm, "-out", f"{name}.key")
        _openssl(folder, "req", "-new", "-key", f"{name}.key", "-subj", f"/CN={name}", "-out", f"{name}.csr")
        signer = ["-signkey", "root.key"] if name == "root" else ["-CA", "root.pem", "-CAkey", "root.key"]
        extensions = ["-extfile", "conf", "-extensions", name, "-days", "30"]
        serial = [] if name == "root" else ["-set_serial", "2"]
        _openssl(
            folder, "x509", "-req", "-in", f"{name}.csr", *signer, *extensions, *serial, "-out", f"{name}.pem"
        )


@pytest.mark.parametrize(
    ("algorithm", "ess", "digest"),
    [
        (["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "sha1", "-sha256"),
        (["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"], "sha256", "-sha384"),
        (["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "sha512", "-sha512"),
    ],
)
def test_tokens_of_openssl(algorithm: list[str], ess: str, digest: str, tmp_path: Path) -> None:
    """A token that `openssl ts` made is good, whatever it names its certificate by."""
    _certificates(tmp_path, algorithm, ess)
    (tmp_path / "text").write_bytes(TEXT)
    _openssl(tmp_path, "ts", "-query", "-data", "text", digest, "-cert", "-out", "q")
    reply = ["-signer", "leaf.pem", "-inkey", "leaf.key", "-chain", "root.pem", "-out", "r.tsr"]
    _openssl(tmp_path, "ts", "-reply", "-config", "conf", "-section", "one", "-queryfile", "q", *reply)
    token = read_token((tmp_path / "r.tsr").read_bytes())
    assert token.is_over(TEXT)
    assert not token.is_over(TEXT + b"!")
    assert abs(token.time - datetime.now(UTC)) < timedelta(minutes=5)
    check_chain(token, read_roots((tmp_path / "root.pem").read_bytes()))


def test_ours_are_taken_by_openssl(tmp_path: Path) -> None:
    """What the tests' own TSA makes is a token to `openssl ts` too."""
    (tmp_path / "text").write_bytes(TEXT)
    (tmp_path / "r.tsr").write_bytes(TOKEN)
    (tmp_path / "root.pem").write_bytes(TSA.pem())
    at = str(int(NOON.timestamp()))
    _openssl(tmp_path, "ts", "-verify", "-data", "text", "-in", "r.tsr", "-CAfile", "root.pem", "-attime", at)
    check_chain(read_token(TOKEN), read_roots(TSA.pem()))


def _code(token: bytes, roots: tuple[Root, ...]) -> str:
    with pytest.raises(Refused) as refused:
        check_chain(read_token(token), roots)
    return refused.value.code


def test_windows() -> None:
    """The token's own time counts: within the window and every certificate's validity it is good."""
    roots = read_roots(TSA.pem())
    assert _code(TSA.stamp(TEXT, UNTIL + timedelta(days=1)), roots) == "time.token-window"
    assert _code(TSA.stamp(TEXT, SINCE - timedelta(days=1)), roots) == "time.token-window"
    early = read_roots(TSA.pem("Not-After: 2026-11-22T11:59:59.000000Z\n"))
    assert _code(TOKEN, early) == "time.token-window"
    late = read_roots(TSA.pem("Not-Before: 2026-11-22T12:00:01.000000Z\n"))
    assert _code(TOKEN, late) == "time.token-window"
    other = Authority("other")
    assert _code(TOKEN, read_roots(other.pem())) == "time.tsa-unknown"
    check_chain(read_token(TOKEN), read_roots(other.pem() + TSA.pem()))


def test_purposes() -> None:
    """The signer's certificate is for time-stamping alone, and says so as critical."""
    roots = read_roots(TSA.pem())
    code_signing = ExtendedKeyUsageOID.CODE_SIGNING
    both = (ExtendedKeyUsageOID.TIME_STAMPING, code_signing)
    for leaf in (
        certificate("tsa", "tsa root", authority=False, purposes=(code_signing,)),
        certificate("tsa", "tsa root", authority=False, purposes=both),
        certificate("tsa", "tsa root", authority=False, critical=False),
        certificate("tsa", "tsa root", authority=True),
    ):
        assert _code(Authority("tsa", leaf).stamp(TEXT, NOON), roots) == "time.token-refused"


def test_a_longer_chain() -> None:
    """Certificates between signer and root are found among those of the token; an end entity issues nothing."""
    token = read_token(TOKEN)
    middle = certificate("middle", "tsa root", authority=True)
    leaf = certificate("stamper", "middle", authority=False)
    roots = read_roots(TSA.pem())
    check_chain(replace(token, signer=leaf, others=(middle,)), roots)
    no_authority = certificate("middle", "tsa root", authority=False)
    with pytest.raises(Refused):
        check_chain(replace(token, signer=leaf, others=(no_authority,)), roots)
    check_chain(token, (Root(token.signer, SINCE, UNTIL),))


def test_refused_and_malformed() -> None:
    """What was not granted, or is no token, is named."""
    with pytest.raises(Failed, match="granted"):
        read_token(TSA.stamp(TEXT, NOON, status=2))
    for data in (
        b"",
        b"0\0",
        b"\x1f\x00",
        b"0\x80",
        b"0\x81\x01x",
        b"0\x82\x00\x01x",
        b"0\x05\x02",
        TOKEN + b"x",
        b"\x31\0",
    ):
        with pytest.raises(Malformed):
            read_token(data)


STATED = "20261122120000Z"
SHA1 = encoded(0x30, oid("2b0e03021a"), encoded(5))
SIGNED_DATA = oid("2a864886f70d010702")
CONTENT_TYPE = oid("2a864886f70d010903")


@pytest.mark.parametrize(
    ("token", "words"),
    [
        (TSA.sign(info(TEXT, STATED, SHA1)), "imprint is of a digest"),
        (TSA.sign(info(TEXT, "2026")), "has no time"),
        (TSA.sign(info(TEXT, "20261322120000Z")), "has no time"),
        (TSA.sign(info(TEXT, STATED), encoded(0x30, CONTENT_TYPE, encoded(0x31, SIGNED_DATA))), "twice"),
        (TSA.sign(info(TEXT, STATED), encoded(0x30, oid("2a03"), encoded(0x31))), "or empty"),
        (TSA.sign(info(TEXT, STATED), certificates=[encoded(0x30)] * 15), "more than 16 certificates"),
        (
            encoded(
                0x30,
                encoded(0x30, encoded(2, b"\0")),
                encoded(0x30, SIGNED_DATA, encoded(0xA0, encoded(0x30), encoded(0x30))),
            ),
            "not signed data",
        ),
    ],
    ids=["sha-1", "short time", "month 13", "twice", "empty", "many certificates", "two contents"],
)
def test_tokens_that_are_odd(token: bytes, words: str) -> None:
    """What a signature over it cannot mend is named: digest, time, attributes, certificates, content."""
    with pytest.raises((Failed, Malformed), match=words):
        read_token(token)


def test_certificates_beside() -> None:
    """Up to 16 certificates are taken; what is none among them is passed over."""
    token = read_token(TSA.sign(info(TEXT, "20261122120000.25Z"), certificates=[encoded(0x30)] * 14))
    assert [TSA.root] == list(token.others)
    assert token.time == NOON + timedelta(milliseconds=250)


def test_a_signer_with_a_key_of_another_kind() -> None:
    """A key that this verifier cannot read signs nothing."""
    whole = TSA.leaf.public_bytes(Encoding.DER)
    odd = whole.replace(bytes.fromhex("06072a8648ce3d0201"), bytes.fromhex("06072a8648ce3d0209"))
    assert whole != odd
    with pytest.raises(Failed, match="key is not one that is taken"):
        read_token(Authority("tsa", x509.load_der_x509_certificate(odd)).stamp(TEXT, NOON))


def test_a_root_that_signs_in_another_way() -> None:
    """A chain is made of RSA and ECDSA alone: a root with a key of Ed25519 is none."""
    private = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tsa root")])
    builder = x509.CertificateBuilder().issuer_name(name).not_valid_before(SINCE).not_valid_after(UNTIL)
    alone = x509.ExtendedKeyUsage((ExtendedKeyUsageOID.TIME_STAMPING,))
    leaf = (
        builder.subject_name(name)
        .serial_number(7)
        .public_key(TSA.leaf.public_key())
        .add_extension(alone, critical=True)
        .sign(private, None)
    )
    root = (
        builder.subject_name(name)
        .serial_number(8)
        .public_key(private.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(private, None)
    )
    leaf.verify_directly_issued_by(root)
    token = replace(read_token(TOKEN), signer=leaf, others=())
    with pytest.raises(Refused) as refused:
        check_chain(token, (Root(root, SINCE, UNTIL),))
    assert refused.value.code == "time.tsa-unknown"


def test_every_byte_of_a_token_counts() -> None:
    """Each byte changed: the token is refused, or its chain is, or nothing that is judged changed."""
    roots, refused = read_roots(TSA.pem()), 0
    for at in range(len(TOKEN)):
        data = TOKEN[:at] + bytes([TOKEN[at] ^ 4]) + TOKEN[at + 1 :]
        try:
            token = read_token(data)
            check_chain(token, roots)
        except (Malformed, Failed, Refused):
            refused += 1
        else:
            assert (token.time, token.is_over(TEXT)) == (NOON, True)
    assert refused > len(TOKEN) // 2


def test_object_identifiers() -> None:
    """Identifiers are read in dots; a cut one is malformed."""
    assert der.first(bytes.fromhex("06082a8648ce3d040302")).oid() == "1.2.840.10045.4.3.2"
    for data in (b"\6\1\x80", b"\6\0", b"\2\1\0"):
        with pytest.raises(Malformed):
            der.first(data).oid()


def test_roots() -> None:
    """A trust file has at least one certificate, in text that can be read."""
    for data in (b"", b"\xff", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        with pytest.raises(Malformed):
            read_roots(data)
    with pytest.raises(Malformed):
        read_roots(TSA.pem("Not-Before: yesterday\n"))
    (root,) = read_roots(TSA.pem().replace(b"\n", b"\r\n"))
    assert root.certificate == x509.load_pem_x509_certificate(TSA.root.public_bytes(Encoding.PEM))
