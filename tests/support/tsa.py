"""A time-stamping authority for tests and the demo: a CA made for it, and `openssl ts -reply` behind HTTP.

By itself: `python -m tests.support.tsa --folder build/tsa --port 3161 --name demo` makes the CA in the folder if there
is none, prints the line for `CUSTODY_TSA_LIST` and the file of the root, and serves until it is interrupted.
In a program: `with running(folder, "one") as tsa:`; then `tsa.url`, `tsa.root_pem`, `tsa.root_file`, `tsa.line()`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Kind = Literal["rsa", "ecdsa"]
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
Answer = tuple[int, bytes]

POLICY = "1.2.3.4.1"
CONFIGURATION = f"""
[tsa]
default_tsa = this
[this]
serial = serial
signer_digest = sha256
default_policy = {POLICY}
other_policies = 1.2.3.4.5
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = yes
clock_precision_digits = 3
ess_cert_id_alg = sha256
"""


@dataclass
class Authority:
    """A TSA in a folder. `chain`: the middle certificate goes with each token, in no order."""

    folder: Path
    name: str
    kind: Kind = "ecdsa"
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @property
    def root_file(self) -> Path:
        """The self-signed root in PEM."""
        return self.folder / "root.pem"

    @property
    def root_pem(self) -> bytes:
        """The bytes of the root."""
        return self.root_file.read_bytes()

    def make(self, *, until: datetime | None = None, purposes: tuple[str, ...] = ("timeStamping",)) -> None:
        """Make root, middle and signer; files that are there stay."""
        if self.root_file.exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        end = until or datetime.now(UTC) + timedelta(days=3650)
        keys = [_key(self.kind) for _ in range(3)]
        names = [_name(f"{self.name} {part}") for part in ("root", "middle", "signer")]
        root = _certificate(names[0], keys[0], names[0], keys[0], end, None)
        middle = _certificate(names[1], keys[1], names[0], keys[0], end, None)
        signer = _certificate(names[2], keys[2], names[1], keys[1], end, purposes)
        for file, found in (("middle.pem", middle), ("signer.pem", signer)):
            (self.folder / file).write_bytes(found.public_bytes(Encoding.PEM))
        private = keys[2].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (self.folder / "signer.key").write_bytes(private)
        (self.folder / "serial").write_text("01\n")
        (self.folder / "tsa.cnf").write_text(CONFIGURATION)
        self.root_file.write_bytes(root.public_bytes(Encoding.PEM))

    def reply(self, query: bytes) -> bytes:
        """Return what `openssl ts -reply` answers to a request."""
        with self._turn:  # one serial file
            (self.folder / "query.tsq").write_bytes(query)
            command = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq"]
            command += ["-signer", "signer.pem", "-inkey", "signer.key", "-chain", "middle.pem"]
            subprocess.run([*command, "-out", "reply.tsr"], cwd=self.folder, check=True, capture_output=True)
            return (self.folder / "reply.tsr").read_bytes()


@dataclass
class Running(Authority):
    """A TSA that listens at `url`; `answer`, where it is set, answers in its stead."""

    url: str = ""
    asked: list[bytes] = field(default_factory=list)
    answer: Callable[[bytes], Answer] | None = None

    def line(self, policy: str = "") -> str:
        """Return its line of a list of authorities."""
        return f"tsa {self.name} {self.url} {self.root_file.resolve()} {policy}".strip() + "\n"

    def respond(self, query: bytes) -> Answer:
        """Return status and body."""
        self.asked.append(query)
        return (200, self.reply(query)) if self.answer is None else self.answer(query)


def unsorted(response: bytes) -> bytes:
    """Return a response whose certificate set is in the order that DER does not have, as DigiCert's are."""
    found = tsp.TimeStampResp.load(response)
    signed = found["time_stamp_token"]["content"]
    members = sorted((each.dump() for each in signed["certificates"]), reverse=True)
    signed["certificates"] = cms.CertificateSet([cms.CertificateChoices.load(each) for each in members])
    data: bytes = found.dump(force=True)
    return data


@contextmanager
def running(folder: Path, name: str = "tsa", kind: Kind = "ecdsa", port: int = 0) -> Iterator[Running]:
    """Run a TSA on loopback; its CA is made in `folder/name` if it is not there."""
    tsa = Running(folder / name, name, kind)
    tsa.make()
    server = ThreadingHTTPServer(("127.0.0.1", port), _handler(tsa))
    tsa.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield tsa
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(tsa: Running) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            is_query = self.headers["Content-Type"] == "application/timestamp-query"
            status, body = tsa.respond(query) if is_query else (415, b"")
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def _key(kind: Kind) -> Key:
    if kind == "rsa":
        return rsa.generate_private_key(65_537, 2048)
    return ec.generate_private_key(ec.SECP256R1())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    subject: x509.Name,
    key: Key,
    issuer: x509.Name,
    by: Key,
    until: datetime,
    purposes: tuple[str, ...] | None,
) -> x509.Certificate:
    """Return a certificate; `purposes` None: an authority's."""
    known = {
        "timeStamping": ExtendedKeyUsageOID.TIME_STAMPING,
        "emailProtection": ExtendedKeyUsageOID.EMAIL_PROTECTION,
    }
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(datetime.now(UTC), until) - timedelta(days=400))
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=purposes is None, path_length=None), critical=True)
    )
    if purposes is not None:
        usage = x509.ExtendedKeyUsage([known[each] for each in purposes])
        builder = builder.add_extension(usage, critical=True)
    signs = dict.fromkeys(_USAGES, False) | {"digital_signature": purposes is not None}
    signs |= dict.fromkeys(("key_cert_sign", "crl_sign"), purposes is None)
    builder = builder.add_extension(x509.KeyUsage(**signs), critical=True)
    return builder.sign(by, hashes.SHA256())


_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.tsa", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--name", default="tsa")
    parser.add_argument("--kind", choices=["rsa", "ecdsa"], default="ecdsa")
    options = parser.parse_args()
    with running(options.folder, options.name, options.kind, options.port) as tsa:
        sys.stdout.write(f"{tsa.line()}{tsa.root_file}\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
