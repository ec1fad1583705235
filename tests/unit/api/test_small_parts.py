"""The small parts of the doors: bodies, settings, keys, tokens, log lines."""

import json
import logging
import secrets
import stat
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from api import bodies
from api.key_files import FoundingToken, open_keys
from api.logging import configure
from api.sessions import bearer
from api.settings import S3Settings, Settings, normal_server
from custody.errors import Malformed, Unauthenticated, Unavailable
from events.cosignatures import CosignerKey, parse_log_vkey
from events.note import VerifierKey


@given(st.binary(max_size=200))
def test_a_body_is_read_or_refused(data: bytes) -> None:
    """Whatever bytes come, the reader gives a value or one of our errors."""
    with suppress(Malformed):
        bodies.read_checked(data)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":2}',
        b'{"a":1.5}',
        b'{"a":NaN}',
        b'"\\u0000"',
        b'"\\ud800"',
        b"[" * 5000,
        b"9" * 5000,
        b"\xff",
    ],
)
def test_a_body_that_two_readers_could_read_in_two_ways_is_refused(data: bytes) -> None:
    """Names held twice, floats, NUL, lone surrogates, depth, long numbers and bad UTF-8 are refused."""
    with pytest.raises(Malformed):
        bodies.read_checked(data)


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("HTTPS://Custody.Example:443", "https://custody.example"),
        ("http://custody.example:80", "http://custody.example"),
    ],
)
def test_a_server_has_one_spelling(url: str, normal: str) -> None:
    """Case, closing slashes and default ports make no other server."""
    assert normal_server(url) == normal


def test_a_server_that_is_called_from_elsewhere_has_to_be_named() -> None:
    """Sign-in messages may name the public URLs, or else the address that is listened on."""
    assert Settings(public_urls=("https://a.example",)).servers == {"https://a.example"}
    assert "http://localhost:8000" in Settings().servers
    assert Settings(host="0.0.0.0").servers == {"http://0.0.0.0:8000"}
    with pytest.raises(ValidationError):
        Settings(public_urls=("a.example",))


@pytest.mark.parametrize("proxy", ["*", "0.0.0.0/0", "::/0", "proxy.example", "10.0.0.0/33", ""])
def test_proxies_are_named_one_by_one(proxy: str) -> None:
    """Who trusts everybody's X-Forwarded-For counts nobody's sign-ins: neither all nor what is no address is taken."""
    with pytest.raises(ValidationError, match="never all"):
        Settings(trusted_proxies=("192.0.2.1", proxy))
    good = ("192.0.2.1", "2001:db8::/64")
    assert good == Settings(trusted_proxies=good).trusted_proxies


def test_secrets_are_not_shown() -> None:
    """The representation of settings holds no URL with a password."""
    assert "hunter2" not in repr(Settings(database="postgresql://u:hunter2@db/x"))  # type: ignore[arg-type]


def test_keys_are_made_once_for_their_owner_alone(tmp_path: Path) -> None:
    """The first start makes all keys with mode 0600, the second finds the same, and a loose mode is refused."""
    first = open_keys(tmp_path, "custody.example")
    again = open_keys(tmp_path, "other.example")

    assert (first.log.vkey, first.service) == (again.log.vkey, again.service) or (
        first.log.vkey == again.log.vkey and first.service.fingerprint == again.service.fingerprint
    )
    for path in (tmp_path / "keys").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (tmp_path / "keys" / "log.key").chmod(0o644)
    with pytest.raises(Unavailable):
        open_keys(tmp_path, "custody.example")


def test_both_log_keys_are_made_and_a_folder_of_before_keeps_its_one(tmp_path: Path) -> None:
    """The Ed25519 key comes first; without the file of the other there is one key, whose vkey stays."""
    made = open_keys(tmp_path, "custody.example")
    (tmp_path / "keys" / "log.ml-dsa.key").unlink()
    of_before = open_keys(tmp_path, "custody.example")

    assert [type(parse_log_vkey(each)) for each in made.log_keys.vkeys] == [VerifierKey, CosignerKey]
    assert [made.log.vkey] == of_before.log_keys.vkeys


def test_a_lost_key_is_not_replaced(tmp_path: Path) -> None:
    """A key that is missing beside others stops the server: a new one would be a quiet break."""
    open_keys(tmp_path, "custody.example")
    (tmp_path / "keys" / "master.key").unlink()

    with pytest.raises(Unavailable):
        open_keys(tmp_path, "custody.example")


def test_the_founding_token_is_used_once(tmp_path: Path) -> None:
    """The token is kept until it is used; afterwards its hash alone is."""
    token = FoundingToken(tmp_path).open()
    assert token is not None
    assert FoundingToken(tmp_path).open() == token

    FoundingToken(tmp_path).use_up()

    assert FoundingToken(tmp_path).open() is None
    assert FoundingToken(tmp_path).fits(token)
    assert not FoundingToken(tmp_path).fits("x" * 43)
    assert token not in (tmp_path / "founding-token.sha256").read_text()


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Basic " + "a" * 43, "Bearer " + "a" * 42, "Bearer " + "é" * 43]
)
def test_a_header_without_a_token_is_refused(header: str | None) -> None:
    """Only the one form of a bearer token is looked up."""
    with pytest.raises(Unauthenticated):
        bearer(header)


def test_lines_of_other_libraries_are_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    """What uvicorn logs comes out as one JSON object per line."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        configure(Settings(log_format="json"))
        logging.getLogger("uvicorn.error").info("Started", extra={"color_message": "\x1b[1m"})
        line = json.loads(capsys.readouterr().err)
    finally:
        root.handlers[:], root.level = before[0], before[1]

    assert (line["event"], line["level"], line["logger"]) == ("Started", "info", "uvicorn.error")
    assert "color_message" not in line


def test_a_traceback_on_a_terminal_shows_no_variables(capsys: pytest.CaptureFixture[str]) -> None:
    """What a fault's functions held, such as tokens and values, is not printed beside the lines of code."""
    held, root = secrets.token_hex(8), logging.getLogger()
    before = root.handlers[:], root.level
    try:
        configure(Settings(log_format="console"))
        _fail_with(held)
        told = capsys.readouterr().err
    finally:
        root.handlers[:], root.level = before[0], before[1]

    assert ("ZeroDivisionError" in told, held in told) == (True, False)


def _fail_with(held: str) -> None:
    try:
        len(held) // 0
    except ZeroDivisionError:
        logging.getLogger("api").exception("unexpected_fault")


def test_every_setting_is_in_the_reference() -> None:
    """docs/reference/configuration.md has a row for each setting, and no other rows."""
    page = Path(__file__).parents[3] / "docs" / "reference" / "configuration.md"
    rows = {
        line.split("`")[1] for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| `")
    }
    own = {f"CUSTODY_{name.upper()}" for name in Settings.model_fields if name != "s3"}
    nested = {f"CUSTODY_S3__{name.upper()}" for name in S3Settings.model_fields}

    assert rows == own | nested
