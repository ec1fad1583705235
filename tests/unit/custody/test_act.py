"""Acts, entries and disclosures: read from bytes, written to the same bytes, refused otherwise."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from custody.act import (
    ACT_PREFIX,
    Act,
    Batch,
    Disclosure,
    Signature,
    opened,
    read_act,
    read_disclosure,
    read_disclosures,
    read_entry,
    write_entry,
    write_signature,
)
from custody.canonical import Json, canonical, parse
from custody.errors import Malformed, TooLarge
from tests.support.composing import Officer, recompose
from tests.support.story import CASE

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
BODY: dict[str, Json] = {"reason": "done", "late_reason": "no network"}


def _act() -> tuple[Act, tuple[Disclosure, ...]]:
    return Officer.of("taras").act("case.closed.v1", CASE, {"late": True}, BODY)


def _listed(disclosures: tuple[Disclosure, ...]) -> list[Json]:
    return [[each.salt, each.name, each.value] for each in disclosures]


def test_an_entry_is_read_as_it_was_written() -> None:
    """Act, number, time and signature come back, with and without a batch."""
    act, _disclosures = _act()
    for batch in (None, Batch(1, 3, (bytes(32), b"\1" * 32))):
        signature = Signature("ed25519", bytes(64), batch)
        for ordinal in (None, 7):
            entry = write_entry(act, signature, recorded_at=NOW, ordinal=ordinal)
            assert read_entry(entry.data) == entry
            assert entry.data == canonical(parse(entry.data))
            assert canonical(write_signature(signature)) in entry.data


def test_the_act_message_is_the_prefix_and_the_canonical_act() -> None:
    """The message is what is signed and hashed."""
    act, _disclosures = _act()
    assert act.message.startswith(ACT_PREFIX)
    assert read_act(parse(act.message[len(ACT_PREFIX) :])) == act
    assert act.kind == "case"


def test_an_entry_over_the_limit_is_refused() -> None:
    """65,535 bytes are the most, for writers and readers."""
    act, _disclosures = Officer.of("taras").act("case.closed.v1", CASE, {"padding": "x" * 65_000})
    with pytest.raises(TooLarge):
        write_entry(act, Signature("ed25519", bytes(64), None), recorded_at=NOW, ordinal=None)
    with pytest.raises(TooLarge):
        read_entry(b"{" * 65_536)


def test_disclosures_open_each_member_once() -> None:
    """Missing, extra, doubled or altered disclosures are refused."""
    act, disclosures = _act()
    listed = _listed(disclosures)
    assert opened(read_disclosures(listed, act)) == BODY
    more: list[Json] = ["A" * 22, "more", 1]
    altered: list[Json] = ["A" * 22, "reason", "done"]
    refused: list[Json] = [listed[:1], [*listed, listed[0]], [*listed, more], {}, [listed[0], altered]]
    for wrong in refused:
        with pytest.raises(Malformed):
            read_disclosures(wrong, act)


def test_a_doubled_disclosure_is_refused_also_when_all_are_there() -> None:
    """The same member opened twice is refused, though no name is missing."""
    act, disclosures = _act()
    with pytest.raises(Malformed, match="exactly once: late_reason"):
        read_disclosures([*_listed(disclosures), _listed(disclosures)[0]], act)


@pytest.mark.parametrize(
    "value", [None, [], ["A" * 22, "name"], ["A" * 21, "name", 1], ["A" * 22, "Name", 1]]
)
def test_what_is_no_disclosure(value: Json) -> None:
    """A disclosure is salt, name and value, and nothing else."""
    with pytest.raises(Malformed):
        read_disclosure(value, "disclosures[0]")


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("e\u0301", "acts[0].disclosures[3][2]"),
        ({"site": "x\0"}, "acts[0].disclosures[3][2].site"),
        ({"witnesses": ["A", "\ud800"]}, "acts[0].disclosures[3][2].witnesses[1]"),
        (2**53, "acts[0].disclosures[3][2]"),
    ],
)
def test_a_value_that_is_not_canonical_is_refused_with_its_whole_path(value: Json, path: str) -> None:
    """Of a thousand acts with their disclosures, the one member at fault is named."""
    with pytest.raises(Malformed) as refused:
        read_disclosure(["A" * 22, "place", value], "acts[0].disclosures[3]")
    assert refused.value.path == path


def test_a_value_over_the_limit_is_refused() -> None:
    """A value has at most 1 MiB in canonical form."""
    assert read_disclosure(["A" * 22, "name", "x" * ((1 << 20) - 2)], "").name == "name"
    with pytest.raises(TooLarge):
        read_disclosure(["A" * 22, "name", "x" * ((1 << 20) - 1)], "")


@pytest.mark.parametrize(
    ("member", "value", "path"),
    [
        ("public", [], "act.public"),
        ("body", [], "act.body"),
        ("body", {"Name": "A" * 43}, "act.body.Name"),
        ("seen", {"root": "", "size": 1}, "act.seen.root"),
        ("seen", {"root": "", "size": True}, "act.seen.size"),
        ("version", 2, "act.previous"),
        ("actor", None, "act.actor"),
    ],
)
def test_the_member_at_fault_is_named(member: str, value: Json, path: str) -> None:
    """An act that is not of the format is refused with the path."""
    with pytest.raises(Malformed) as refusal:
        recompose(*_act(), {member: value})
    assert refusal.value.path == path


def test_a_batch_has_a_list_of_hashes() -> None:
    """The path of a batch is a list."""
    act, _disclosures = _act()
    entry = write_entry(act, Signature("ed25519", bytes(64), Batch(0, 1, ())), recorded_at=NOW, ordinal=None)
    found = json.loads(entry.data)
    found["signature"]["batch"]["path"] = ""
    with pytest.raises(Malformed, match="path: is not a list"):
        read_entry(canonical(found))
