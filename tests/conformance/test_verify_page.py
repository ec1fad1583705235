"""verify.html is the same everywhere: in the tree, in the release notes, at the service, and by its digest."""

import hashlib
import os
import re
from base64 import b64encode
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.commands.doctor import findings
from api.settings import Settings
from api.verify_page import NAME, read_page

ROOT = Path(__file__).parents[2]
NOTES = ROOT / "CHANGELOG.md"
LINE = re.compile(r"(SHA-256 of `verify\.html`: `)([0-9a-f]{64})(`)")


def digest() -> str:
    """Return the SHA-256 of the page in the tree."""
    return hashlib.sha256((ROOT / "verifier" / "html" / "verify.html").read_bytes()).hexdigest()


def test_the_release_notes_have_its_digest() -> None:
    """CHANGELOG.md names the SHA-256 of the page as it is; CUSTODY_TEST_WRITE=1 writes it anew."""
    text = NOTES.read_text(encoding="utf-8")
    if os.environ.get("CUSTODY_TEST_WRITE") == "1":
        text = LINE.sub(rf"\g<1>{digest()}\g<3>", text, count=1)
        NOTES.write_text(text, encoding="utf-8")

    found = LINE.search(text)
    assert found is not None
    assert digest() == found[2], "CUSTODY_TEST_WRITE=1 pytest tests/conformance/test_verify_page.py"


def test_the_service_shows_it_and_gives_it_as_a_file() -> None:
    """The digest that is told is that of the bytes that come, which no browser opens in the server's name."""
    with TestClient(create_app(None)) as client:
        told, page = client.get("/api/v1/verifier").json(), client.get(f"/{NAME}")
        head = client.head(f"/{NAME}")

    assert {"name": NAME, "sha256": digest(), "size": len(page.content), "url": f"/{NAME}"} == told
    assert digest() == hashlib.sha256(page.content).hexdigest()
    assert f"sha-256=:{b64encode(bytes.fromhex(digest())).decode()}:" == page.headers["Repr-Digest"]
    assert page.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in page.headers["Content-Security-Policy"]
    assert (200, b"") == (head.status_code, head.content)


def test_a_server_without_the_page_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was not installed: not found at its address, and no fault of the deployment."""
    assert read_page(tmp_path / NAME) is None
    monkeypatch.setattr("api.routes.verifier.read_page", lambda: None)
    with TestClient(create_app(None)) as client:
        assert [404, 404] == [client.get(path).status_code for path in ("/api/v1/verifier", f"/{NAME}")]


def test_doctor_tells_it(tmp_path: Path) -> None:
    """Who runs the server reads the digest without asking the service."""
    told = {name: detail for name, _, detail in findings(Settings(data_dir=tmp_path / "data"))}

    assert f"{NAME} {digest()}" == told["page"]
