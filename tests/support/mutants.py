"""Random changes of small bundles: of records, of the bag, of what was told and signed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

from custody.act import Act, Disclosure, read_act, write_entry
from custody.canonical import canonical
from custody.errors import CustodyError
from custody.ports import Recorded
from custody.values import to_base64, to_base64url
from tests.support.altering import altered, other_bytes
from tests.support.bundle_longer import any_of
from tests.support.bundles import TSA, Parts, Told, bagged, begin, issue, parts, seal, zipped
from tests.support.composing import Officer, SigningKey, seed, tree_root, uuid_of
from tests.support.story import Story
from tests.support.trees import OTHER, WITNESS, Log, policy

PEOPLE = ("olena", "service", "taras", "petro", "iryna")
LINES = tuple(f"data/{name}.jsonl" for name in ("entries", "proofs", "heads", "disclosures", "consistency"))
Value = Any


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A changed bundle, with what the reader is given. `log`: a copy of the log, by path; `about`: how it was made."""

    about: str
    data: bytes
    trust: bytes | None = field(default_factory=policy)
    tsa: bytes | None = field(default_factory=TSA.pem)
    log: dict[str, bytes] | None = None
    receipts: tuple[bytes, ...] = ()
    persons: tuple[tuple[str, str], ...] = ()
    ledger: str | None = None
    file: bytes | None = None


def mutants(start: int, count: int) -> Iterator[Mutant]:
    """Yield the mutants of `count` numbers: each number always gives the same one, or none."""
    for number in range(start, start + count):
        dice = random.Random(number)
        try:
            yield given(dice, f"{number}: ", *dice.choices((records, told, bag), (6, 8, 1))[0](dice))
        except (CustodyError, KeyError, TypeError, IndexError, ValueError, AttributeError):
            continue  # no bundle can be made of this


# --- what the reader is given ------------------------------------------------------------------------------


def given(dice: random.Random, number: str, about: str, data: bytes, story: Told) -> Mutant:
    """Return the mutant with the reader's usual things, sometimes with more, sometimes with fewer."""
    mutant = Mutant(about=number + about, data=data)
    if dice.random() < 0.5:
        return mutant
    more: dict[str, Callable[[], dict[str, Any]]] = {
        "trust": lambda: {"trust": dice.choice((None, policy(quorum="none"), policy(quorum="both")))},
        "tsa": lambda: {"tsa": None},
        "log": lambda: {"log": _copy(dice, story.log)},
        "receipts": lambda: {"receipts": tuple(_receipt(dice, story, data) for _ in range(2))},
        "persons": lambda: {"persons": _pins(dice, story)},
        "ledger": lambda: {"ledger": dice.choice((_digest(story), "ab" * 32))},
        "file": lambda: {"file": dice.choice((*story.files.values(), b"another"))},
    }
    for name in dice.sample(sorted(more), dice.randint(1, 2)):
        mutant = replace(mutant, **more[name](), about=f"{mutant.about}; with {name}")
    return mutant


def _digest(story: Told) -> str:
    return sha256(story.log.entries[0]).hexdigest()


def _pins(dice: random.Random, story: Told) -> tuple[tuple[str, str], ...]:
    officers = [story.story.person(name) for name in dice.sample(PEOPLE, 2)]
    return tuple((each.person, dice.choice((each.key.fingerprint, "0" * 64))) for each in officers)


def _receipt(dice: random.Random, story: Told, data: bytes) -> bytes:
    if dice.random() < 0.3:
        return issue(story, data)
    at = dice.randrange(len(story.log.entries))
    pair = story.log.entries[at] + b"\n" + story.log.receipt(at)
    return pair if dice.random() < 0.8 else other_bytes(dice, pair)


def _copy(dice: random.Random, log: Log) -> dict[str, bytes]:
    """Return a copy of the log, whole, shorter or with a byte changed."""
    size = len(log.entries) if dice.random() < 0.7 else dice.randrange(1, len(log.entries))
    entries = log.entries[:size]
    framed = b"".join(len(each).to_bytes(2, "big") + each for each in entries)
    files = {
        "checkpoint": log.checkpoint(size),
        f"tile/entries/000.p/{size}": framed,
        f"tile/0/000.p/{size}": b"".join(sha256(b"\0" + each).digest() for each in entries),
    }
    if dice.random() < 0.3:
        name = dice.choice(sorted(files))
        files[name] = other_bytes(dice, files[name])
    return files


