"""Shows the server's answers to people: nested names and values, times, histories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from custody_cli import answers, output
from custody_cli.messages import TABLE, say
from custody_verifier.canonical import Json


def tree(value: Mapping[str, Json]) -> str:
    """Return an object as lines, its groups indented."""
    return "\n".join(_lines(value, ""))


def label(name: str) -> str:
    """Return the word for a member in the chosen language, or its name; parts of files name their file."""
    if name.startswith("files/") and name.count("/") == 2:
        _, file, part = name.split("/")
        return f"{say('field.file')} {output.clean(file)}, {label(part)}"
    key = f"field.{name.replace('_', '-')}"
    return say(key) if key in TABLE else output.clean(name)


def plain(value: Json) -> str:
    """Return a value as text on one line."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if isinstance(value, list):
        return ", ".join(plain(each) for each in value) or "-"
    if isinstance(value, dict):
        return "; ".join(f"{label(name)}: {plain(each)}" for name, each in value.items() if each is not None)
    return output.clean(str(value))


def found_line(item: Mapping[str, Json]) -> str:
    """Return something that was found on one line: what it is, its reference or name, its title."""
    shown = (item.get(name) for name in ("kind", "reference", "name", "title"))
    stream = item.get("stream") or item.get("exhibit") or item.get("case") or item.get("person")
    return "  ".join(plain(each) for each in (*shown, stream) if each)


def waiting_line(item: Mapping[str, Json]) -> str:
    """Return something that waits for the officer: an offer, a key to confirm, a recovery to approve."""
    if item.get("kind") == "key" or item.get("kind") == "recovery":
        return plain({**item})
    custodian, offer = item.get("custodian"), item.get("offer")
    giver = custodian.get("name") if isinstance(custodian, dict) else None
    when = offer.get("offered_at") if isinstance(offer, dict) else None
    return say(
        "inbox.offer",
        reference=plain(item.get("reference")),
        title=plain(item.get("title")),
        name=plain(giver),
        when=plain(when),
    )


def act_line(item: Json) -> str:
    """Return one act of a history: both clocks, what, by whom as they were called then."""
    actor = answers.record(answers.record(item, "act").get("actor"), "actor")
    then, now = (answers.optional_text(actor, each) for each in ("name_then", "name_now"))
    name = then or answers.optional_text(actor, "person") or "?"
    if now and now != then:
        name += f" ({say('history.now')}: {now})"
    late = f" [{say('history.late')}]" if answers.record(item, "act").get("late") is True else ""
    head = (
        f"{answers.whole(item, 'index'):>6}  {answers.text(item, 'recorded_at')}  "
        f"{answers.text(item, 'occurred_at')}{late}  {answers.text(item, 'type')}  {output.clean(name)}"
    )
    return "\n".join([head, *(f"        {line}" for line in _values(item))])


def _values(item: Json) -> Iterator[str]:
    record = answers.record(item, "act")
    public, values = record.get("public"), record.get("values")
    for group in (public, values):
        if isinstance(group, dict):
            for name, value in group.items():
                yield f"{label(name)}: {plain(value)}"
    if record.get("withheld") is True or values == "withheld":
        yield say("history.withheld")


def _lines(value: Mapping[str, Json], indent: str) -> Iterator[str]:
    for name, member in value.items():
        yield from _member(label(name), member, indent)


def _member(name: str, member: Json, indent: str) -> Iterator[str]:
    if isinstance(member, dict) and member.keys() >= {"value", "since"}:
        yield f"{indent}{name}: {plain(member['value'])}"
    elif isinstance(member, dict) and member:
        yield f"{indent}{name}:"
        yield from _lines(member, f"{indent}  ")
    elif isinstance(member, list) and any(isinstance(each, dict) for each in member):
        yield f"{indent}{name}:"
        for each in member:
            yield f"{indent}  - {plain(each)}"
    else:
        yield f"{indent}{name}: {plain(member)}"
