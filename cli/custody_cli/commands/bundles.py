"""`custody bundle`: asks for a bundle, waits for it, fetches it, checks it; the register; acknowledgements."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from custody_cli import answers, bundling, evidence, naming, output, private_files
from custody_cli.bundling import ISSUED, Issued
from custody_cli.commands.exhibits import is_case
from custody_cli.commands.shared import argument, group, option, recorded, settings_of
from custody_cli.commands.verifying import FAILED, UNCHECKED, print_question
from custody_cli.compose import Draft, new_stream, now
from custody_cli.contact import Contact
from custody_cli.faults import Conflicting, Misuse, NotThere
from custody_cli.messages import say
from custody_cli.opening import contact
from custody_cli.presenting import plain, tree
from custody_cli.recording import record
from custody_cli.upgrading import read_trust
from custody_verifier.canonical import Json

app = group("help.bundle")

Bundle = Annotated[str, argument("arg.bundle", "BUNDLE")]
Output = Annotated[Path, option("--output", "opt.zip", "-o")]
Age = Annotated[str | None, option("--age", "opt.age")]
Trust = Annotated[Path | None, option("--trust", "opt.trust")]
TsaRoot = Annotated[Path | None, option("--tsa-root", "opt.tsa-root")]


_recipient = re.compile("age1[a-z0-9]{58}").fullmatch  # its checksum is for the service, which encrypts


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Where a zip goes, for whom it is encrypted, and by whose trust it is checked."""

    zip: Path
    age: str | None
    trust: Path | None
    tsa_root: Path | None

    @property
    def receipt(self) -> Path:
        """The file beside the zip, named after the zip that the recipient decrypts."""
        plain_zip = self.zip.with_suffix("") if self.zip.suffix == ".age" else self.zip
        return plain_zip.with_name(f"{plain_zip.name}.receipt")

    def require_ready(self) -> None:
        """Look before anything is recorded.

        Raises Conflicting for a file that is there, Misuse for what is no recipient and for bad files of trust.
        """
        for each in (self.zip, self.receipt):
            if each.exists():
                raise Conflicting("file.exists", file=each)
        if self.age is not None and not _recipient(self.age):
            raise Misuse("bundle.age", text=self.age)
        read_trust(self.trust, self.tsa_root)
        private_files.make_folder(self.zip.parent)


@app.command(help=say("help.bundle.make"))
def make(  # noqa: PLR0913, PLR0917 - one option each
    context: typer.Context,
    names: Annotated[list[str], argument("arg.case-or-exhibits", "CASE|EXHIBIT...")],
    target: Output,
    to: Annotated[str, option("--to", "opt.recipient")],
    purpose: Annotated[str, option("--purpose", "opt.purpose")],
    organisation: Annotated[str | None, option("--organisation", "opt.organisation")] = None,
    contact_of: Annotated[str | None, option("--contact", "opt.contact")] = None,
    withhold: Annotated[list[str] | None, option("--withhold", "opt.withhold")] = None,
    files: Annotated[str, option("--files", "opt.bundle-files")] = "all",
    also: Annotated[str, option("--also", "opt.also")] = "",
    age: Age = None,
    trust: Trust = None,
    tsa_root: TsaRoot = None,
) -> None:
    """Ask for a bundle, signed by the officer; wait for it, fetch it, and check it."""
    settings = settings_of(context)
    where = Where(zip=target, age=age, trust=trust, tsa_root=tsa_root)
    where.require_ready()
    with contact(settings) as link:
        public: dict[str, Json] = {"also": [*sorted(_parts(also))], **_scope(link, names)}
        opened: dict[str, Json] = {
            "contents": {"files": _files(files), "withheld": [*sorted(set(withhold or ()))]},
            "purpose": purpose,
            "recipient": {"contact": contact_of, "name": to, "organisation": organisation},
        }
        bundle = new_stream("bundle")
        draft = Draft(type="bundle.requested.v1", stream=bundle, public=public, opened=opened, first=True)
        kept = record(link, [draft])
        recorded(settings, kept, bundle, bundle=bundle)
        if kept:
            _fetched(link, bundle, where, again=False)


@app.command(help=say("help.bundle.fetch"))
def fetch(
    context: typer.Context,
    name: Bundle,
    target: Output,
    again: Annotated[bool, option("--again", "opt.again")] = False,
    age: Age = None,
    trust: Trust = None,
    tsa_root: TsaRoot = None,
) -> None:
    """Fetch a bundle that was asked for before; have it made where that is needed, and check it."""
    where = Where(zip=target, age=age, trust=trust, tsa_root=tsa_root)
    where.require_ready()
    with contact(settings_of(context)) as link:
        _fetched(link, bundling.stream_of(name), where, again=again)


@app.command("list", help=say("help.bundle.list"))
def list_(context: typer.Context) -> None:
    """Print the register of bundles, newest first."""
    settings = settings_of(context)
    with contact(settings) as link:
        found = list(link.door.pages("/bundles"))
        for item in found:
            output.result(settings, "bundle", answers.record(item, "item"), _line(item))
        if not found:
            output.note(settings, "bundle.none")


