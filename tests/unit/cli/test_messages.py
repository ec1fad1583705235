"""The message table: both languages say the same things, and every text that is asked for is there."""

import re
import string
from pathlib import Path

import pytest

import custody_cli
from custody_cli import messages
from custody_cli.messages import TABLE, language_of, say_in
from tests.support.tree import ROOT

SOURCE = [path.read_text(encoding="utf-8") for path in Path(custody_cli.__file__).parent.rglob("*.py")]
ASKED = re.compile(
    r"""(?:say|group|argument|Fault|Misuse|NotThere|Denied|Conflicting|Unreachable|NotChecked)\(\s*"([a-z.-]+)"""
    r"""|(?:option|Refused|note)\(\s*[^,()]+,\s*"([a-z.-]+\.[a-z.-]+)\""""
)

ACTS = ROOT / "docs" / "spec" / "acts-v1.md"
MEMBER_ROWS = ("| public", "| body")
MEMBER = re.compile(
    r"""[{;]\ ?([a-z_0-9]+)\??:|(?:(?<!\\)\|\ |;\ |counted\):\ |optional:\ )`([a-z_0-9]+)`\ [^\\]"""
)


def fields(text: str) -> set[str]:
    """Return the names of the facts in a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(TABLE))
def test_both_languages_have_every_text(key: str) -> None:
    """Each text is there in English and in Ukrainian, with the same facts in it."""
    english, ukrainian = TABLE[key]

    assert english.strip()
    assert ukrainian.strip()
    assert fields(english) == fields(ukrainian)


def test_ukrainian_is_ukrainian() -> None:
    """All but the texts that are made of facts and words of the format have Cyrillic letters."""
    latin = {key for key, (_, text) in TABLE.items() if not re.search("[а-яіїєґ]", text, re.IGNORECASE)}

    assert latin == {"local.refused", "server.refused"}


def test_every_text_that_is_asked_for_is_there() -> None:
    """No command can ask for a text that the table has not."""
    asked = {first or second for text in SOURCE for first, second in ASKED.findall(text)}

    assert len(asked) > 100
    assert asked - TABLE.keys() == set()


def test_no_text_is_left_over() -> None:
    """Each key of the table stands in the source as it is, or begins with a kind that is looked up by name."""
    looked_up = (
        "field.",
        "question.",
        "answer.",
        "basis.",
        "help.",
        "verdict.",
        "outcome.",
        "check.",
        "weight.",
        "key.",
        "receipt.",
        "grade.",
        "taken.",
    )
    source = "\n".join(SOURCE)
    used = {key for key in TABLE if source.count(f'"{key}"') + source.count(f"'{key}'") > 1}
    unused = {key for key in TABLE.keys() - used if not key.startswith(looked_up)}

    assert unused == set()


def test_every_member_of_an_act_has_its_word() -> None:
    """What acts-v1 lists as public part and body is shown under a word of either language."""
    rows = [row for row in ACTS.read_text(encoding="utf-8").splitlines() if row.startswith(MEMBER_ROWS)]
    named = {
        name for row in rows for found in MEMBER.findall(row) for name in found if name and name != "null"
    }

    assert len(named) > 80
    assert {name for name in named if f"field.{name.replace('_', '-')}" not in TABLE} == set()


@pytest.mark.parametrize(
    ("wanted", "environment", "language"),
    [
        ("uk", {}, "uk"),
        ("en", {"LANG": "uk_UA.UTF-8"}, "en"),
        (None, {"LANG": "uk_UA.UTF-8"}, "uk"),
        (None, {"LC_ALL": "C", "LANG": "uk_UA.UTF-8"}, "en"),
        (None, {}, "en"),
    ],
)
def test_the_language_is_what_was_asked_for(
    wanted: str | None, environment: dict[str, str], language: str
) -> None:
    """--language comes first, then LC_ALL, then LANG; English otherwise."""
    assert language_of(wanted, environment) == language


def test_a_text_is_filled_with_its_facts() -> None:
    """Facts stand in the text of either language."""
    assert say_in("uk", "done.signin", name="Оксана") == "Вхід виконано: Оксана."
    assert messages.say_in("en", "done.signin", name="Oksana") == "Signed in as Oksana."