def words(story: Told) -> list[Value]:
    """Return values that stand somewhere in records, and odd ones."""
    acts = [each.entry.act for each in story.story.entries]
    odd: list[Value] = [
        None,
        True,
        False,
        0,
        1,
        -1,
        2,
        300,
        2**53 - 1,
        2**53,
        "",
        " ",
        "x",
        "А",
        [],
        {},
        "0" * 64,
    ]
    odd += [
        "2026-11-22T10:00:00+02:00",
        "2026-11-22T08:00:09.000000Z",
        "2026-12-01T08:00:09.000000Z",
        "9998-01-01",
    ]
    odd += [
        "officer",
        "administrator",
        "auditor",
        "custodian",
        "prosecutor",
        "service",
        "digital",
        "physical",
    ]
    odd += [
        "match",
        "mismatch",
        "not-checked",
        "access",
        "fixity",
        "act",
        "session",
        "download",
        "custody.example/5f1a2b3C",
    ]
    odd += [*{each.stream for each in acts}, *{each.key for each in acts}, *{each.hash for each in acts}]
    odd += [each.type for each in acts] + [f"person/{uuid_of('nobody')}", f"case/{uuid_of('no case')}"]
    odd += [Officer.of(name).person for name in PEOPLE]
    return odd


# --- records: lines and members, with manifests that match ----------------------------------------------------


def made(dice: random.Random, story: Told) -> Parts:
    """Return the parts of a bundle, with or without anchors and withheld values."""
    size = len(story.story.entries)
    anchors = sorted(set(dice.choices(range(1, size + 1), k=dice.randint(0, 3))))
    withheld = dice.choice(((), (), None, {"name", "files/digests"}, {"seal"}, {"rehash"}))
    witnesses = dice.choice(((WITNESS,), (WITNESS, OTHER), ()))
    return parts(story, anchors=anchors, withheld=withheld, witnesses=witnesses)


def records(dice: random.Random) -> tuple[str, bytes, Told]:
    """Change records of a good bundle; manifests match."""
    story = any_of(dice)
    some, about = made(dice, story), []
    for _ in range(dice.choice((1, 1, 1, 2))):
        name = dice.choice((*LINES, *LINES, "data/bundle.json", dice.choice(sorted(some.files))))
        about.append(f"{name} {_change(dice, some, name, words(story))}")
    return ", ".join(about), some.zip(), story


def _change(dice: random.Random, some: Parts, name: str, values: list[Value]) -> str:
    data = some.files[name]
    if name.endswith((".jsonl", "bundle.json")) and dice.random() < 0.9:
        lines = data.splitlines()
        way = dice.random()
        at = dice.randrange(len(lines))
        if way < 0.15:
            del lines[at]
        elif way < 0.22:
            lines.insert(at, lines[dice.randrange(len(lines))])
        elif way < 0.3:
            other = dice.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        elif way < 0.36 and name.endswith("entries.jsonl"):
            _cut(some, at)
            return f"all of line {at}"
        else:
            lines[at] = canonical(altered(dice, json.loads(lines[at]), values))
        ends = b"\n" if name.endswith("l") else b""
        some.files[name] = b"".join(line + ends for line in lines)
        return f"line {at} {way:.2f}"
    if dice.random() < 0.3:
        del some.files[name]
        return "gone"
    some.files[name] = other_bytes(dice, data)
    return "byte"


def _cut(some: Parts, at: int) -> None:
    """Take an entry out, with its proof and its disclosures."""
    index = json.loads(some.files[LINES[1]].splitlines()[at])["index"]
    for name in LINES[:2]:
        lines = some.files[name].splitlines(keepends=True)
        some.files[name] = b"".join(lines[:at] + lines[at + 1 :])
    lines = some.files[LINES[3]].splitlines(keepends=True)
    some.files[LINES[3]] = b"".join(line for line in lines if json.loads(line)["index"] != index)


# --- the bag and the zip ------------------------------------------------------------------------------------------


def bag(dice: random.Random) -> tuple[str, bytes, Told]:
    """Change tag files, names or bytes of the zip."""
    story = any_of(dice)
    some = made(dice, story)
    files = bagged(some.files, some.made_at, some.bundle, some.ledger)
    top, way = some.bundle.replace("/", "-"), dice.random()
    if way < 0.3:
        data = other_bytes(dice, zipped(top, files))
        return "a byte of the zip", data, story
    name = dice.choice(sorted(files))
    if way < 0.6:
        name = dice.choice([each for each in files if not each.startswith("data/")])
        files[name] = other_bytes(dice, files[name])
    elif way < 0.7:
        del files[name]
    elif way < 0.9:
        stem = dice.choice(
            ("data/files/x", "data/anchors/01.note", "data/files/../x", "a b", "data/anchors/5.A.tsr")
        )
        stem = dice.choice(
            (
                stem,
                "data/anchors/99.note",
                "data/anchors/7.test.tsr",
                f"data/files/{uuid_of('p')}",
                "verify.html",
            )
        )
        files[stem] = b"planted"
        name = stem
    else:
        top = dice.choice((top.upper(), f"bundle-{uuid_of('another')}", "bundle", top + "x"))
    return f"the bag: {name}", zipped(top, files), story


# --- what was told: acts altered and signed again ------------------------------------------------------------------


@dataclass
class Script:
    """One act to be told again: its members, its values, its number, when it was recorded."""

    act: dict[str, Value]
    values: dict[str, Value]
    ordinal: int | None
    after: timedelta = timedelta(seconds=1)
    batch: bool = False


