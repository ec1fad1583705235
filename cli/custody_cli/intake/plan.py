"""The state of an intake, kept on disk after each step, so that it goes on where a crash stopped it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from custody_cli import answers
from custody_cli.intake import spelling
from custody_cli.profile import Profile
from custody_verifier.canonical import Json

FORMAT = "custody-intake/1"


@dataclass(slots=True, kw_only=True)
class PlannedFile:
    """One file: `file` is its uuid in the exhibit, `deposit` the address of its upload, `stored` its end.

    `path` and `inside` have surrogates where a name on disk is not text.
    `size` and `modified_ns` tell whether the file is still the one that was digested.
    """

    path: str
    inside: str | None
    file: str
    size: int
    modified_ns: int
    sha256: str
    sha512: str
    deposit: str | None = None
    stored: bool = False

    def is_as_measured(self) -> bool:
        """Tell whether the file on disk still has the size and time of when it was digested."""
        try:
            now = Path(self.path).stat()
        except OSError:
            return False
        return (now.st_size, now.st_mtime_ns) == (self.size, self.modified_ns)


@dataclass(slots=True, kw_only=True)
class PlannedExhibit:
    """One exhibit: its stream, its files, the signed act once there is one, and the index of its entry."""

    exhibit: str
    label: str
    files: list[PlannedFile]
    submission: Json = None
    key: str | None = None
    index: int | None = None


@dataclass(slots=True, kw_only=True)
class Plan:
    """An intake that is under way. `name` is made from what was asked, so that asking again goes on."""

    name: str
    case: str
    exhibits: list[PlannedExhibit]
    _lock: Lock = field(default_factory=Lock, repr=False)

    def save(self, profile: Profile) -> None:
        """Keep the plan, whole or not at all."""
        with self._lock:
            exhibits: list[Json] = [_exhibit_json(each) for each in self.exhibits]
            profile.save(file_of(self.name), {"format": FORMAT, "case": self.case, "exhibits": exhibits})

    def done(self, profile: Profile) -> None:
        """Forget the plan: everything in it is recorded or refused."""
        (profile.folder / file_of(self.name)).unlink(missing_ok=True)


def name_of(*asked: str) -> str:
    """Return the name of the intake that was asked for."""
    return hashlib.sha256("\0".join(asked).encode(errors="surrogateescape")).hexdigest()[:16]


def file_of(name: str) -> str:
    """Return where a plan is kept in the profile."""
    return f"intakes/{name}.json"


def load(profile: Profile, name: str) -> Plan | None:
    """Return the plan of that name that was left unfinished, if there is one."""
    if not profile.has(file_of(name)):
        return None
    kept = profile.load(file_of(name))
    exhibits = [_read_exhibit(each) for each in answers.items(kept, "exhibits")]
    return Plan(name=name, case=answers.text(kept, "case"), exhibits=exhibits)


def _exhibit_json(exhibit: PlannedExhibit) -> Json:
    return {
        "exhibit": exhibit.exhibit,
        "files": [_file_json(each) for each in exhibit.files],
        "index": exhibit.index,
        "key": exhibit.key,
        "label": exhibit.label,
        "submission": exhibit.submission,
    }


def _file_json(file: PlannedFile) -> Json:
    return {
        "deposit": file.deposit,
        "file": file.file,
        **spelling.kept("inside", file.inside),
        "modified_ns": file.modified_ns,
        **spelling.kept("path", file.path),
        "sha256": file.sha256,
        "sha512": file.sha512,
        "size": file.size,
        "stored": file.stored,
    }


def _read_exhibit(kept: Json) -> PlannedExhibit:
    index = answers.within(kept, "index")
    return PlannedExhibit(
        exhibit=answers.text(kept, "exhibit"),
        label=answers.text(kept, "label"),
        files=[_read_file(each) for each in answers.items(kept, "files")],
        submission=answers.within(kept, "submission"),
        key=answers.optional_text(kept, "key"),
        index=index if isinstance(index, int) else None,
    )


def _read_file(kept: Json) -> PlannedFile:
    return PlannedFile(
        path=spelling.read(kept, "path") or answers.text(kept, "path"),
        inside=spelling.read(kept, "inside"),
        file=answers.text(kept, "file"),
        size=answers.whole(kept, "size"),
        modified_ns=answers.whole(kept, "modified_ns"),
        sha256=answers.text(kept, "sha256"),
        sha512=answers.text(kept, "sha512"),
        deposit=answers.optional_text(kept, "deposit"),
        stored=answers.truth(kept, "stored"),
    )
