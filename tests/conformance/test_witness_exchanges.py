"""Exchanges with another program's witness, put to ours over HTTP."""

import re
import urllib.error
import urllib.request
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from custody_verifier.witness.deciding import Witness
from custody_verifier.witness.state import State
from tests.support.witnesses import running, signers

FOLDER = Path(__file__).parents[1] / "vectors/third_party/torchwood"
STEP = re.compile(
    r"POST \S+/add-checkpoint\n```\n(.*?)```\nHTTP (\d+)\n\[Asserts\]\nbody (contains|==) (\".*?\")\n",
    re.DOTALL,
)
SIGSUM_KEY = "ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f"
DIFFERENCES = {
    "unknown log": 404,  # 403 in the set; the specification that we follow says 404
    "invalid signature": 400,  # the set's line is also no strict base64: bits are set beyond its last byte
}


def exchanges(name: str) -> list[tuple[bytes, int, str, str]]:
    """Return body, status, how the answer is compared, and with what."""
    text = (FOLDER / name).read_text()
    return [
        (body.encode(), int(status), how, what[1:-1].replace("\\n", "\n"))
        for body, status, how, what in STEP.findall(text)
    ]


def sigsum_vkey() -> str:
    """Return the vkey of the set's log: its name holds the hash of its key."""
    key = bytes.fromhex(SIGSUM_KEY)
    name = f"sigsum.org/v1/tree/{sha256(key).hexdigest()}"
    key_id = sha256(name.encode() + b"\n\x01" + key).digest()[:4]
    return f"{name}+{key_id.hex()}+{b64encode(bytes([1]) + key).decode()}"


def test_the_answers_are_those_of_the_set(tmp_path: Path) -> None:
    """Nine requests in a row get the status codes, sizes and cosignatures that the other witness gives."""
    steps = exchanges("litewitness.txt")
    assert 9 == len(steps)
    with running(tmp_path, "w1", [sigsum_vkey()]) as witness:
        for body, status, how, what in steps:
            found, answer = post(f"{witness.url}/add-checkpoint", body)
            assert DIFFERENCES.get(what, status) == found, answer
            expected = what.replace("example.com/witness", "witness.example.org/w1")
            if what not in DIFFERENCES:
                assert expected in answer if how == "contains" else expected == answer


def test_a_log_whose_key_has_another_name(tmp_path: Path) -> None:
    """The checkpoint of the Go checksum database, whose origin is not its key's name, is cosigned."""
    ((body, status, _, _),) = exchanges("sumdb.txt")
    state = State(tmp_path / "state.sqlite")
    state.add_log(
        "go.sum database tree", "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
    )

    reply = Witness(state, signers("w1")).add_checkpoint(body)

    tree = state.tree("go.sum database tree")
    state.close()
    assert tree is not None
    assert (status, 35225469) == (reply.status, tree.size)


@pytest.mark.parametrize("body", [b"", b"x" * 1_000_001], ids=["empty", "too long"])
def test_a_body_that_is_none_is_refused(tmp_path: Path, body: bytes) -> None:
    """An empty body, and one over the limit, are 400."""
    with running(tmp_path, "w1", []) as witness:
        try:
            status = post(f"{witness.url}/add-checkpoint", body)[0]
        except (ConnectionError, urllib.error.URLError):  # it answered and closed while we were still sending
            status = 400
        assert 400 == status
        assert 404 == post(f"{witness.url}/add-checkpoint", b"old 0\n\nno.example/00000000\n0\n" + EMPTY)[0]


EMPTY = b64encode(sha256(b"").digest()) + b"\n\n\xe2\x80\x94 no.example/00000000 AAAAAAAAAAA=\n"


def post(url: str, body: bytes) -> tuple[int, str]:
    """Return status and text of an answer."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body), timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read().decode()
