"""The page `verify.html` in a real Chromium: it asks nothing of anybody, and gives the verdicts of all vectors."""

from __future__ import annotations

import json
import os
import re
import runpy
import struct
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256, sha512
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, TypeAlias
from zipfile import ZipFile
from zlib import crc32

import pytest
from playwright.sync_api import Browser, Page

from custody_verifier.command import main
from tests.support.browsers import Watched

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SOURCES = ROOT / "verifier" / "html"
PAGE = SOURCES / "verify.html"
VECTORS = ROOT / "tests" / "vectors"
BUNDLES = sorted(path.parent for path in (VECTORS / "bundle-v1").glob("*/expected.json"))
EXPOSED = (
    "base64 bytes bundle canonical entries grammars keys merkle notes replay signatures verdict witnessing"
)
DIGESTS = "module_sha256, ...module_sha512"
WAIT = 60_000
Scheme: TypeAlias = Literal["dark", "light"]


def read(folder: Path, name: str) -> dict[str, Any]:
    """Return a JSON file of a vector."""
    found: dict[str, Any] = json.loads((folder / name).read_text("utf-8"))
    return found


def test_the_page_is_what_its_sources_give() -> None:
    """Building again gives the committed bytes."""
    built = subprocess.run(
        [sys.executable, str(SOURCES / "build.py"), "--check"], capture_output=True, text=True, check=False
    )

    assert (0, "") == (built.returncode, built.stderr)


@pytest.fixture
def watched(chromium: Browser) -> Iterator[Watched]:
    """Open the page from its file, in Ukrainian; after the test nothing was complained of and nobody asked."""
    context = chromium.new_context(
        locale="uk-UA", timezone_id="Europe/Kyiv", viewport={"width": 1000, "height": 800}
    )
    watched = Watched.open(context)
    watched.page.goto(PAGE.as_uri())
    yield watched
    context.close()
    assert ([], []) == (watched.complaints, watched.strayed)


def fill(page: Page, folder: Path, options: dict[str, Any]) -> None:
    """Give the page a vector's bundle and what the reader brings along."""
    page.locator("details:not([open]) > summary").first.click()
    page.locator("details:not([open]) > summary").first.click()
    page.set_input_files("#bundle", folder / "bundle.zip")
    for field, name in (("#policy", options["trust"]), ("#tsa", options["tsa_root"])):
        page.fill(field, (folder / name).read_text("utf-8") if name else "")
    page.set_input_files("#receipts", [folder / name for name in options["receipts"]])
    page.fill("#persons", "\n".join(options["persons"]))
    page.fill("#ledger", options["ledger"] or "")
    if options["log"]:
        page.set_input_files("#log", folder / options["log"])


def verdict(page: Page) -> dict[str, Any]:
    """Press the button and return the verdict; {"exit": 2} where the page says that it cannot be read."""
    page.click("#check")
    page.wait_for_selector("#result:not([hidden])", timeout=WAIT)
    if page.locator("#json").count() == 0:
        page.wait_for_selector(".unreadable", timeout=WAIT)
        return {"exit": 2}
    found: dict[str, Any] = json.loads(page.locator("#json").text_content() or "")
    return found


def told(verdict: dict[str, Any]) -> dict[str, Any]:
    """Return what vectors tell of a verdict."""
    if verdict["exit"] == 2:
        return {"exit": 2}
    questions = verdict["questions"]
    findings = [
        [question, each["code"], each["entries"], each["weight"]]
        for question, answer in questions.items()
        for each in answer["findings"]
    ]
    return {
        "answers": {question: [answer["answer"], answer["basis"]] for question, answer in questions.items()},
        "brackets": verdict["brackets"],
        "exit": verdict["exit"],
        "findings": sorted(findings),
        "grade": verdict["grade"],
    }


