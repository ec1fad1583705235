"""Runs an intake: measure, ask what is held, send, sign and record, exhibit by exhibit, resumable at each step."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock

from custody_cli import answers, output, progress, recording
from custody_cli.compose import FIRST, Draft, claimed
from custody_cli.contact import Contact
from custody_cli.faults import Fault, IntegrityFault, Misuse, NoRoom, Unreachable
from custody_cli.intake import deposits, found, plan
from custody_cli.intake.digests import measure
from custody_cli.intake.fields import Body
from custody_cli.intake.plan import Plan, PlannedExhibit, PlannedFile
from custody_cli.intake.reconciliation import Reconciliation
from custody_cli.intake.selection import Found, Group, Selection
from custody_cli.intake.spelling import spelled
from custody_cli.messages import say
from custody_cli.naming import Case
from custody_cli.receipts import Kept
from custody_cli.references import Reference
from custody_verifier.canonical import Json

AT_ONCE = 4  # files on their way at the same time


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an intake is of: the case, the members that hold for each exhibit, and when it was collected."""

    name: str
    case: Case
    body: Body
    own_title: bool
    collected_at: str | None
    force: bool


def run(contact: Contact, asked: Asked, selection: Selection) -> bool:
    """Take in a selection and print what became of each file; True when nothing was refused.

    An unfinished plan of the same name is gone on with. Raises Unreachable with the plan kept; it is kept too where
    the server had no room: what it has of the files is not sent again.
    """
    account = Reconciliation(contact.settings, selection.given)
    for path in selection.repeated:
        output.note(contact.settings, "intake.repeated", path=spelled(str(path.absolute())))
    for refused in selection.refused:
        account.line("refused", str(refused.path.absolute()), refused.text())
    going_on = plan.load(contact.profile, asked.name)
    now = going_on or _make(contact, asked, selection, account)
    if going_on is not None:
        _account_for_left_out(contact, selection, going_on, account)
    done = [_take(contact, asked, now, exhibit, account) for exhibit in now.exhibits]
    if all(done):
        now.done(contact.profile)
    else:
        output.failure(say("intake.no-room"))
    return account.close()


def _make(contact: Contact, asked: Asked, selection: Selection, account: Reconciliation) -> Plan:
    """Measure every file, leave out what is held already, and keep the plan."""
    exhibits = []
    total = sum(each.path.stat().st_size for group in selection.groups for each in group.files)
    with progress.bar(contact.settings, say("progress.measure"), total) as advance:
        for group in selection.groups:
            files = _measured(contact, asked, group, account, advance)
            if files:
                exhibits.append(
                    PlannedExhibit(exhibit=f"exhibit/{uuid.uuid4()}", label=group.label, files=files)
                )
    made = Plan(name=asked.name, case=asked.case.stream, exhibits=exhibits)
    made.save(contact.profile)
    return made


def _measured(
    contact: Contact, asked: Asked, group: Group, account: Reconciliation, advance: progress.Advance
) -> list[PlannedFile]:
    files = []
    for each in group.files:
        try:
            measured = plan_file(each, advance)
        except Misuse as fault:
            account.line("refused", str(each.path.absolute()), fault.text())
            continue
        places = None if asked.force else _places(contact, measured.sha256)
        if places is None:
            files.append(measured)
        else:
            _tell_held(measured.path, places, account)
    return files


def plan_file(file: Found, advance: progress.Advance) -> PlannedFile:
    """Return a file as it is now, with its digests."""
    before = file.path.stat()
    digests = measure(file.path, advance)
    return PlannedFile(
        path=str(file.path.absolute()),
        inside=file.inside,
        file=str(uuid.uuid4()),
        size=digests.size,
        modified_ns=before.st_mtime_ns,
        sha256=digests.sha256,
        sha512=digests.sha512,
    )


def held_as(contact: Contact, sha256: str) -> str | None:
    """Return where a file with this digest is held, as far as the officer may know; None when it is not."""
    places = _places(contact, sha256)
    return None if places is None else ", ".join(places) or say("held.elsewhere")


def _places(contact: Contact, sha256: str) -> list[str] | None:
    """Return the exhibits with this digest that the officer may know of, maybe none; None when it is not held."""
    told = contact.door.get("/files/held", sha256=sha256)
    if not answers.truth(told, "held"):
        return None
    named = (
        answers.optional_text(each, "reference") or answers.text(each, "exhibit")
        for each in answers.items(told, "exhibits")
    )
    return [*dict.fromkeys(named)]  # one exhibit may hold these bytes in several files


def _tell_held(path: str, places: Sequence[str], account: Reconciliation) -> None:
    """Print the line of a file that is held; where only others see it, warn that it is not taken, even if --quiet."""
    account.line("held", path, ", ".join(places) or say("held.elsewhere"))
    if not places:
        output.failure(say("held.left-out", path=output.clean(path)))


