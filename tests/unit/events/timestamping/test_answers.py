"""Answers of authorities: which token counts, and that a hostile one is a cause and never a traceback."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.x509 import ObjectIdentifier
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from custody.errors import Malformed, NotProven, Unavailable
from custody_verifier.errors import Failed
from custody_verifier.roots import Refused, check_chain
from custody_verifier.roots import read_roots as read_their_roots
from custody_verifier.tokens import read_token as read_their_token
from events.timestamping.authorities import Authority, read_authorities
from events.timestamping.checking import check_answer, check_token, ends
from events.timestamping.requests import Request, imprint_of
from events.timestamping.roots import Root, read_roots
from events.timestamping.tokens import MAX_RESPONSE, Token, read_token
from tests.support import stamps
from tests.support.tsa import Authority as Made
from tests.support.tsa import Kind, unsorted

pytestmark = pytest.mark.programs("openssl")

TEXT = "custody.example/5f1a2b3c\n6\nAAAA\n"
TIME = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
KINDS: list[Kind] = ["rsa", "ecdsa"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Made]:
    """Return an authority of each kind."""
    folder = tmp_path_factory.mktemp("tsa")
    found: dict[str, Made] = {kind: Made(folder / kind, kind, kind) for kind in KINDS}
    for each in found.values():
        each.make()
    return found


def known(made: Made) -> Authority:
    """Return an authority as the ledger knows it."""
    return Authority(made.name, "http://tsa.example", read_roots(made.root_pem, "root"))


def answered(made: Made, text: str = TEXT) -> tuple[Request, bytes]:
    """Return a request over a text and its answer."""
    request = Request.over(imprint_of(text))
    return request, made.reply(request.to_bytes())


def require_agreement(response: bytes, root: bytes) -> None:
    """Require the verifier, which was written from the specification alone, to accept a token too."""
    token = read_their_token(response)
    assert token.is_over(TEXT.encode())
    check_chain(token, read_their_roots(root))


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_counts(made: dict[str, Made], kind: Kind) -> None:
    """Of RSA or ECDSA keys, through a middle certificate: it counts, and the court's verifier agrees."""
    request, answer = answered(made[kind])

    token = check_answer(answer, request, known(made[kind]))

    assert (answer, imprint_of(TEXT), request.nonce) == (token.response, token.imprint, token.nonce)
    assert timedelta(minutes=5) > abs(datetime.now(UTC) - token.time)
    assert known(made[kind]).roots[0].until == ends(token, known(made[kind]).roots)
    require_agreement(answer, made[kind].root_pem)


@pytest.mark.parametrize("kind", KINDS)
def test_certificates_in_no_order_are_taken(made: dict[str, Made], kind: Kind) -> None:
    """As DigiCert sends them: it counts, the bytes stay as they came, and the leaf is that of the sorted token."""
    request, answer = answered(made[kind])
    changed = unsorted(answer)
    assert changed != answer

    token = check_answer(changed, request, known(made[kind]))

    assert changed == token.response
    assert read_token(answer).leaf == token.leaf
    require_agreement(changed, made[kind].root_pem)


def test_a_fraction_of_a_second_counts(made: dict[str, Made]) -> None:
    """The time has the digits that the authority gave."""
    found = {read_token(answered(made["ecdsa"])[1]).time.microsecond % 1000 for _ in range(3)}
    times = {read_token(answered(made["ecdsa"])[1]).time.microsecond for _ in range(3)}

    assert {0} == found
    assert times != {0}


def later(roots: tuple[Root, ...]) -> tuple[Root, ...]:
    """Return roots that are trusted from tomorrow on."""
    return tuple(replace(each, since=datetime.now(UTC) + timedelta(days=1)) for each in roots)


def wrong(change: str, made: dict[str, Made]) -> tuple[bytes, Request, Authority]:
    """Return an answer with something wrong about it."""
    request, answer = answered(made["ecdsa"])
    other, theirs = answered(made["ecdsa"], "another text\n")
    found = known(made["ecdsa"])
    answers: dict[str, tuple[bytes, Request, Authority]] = {
        "nothing": (b"", request, found),
        "page": (b"<html>Bad gateway</html>", request, found),
        "cut": (answer[:-40], request, found),
        "longer": (answer + b"\0", request, found),
        "huge": (bytes(MAX_RESPONSE + 1), request, found),
        "token alone": (read_token(answer).content, request, found),
        "other request": (answer, Request(request.imprint, request.nonce + 1), found),
        "other text": (theirs, replace(other, imprint=request.imprint), found),
        "other policy": (answer, replace(request, policy="1.2.3"), found),
        "other root": (answer, request, known(made["rsa"])),
        "too early": (answer, request, replace(found, roots=later(found.roots))),
        "no root": (answer, request, replace(found, roots=())),
        "altered": (_altered(answer), request, found),
    }
    return answers[change]