@pytest.mark.parametrize("folder", BUNDLES, ids=lambda folder: folder.name)
def test_a_bundle_gets_the_verdict_of_its_vector(
    watched: Watched, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All that the vector tells is the same; what it does not tell is what `custody-verify` says."""
    options = read(folder, "options.json")
    fill(watched.page, folder, options)
    found = verdict(watched.page)

    assert read(folder, "expected.json") == told(found)
    assert beside(python_verdict(folder, options, capsys)) == beside(found)


def python_verdict(
    folder: Path, options: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> dict[str, Any]:
    """Return what the verifier in Python says of a vector's bundle."""
    words = [str(folder / "bundle.zip"), "--json"]
    for option, name in (("--trust", "trust"), ("--tsa-root", "tsa_root"), ("--log", "log")):
        words += [option, str(folder / options[name])] if options[name] else []
    words += [word for name in options["receipts"] for word in ("--receipt", str(folder / name))]
    words += [word for pin in options["persons"] for word in ("--person", pin)]
    words += ["--ledger", options["ledger"]] if options["ledger"] else []
    status = main(words)
    said = capsys.readouterr().out
    found: dict[str, Any] = {"exit": status} if status == 2 else json.loads(said)
    return found


def beside(verdict: dict[str, Any]) -> dict[str, Any]:
    """Return what stands in a verdict beside the answers; what the policy asks is told in each one's own words."""
    witnesses = verdict.get("witnesses") or {}
    named = {name: witnesses.get(name) for name in ("counted", "missing", "not_judged")}
    return named | {name: verdict.get(name) for name in ("exit", "format", "required", "subject")}


def exposed() -> str:
    """Return the modules as one script that leaves their functions in `custody`."""
    build = runpy.run_path(str(SOURCES / "build.py"))
    script: str = build["script_of"]("bundle")
    names = ", ".join(f"...module_{name}" for name in EXPOSED.split())
    return script.rpartition("})();")[0] + f"globalThis.custody = {{ ...{DIGESTS}, {names} }};\n}})();"


def laid_open(chromium: Browser) -> Page:
    """Return the page with its modules laid open, for vectors of single formats."""
    page = chromium.new_page()
    page.goto(PAGE.as_uri())
    page.evaluate(exposed())
    page.evaluate((HERE / "verify_html_vectors.js").read_text("utf-8"))
    return page


@pytest.fixture(scope="module")
def modules(chromium: Browser) -> Iterator[Page]:
    """Open one such page for all tests."""
    page = laid_open(chromium)
    yield page
    page.close()


def test_what_a_browser_cannot_verify_is_not_checked(chromium: Browser) -> None:
    """Without Ed25519 nothing is said to hold that rests on signatures, and nothing to fail."""
    page = laid_open(chromium)

    assert [3, "not-checked", "not-checked", "not-checked"] == page.evaluate("vectors.withoutEd25519", good())
    page.close()


def good() -> dict[str, list[int]]:
    """Return the bytes of the good bundle and of its policy."""
    folder = VECTORS / "bundle-v1" / "good"
    return {
        "zip": list((folder / "bundle.zip").read_bytes()),
        "policy": list((folder / "trust.policy").read_bytes()),
    }


def test_single_formats_get_the_verdicts_of_entry_v1(modules: Page) -> None:
    """Canonical form, grammars, commitments, keys and messages are read as the vectors say."""
    names = ("canonical", "strings", "commitments", "keys", "messages")
    given = {name: json.loads((VECTORS / "entry-v1" / f"{name}.json").read_text("utf-8")) for name in names}

    assert [] == modules.evaluate("vectors.singleFormats", given)


def test_every_bad_key_is_told(modules: Page) -> None:
    """Each key of weak_keys is refused or weak, and the good ones are neither."""
    keys = read(VECTORS / "weak_keys", "keys.json")
    bad = [[key["algorithm"], key["spki"]] for key in keys["bad"]]

    assert {"refused", "weak"} == set(modules.evaluate("vectors.keyVerdicts", bad))
    assert ["sound", "sound"] == modules.evaluate(
        "vectors.keyVerdicts", [list(pair) for pair in keys["good"].items()]
    )


def lines(name: str) -> list[str]:
    """Return the lines of a file of entry-v1."""
    return (VECTORS / "entry-v1" / name).read_text("utf-8").splitlines()


def replayed(page: Page, *faults: dict[str, Any]) -> list[list[Any]]:
    """Return what is found in the whole story of entry-v1, with faults put after it."""
    disclosures = [json.loads(line)["disclosures"] for line in lines("disclosures.jsonl")]
    ledger = {
        "entries": lines("entries.jsonl") + [fault["entry"] for fault in faults],
        "disclosures": disclosures + [fault["disclosures"] for fault in faults],
    }
    found: list[list[Any]] = page.evaluate("vectors.replay", ledger)
    return found


def test_the_whole_story_has_no_fault(modules: Page) -> None:
    """Nothing is found but the correction of the clock, which is noted."""
    assert [["time", "time.clock-corrected", [len(lines("entries.jsonl")) - 1], "noted"]] == replayed(modules)


def test_each_fault_is_found_and_no_other(modules: Page) -> None:
    """Every entry of faults.jsonl, put after the story's, gives exactly its findings."""
    faults, after = [json.loads(line) for line in lines("faults.jsonl")], len(lines("entries.jsonl"))

    assert [(fault["name"], fault["findings"]) for fault in faults] == [
        (
            fault["name"],
            [[question, code] for question, code, at, _ in replayed(modules, fault) if after in at],
        )
        for fault in faults
    ]


def test_what_is_no_entry_is_refused_at_its_path(modules: Page) -> None:
    """Refused entries name the member at fault; a later algorithm is not a verifier's to refuse."""
    given = [json.loads(line) for line in lines("refused.jsonl")]
    expected = [None if one["path"] == "entry.signature.algorithm" else one["path"] for one in given]

    assert expected == [modules.evaluate("vectors.pathOfRefusal", one["bytes"]) for one in given]


def test_the_tree_of_ledger_v1_is_proved(modules: Page) -> None:
    """Root, inclusion, consistency and the receipt of the worked example hold; other leaves and beginnings do not."""
    entries = read(VECTORS / "ledger-v1", "example.json")["entries"]
    receipt = list((VECTORS / "ledger-v1" / "entry-4.tlog-proof").read_bytes())

    assert [] == modules.evaluate("vectors.tree", {"entries": entries, "receipt": receipt})


def test_own_digests_are_the_browsers(modules: Page) -> None:
    """SHA-256 and SHA-512 in pieces give what Web Crypto gives at once, at every length around the blocks."""
    assert [] == modules.evaluate("vectors.digests")


def test_no_bit_of_a_bundle_can_change_unseen(modules: Page) -> None:
    """Of 400 bits, spread over the whole zip, each gives exit status 1 or 2 when it is turned."""
    assert [1, 2] == modules.evaluate("vectors.turned", good() | {"count": 400})


def large(path: Path, size: int) -> None:
    """Write the good bundle with a file of `size` zeros in place of the video, and manifests that match.

    The zeros are a hole in the file, so that it takes no room.
    """
    with ZipFile(VECTORS / "bundle-v1" / "good" / "bundle.zip") as good:
        held = {name: good.read(name) for name in sorted(good.namelist())}
    top = next(iter(held)).partition("/")[0]
    video = next(name for name in held if "/data/files/" in name)
    digests = {name: [sha256(data), sha512(data)] for name, data in held.items()}
    digests[video], checksum = zeros(size)
    payload = [name for name in held if name.startswith(f"{top}/data/")]
    total = sum(len(held[name]) for name in payload if name != video) + size
    info = held[f"{top}/bag-info.txt"].decode().rpartition("Payload-Oxum")[0]
    held[f"{top}/bag-info.txt"] = f"{info}Payload-Oxum: {total}.{len(payload)}\n".encode()
    digests[f"{top}/bag-info.txt"][0] = sha256(held[f"{top}/bag-info.txt"])
    for number, algorithm in enumerate(("sha256", "sha512")):
        text = "".join(f"{digests[name][number].hexdigest()}  {name[len(top) + 1 :]}\n" for name in payload)
        held[f"{top}/manifest-{algorithm}.txt"] = text.encode()
        digests[f"{top}/manifest-{algorithm}.txt"] = [sha256(text.encode())]
    own = f"{top}/tagmanifest-sha256.txt"
    tags = [name for name in held if name not in payload and name != own]
    held[own] = "".join(f"{digests[name][0].hexdigest()}  {name[len(top) + 1 :]}\n" for name in tags).encode()
    written(path, held, video, size, checksum)


def zeros(size: int) -> tuple[list[Any], int]:
    """Return SHA-256, SHA-512 and CRC-32 of so many zeros."""
    piece, digests, checksum = bytes(1 << 20), [sha256(), sha512()], 0
    for _ in range(size >> 20):
        for digest in digests:
            digest.update(piece)
        checksum = crc32(piece, checksum)
    return digests, checksum


def written(path: Path, held: dict[str, bytes], hole: str, size: int, checksum: int) -> None:
    """Write the zip of bundle-v1, 2; the file `hole` is so many zeros."""
    central = b""
    with path.open("wb") as out:
        for name, data in held.items():
            length, crc = (size, checksum) if name == hole else (len(data), crc32(data))
            common = struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 33, crc, length, length, len(name), 0)
            central += b"PK\1\2" + struct.pack("<H", 0x032D) + common
            central += struct.pack("<HHHII", 0, 0, 0, 0x81A40000, out.tell()) + name.encode()
            out.write(b"PK\3\4" + common + name.encode() + (b"" if name == hole else data))
            if name == hole:
                out.seek(size, os.SEEK_CUR)
        at = out.tell()
        out.write(
            central + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, len(held), len(held), len(central), at, 0)
        )


