"""Intake before the server is asked: what is selected, digested, described, kept and accounted for."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from custody.catalogue.exhibit import PHYSICAL, digital
from custody.values import to_base64
from custody_cli.compose import normal
from custody_cli.faults import Misuse
from custody_cli.intake import fields, found, plan, run
from custody_cli.intake.digests import measure
from custody_cli.intake.fields import Said
from custody_cli.intake.plan import Plan, PlannedExhibit
from custody_cli.intake.reconciliation import Reconciliation
from custody_cli.intake.selection import MOST_FILES, Found, select
from custody_cli.profile import Profile
from custody_cli.settings import Settings


def quiet(_step: int) -> None:
    """Show no progress."""


def settings(home: Path) -> Settings:
    """Return the options of a command that speaks JSON."""
    return Settings(
        home=home, server=None, json=True, quiet=True, no_passphrase=True, at=None, late=None, dry_run=False
    )


def said(**more: object) -> Said:
    """Return what an officer says at least."""
    least = {
        "title": None,
        "description": "Знімок",
        "how": "found",
        "method": "огляд",
        "by": "Оксана",
        "site": "Кімната 1",
        "detail": None,
        "mark": None,
        "file": None,
        "sets": (),
    }
    return Said(**{**least, **more})  # type: ignore[arg-type]


def test_the_most_files_are_those_of_the_format() -> None:
    """The client and the catalogue agree on 250."""
    from custody.catalogue.exhibit import MAX_FILES  # noqa: PLC0415 - only here

    assert MOST_FILES == MAX_FILES


def test_a_folder_is_walked_in_order(tmp_path: Path) -> None:
    """All files of all folders below, each with its path inside, in an order that repeats."""
    for name in ("b/2", "b/1", "a/x", "c"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    chosen = select([tmp_path], each=False, split=False)

    assert [file.inside for file in chosen.groups[0].files] == ["c", "a/x", "b/1", "b/2"]
    assert chosen.given == 4


def test_what_cannot_be_taken_is_told(tmp_path: Path) -> None:
    """Links, pipes and what is missing are refused with a reason, and counted."""
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("folder")
    os.mkfifo(tmp_path / "pipe")
    chosen = select([tmp_path, tmp_path / "none"], each=False, split=False)

    reasons = {each.path.name: each.reason for each in chosen.refused}
    assert reasons == {
        "link": "refused.link",
        "loop": "refused.link",
        "pipe": "refused.special",
        "none": "refused.missing",
    }
    assert chosen.given == 5


def test_a_large_folder_is_refused_or_split(tmp_path: Path) -> None:
    """251 files are one too many for an exhibit; with --split they are two exhibits, with --each 251."""
    for number in range(MOST_FILES + 1):
        (tmp_path / f"{number:03}").touch()

    with pytest.raises(Misuse) as told:
        select([tmp_path], each=False, split=False)
    assert told.value.key == "intake.too-many"
    assert [len(each.files) for each in select([tmp_path], each=False, split=True).groups] == [MOST_FILES, 1]
    assert len(select([tmp_path], each=True, split=False).groups) == MOST_FILES + 1


def test_digests_are_of_the_bytes(tmp_path: Path) -> None:
    """Both digests and the size, over several pieces."""
    content = os.urandom((2 << 20) + 5)
    (tmp_path / "f").write_bytes(content)
    steps: list[int] = []
    digests = measure(tmp_path / "f", steps.append)

    assert digests.to_json() == {
        "sha256": hashlib.sha256(content).hexdigest(),
        "sha512": hashlib.sha512(content).hexdigest(),
        "size": len(content),
    }
    assert sum(steps) == len(content)


def test_an_unfinished_plan_is_read_again(tmp_path: Path) -> None:
    """Everything that a crash must not lose comes back as it was."""
    (tmp_path / "f").write_text("x")
    file = run.plan_file(Found(tmp_path / "f", "a/f"), quiet)
    file.deposit, file.stored = "/api/v1/deposits/1", True
    exhibit = PlannedExhibit(exhibit="exhibit/1", label="a", files=[file], submission={"act": {}}, key="k")
    made = Plan(name="n", case="case/1", exhibits=[exhibit])
    made.save(Profile(tmp_path / "p"))

    loaded = plan.load(Profile(tmp_path / "p"), "n")
    assert loaded is not None
    assert loaded.exhibits == made.exhibits
    made.done(Profile(tmp_path / "p"))
    assert plan.load(Profile(tmp_path / "p"), "n") is None


def test_a_file_that_changed_is_noticed(tmp_path: Path) -> None:
    """Size and time tell that the digests are of other bytes."""
    (tmp_path / "f").write_text("x")
    file = run.plan_file(Found(tmp_path / "f", None), quiet)
    assert file.is_as_measured()

    (tmp_path / "f").write_text("xy")
    assert not file.is_as_measured()
    (tmp_path / "f").unlink()
    assert not file.is_as_measured()


def test_a_digital_exhibit_has_the_members_of_the_catalogue() -> None:
    """What the options make has exactly the required members, each of its form."""
    body = fields.describe(said(), "yard.jpg")
    fields.require_described(body)
    required = digital(()).required

    assert body.keys() == required.keys()
    for name, form in required.items():
        form.check(body[name], name)


def test_a_physical_exhibit_has_the_members_of_the_catalogue() -> None:
    """Groups that are begun are completed with nulls."""
    sets = ("identifiers.imei=490154203237518", "packaging.type=bag", "seal.number=A-1", "quantity.unit=pcs")
    body = fields.describe(said(sets=(*sets, "quantity.value=1", "condition=glass cracked")), "Phone")
    whole = fields.describe_physical({**body, "seal": {"number": "A-1", "type": None}})

    assert whole.keys() == PHYSICAL.required.keys()
    for name, form in PHYSICAL.required.items():
        form.check(whole[name], name)


def test_a_name_in_another_normal_form_is_told_by_its_bytes(tmp_path: Path) -> None:
    """Macs write names decomposed; the signed text is composed, and the bytes say what was found (acts-v1 2)."""
    name = "\u0438\u0306.jpg"
    (tmp_path / name).write_bytes(b"x")
    described = found.describe(run.plan_file(Found(tmp_path / name, None), quiet))
    sent = normal(described)
    digital(("f",)).parts["found"].check(sent, "found")

    assert isinstance(sent, dict)
    assert (sent["name"], sent["name_bytes"]) == ("\u0439.jpg", to_base64(name.encode()))


def test_a_time_beyond_all_calendars_is_not_told(tmp_path: Path) -> None:
    """A file whose file system claims the year 10000 is taken in like any other, without that claim."""
    (tmp_path / "odd").write_bytes(b"odd")
    file = run.plan_file(Found(tmp_path / "odd", None), quiet)
    file.modified_ns = 253_402_400_000 * 10**9
    described = found.describe(file)

    assert isinstance(described, dict)
    assert described["modified_at"] is None


def test_a_packaging_without_its_type_is_not_composed() -> None:
    """acts-v1 has text there: the officer is asked for it; without any packaging the member is null."""
    sets = ("quantity.unit=pcs", "quantity.value=1", "condition=x")
    bare = fields.describe(said(sets=sets), "Phone")
    bagged = fields.describe(said(sets=(*sets, "packaging.bag_number=7")), "Phone")

    assert fields.describe_physical(bare)["packaging"] is None
    with pytest.raises(Misuse) as told:
        fields.describe_physical(bagged)
    assert told.value.facts["option"] == "--set packaging.type=..."


def test_an_amended_group_is_completed() -> None:
    """Groups that were null before get all their members; what is not amended is not said."""
    amended = fields.complete({"identifiers": {"imei": "1"}, "packaging": {"type": "bag"}})

    assert amended.keys() == {"identifiers", "packaging"}
    for name in amended:
        PHYSICAL.required[name].check(amended[name], name)
    assert fields.complete({"packaging": None, "title": "x"}) == {"packaging": None, "title": "x"}


def test_what_is_found_of_a_file_is_of_its_form(tmp_path: Path) -> None:
    """Name, path inside, dates and both media types."""
    (tmp_path / "знімок.txt").write_bytes(b"\xff\xd8\xff\xe0 a photograph that is called a text")
    file = run.plan_file(Found(tmp_path / "знімок.txt", "теки/знімок.txt"), quiet)
    described = found.describe(file)
    digital(("f",)).parts["found"].check(described, "found")

    assert isinstance(described, dict)
    assert described["name"] == "знімок.txt"
    assert described["path"] == "теки/знімок.txt"
    assert (described["mime_declared"], described["mime_detected"]) == ("text/plain", "image/jpeg")


@pytest.mark.parametrize("name", ["description", "how", "method", "site"])
def test_what_is_missing_is_named(name: str) -> None:
    """The officer is told which option to add, before anything is sent."""
    with pytest.raises(Misuse) as told:
        fields.require_described(fields.describe(said(**{name: None}), "yard.jpg"))
    assert f"--{name}" == told.value.facts["option"]


def test_an_unknown_way_of_collection_is_told_with_the_known_ones() -> None:
    """The slip is found here, also when the server would not have been asked."""
    with pytest.raises(Misuse) as told:
        fields.require_described(fields.describe(said(how="stolen"), "yard.jpg"))
    assert "stolen" in told.value.text()
    assert "handed-over" in told.value.text()


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("title=A=B", {"title": "A=B"}),
        ("collection.tool=dd", {"collection": {"tool": "dd"}}),
        ('collection.witnesses=["x"]', {"collection": {"witnesses": ["x"]}}),
        ("protection.protected_persons=true", {"protection": {"protected_persons": True}}),
        ("source.url=", {"source": {"url": None}}),
    ],
)
def test_members_are_set_by_name(text: str, members: dict[str, object]) -> None:
    """Dots name a member of a group; arrays and truth values are read as JSON, nothing as null."""
    assert fields.read_set(text) == members


@pytest.mark.parametrize("text", ["title", "=x", "a={", "."])
def test_a_set_of_another_form_is_refused(text: str) -> None:
    """It is told, and not guessed at."""
    with pytest.raises(Misuse):
        fields.read_set(text)


def test_the_reconciliation_adds_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """N given = n taken + n refused + n already held; a sum that is open is not success."""
    account = Reconciliation(settings(tmp_path), 3)
    account.line("taken", "a", "UKR2-25/001-X")
    account.line("held", "b", "UKR2-25/000-X")
    assert account.close() is False

    account.line("held", "c", "UKR2-25/000-X")
    assert account.close() is True
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert last == {
        "schema": "custody-cli/1",
        "type": "reconciliation",
        "given": 3,
        "taken": 1,
        "refused": 0,
        "held": 2,
        "balanced": True,
    }


def test_what_is_refused_is_not_success(tmp_path: Path) -> None:
    """The command ends with a status of its own when something was refused."""
    account = Reconciliation(settings(tmp_path), 1)
    account.line("refused", "a", "is a symbolic link")

    assert account.close() is False