def told(dice: random.Random) -> tuple[str, bytes, Told]:
    """Alter acts of a story, sign them again, and seal what came of it."""
    old = any_of(dice)
    script = [_script(old.story, at) for at in range(len(old.story.entries) - 2)]
    about = [_alter(dice, script, words(old)) for _ in range(dice.choice((1, 1, 2, 3)))]
    new = begin()
    new.story = retold(script, follow=dice.random() < 0.8)
    new.case, new.video, new.telephone, new.files = old.case, old.video, old.telephone, old.files
    case = old.scope["case"]
    sealed = altered(dice, {"exhibits": 2, "streams": 7}, words(old)) if dice.random() < 0.1 else None
    who = "petro" if "petro" in old.story.people else "taras"
    if case:
        seal(new, str(case), by=who, sealed=sealed)
    else:
        seal(new, exhibits=list(old.listed), by=who, sealed=sealed)
    if dice.random() < 0.1:
        new.hidden = {dice.randrange(len(script))}
    return "told " + ", ".join(about), made(dice, new).zip(), new


def _script(story: Story, at: int) -> Script:
    recorded = story.entries[at]
    found = json.loads(recorded.entry.data)
    return Script(found["act"], dict(story.values[at]), recorded.entry.ordinal)


def _alter(dice: random.Random, script: list[Script], some: list[Value]) -> str:
    at = dice.randrange(1 if dice.random() < 0.9 else 0, len(script))
    one, way = script[at], dice.random()
    if way < 0.4:
        one.act["public"] = altered(dice, one.act["public"] or {"late": True}, some)
    elif way < 0.55:
        one.values = altered(dice, one.values, some)
    elif way < 0.7:
        name = dice.choice(sorted(one.act))
        if name != "body":
            one.act[name] = altered(dice, one.act[name], some)
    elif way < 0.75:
        one.ordinal = dice.choice((None, 1, 2, 3, 9))
    elif way < 0.82:
        one.after = timedelta(seconds=dice.choice((-5, -100, 301, 1000, 100_000)))
    elif way < 0.88:
        del script[at]
    elif way < 0.94:
        other = dice.randrange(1, len(script))
        script[at], script[other] = script[other], script[at]
    else:
        kind = dice.choice([each.act["type"] for each in script])
        one.act["type"] = kind
    return f"{at} {one.act['type']} {way:.2f}"


def retold(script: list[Script], *, follow: bool) -> Story:
    """Tell acts as the script has them; `follow`: hashes, the ledger and what was seen are those of the new story."""
    story, names = Story(), dict[str, str]()
    for each in script:
        shown = tuple(
            Disclosure(to_base64url(seed(f"salt {name}")[:16]), name, value)
            for name, value in sorted(each.values.items())
        )
        found = each.act | {"body": {one.name: one.commitment() for one in shown}}
        old = read_act(each.act).hash if _good(each.act) else ""
        if follow:
            found = _followed(found, names, story)
        act = read_act(found)
        names[old] = act.hash
        _record(story, act, shown, each)
        if len(story.entries) == 1:
            names[str(script[1].act["ledger"])] = str(story.world.ledger_id)
    story.people = {name: Officer.of(name) for name in PEOPLE}
    if any(each.entry.act.key == SigningKey.of("iryna spare", "es256").fingerprint for each in story.entries):
        story.people["iryna"] = Officer.of("iryna").with_key(SigningKey.of("iryna spare", "es256"))
    return story


def _good(act: dict[str, Value]) -> bool:
    try:
        read_act(act)
    except CustodyError:
        return False
    return True


def _followed(found: dict[str, Value], names: dict[str, str], story: Story) -> dict[str, Value]:
    text = json.dumps(found)
    for old, new in names.items():
        text = text.replace(old, new) if old else text
    found = json.loads(text)
    seen = found["seen"]
    if (
        isinstance(seen, dict)
        and isinstance(seen.get("size"), int)
        and 0 < seen["size"] <= len(story.entries)
    ):
        seen["root"] = to_base64(tree_root([one.entry.data for one in story.entries[: seen["size"]]]))
    return found


KEYS = [SigningKey.of(name) for name in PEOPLE] + [SigningKey.of("iryna spare", "es256")]


def _record(story: Story, act: Act, shown: tuple[Disclosure, ...], each: Script) -> None:
    key = next((key for key in KEYS if key.fingerprint == act.key), KEYS[2])
    submission = replace(Officer.of("taras"), key=key).sign(act, shown)
    story.now += each.after
    entry = write_entry(act, submission.signature, recorded_at=story.now, ordinal=each.ordinal)
    recorded = Recorded(len(story.entries), entry)
    story.entries.append(recorded)
    story.values.append({one.name: one.value for one in shown})
    story.disclosures.append(shown)
    story.world.take(recorded, story.values[-1])