@app.command(help=say("help.bundle.show"))
def show(context: typer.Context, name: Bundle) -> None:
    """Print one bundle of the register."""
    settings = settings_of(context)
    with contact(settings) as link:
        path = f"/bundles/{bundling.stream_of(name).partition('/')[2]}"
        told = answers.record(link.door.get(path), "bundle")
        output.result(settings, "bundle", told, tree(told))


@app.command(help=say("help.bundle.acknowledge"))
def acknowledge(
    context: typer.Context,
    name: Bundle,
    by: Annotated[str, option("--by", "opt.received-by")],
    on: Annotated[str | None, option("--on", "opt.received-on")] = None,
    remarks: Annotated[str | None, option("--remarks", "opt.remarks")] = None,
    sha256: Annotated[str | None, option("--sha256", "opt.sha256")] = None,
) -> None:
    """Record that a recipient acknowledged a bundle."""
    settings = settings_of(context)
    with contact(settings) as link:
        bundle = bundling.stream_of(name)
        opened: dict[str, Json] = {"by": by, "on": on or now()[:10], "remarks": remarks}
        public: dict[str, Json] = {"issued": _issue(link, bundle, sha256)}
        draft = Draft(type="bundle.acknowledged.v1", stream=bundle, public=public, opened=opened)
        recorded(settings, record(link, [draft]), bundle, bundle=bundle)


def _scope(link: Contact, names: list[str]) -> dict[str, Json]:
    """Return the scope that names stand for: one whole case, or exhibits."""
    if any(map(is_case, names)):
        if len(names) > 1:
            raise Misuse("bundle.scope")
        return {"case": naming.case(link, names[0]).stream, "exhibits": []}
    return {"case": None, "exhibits": [*sorted({naming.exhibit(link, each).stream for each in names})]}


def _parts(text: str) -> set[str]:
    return {each.strip() for each in text.split(",") if each.strip()}


def _files(text: str) -> Json:
    return text if text in {"all", "none"} else [*sorted(_parts(text))]


def _issue(link: Contact, bundle: str, sha256: str | None) -> str:
    """Return the hash of the act that issued a zip of this digest, or the newest, from proved entries."""
    for each in evidence.backwards(link, evidence.head(link, bundle)):
        act = each.entry.act
        if act.type == ISSUED and sha256 in {None, act.public.get("sha256")}:
            return act.hash
    raise NotThere("bundle.not-issued", bundle=bundle)


def _fetched(link: Contact, bundle: str, where: Where, *, again: bool) -> None:
    """Have a bundle made, fetch it, write its receipt beside it, and end by the verdict on it."""
    told = bundling.make(link, bundle, again=again)
    issued = bundling.issue(link, bundle, answers.text(told, "sha256"))
    left_out = answers.texts(told, "left_out")
    if where.age is None:
        bundling.fetch(link, issued, where.zip)
    else:
        bundling.fetch_encrypted(link, issued, where.zip, where.age)
    private_files.write(where.receipt, issued.receipt)
    _told(link, issued, where, left_out)
    if where.age is not None:
        output.note(link.settings, "bundle.encrypted")
        return
    _check(link, where)


def _told(link: Contact, issued: Issued, where: Where, left_out: list[str]) -> None:
    data: dict[str, Json] = {
        "bundle": issued.bundle,
        "sha256": issued.sha256,
        "size": issued.size,
        "index": issued.index,
        "left_out": [*left_out],
        "path": str(where.zip),
        "receipt": str(where.receipt),
    }
    output.result(link.settings, "bundle", data, f"{issued.sha256}  {where.zip}")
    if left_out:
        output.note(link.settings, "bundle.left-out", count=len(left_out), files=", ".join(left_out))


def _check(link: Contact, where: Where) -> None:
    """Print the six answers of custody-verify, and end by its exit status."""
    verdict = bundling.checked(link, where.zip, where.receipt, where.trust, where.tsa_root)
    for question, each in verdict.answers.items():
        print_question(link, question.value, each.as_json())
    status = verdict.exit_status()
    outcome = {0: "holds", FAILED: "fails"}.get(status, "not-checked")
    output.result(link.settings, "verdict", {"outcome": outcome}, say(f"verdict.{outcome}"))
    if status:
        raise typer.Exit(FAILED if status == FAILED else UNCHECKED)


def _line(item: Json) -> str:
    """Return a bundle of the register on one line: when, to whom, for what, what became of it."""
    told = answers.record(item, "item")
    requested, issues = answers.record(told.get("requested"), "requested"), answers.items(item, "issues")
    recipient = told.get("recipient")
    to = recipient.get("name") if isinstance(recipient, dict) else None
    state = "bundle.acknowledged" if answers.items(item, "acknowledgements") else "bundle.issued"
    shown = (requested.get("recorded_at"), to, told.get("purpose"))
    words = say(state if issues else "bundle.requested")
    return "  ".join([*(plain(each) for each in shown), words, answers.text(item, "bundle")])
