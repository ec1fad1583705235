"""Small values, forms of members, keys, references and clocks: what fits, and what is refused where."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody import keys, members, values
from custody.canonical import Json
from custody.catalogue import CATALOGUE, check_body, read_public
from custody.catalogue.bundle import CONTENTS
from custody.clocks import require_correction, require_fresh, require_occurred, require_order_of_clock
from custody.errors import ClockBehind, Malformed, SeenTooOld, TooLarge
from custody.members import Form
from custody.outcomes import worst
from custody.references import Reference, check_character, read_reference, write_reference
from tests.support import examples
from tests.support.composing import Officer, SigningKey, uuid_of
from tests.support.story import CASE, START

SMALL = members.record({"a": members.TEXT}, {"b": members.BOOLEAN})
REFUSED: list[tuple[Form, Json, str]] = [
    (SMALL, None, "x"),
    (SMALL, {}, "x.a"),
    (SMALL, {"a": "1", "c": 1}, "x.c"),
    (SMALL, {"a": " "}, "x.a"),
    (SMALL, {"a": "1", "b": 1}, "x.b"),
    (members.many(members.TEXT, least=1), [], "x"),
    (members.many(members.TEXT), {}, "x"),
    (members.many(members.TEXT), ["a", 1], "x[1]"),
    (members.by_name(members.UUID, members.TEXT), [], "x"),
    (members.by_name(members.UUID, members.TEXT), {}, "x"),
    (members.by_name(members.UUID, members.TEXT), {"a": "1"}, "x"),
    (members.one_of("a", "b"), "c", "x"),
    (members.one_of("a", "b"), 1, "x"),
    (members.TRUE, False, "x"),
    (members.SIZE, -1, "x"),
    (members.SIZE, True, "x"),
    (members.DATE, "2026-2-3", "x"),
    (members.DATE, "2026-02-30", "x"),
    (members.UUIDS, "a", "x"),
    (members.UUIDS, [uuid_of("a"), uuid_of("a")], "x"),
    (members.UUIDS, ["a"], "x[0]"),
    (members.COUNT, 0, "x"),
    (members.sorted_set(members.TEXT), ["b", "a"], "x"),
    (members.sorted_set(members.TEXT), ["a", 1], "x[1]"),
    (CONTENTS, {"files": "some", "withheld": []}, "x.files"),
    (CONTENTS, {"files": [], "withheld": []}, "x.files"),
    (CONTENTS, {"files": None, "withheld": []}, "x.files"),
    (CONTENTS, {"files": "all", "withheld": ["name", "name"]}, "x.withheld"),
    (members.REFERENCE, "ukr", "x"),
    (members.ORIGIN, "custody.example", "x"),
    (members.VKEY, "custody.example", "x"),
    (members.nullable(members.TEXT), "", "x"),
    (members.EXHIBIT, CASE, "x"),
    (members.SHA512, "00", "x"),
    (members.KEY, {"algorithm": "rsa", "spki": "", "use": "act"}, "x.algorithm"),
    (members.KEY, {"algorithm": "ed25519", "spki": "", "use": "both"}, "x.use"),
    (members.KEY, {"algorithm": "ed25519", "spki": "", "use": "act"}, "x.spki"),
    (members.KEY, {"algorithm": "ed25519"}, "x"),
    (members.SESSION_KEY, SigningKey.of("a").public(), "x.use"),
]


@pytest.mark.parametrize(("form", "value", "path"), REFUSED)
def test_refused_values_are_named_by_their_path(form: Form, value: Json, path: str) -> None:
    """Each form refuses what is not of it, and says where."""
    with pytest.raises(Malformed) as refusal:
        form.check(value, "x")
    assert refusal.value.path == path


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (members.many(members.TEXT, most=1), ["a", "b"]),
        (members.sorted_set(members.TEXT, most=1), ["a", "b"]),
        (members.by_name(members.UUID, members.TEXT, most=1), {uuid_of("a"): "1", uuid_of("b"): "1"}),
    ],
)
def test_lists_and_objects_have_limits(form: Form, value: Json) -> None:
    """More members than the form has room for are too many."""
    with pytest.raises(TooLarge):
        form.check(value, "x")


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (SMALL, {"a": "1", "b": True}),
        (members.nullable(members.TEXT), None),
        (members.DATE, "2026-11-22"),
        (members.SIZE, 0),
        (members.UUIDS, sorted([uuid_of("a"), uuid_of("b")])),
        (CONTENTS, {"files": [uuid_of("a")], "withheld": ["identity_check", "name"]}),
        (CONTENTS, {"files": "none", "withheld": []}),
        (members.VKEY, examples.VKEY),
        (members.ORIGIN, examples.ORIGIN),
        (members.SHA512, "00" * 64),
    ],
)
def test_values_that_fit(form: Form, value: Json) -> None:
    """What is of the form passes without a word."""
    form.check(value, "x")


def test_public_members_are_closed() -> None:
    """A missing member, an unknown one, and `late` with another value than true are refused."""
    officer = Officer.of("taras")
    refused: list[tuple[dict[str, Json], str]] = [
        ({}, "act.public.role"),
        ({"role": "officer", "x": 1}, "act.public.x"),
        ({"role": "officer", "late": False}, "act.public.late"),
        ({"role": "king"}, "act.public.role"),
    ]
    for public, path in refused:
        act, _opened = officer.act("person.role-granted.v1", officer.person, public)
        with pytest.raises(Malformed) as refusal:
            read_public(act)
        assert refusal.value.path == path


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"reason": "x"}, "act.body"),
        ({"title": "x"}, "act.body.reason"),
        ({"reason": "x", "seal": None}, "act.body.seal"),
        ({"reason": "x", f"files/{uuid_of('f')}/digests": 1}, f"act.body.files/{uuid_of('f')}/digests"),
        ({"reason": "x", "title": ""}, "body.title"),
    ],
)
def test_bodies_are_closed(body: dict[str, Json], path: str) -> None:
    """An amendment has a reason and changes something that may be amended."""
    act, _opened = Officer.of("taras").act("exhibit.amended.v1", f"exhibit/{uuid_of('x')}", {}, body)
    with pytest.raises(Malformed) as refusal:
        check_body(act, body)
    assert refusal.value.path == path


def test_values_come_with_each_member() -> None:
    """Opened values that leave a member out are refused; None says that all are withheld."""
    act, _opened = Officer.of("taras").act("case.closed.v1", CASE, {}, {"reason": "x"})
    check_body(act, None)
    with pytest.raises(Malformed, match="not opened"):
        check_body(act, {})


def test_an_intake_of_files_has_both_parts_of_each() -> None:
    """No part of a file is missing, and no other file has one."""
    file, other = uuid_of("f"), uuid_of("g")
    public = examples.intake(CASE, "digital", [file])
    whole = examples.digital([file])
    for body, path in [
        (
            {name: value for name, value in whole.items() if not name.endswith("found")},
            f"act.body.files/{file}/found",
        ),
        (whole | {f"files/{other}/digests": examples.digests(b"")}, f"act.body.files/{other}/digests"),
    ]:
        act, _opened = Officer.of("taras").act("exhibit.received.v1", f"exhibit/{uuid_of('x')}", public, body)
        with pytest.raises(Malformed) as refusal:
            check_body(act, body)
        assert refusal.value.path == path


def test_every_type_has_words() -> None:
    """Each row of the catalogue says who may, and is named as the format of types demands."""
    assert all(
        kind.who and values.act_type(name, "") == name == kind.name for name, kind in CATALOGUE.items()
    )
    assert len(CATALOGUE) == 34


# --- keys ---------------------------------------------------------------------------------------------


@given(st.text(min_size=1, max_size=12), st.sampled_from(["ed25519", "es256"]))
def test_keys_that_were_made_are_sound(name: str, algorithm: str) -> None:
    """No key that a library makes is taken for weak."""
    key = keys.read_key(SigningKey.of(name.encode().hex(), algorithm).public(), "key")
    assert keys.weakness(key) is None


# --- references ---------------------------------------------------------------------------------------

REFERENCES = st.from_regex(r"[A-Z0-9]{1,6}(-[A-Z0-9]{1,6}){0,3}", fullmatch=True)


@given(REFERENCES, st.integers(1, 10**6))
def test_references_read_as_written(case: str, ordinal: int) -> None:
    """Case and number come back."""
    assert read_reference(write_reference(case, ordinal)) == Reference(case, ordinal)


@given(REFERENCES, st.integers(1, 9999), st.data())
def test_one_wrong_character_is_noticed(case: str, ordinal: int, data: st.DataObject) -> None:
    """Another letter or digit anywhere does not fit the check character."""
    written = write_reference(case, ordinal)
    place = data.draw(st.sampled_from([at for at, each in enumerate(written) if each not in "-/"]))
    other = data.draw(
        st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ").filter(lambda each: each != written[place])
    )
    with pytest.raises(Malformed):
        read_reference(f"{written[:place]}{other}{written[place + 1 :]}")


def test_the_check_character_is_that_of_the_standard() -> None:
    """The example of ISO 7064 MOD 37,36 that a numbering standard gives."""
    assert check_character("A12425GABC1234002") == "M"


@pytest.mark.parametrize("value", ["", "UKR2-25/7-0", "UKR2-25/000-1", "ukr2-25/007-0", "UKR2-25/0007-0", 7])
def test_what_is_no_reference(value: object) -> None:
    """A reference has one spelling."""
    with pytest.raises(Malformed):
        read_reference(value)


@pytest.mark.parametrize(("case", "ordinal"), [("ukr", 1), ("A--B", 1), ("A", 0)])
def test_no_reference_is_written_for_what_is_none(case: str, ordinal: int) -> None:
    """A case reference is upper case and an ordinal begins at 1."""
    with pytest.raises(Malformed):
        write_reference(case, ordinal)


# --- clocks -------------------------------------------------------------------------------------------


def test_the_ledgers_clock_never_goes_back() -> None:
    """A little behind, the newest entry's time is taken; more than 2 s behind, nothing is recorded."""
    second = timedelta(seconds=1)
    assert require_order_of_clock(None, START) == START
    assert require_order_of_clock(START, START + second) == START + second
    assert require_order_of_clock(START, START - 2 * second) == START
    with pytest.raises(ClockBehind) as refusal:
        require_order_of_clock(START, START - 3 * second)
    assert refusal.value.seconds == 3


