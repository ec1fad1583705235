"""Signing of statements: PAdES with the deployment's court key, time-stamped where a TSA is set.

The signature is invisible, so that the pages stay what was made and PDF/A is not touched by a drawn stamp.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, TypeAlias

from asn1crypto import keys, tsp, x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign import fields, signers
from pyhanko.sign.general import SigningError
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from api.court.court_key import CourtKey
from custody.errors import Malformed, Unavailable

Stamp: TypeAlias = Callable[[bytes], bytes]  # a TimeStampReq in DER to a TimeStampResp (RFC 3161)

FIELD: Final = "CustodyStatement"
RESERVED: Final = 32_768  # bytes kept for the signature, its certificates and the token


def sign_statement(pdf: bytes, key: CourtKey, tsa: Stamp | None = None) -> bytes:
    """Return the statement with a PAdES signature (B-B; B-T with a TSA) appended.

    Raises Malformed when it is no PDF, Unavailable when the TSA gives no token or the key does not sign.
    """
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
    )
    signer = signers.PdfSigner(metadata, signer=_signer(key), timestamper=None if tsa is None else _Tsa(tsa))
    out = io.BytesIO()
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        sign = partial(signer.sign_pdf, writer, output=out, bytes_reserved=RESERVED)
        with ThreadPoolExecutor(1) as apart:  # pyHanko runs an event loop, and this thread may have one
            apart.submit(sign).result()
    except TimestampRequestError as fault:
        raise Unavailable("tsa", str(fault)) from fault
    except SigningError as fault:
        raise Unavailable("court key", str(fault)) from fault
    except PdfError as fault:
        raise Malformed("statement.pdf", "is not a PDF that can be signed") from fault
    return out.getvalue()


def _signer(key: CourtKey) -> signers.SimpleSigner:
    registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    for each in key.chain:
        registry.register(x509.Certificate.load(each.public_bytes(Encoding.DER)))
    private = key.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return signers.SimpleSigner(
        signing_cert=x509.Certificate.load(key.certificate.public_bytes(Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=registry,
    )


class _Tsa(TimeStamper):
    """pyHanko's view of whatever brings a request to a TSA and its answer back."""

    def __init__(self, stamp: Stamp) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._stamp = stamp

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Return the TSA's answer to a request."""
        answer = self._stamp(req.dump())
        try:
            return tsp.TimeStampResp.load(answer, strict=True)
        except ValueError as fault:
            raise Unavailable("tsa", "the answer is no TimeStampResp") from fault