def _account_for_left_out(
    contact: Contact, selection: Selection, going_on: Plan, account: Reconciliation
) -> None:
    """A plan that is gone on with left out what was held when it was made: tell these files as held."""
    planned = {each.path for exhibit in going_on.exhibits for each in exhibit.files}
    for group in selection.groups:
        for each in group.files:
            if str(each.path.absolute()) not in planned:
                measured = plan_file(each, lambda _step: None)
                places = _places(contact, measured.sha256)
                if places is None:
                    account.line("refused", measured.path, say("refused.new"))
                else:
                    _tell_held(measured.path, places, account)


def _take(
    contact: Contact, asked: Asked, now: Plan, exhibit: PlannedExhibit, account: Reconciliation
) -> bool:
    """Bring one exhibit in and print the lines of its files; only a server out of reach stops the intake.

    False when it was refused for want of room, and may be gone on with.
    """
    try:
        kept = _received(contact, asked, now, exhibit)
    except (Unreachable, IntegrityFault):
        raise
    except Fault as fault:
        for file in exhibit.files:
            account.line("refused", file.path, fault.text())
        return not isinstance(fault, NoRoom)
    reference = reference_of(asked, kept) if kept else "-"
    for file in exhibit.files:
        account.line(
            "taken",
            file.path,
            reference,
            exhibit=exhibit.exhibit,
            file=file.file,
            index=kept.index if kept else None,
            sha256=file.sha256,
        )
    return True


def reference_of(asked: Asked, kept: Kept) -> str:
    """Return the reference of an exhibit that was taken in."""
    return str(Reference(asked.case.reference, kept.entry.ordinal or 0))


def _received(contact: Contact, asked: Asked, now: Plan, exhibit: PlannedExhibit) -> Kept | None:
    resumed = _resend(contact, exhibit)
    if resumed is not None:
        return resumed
    for file in exhibit.files:
        if not file.stored and not file.is_as_measured():
            raise Misuse("file.changed", file=file.path)
    draft = draft_of(asked, exhibit)
    if contact.settings.dry_run:
        return None
    _store_all(contact, now, exhibit)
    at = claimed(contact.settings.at)
    wanted = [recording.with_late(draft, contact.settings.late)]
    recording.ask_rules(contact, wanted, [FIRST], at)
    submission = recording.sign_drafts(contact, wanted, [FIRST], at)[0]
    exhibit.submission, exhibit.key = submission, str(uuid.uuid4())
    now.save(contact.profile)
    return _deliver(contact, now, exhibit)


def _resend(contact: Contact, exhibit: PlannedExhibit) -> Kept | None:
    """Send again what was signed before a crash: the server records it once. None when it must be composed anew."""
    if exhibit.submission is None or exhibit.key is None:
        return None
    try:
        return recording.deliver(contact, [answers.record(exhibit.submission, "submission")], exhibit.key)[0]
    except (Unreachable, IntegrityFault):
        raise
    except Fault as fault:  # it was never recorded and is too old by now
        output.note(contact.settings, "intake.composed-anew", reason=fault.text())
        exhibit.submission = exhibit.key = None
        return None


def _deliver(contact: Contact, now: Plan, exhibit: PlannedExhibit) -> Kept:
    submission = answers.record(exhibit.submission, "submission")
    kept = recording.deliver(contact, [submission], exhibit.key or "")[0]
    exhibit.index = kept.index
    now.save(contact.profile)
    return kept


def draft_of(asked: Asked, exhibit: PlannedExhibit) -> Draft:
    """Return the intake act of an exhibit: its public part, and the members of all its files."""
    opened: dict[str, Json] = dict(asked.body)
    if not asked.own_title:
        opened["title"] = exhibit.label
    for file in exhibit.files:
        opened[f"files/{file.file}/digests"] = {
            "sha256": file.sha256,
            "sha512": file.sha512,
            "size": file.size,
        }
        opened[f"files/{file.file}/found"] = found.describe(file)
    public: dict[str, Json] = {
        "case": asked.case.stream,
        "collected_at": asked.collected_at,
        "files": [*sorted(each.file for each in exhibit.files)],
        "kind": "digital" if exhibit.files else "physical",
    }
    return Draft(type="exhibit.received.v1", stream=exhibit.exhibit, public=public, opened=opened, first=True)


def _store_all(contact: Contact, now: Plan, exhibit: PlannedExhibit) -> None:
    """Send the files of an exhibit, several at a time; the first fault stops those that have not begun."""
    lock = Lock()
    total = sum(each.size for each in exhibit.files)
    with progress.bar(contact.settings, say("progress.send"), total) as advance:

        def step(size: int) -> None:
            with lock:
                advance(size)

        def bring(file: PlannedFile) -> None:
            deposits.store(contact, exhibit.exhibit, file, lambda: now.save(contact.profile), step)

        _each(bring, exhibit.files)


def _each(bring: Callable[[PlannedFile], None], files: Sequence[PlannedFile]) -> None:
    with ThreadPoolExecutor(AT_ONCE) as workers:
        waiting = [workers.submit(bring, file) for file in files]
        try:
            for each in waiting:
                each.result()
        except BaseException:
            for each in waiting:
                each.cancel()
            raise
