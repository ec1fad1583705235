"""Every error has a status, a title and a sentence in both languages, and echoes nothing."""

import json
import string
from collections.abc import Iterator

import pytest

from api import messages, problems
from api.messages import LANGUAGES
from custody import errors
from custody.errors import CustodyError
from custody.rules import RULES


def leaves(kind: type[CustodyError] = CustodyError) -> Iterator[type[CustodyError]]:
    """Yield the leaves of the error tree as `custody.errors` draws it."""
    below = [each for each in kind.__subclasses__() if each.__module__ == errors.__name__]
    if not below:
        yield kind
    for each in below:
        yield from leaves(each)


@pytest.mark.parametrize("leaf", list(leaves()), ids=lambda leaf: leaf.__name__)
def test_every_leaf_has_a_row(leaf: type[CustodyError]) -> None:
    """Each leaf of the tree has a status of its own in the one table."""
    assert leaf in problems.STATUS


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_code_has_its_sentences(language: str) -> None:
    """Each code of the tree and of the HTTP layer has a title and a detail in each language."""
    words = LANGUAGES[language]
    codes = {kind.code for kind in problems.STATUS} | set(problems.HTTP_CODES.values())

    assert codes <= words.titles.keys()
    assert codes <= words.details.keys()


def test_both_languages_say_the_same_things() -> None:
    """No sentence is in one language alone, and none is left in English."""
    english, ukrainian = LANGUAGES["en"], LANGUAGES["uk"]

    for name in ("titles", "details", "rules", "console", "causes", "kept"):
        ours, theirs = getattr(english, name), getattr(ukrainian, name)
        assert ours.keys() == theirs.keys()
        assert [] == [
            key for key in ours if ours[key] == theirs[key] and any(c.isalpha() for c in _plain(ours[key]))
        ]


def _plain(sentence: str) -> str:
    return "".join(text for text, *_ in string.Formatter().parse(sentence))


def test_every_rule_has_its_sentences() -> None:
    """Each rule on acts can be told in each language."""
    for words in LANGUAGES.values():
        assert RULES.keys() <= words.rules.keys()


def test_a_problem_has_its_members() -> None:
    """The document is RFC 9457 with a stable code, the rule, its facts and the request's number."""
    error = errors.StaleStream("case/x", version=3, previous="ab")

    told = problems.of_error(error).response("uk", "1234")

    document = json.loads(bytes(told.body))
    assert (told.status_code, told.media_type) == (409, "application/problem+json")
    assert document["type"] == "urn:custody:problem:stale-stream"
    assert document["facts"] == {"stream": "case/x", "version": 3, "previous": "ab"}
    assert document["instance"] == "urn:uuid:1234"
    assert document["title"] == LANGUAGES["uk"].titles["stale-stream"]


def test_input_is_not_echoed() -> None:
    """What the client typed stands in no member of a problem."""
    secret = "Olena Koval"
    found = [
        errors.NotFound("case", secret),
        errors.KeyReused(secret),
        errors.RuleBroken("act.unknown-type", "no", type=secret),
        errors.DigestMismatch("file", expected=secret, measured="ab"),
    ]

    for error in found:
        for language in LANGUAGES:
            assert secret not in json.dumps(problems.of_error(error).document(language, None))


def test_facts_fill_the_sentence() -> None:
    """The earliest allowed time is told in the sentence itself."""
    error = errors.RuleBroken("continuity.order", "no", earliest="2026-01-01T00:00:00+00:00")

    assert "2026-01-01" in str(problems.of_error(error).document("en", None)["detail"])


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("uk", "uk"),
        ("uk-UA,uk;q=0.9,en;q=0.5", "uk"),
        ("en;q=0.3, uk;q=0.2", "en"),
        ("de, fr;q=nonsense", "en"),
        ("uk;q=0", "en"),
    ],
)
def test_the_language_is_chosen(header: str | None, language: str) -> None:
    """Accept-Language picks Ukrainian or English."""
    assert messages.chosen(header) == language


def test_no_other_module_names_a_status() -> None:
    """Statuses of refusals are in api/problems.py and nowhere else in the room."""
    from tests.support.tree import product  # noqa: PLC0415

    named = [
        path.name
        for path in product()
        if path.parts[-2] in {"api", "routes", "commands"}
        and path.name not in {"problems.py", "__main__.py"}
        and any(f"status_code={digit}" in path.read_text() for digit in range(1, 6))
    ]

    assert named == []
