"""The tables of docs that follow from the code: act types, rules. `python -m tests.support.spec_tables` writes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from custody.catalogue import CATALOGUE, ActType, Body
from custody.catalogue.exhibit import digital
from custody.catalogue.kinds import Forms
from custody.rules import RULES

ROOT: Final = Path(__file__).parents[2]
ACTS: Final = ROOT / "docs/spec/acts-v1.md"
RULES_PAGE: Final = ROOT / "docs/reference/rules.md"
KINDS: Final = ("ledger", "person", "case", "exhibit", "transfer", "service", "bundle")


def _members(forms: Forms) -> str:
    return "; ".join(f"`{name}` {form.words}" for name, form in forms.items()).replace("|", "\\|")


def _body(body: Body) -> str:
    parts = []
    if body.required:
        parts.append(_members(body.required))
    for part, form in body.parts.items():
        where = "for each file" if body.files is not None else "optional, for a file"
        parts.append(f"{where} `files/<uuid>/{part}` " + form.words.replace("|", "\\|"))
    if body.optional:
        least = f" (at least {body.least}, parts of files counted)" if body.least else ""
        parts.append(f"optional{least}: {_members(body.optional)}")
    return ". ".join(parts) or "none"


def _bodies(kind: ActType) -> list[tuple[str, str]]:
    if isinstance(kind.body, Body):
        return [("body", _body(kind.body))]
    return [
        ("body, physical", _body(kind.body({"files": [], "kind": "physical"}))),
        ("body, digital", _body(digital(()))),
    ]


def acts(group: str) -> str:
    """Return the tables of one group of act types."""
    lines = []
    for kind in CATALOGUE.values():
        if _group(kind) != group:
            continue
        first = ", as its first entry" if kind.begins else ""
        rows = [
            ("stream", f"`{kind.stream}/<uuid>`{first}"),
            ("who", kind.who),
            ("public", _members(kind.public) or "none"),
            *_bodies(kind),
        ]
        lines += [f"### {kind.name}", "", "| | |", "|---|---|"]
        lines += [f"| {name} | {text} |" for name, text in rows]
        lines.append("")
    return "\n".join(lines)


def _group(kind: ActType) -> str:
    noun = kind.name.partition(".")[0]
    return noun if noun in KINDS else "service"


def rules() -> str:
    """Return the table of rules."""
    lines = ["| rule | clause | what it says | українською |", "|---|---|---|---|"]
    lines += [
        f"| `{name}` | {rule.clause} | {rule.english} | {rule.ukrainian} |"
        for name, rule in sorted(RULES.items())
    ]
    return "\n".join(lines)


TABLES: Final[list[tuple[Path, str, Callable[[], str]]]] = [
    *((ACTS, group, lambda group=group: acts(group)) for group in KINDS),
    (RULES_PAGE, "rules", rules),
]


def written(page: str, mark: str, table: str) -> str:
    """Return a page with the table between its marks."""
    begin, end = f"<!-- {mark}: begin -->\n", f"<!-- {mark}: end -->"
    head, _, rest = page.partition(begin)
    _, _, tail = rest.partition(end)
    return f"{head}{begin}{table.rstrip()}\n{end}{tail}"


def main() -> None:
    """Write all tables into their pages."""
    for path, mark, table in TABLES:
        path.write_text(written(path.read_text(encoding="utf-8"), mark, table()), encoding="utf-8")


if __name__ == "__main__":
    main()