def test_what_a_signer_saw_grows_old() -> None:
    """15 minutes after its tree was outgrown an act is refused, unless it is marked late."""
    age = timedelta(minutes=15)
    officer = Officer.of("taras").at(values.LedgerId("00" * 32), 5, bytes(32))
    act, _opened = officer.act("case.closed.v1", CASE, {}, {"reason": "x"})
    late, _opened = officer.act("case.closed.v1", CASE, {"late": True}, {"reason": "x", "late_reason": "y"})
    require_fresh(act, START, START + age)
    require_fresh(act, None, START + age * 9)
    require_fresh(late, START, START + age * 9)
    require_fresh(Officer.of("taras").act("case.closed.v1", CASE)[0], START, START + age * 9)
    with pytest.raises(SeenTooOld):
        require_fresh(act, START, START + age + timedelta(seconds=1))


def test_clocks_that_agree_are_no_fault() -> None:
    """Five minutes ahead is allowed, and a correction names the newest time."""
    act, _opened = Officer.of("taras").act("case.closed.v1", CASE, occurred_at="2026-11-22T10:05:00+02:00")
    require_occurred(act, START)
    public: dict[str, Json] = {"previous_recorded_at": "2026-11-22T08:00:00.000000Z"}
    act, _opened = Officer.of("olena").act("ledger.clock-corrected.v1", f"ledger/{uuid_of('l')}", public)
    require_correction(act, "2026-11-22T08:00:00.000000Z")


def test_the_worst_outcome() -> None:
    """A mismatch outweighs what was not checked, which outweighs a match; nothing checked is not checked."""
    found = [
        worst(each)
        for each in (["match", "not-checked", "mismatch"], ["not-checked", "match"], ["match"], [])
    ]
    assert found == ["mismatch", "not-checked", "match", "not-checked"]


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        (values.text, 1),
        (values.hex256, "AB" * 32),
        (values.hex512, "00"),
        (values.from_base64, "é"),
        (values.from_base64url, "A"),
        (values.from_base64url, "AB"),
        (values.recorded_instant, "2026-11-31T08:00:00.000000Z"),
        (values.recorded_instant, "0999-11-30T08:00:00.000000Z"),
    ],
)
def test_small_values_that_are_refused(reader: object, value: object) -> None:
    """Each reader refuses what is not of its grammar, with the path."""
    assert callable(reader)
    with pytest.raises(Malformed, match=r"^x: "):
        reader(value, "x")
