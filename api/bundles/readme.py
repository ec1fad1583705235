"""README.txt: how to check this very bundle with programs of others, its numbers filled in (bundle-v1, section 1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.bundles.readme_texts import (
    CHECKPOINT,
    HEAD,
    LEFT_OUT,
    MANIFESTS,
    NO_STATEMENT,
    NO_TOKENS,
    PAGE,
    STATEMENT,
    TOKENS,
    VERIFIER,
    Both,
)
from custody.values import recorded_instant

PROMPT = "    $ "
_SPKI = r"\060\052\060\005\006\003\053\145\160\003\041\000"  # what stands before an Ed25519 key in DER


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A time-stamp in the bundle: over which tree size, by which TSA, and when that says it was."""

    size: int
    tsa: str
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What README.txt tells of a bundle.

    `log_key` is the vkey of the Ed25519 log key, whose signature is line `log_line` of the checkpoint;
    `byte_range` that of the statement's signature; `page` the SHA-256 of verify.html.
    """

    bundle: str
    ledger: str
    origin: str
    made_at: str
    at: int
    exhibits: int
    files: int
    left_out: int
    log_key: str
    log_line: int
    tokens: Sequence[Token]
    byte_range: tuple[int, int, int, int] | None
    page: str | None

    @property
    def top(self) -> str:
        """The folder that the zip unpacks into, and the zip's own name without its ending."""
        return self.bundle.replace("/", "-")


def readme(described: Described) -> bytes:
    """Return the text, Ukrainian and English, each command once on a line of its own after `$`."""
    return ("\n".join(_lines(described)).rstrip("\n") + "\n").encode()


def _lines(told: Described) -> Iterator[str]:
    facts = {
        "bundle": told.bundle, "ledger": told.ledger, "origin": told.origin, "made_at": told.made_at, "at": told.at,
        "exhibits": told.exhibits, "files": told.files, "left_out": told.left_out, "log_key": told.log_key,
        "page": told.page,
    }  # fmt: skip
    yield from _told(HEAD, facts)
    if told.left_out:
        yield from _told(LEFT_OUT, facts)
    yield from _told(MANIFESTS, facts)
    yield from _commands(_manifests())
    yield from _told(TOKENS if told.tokens else NO_TOKENS, facts)
    yield from _commands(_stamp(each) for each in told.tokens)
    yield from _told(CHECKPOINT, facts)
    yield from _commands(_checkpoint(told))
    yield from _told(NO_STATEMENT if told.byte_range is None else STATEMENT, facts)
    yield from _commands(() if told.byte_range is None else _statement(told.byte_range, told.made_at))
    yield from _told(VERIFIER, facts)
    yield from _commands(_verifier(told))
    if told.page is not None:
        yield from _told(PAGE, facts)
        yield from _commands([f"echo '{told.page}  verify.html' | sha256sum -c"])


def _told(text: Both, facts: dict[str, object]) -> Iterator[str]:
    for language in text:
        yield from language.format(**facts).splitlines()
        yield ""


def _commands(commands: Iterator[str] | Sequence[str]) -> Iterator[str]:
    for each in commands:
        yield PROMPT + each
    yield ""


def _manifests() -> Iterator[str]:
    yield "sha256sum --strict --quiet -c tagmanifest-sha256.txt && echo OK"
    yield "sha256sum --strict --quiet -c manifest-sha256.txt && echo OK"
    yield "sha512sum --strict --quiet -c manifest-sha512.txt && echo OK"


def _stamp(token: Token) -> str:
    name = f"data/anchors/{token.size}"
    at = int(token.time.timestamp())
    return (
        f"openssl ts -verify -data {name}.note -in {name}.{token.tsa}.tsr -CAfile tsa-root.pem "
        f"-attime {at}   # {token.time:%Y-%m-%d %H:%M:%S} UTC"
    )


def _checkpoint(told: Described) -> Iterator[str]:
    key = told.log_key.split("+", 2)[2]  # base64, which may hold plus signs itself
    yield "sed -n 1,3p data/checkpoint > checkpoint.txt"
    yield f"sed -n {told.log_line}p data/checkpoint | cut -d' ' -f3 | base64 -d | tail -c 64 > checkpoint.sig"
    yield f"(printf '{_SPKI}'; echo {key} | base64 -d | tail -c 32) > log-key.der"
    yield (
        "openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey log-key.der "
        "-in checkpoint.txt -sigfile checkpoint.sig"
    )


def _statement(byte_range: tuple[int, int, int, int], made_at: str) -> Iterator[str]:
    """The signature's hex digits stand between the two ranges that it covers, in angle brackets."""
    _, size, second, rest = byte_range
    at = (
        int(recorded_instant(made_at, "made_at").timestamp()) + 1
    )  # certificates end, and the statement stays
    pdf = "data/statement.pdf"
    digits = second - size - 2
    yield f"(head -c {size} {pdf}; tail -c +{second + 1} {pdf} | head -c {rest}) > statement.bin"
    yield (f"tail -c +{size + 2} {pdf} | head -c {digits} | tr a-f A-F | basenc --base16 -d > statement.p7s")
    yield (
        "openssl cms -verify -inform DER -in statement.p7s -content statement.bin -binary "
        f"-CAfile court-root.pem -purpose any -cades -attime {at} -out statement.out"
    )


def _verifier(told: Described) -> Iterator[str]:
    yield (
        f"custody-verify ../{told.top}.zip --trust trust.policy --tsa-root tsa-root.pem "
        f"--receipt ../{told.top}.zip.receipt"
    )
