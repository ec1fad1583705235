"""Court papers read by programs of others: their text, signature, form and graph, and each program's refusal."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from api.court.court_key import CourtKey, make_court_key
from api.court.graph import case_graph
from api.court.papers import DRAFTS
from api.court.signing import sign_statement
from api.court.stamping import stamp_by
from api.court.statement import statement_pdf
from custody.errors import Unavailable
from events.timestamping.authorities import Authority, read_authorities
from events.web import DirectWeb
from tests.support.composing import uuid_of
from tests.support.court_stories import Bundled, bundled, eventful, hostile
from tests.support.story import usual
from tests.support.tsa import running

STORY, CASE, VIDEO = eventful()
NOW = datetime.now(UTC)
TIME_STAMP_TOKEN = (
    b"2a864886f70d010910020e"  # DER of id-aa-timeStampToken (RFC 3161, appendix A), as the PDF has it
)


def ran(*command: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run a program of others."""
    return subprocess.run([str(each) for each in command], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def whole() -> Bundled:
    """The eventful story's bundle."""
    return bundled(STORY, [VIDEO])


@pytest.fixture(scope="module")
def statement(whole: Bundled) -> bytes:
    """Its unsigned statement."""
    return statement_pdf(whole.facts, None, whole.entries)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> CourtKey:
    """A court key for trying."""
    return make_court_key(tmp_path_factory.mktemp("court"), "Custody, Kyiv", NOW)


@pytest.fixture(scope="module")
def trusting(tmp_path_factory: pytest.TempPathFactory, key: CourtKey) -> Path:
    """A folder with the root as `root.pem`, and an NSS store in `db` that trusts it."""
    folder = tmp_path_factory.mktemp("trust")
    (folder / "root.pem").write_bytes(key.chain[-1].public_bytes(Encoding.PEM))
    (folder / "db").mkdir()
    assert 0 == ran("certutil", "-N", "-d", folder / "db", "--empty-password").returncode
    arguments = ("-n", "root", "-t", "CT,C,C", "-i", folder / "root.pem")
    assert 0 == ran("certutil", "-A", "-d", folder / "db", *arguments).returncode
    return folder


def written(folder: Path, data: bytes, name: str = "statement.pdf") -> Path:
    """Write a file; return its path."""
    (folder / name).write_bytes(data)
    return folder / name


def text_of(path: Path) -> str:
    """Return what `pdftotext` reads, white space and break opportunities evened out."""
    found = ran("pdftotext", "-layout", path, "-")
    assert 0 == found.returncode
    return re.sub(r"\s+", " ", found.stdout.replace("\u200b", "").replace("\u00ad", ""))


# --- text ---------------------------------------------------------------------------------------------------


@pytest.mark.programs("pdftotext")
def test_the_statement_says_what_was_recorded(tmp_path: Path, statement: bytes, whole: Bundled) -> None:
    """Both languages, ids, the custody table, reasons, digests, and whose word a key rests on are in the text."""
    text = text_of(written(tmp_path, statement))
    facts = whole.facts

    for expected in (
        "Довідка про зберігання доказів",
        "Statement of custody",
        "UKR2-25/001-B",
        "Обстріл складу, 14 листопада",
        "Video of the depot",
        "Video of the warehouse",
        "Released by",
        "Received by",
        "запізнілий запис",
        "no power for two hours",
        "the bag is torn",
        "continuity.rehash-mismatch",
        "Taras Hryhorenko",
        "VID_0.mp4",
        "на слові",
        facts.ledger,
        facts.fingerprint,
        facts.bundle,
        "Page 1 of",
    ):
        assert expected in text, expected


@pytest.mark.programs("pdftotext", "pdfinfo")
def test_the_fingerprint_is_on_every_page(tmp_path: Path, statement: bytes, whole: Bundled) -> None:
    """Each page has the fingerprint of the records and its own number."""
    path = written(tmp_path, statement)
    pages = int(ran("pdfinfo", path).stdout.partition("Pages:")[2].split()[0])

    for page in range(1, pages + 1):
        text = ran("pdftotext", "-f", str(page), "-l", str(page), path, "-").stdout
        assert whole.facts.fingerprint in text
        assert f"Page {page} of {pages}" in text


@pytest.mark.programs("pdftotext")
def test_withheld_values_are_not_in_the_text(tmp_path: Path) -> None:
    """Names and titles that the bundle withholds are shown as withheld."""
    story, _, video = eventful()
    hidden = bundled(story, [video], withheld={"name", "title"})
    text = text_of(written(tmp_path, statement_pdf(hidden.facts, None, hidden.entries)))

    assert "не розкрито · withheld" in text
    assert not [each for each in ("Hryhorenko", "depot", "warehouse", "Обстріл") if each in text]


@pytest.mark.programs("pdftotext", "qpdf")
def test_hostile_texts_are_text(tmp_path: Path) -> None:
    """Markup is printed as it was written, turning marks by their numbers; the file is sound and runs nothing."""
    story, exhibits = hostile()
    found = bundled(story, exhibits)
    path = written(tmp_path, statement_pdf(found.facts, None, found.entries))
    text = text_of(path)

    assert '#import "x"; #panic() $x^2$ *bold*' in text
    assert "⟨U+202E⟩" in text
    assert "<script>alert(1)</script>" in text
    assert b"/JavaScript" not in path.read_bytes().replace(b"endobj /JavaScript", b"")
    assert 0 == ran("qpdf", "--check", path).returncode


@pytest.mark.programs("pdftotext", "qpdf")
@pytest.mark.parametrize("name", DRAFTS)
def test_a_draft_says_that_it_is_one(tmp_path: Path, whole: Bundled, name: str) -> None:
    """Each draft is marked in both languages, has the facts, and leaves the signature to a person."""
    path = written(tmp_path, DRAFTS[name](whole.facts))
    text = text_of(path)

    assert "DRAFT — for a lawyer's review" in text.replace("’", "'")
    assert "ПРОЄКТ — для перевірки юристом" in text
    assert "UKR2-25/001-B" in text
    assert b"/ByteRange" not in path.read_bytes()
    assert 0 == ran("qpdf", "--check", path).returncode


@pytest.mark.programs("pdftotext")
@pytest.mark.parametrize("name", DRAFTS)
def test_each_page_of_a_draft_says_so(tmp_path: Path, name: str) -> None:
    """No page of a draft, least of all the one with the signatures, can be taken for a finished paper."""
    story, case = usual(), f"case/{uuid_of('case')}"
    exhibits = [story.receive(f"box {n}", case=case, files=[uuid_of(f"file {n}")]) for n in range(30)]
    path = written(tmp_path, DRAFTS[name](bundled(story, exhibits).facts))
    pages = ran("pdftotext", "-layout", path, "-").stdout.rstrip("\f").split("\f")

    assert len(pages) > 1
    assert [] == [
        number for number, page in enumerate(pages, 1) if not {"ПРОЄКТ", "DRAFT"} <= set(page.split())
    ]


# --- form ---------------------------------------------------------------------------------------------------


@pytest.mark.programs("pdfdetach", "pdfinfo", "pdffonts", "qpdf")
def test_it_is_pdf_a_with_the_entries(tmp_path: Path, statement: bytes, whole: Bundled) -> None:
    """PDF/A-3, dated when the bundle was sealed, every font embedded, and the attached entries are the exact bytes."""
    path = written(tmp_path, statement)
    fonts = ran("pdffonts", path).stdout.splitlines()[2:]

    assert 0 == ran("qpdf", "--check", path).returncode
    assert 0 == ran("pdfdetach", "-save", "1", "-o", tmp_path / "entries.jsonl", path).returncode
    assert whole.entries == (tmp_path / "entries.jsonl").read_bytes()
    assert ["yes"] * len(fonts) == [line.split()[-5] for line in fonts]
    assert b"<pdfaid:part>3</pdfaid:part>" in statement
    assert "Nov 22 08:00" in ran("pdfinfo", path).stdout


# --- signature ----------------------------------------------------------------------------------------------


@pytest.mark.programs("pdfsig", "certutil", "qpdf", "pdftotext")
def test_the_signature_is_trusted(tmp_path: Path, statement: bytes, key: CourtKey, trusting: Path) -> None:
    """`pdfsig` finds one signature over the whole document, valid and under a trusted root; the text is the same."""
    path = written(tmp_path, sign_statement(statement, key))
    told = ran("pdfsig", "-nssdir", trusting / "db", path).stdout

    assert "Signature is Valid." in told
    assert "Certificate is Trusted." in told
    assert "Total document signed" in told
    assert "ETSI.CAdES.detached" in told
    assert 0 == ran("qpdf", "--check", path).returncode
    assert text_of(written(tmp_path, statement, "plain.pdf")) == text_of(path)


@pytest.mark.programs("pdfsig", "certutil")
def test_a_flipped_byte_is_refused(tmp_path: Path, statement: bytes, key: CourtKey, trusting: Path) -> None:
    """One byte changed in what is signed: `pdfsig` says so."""
    signed = bytearray(sign_statement(statement, key))
    signed[len(statement) // 2] ^= 1
    told = ran("pdfsig", "-nssdir", trusting / "db", written(tmp_path, bytes(signed))).stdout

    assert "Signature is Valid." not in told
    assert "Digest Mismatch" in told


@pytest.mark.programs("openssl")
def test_the_cut_out_signature_is_cades(
    tmp_path: Path, statement: bytes, key: CourtKey, trusting: Path
) -> None:
    """Without any program for PDF: `openssl cms` verifies the CMS over the two ranges, and refuses other bytes."""
    signed = sign_statement(statement, key)
    numbers = re.search(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)", signed)
    assert numbers is not None
    first, size, second, rest = map(int, numbers.groups())
    covered = signed[first : first + size] + signed[second : second + rest]
    digits = signed[first + size : second].strip(b"<>")
    written(tmp_path, bytes.fromhex(digits.decode()), "sig.der")
    written(tmp_path, covered, "ranges.bin")
    written(tmp_path, covered[:-1], "short.bin")
    command = (
        "openssl",
        "cms",
        "-verify",
        "-inform",
        "DER",
        "-in",
        tmp_path / "sig.der",
        "-binary",
        "-cades",
    )
    trust = ("-CAfile", trusting / "root.pem", "-purpose", "any", "-out", "/dev/null")
    good = ran(*command, *trust, "-content", tmp_path / "ranges.bin")

    assert len(signed) == size + len(digits) + 2 + rest
    assert "CAdES Verification successful" in good.stderr
    assert 0 != ran(*command, *trust, "-content", tmp_path / "short.bin").returncode


# --- time ---------------------------------------------------------------------------------------------------


@pytest.mark.programs("openssl", "pdfsig", "certutil")
def test_a_signature_carries_the_token_of_the_first_good_authority(
    tmp_path: Path, statement: bytes, key: CourtKey, trusting: Path
) -> None:
    """An authority that answers nonsense is passed over; the signature stays valid with the token in it."""
    with running(tmp_path, "broken") as broken, running(tmp_path, "good") as good:
        broken.answer = lambda _query: (200, b"nonsense")
        authorities = _authorities(tmp_path, broken.line() + good.line())
        signed = sign_statement(statement, key, stamp_by(DirectWeb(), authorities))
    told = ran("pdfsig", "-nssdir", trusting / "db", written(tmp_path, signed)).stdout

    assert (1, 1) == (len(broken.asked), len(good.asked))
    assert (
        bytes.fromhex("2a864886f70d010910020e".rjust(22, "0")).hex().encode() in signed.lower()
    )  # RFC 3161, A
    assert "Signature is Valid." in told
    assert "Total document signed" in told


@pytest.mark.programs("openssl")
def test_without_any_good_token_nothing_is_signed(tmp_path: Path, statement: bytes, key: CourtKey) -> None:
    """All authorities failed: all reasons are said, and there is no signature that looks time-stamped."""
    with running(tmp_path, "broken") as broken:
        broken.answer = lambda _query: (503, b"")
        stamp = stamp_by(DirectWeb(), _authorities(tmp_path, broken.line()))
        with pytest.raises(Unavailable, match="broken: the authority answered with status 503"):
            sign_statement(statement, key, stamp)


def test_no_authority_is_no_stamp() -> None:
    """A deployment without a TSA signs without a token."""
    assert stamp_by(DirectWeb(), ()) is None


def _authorities(folder: Path, lines: str) -> tuple[Authority, ...]:
    (folder / "authorities").write_text(lines)
    return read_authorities(folder / "authorities")


# --- graph --------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_case_validate_accepts_the_graph_and_refuses_a_misspelt_property(
    tmp_path: Path, whole: Bundled
) -> None:
    """The graph conforms to CASE 1.5.0, checked without a network; with one letter less in a property it does not."""
    program = Path(sys.executable).with_name("case_validate")
    graph = case_graph(whole.facts)
    good = written(tmp_path, graph, "case.jsonld")
    bad = written(tmp_path, graph.replace(b"exhibitNumber", b"exhibitNumbr"), "bad.jsonld")

    assert "Conforms: True" in ran(program, "--built-version", "case-1.5.0", good).stdout
    refused = ran(program, "--built-version", "case-1.5.0", bad)
    assert 0 != refused.returncode
    assert "NonExistentCDOConceptWarning" in refused.stdout + refused.stderr
