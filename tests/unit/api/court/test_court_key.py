"""The court key: made for trying, or given; anything that courts' programs would refuse is refused here."""

import asyncio
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typst
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from api.court.court_key import CERTIFICATES_FILE, KEY_FILE, load_court_key, make_court_key
from api.court.signing import sign_statement
from custody.errors import Malformed, Unavailable
from tests.support.tsa import Authority

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
OTHERS: dict[str, Callable[[], Any]] = {
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "p-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "rsa of 2048 bits": lambda: rsa.generate_private_key(65_537, 2048),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a court key in a folder."""
    make_court_key(tmp_path / "court", "Custody, Kyiv", NOW)
    return tmp_path / "court"


def load(folder: Path) -> str:
    """Load the key of a folder; return its subject."""
    return load_court_key(folder / KEY_FILE, folder / CERTIFICATES_FILE).subject


def test_a_made_key_can_be_loaded(folder: Path) -> None:
    """It is of mode 0600 in a folder of mode 0700, with a root that is not the signer."""
    found = load_court_key(folder / KEY_FILE, folder / CERTIFICATES_FILE)

    assert "CN=Custody\\, Kyiv" == found.subject
    assert [0o600, 0o700] == [stat.S_IMODE(each.stat().st_mode) for each in (folder / KEY_FILE, folder)]
    assert [found.certificate.issuer] == [each.subject for each in found.chain]


def test_a_key_is_not_made_twice(folder: Path) -> None:
    """A key that is there is never replaced."""
    with pytest.raises(Unavailable, match="already"):
        make_court_key(folder, "Another", NOW)


def test_a_key_that_others_may_read_is_refused(folder: Path) -> None:
    """The mode of the file counts."""
    (folder / KEY_FILE).chmod(0o640)

    with pytest.raises(Unavailable, match="may be read by others"):
        load(folder)


@pytest.mark.parametrize("kind", OTHERS)
def test_a_key_that_courts_refuse_is_refused(folder: Path, kind: str) -> None:
    """`pdfsig` and `openssl cms` take P-256 and strong RSA."""
    private = OTHERS[kind]().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / KEY_FILE).write_bytes(private)

    with pytest.raises(Unavailable, match="P-256"):
        load(folder)


def test_key_and_certificate_belong_together(folder: Path, tmp_path: Path) -> None:
    """The first certificate is that of the key."""
    make_court_key(tmp_path / "other", "Other", NOW)
    (folder / CERTIFICATES_FILE).write_bytes((tmp_path / "other" / CERTIFICATES_FILE).read_bytes())

    with pytest.raises(Unavailable, match="of another key"):
        load(folder)


def test_files_that_are_no_pem_are_refused(folder: Path) -> None:
    """Garbage is named, not thrown at the operator."""
    (folder / CERTIFICATES_FILE).write_bytes(b"nothing")

    with pytest.raises(Unavailable, match="PEM"):
        load(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    """Which file is missing is said."""
    (folder / CERTIFICATES_FILE).unlink()

    with pytest.raises(Unavailable, match=CERTIFICATES_FILE):
        load(folder)


def test_a_certificate_for_something_else_is_refused(folder: Path) -> None:
    """A certificate without nonRepudiation is not for signing documents."""
    tsa = Authority(folder, "tsa")
    tsa.make()
    (folder / "signer.key").chmod(0o600)

    with pytest.raises(Unavailable, match="nonRepudiation"):
        load_court_key(folder / "signer.key", folder / "signer.pem")


def test_what_is_no_pdf_is_not_signed(folder: Path) -> None:
    """Nothing but a PDF gets a signature."""
    key = load_court_key(folder / KEY_FILE, folder / CERTIFICATES_FILE)

    with pytest.raises(Malformed):
        sign_statement(b"nothing", key)


def test_a_thread_with_an_event_loop_can_sign(folder: Path) -> None:
    """Whoever asks may be inside an event loop, as a web server or a browser's driver is."""
    key = load_court_key(folder / KEY_FILE, folder / CERTIFICATES_FILE)
    pdf = typst.compile("#set page(width: 5cm)\nДовідка".encode())

    async def inside() -> bytes:
        return sign_statement(pdf, key)

    assert b"/ByteRange" in asyncio.run(inside())