def largest_renderer() -> int:
    """Return the most memory, in bytes, that a page's process started from here has had so far."""
    parents, peaks = dict[int, int](), dict[int, int]()
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            facts = dict(re.findall(r"^(Pid|PPid|VmHWM):\s+(\d+)", status.read_text("utf-8"), re.MULTILINE))
            page = b"--type=renderer" in (status.parent / "cmdline").read_bytes()
        except OSError:
            continue
        parents[int(facts["Pid"])] = int(facts["PPid"])
        if page:
            peaks[int(facts["Pid"])] = int(facts.get("VmHWM", 0)) * 1024
    return max((peak for pid, peak in peaks.items() if os.getpid() in ancestors(pid, parents)), default=0)


def ancestors(pid: int, parents: dict[int, int]) -> Iterator[int]:
    """Yield the processes above one."""
    while pid in parents:
        pid = parents[pid]
        yield pid


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_file_of_two_gibibytes_is_read_in_bounded_memory(watched: Watched, tmp_path: Path) -> None:
    """Manifests and checksums of the large file hold, its digests are not those recorded, and the page stays small."""
    page, folder = watched.page, VECTORS / "bundle-v1" / "good"
    bundle = tmp_path / "bundle.zip"
    large(bundle, (1 << 31) + (1 << 20))
    page.set_input_files("#bundle", bundle)
    page.fill("#policy", (folder / "trust.policy").read_text("utf-8"))
    page.click("#check")
    page.locator("h2.exit-1").wait_for(timeout=800_000)
    questions = json.loads(page.locator("#json").text_content() or "")["questions"]

    assert ("holds", ["file.mismatch"]) == (
        questions["integrity"]["answer"],
        [each["code"] for each in questions["files"]["findings"]],
    )
    assert 0 < largest_renderer() < 600 << 20