def _altered(answer: bytes) -> bytes:
    """Return an answer with another last byte of its signature."""
    return answer[:-1] + bytes([answer[-1] ^ 1])


WRONG = {
    "nothing": "DER",
    "page": "cut off",
    "cut": "cut off",
    "longer": "DER",
    "huge": "65536",
    "token alone": "token",
    "other request": "nonce",
    "other text": "something else",
    "other policy": "policy 1.2.3.4.1",
    "other root": "root that is trusted",
    "too early": "outside of the window",
    "no root": "no root",
    "altered": "signature does not hold",
}


@pytest.mark.parametrize("change", WRONG)
def test_what_is_wrong_is_told(made: dict[str, Made], change: str) -> None:
    """Each way to be no good token ends in a sentence."""
    answer, request, authority = wrong(change, made)

    with pytest.raises((Malformed, NotProven), match=WRONG[change]):
        check_answer(answer, request, authority)


def token_of(tsa: stamps.Authority, time: datetime, status: int = 0) -> Token:
    """Return a token of an authority without a clock."""
    return read_token(tsa.stamp(TEXT.encode(), time, status=status))


def test_old_tokens_stay_good() -> None:
    """Certificates that have ended since do not count against a token; those that had ended then do."""
    tsa = stamps.Authority()
    roots = read_roots(tsa.pem(), "root")

    check_token(token_of(tsa, TIME), imprint_of(TEXT), roots)

    with pytest.raises(NotProven, match=r"outside of the window|does not lead"):
        check_token(token_of(tsa, datetime(2037, 1, 1, tzinfo=UTC)), imprint_of(TEXT), roots)


def test_the_window_of_a_root_is_ours() -> None:
    """Lines before the certificate say from when until when it is trusted; both ends count."""
    tsa = stamps.Authority()
    window = "Not-Before: 2026-11-22T10:00:00.000000Z\nNot-After: 2026-11-22T11:00:00.000000Z\n"
    roots = read_roots(tsa.pem(window), "root")

    for minutes in (0, 60):
        check_token(token_of(tsa, TIME + timedelta(minutes=minutes)), imprint_of(TEXT), roots)
    assert TIME + timedelta(hours=1) == ends(token_of(tsa, TIME), roots)
    for seconds in (-1, 3601):
        with pytest.raises(NotProven, match="outside of the window"):
            check_token(token_of(tsa, TIME + timedelta(seconds=seconds)), imprint_of(TEXT), roots)


def test_another_window_of_the_same_root_may_hold() -> None:
    """Of several entries for one root, any may vouch."""
    tsa = stamps.Authority()
    old = tsa.pem("Not-After: 2026-02-01T00:00:00.000000Z\n")
    new = "Not-Before: 2026-11-01T00:00:00.000000Z\nNot-After: 2027-01-01T00:00:00.000000Z\n"
    roots = read_roots(old + tsa.pem(new), "root")

    check_token(token_of(tsa, TIME), imprint_of(TEXT), roots)
    assert roots[1].until == ends(token_of(tsa, TIME), roots)


@pytest.mark.parametrize(
    ("purposes", "critical"),
    [
        ((ExtendedKeyUsageOID.CODE_SIGNING,), True),
        ((ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING), True),
        ((ExtendedKeyUsageOID.TIME_STAMPING,), False),
    ],
)
def test_only_a_certificate_for_time_stamping_alone_counts(
    purposes: tuple[ObjectIdentifier, ...], *, critical: bool
) -> None:
    """Other purposes, more of them, or one that may be ignored are refused, here and by the verifier."""
    signer = stamps.certificate("tsa", "tsa root", authority=False, purposes=purposes, critical=critical)
    tsa = stamps.Authority("tsa", signer)
    response = tsa.stamp(TEXT.encode(), TIME)

    with pytest.raises(NotProven, match="time-stamping alone"):
        check_token(read_token(response), imprint_of(TEXT), read_roots(tsa.pem(), "root"))
    with pytest.raises((Refused, Failed)):
        check_chain(read_their_token(response), read_their_roots(tsa.pem()))


def test_what_was_not_granted_is_told() -> None:
    """A token beside another status than granted is none."""
    with pytest.raises(NotProven, match="answered rejection"):
        token_of(stamps.Authority(), TIME, status=2)


ANSWER = stamps.Authority().stamp(TEXT.encode(), TIME)
ROOTS = read_roots(stamps.Authority().pem(), "root")


