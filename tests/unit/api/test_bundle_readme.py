"""README.txt of bundles: the very commands that it prints, run with the programs that it names."""

import shlex
import subprocess
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
import typst

from api.bundles import pinned
from api.bundles.readme import PROMPT, Described, Token, readme
from api.court.court_key import CERTIFICATES_FILE, CourtKey, make_court_key
from api.court.signing import sign_statement
from custody.values import write_recorded
from events.note import parse_note, parse_vkey
from events.timestamping.tokens import read_token
from tests.support import bundles
from tests.support.bundles import TSA
from tests.support.trees import LOG

pytestmark = [pytest.mark.programs("openssl")]

VERIFIER = "custody-verify"  # run in the journeys, where there is a zip with its receipt


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> CourtKey:
    """A court key with a root of its own."""
    return make_court_key(folder(tmp_path_factory), "Court key of a test", datetime.now(UTC))


def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the court key of this run."""
    return tmp_path_factory.getbasetemp() / "court-key"


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory, key: CourtKey) -> Path:
    """An unpacked bundle with two tokens and a signed statement, README.txt and all; trust files inside, as told."""
    told = bundles.usual()
    parts = bundles.parts(told, anchors=[told.at - 3, len(told.story.entries)])
    pdf = sign_statement(typst.compile("#set page(width: 5cm)\nДовідка".encode()), key)
    parts.files["data/statement.pdf"] = pdf
    parts.files["verify.html"] = b"<!doctype html>"
    parts.files["README.txt"] = readme(_described(told, parts.files))
    root = tmp_path_factory.mktemp("bag")
    for name, data in bundles.bagged(parts.files, parts.made_at, parts.bundle, parts.ledger).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    (root / "tsa-root.pem").write_bytes(TSA.pem())
    certificates = (folder(tmp_path_factory) / CERTIFICATES_FILE).read_text()
    (root / "court-root.pem").write_text("-----BEGIN" + certificates.split("-----BEGIN")[-1])
    return root


def _described(told: bundles.Told, files: dict[str, bytes]) -> Described:
    responses = {name: data for name, data in files.items() if name.endswith(".tsr")}
    sizes = {name: int(name.split("/")[2].split(".")[0]) for name in responses}
    verifier = parse_vkey(LOG.vkey)
    lines = [each.key_id for each in parse_note(files["data/checkpoint"]).signatures]
    return Described(
        bundle=told.bundle,
        ledger=sha256(told.log.entries[0]).hexdigest(),
        origin=verifier.name,
        made_at=write_recorded(datetime.now(UTC)),
        at=told.at,
        exhibits=2,
        files=1,
        left_out=1,
        log_key=LOG.vkey,
        log_line=5 + lines.index(verifier.key_id),
        tokens=[
            Token(size=sizes[name], tsa="test", time=read_token(data).time)
            for name, data in responses.items()
        ],
        byte_range=pinned.byte_range(files["data/statement.pdf"]),
        page=sha256(files["verify.html"]).hexdigest(),
    )


def commands(text: str) -> list[str]:
    """Return the commands that a README prints."""
    return [line.removeprefix(PROMPT) for line in text.splitlines() if line.startswith(PROMPT)]


def run(command: str, root: Path) -> subprocess.CompletedProcess[str]:
    """Run a printed line as a reader's shell would."""
    return subprocess.run(["sh", "-c", command], cwd=root, capture_output=True, text=True, check=False)


def told(bag: Path) -> list[str]:
    """Return the commands of the bag's README, without the verifier's."""
    return [each for each in commands((bag / "README.txt").read_text()) if not each.startswith(VERIFIER)]


def test_every_command_answers_as_promised(bag: Path) -> None:
    """Manifests, tokens, checkpoint, statement and page are accepted by sha256sum and openssl, with these numbers."""
    came = {command: run(command, bag) for command in told(bag)}

    assert dict.fromkeys(came, 0) == {command: each.returncode for command, each in came.items()}, came
    said = "".join(each.stdout + each.stderr for each in came.values())
    assert (2, 1, 1) == (
        said.count("Verification: OK"),
        said.count("Signature Verified Successfully"),
        said.count("CAdES Verification successful"),
    )


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("data/entries.jsonl", "manifest-sha256"),
        ("data/files", "manifest-sha512"),
        ("README.txt", "tagmanifest"),
        ("data/anchors", "openssl ts"),
        ("data/checkpoint", "pkeyutl"),
        ("data/statement.pdf", "openssl cms"),
        ("verify.html", "echo"),
    ],
)
def test_every_command_finds_a_flipped_byte(bag: Path, tmp_path: Path, name: str, word: str) -> None:
    """With one byte changed in what a command is for, it does not answer as promised."""
    subprocess.run(["cp", "-r", f"{bag}/.", str(tmp_path)], check=True)
    path = tmp_path / name
    if path.is_dir():
        path = min(path.glob("*.note") if name.endswith("anchors") else path.iterdir())
    data = bytearray(path.read_bytes())
    data[10] ^= 1
    path.write_bytes(data)

    came = [run(command, tmp_path) for command in told(bag)]

    bad = [each for each, command in zip(came, told(bag), strict=True) if word in command and each.returncode]
    assert bad


def test_numbers_are_those_of_the_bundle(bag: Path) -> None:
    """Each token has its own moment in seconds since 1970, and the folder's name is in the verifier's line."""
    text = (bag / "README.txt").read_text()
    stamps = [shlex.split(each, comments=True) for each in commands(text) if each.startswith("openssl ts")]
    assert 2 == len({each[each.index("-attime") + 1] for each in stamps})
    for each in stamps:
        response = read_token((bag / each[each.index("-in") + 1]).read_bytes())
        assert str(int(response.time.timestamp())) == each[each.index("-attime") + 1]
    (verifier,) = (each for each in commands(text) if each.startswith(VERIFIER))
    assert f"../{bundles.usual().bundle.replace('/', '-')}.zip " in verifier


def test_it_speaks_ukrainian_and_english(bag: Path) -> None:
    """Each step is told in both languages, and what is missing is told too."""
    text = (bag / "README.txt").read_text()
    assert "Позначок часу" not in text
    for words in ("ПІДПИС ЖУРНАЛУ", "THE LOG'S SIGNATURE", "не вдалося прочитати", "could not be read"):
        assert words in text