def axe() -> str:
    """Return axe-core as the package of the tests carries it."""
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["uk", "en"])
def test_the_page_is_accessible(watched: Watched, scheme: Scheme, language: str) -> None:
    """Axe finds nothing against WCAG 2.2 AA before and after a check, light and dark, also on a narrow screen."""
    page = watched.page
    page.emulate_media(color_scheme=scheme)
    page.click(f"#language-{language}")
    folder = VECTORS / "bundle-v1" / "file-byte"
    fill(page, folder, read(folder, "options.json"))
    verdict(page)
    page.set_viewport_size({"width": 320, "height": 800})
    page.evaluate(axe())
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = page.evaluate("(tags) => axe.run(document, { runOnly: tags })", tags)

    assert [] == [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]]
    assert 320 >= page.evaluate("document.documentElement.scrollWidth")


def test_the_page_speaks_both_languages_and_prints(watched: Watched) -> None:
    """The switch changes every word and the document's language; on paper the questions stay and the form goes."""
    page = watched.page
    folder = VECTORS / "bundle-v1" / "good"
    fill(page, folder, read(folder, "options.json"))
    verdict(page)
    ukrainian = page.locator("body").inner_text()
    page.click("#language-en")
    english = page.locator("body").inner_text()
    page.emulate_media(media="print")

    assert (
        "Усі потрібні питання підтверджено." in ukrainian,
        "Every required question holds." in english,
    ) == (True, True)
    assert ("en", False, True) == (
        page.evaluate("document.documentElement.lang"),
        page.locator(".asking").is_visible(),
        page.get_by_role("table").first.is_visible(),
    )


def test_the_page_works_by_keyboard_and_by_drop(watched: Watched) -> None:
    """A dropped bundle and policy are taken; Enter on the button checks; the result takes the focus."""
    page = watched.page
    folder = VECTORS / "bundle-v1" / "good"
    page.evaluate(
        """([zip, policy]) => {
          const carried = new DataTransfer();
          carried.items.add(new File([Uint8Array.from(zip)], 'bundle.zip'));
          carried.items.add(new File([Uint8Array.from(policy)], 'trust.policy'));
          document.dispatchEvent(new DragEvent('drop', { dataTransfer: carried, bubbles: true, cancelable: true }));
        }""",
        [list((folder / name).read_bytes()) for name in ("bundle.zip", "trust.policy")],
    )
    page.locator("#policy:not(:placeholder-shown)").wait_for()
    page.locator("#check").focus()
    page.keyboard.press("Enter")
    page.locator("h2.exit-0").wait_for(timeout=WAIT)

    assert "result" == page.evaluate("document.activeElement.id")