@given(st.integers(0, len(ANSWER) * 8 - 1))
def test_no_bit_can_be_changed_unseen(bit: int) -> None:
    """A changed bit is refused with a sentence, or it is in what no signature covers and says nothing else."""
    changed = bytearray(ANSWER)
    changed[bit // 8] ^= 1 << bit % 8
    whole = read_token(ANSWER)

    try:
        token = read_token(bytes(changed))
        check_token(token, imprint_of(TEXT), ROOTS)
    except (Malformed, NotProven):
        return
    assert (whole.time, whole.imprint, whole.signer) == (token.time, token.imprint, token.signer)


@given(st.binary(max_size=300), st.integers(0, len(ANSWER)))
def test_garbage_is_refused_with_a_sentence(garbage: bytes, at: int) -> None:
    """Bytes put anywhere into an answer never end in a traceback."""
    with pytest.raises((Malformed, NotProven)):
        check_token(read_token(ANSWER[:at] + garbage + b"\0"), imprint_of(TEXT), ROOTS)


# --- the lists ------------------------------------------------------------------------------------------


def listed(folder: Path, text: str) -> tuple[Authority, ...]:
    """Return the authorities of a list beside a root."""
    (folder / "root.pem").write_bytes(stamps.Authority().pem())
    (folder / "list").write_text(text)
    return read_authorities(folder / "list")


def test_a_list_names_authorities(tmp_path: Path) -> None:
    """Each line is a name, an address, a file of roots beside the list, and a policy or none."""
    text = (
        "# two\n\n  tsa one https://one.example/tsr root.pem\ntsa two http://two.example root.pem 1.2.840.1\n"
    )

    one, two = listed(tmp_path, text)

    assert ("one", "https://one.example/tsr", None) == (one.name, one.url, one.policy)
    assert ("two", "1.2.840.1") == (two.name, two.policy)
    assert read_roots(stamps.Authority().pem(), "root") == one.roots == two.roots


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("tsa one\n", "is not: tsa"),
        ("witness one https://one.example root.pem\n", "is not: tsa"),
        ("tsa One https://one.example root.pem\n", "is not: tsa"),
        ("tsa one ftp://one.example root.pem\n", "is not: tsa"),
        ("tsa one https://user:secret@one.example/ root.pem\n", r"list:1: is not: tsa <name> <url>"),
        ("tsa one https:///tsr root.pem\n", "is not: tsa"),
        ("tsa one https://one.example root.pem x\n", "x is not an object identifier"),
        (
            "tsa one https://one.example root.pem\ntsa one https://o.example root.pem\n",
            "list:2: names one again",
        ),
        ("tsa one https://one.example none.pem\n", "none.pem cannot be read"),
        ("tsa one https://one.example list\n", "holds no certificate"),
        ("".join(f"tsa t{number} https://one.example root.pem\n" for number in range(21)), "more than 20"),
    ],
)
def test_a_list_that_is_not_one_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    """The place and the reason are named."""
    with pytest.raises((Malformed, Unavailable), match=reason):
        listed(tmp_path, text)


def not_base64(pem: bytes) -> bytes:
    """Return a PEM file whose certificate is not one."""
    return b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" + pem


CHANGES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "text": (lambda _: b"\xff", "UTF-8"),
    "empty": (lambda _: b"", "no certificate"),
    "cut": (lambda pem: pem[:-30], "within a certificate"),
    "other": (not_base64, "malformed"),
    "instant": (lambda pem: b"Not-Before: yesterday\n" + pem, "not"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_roots_that_are_none_are_refused(change: str) -> None:
    """A trust file that cannot be read as meant is not read as something else."""
    make, reason = CHANGES[change]

    with pytest.raises(Malformed, match=reason):
        read_roots(make(stamps.Authority().pem()), "root")


def test_a_certificate_in_the_middle_is_no_root(made: dict[str, Made]) -> None:
    """A chain ends at a self-signed certificate."""
    with pytest.raises(Malformed, match="self-signed"):
        read_roots((made["rsa"].folder / "middle.pem").read_bytes(), "root")


def test_openssl_takes_the_same_tokens(made: dict[str, Made], tmp_path: Path) -> None:
    """`openssl ts -verify` accepts what is kept, sorted or not, and our request is one to it."""
    request, answer = answered(made["ecdsa"])
    (tmp_path / "note").write_text(TEXT)
    for name, response in (("as-it-came", answer), ("unsorted", unsorted(answer))):
        (tmp_path / name).write_bytes(response)
        command = ["openssl", "ts", "-verify", "-data", "note", "-in", name]
        command += ["-CAfile", str(made["ecdsa"].root_file)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (0, "Verification: OK\n") == (done.returncode, done.stdout)
    (tmp_path / "query").write_bytes(request.to_bytes())
    shown = subprocess.run(
        ["openssl", "ts", "-query", "-in", "query", "-text"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"Nonce: 0x{request.nonce:X}" in shown.stdout
    assert "Certificate required: yes" in shown.stdout
