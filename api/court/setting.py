"""Setting a paper: values into what templates take, and Typst to PDF/A-3, the same bytes for the same facts."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Final

import segno

from api.court import typesetter
from api.court.items import Facts, Moment, Shown
from api.court.printable import TEMPLATES, printable
from api.court.typesetter import REFUSED
from api.court.words import CHOICES, PARTS, both
from custody.canonical import Json
from custody.errors import Unavailable
from custody.values import recorded_instant

STANDARD: Final = "a-3a"  # PDF/A-3 with tags; Typst refuses to write what breaks it
SECONDS: Final = 600  # for one paper
_UNSHOWN: Final = b"could not be displayed"


class Pen:
    """Writes values as cells of a template. `strict` is for text that the fonts could not set together."""

    def __init__(self, *, strict: bool = False, most: int = 4_000) -> None:
        self._strict, self._most = strict, most

    def at_most(self, most: int) -> Pen:
        """Return a pen that shortens every value to so many characters."""
        return Pen(strict=self._strict, most=most)

    def text(self, value: str, limit: int = 4_000) -> str:
        """Return text that can be set."""
        return printable(value, min(limit, self._most), strict=self._strict)

    def word(self, value: str) -> Json:
        """Return a choice in both languages, or the text itself."""
        found: Json = dict[str, Json](both(CHOICES, value)) if value in CHOICES else self.text(value)
        return found

    def cell(self, shown: Shown, limit: int = 4_000) -> Json:
        """Return a value as one cell: text, a choice, lines of parts, withheld, or nothing."""
        if shown.withheld:
            return {"withheld": True}
        return self._value(shown.value, limit)

    def _value(self, value: Json, limit: int) -> Json:
        if value is None or value in ([], {}):
            return None
        if isinstance(value, bool):
            return dict[str, Json](both(CHOICES, "true" if value else "false"))
        if isinstance(value, dict):
            parts = self.parts(value, limit)
            return {"parts": parts} if parts else None
        if isinstance(value, list):
            return self.text("; ".join(str(each) for each in value), limit)
        return self.text(str(value), limit)

    def parts(self, value: Mapping[str, Json], limit: int) -> list[Json]:
        """Return the members of an object that are there: label in both languages, and value."""
        return [
            {
                "label": dict[str, Json](both(PARTS, self.text(name, 100))),
                "value": self._part(name, each, limit),
            }
            for name, each in value.items()
            if each is not None and each not in ([], {})
        ]

    def _part(self, name: str, value: Json, limit: int) -> Json:
        if isinstance(value, str) and name in {"how", "outcome"}:
            return self.word(value)
        if isinstance(value, dict):
            return self.text("; ".join(f"{key}: {each}" for key, each in value.items()), limit)
        return self._value(value, limit)

    def place(self, shown: Shown) -> Json:
        """Return a place as text: site, detail."""
        if not isinstance(shown.value, dict):
            return self.cell(shown)
        found = [shown.value.get(name) for name in ("site", "detail")]
        return self.text(", ".join(str(each) for each in found if each is not None))

    def person(self, facts: Facts, person: str | None, index: int) -> Json:
        """Return a person as a cell: name at an entry, the newest name where it differs, and the short id."""
        if person is None:
            return None
        then, found = facts.name_at(person, index), facts.persons.get(person)
        now = then if found is None else found.name
        special = None if found is None or found.place == "enrolled" else self.word(found.place)
        return {
            "name": self.cell(then, 300),
            "now": self.cell(now, 300) if now.text is not None and now.text != then.text else None,
            "id": person.partition("/")[2][:8],
            "special": special,
        }

    def moment(self, moment: Moment) -> dict[str, Json]:
        """Return both clocks and the entry's index."""
        return {
            "at": claimed(moment.occurred_at),
            "date": claimed(moment.occurred_at)[:10],
            "clock": claimed(moment.occurred_at)[11:],
            "recorded": recorded(moment.recorded_at),
            "entry": moment.entry,
            "late": moment.late,
        }


def claimed(instant: str) -> str:
    """Return a claimed instant as people read it, with the offset that was given."""
    date, _, rest = instant.partition("T")
    clock = rest.rstrip("Z")
    for sign in "+-":
        clock = clock.replace(sign, f" {sign}")
    return f"{date} {clock}{' UTC' if rest.endswith('Z') else ''}"


def recorded(instant: str) -> str:
    """Return a recorded instant to the second, in UTC."""
    return f"{instant[:10]} {instant[11:19]} UTC"


def day(instant: str) -> list[Json]:
    """Return year, month, day, hour, minute and second of a recorded instant."""
    found: datetime = recorded_instant(instant, "made_at").astimezone(UTC)
    return [found.year, found.month, found.day, found.hour, found.minute, found.second]


def qr(payload: str) -> bytes:
    """Return a QR code as SVG, in black on nothing."""
    out = io.BytesIO()
    segno.make_qr(payload, error="m", boost_error=False).save(
        out, kind="svg", border=0, omitsize=True, nl=False
    )
    return out.getvalue()


@cache
def _template(name: str) -> bytes:
    return (TEMPLATES / name).read_bytes()


def compiled(
    template: str, tell: Callable[[Pen], Mapping[str, Json]], files: Mapping[str, bytes] | None = None
) -> bytes:
    """Return the PDF/A-3 of a template over what `tell` writes, and files. Raises Unavailable when there is none.

    Where the fonts show characters one by one but not together, all is set once more with a strict pen.
    """
    found = _set(template, tell(Pen()), files or {})
    if found.returncode == REFUSED and _UNSHOWN in found.stdout:
        found = _set(template, tell(Pen(strict=True)), files or {})
    if found.returncode != 0:
        reason = found.stdout if found.returncode == REFUSED else found.stderr[-300:]
        raise Unavailable("typst", reason.decode("utf-8", "replace") or f"ended with {found.returncode}")
    return found.stdout


def _set(
    template: str, data: Mapping[str, Json], files: Mapping[str, bytes]
) -> subprocess.CompletedProcess[bytes]:
    world = {name: _template(name) for name in ("paper.typ", template)}
    world["main.typ"] = f'#include "{template}"\n'.encode()
    world["data.json"] = json.dumps(data, ensure_ascii=False).encode()
    world |= files
    encoded = {name: base64.b64encode(each).decode() for name, each in world.items()}
    asked = json.dumps({"files": encoded, "standard": STANDARD}).encode()
    command = [sys.executable, "-I", typesetter.__file__]
    try:
        return subprocess.run(command, input=asked, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as fault:
        raise Unavailable("typst", f"did not end within {SECONDS} seconds") from fault
