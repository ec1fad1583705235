"""The statement: the same bytes for the same facts, whatever the recorded texts are."""

import re
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.court import setting, statement
from api.court.papers import DRAFTS
from api.court.printable import TEMPLATES
from api.court.setting import Pen
from api.court.statement import payload, statement_pdf, told
from api.court.words import HEADLINES
from custody.errors import Unavailable
from tests.support import examples
from tests.support.composing import uuid_of
from tests.support.court_stories import Bundled, bundled, eventful, hostile, long
from tests.support.story import usual

QUESTIONS = ("integrity", "authorship", "order", "time", "continuity", "files")


def story() -> Bundled:
    """Return the bundle of the eventful story."""
    found, _, video = eventful()
    return bundled(found, [video])


def shown(verdict: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return what the template takes of the eventful story."""
    return told(Pen(), story().facts, verdict)


def answered(answer: str, **others: str) -> dict[str, Any]:
    """Return a verdict with one answer for all questions, but for others."""
    question: dict[str, Any] = {"basis": "checked", "checks": 1, "findings": []}
    questions = {name: question | {"answer": others.get(name, answer)} for name in QUESTIONS}
    return {"format": "custody-verdict/1", "grade": "signed", "questions": questions}


def test_the_same_facts_give_the_same_bytes() -> None:
    """Nothing comes from a clock or from chance: two statements are equal, and so are two drafts."""
    one, other = story(), story()

    assert statement_pdf(one.facts, None, one.entries) == statement_pdf(other.facts, None, other.entries)
    assert [make(one.facts) for make in DRAFTS.values()] == [make(other.facts) for make in DRAFTS.values()]


def test_the_entries_are_in_it() -> None:
    """The attachment is a part of the bytes: other entries give another statement."""
    found = story()

    assert statement_pdf(found.facts, None, found.entries) != statement_pdf(found.facts, None, b"{}\n")


def test_hostile_texts_are_set_as_they_are() -> None:
    """Markup, scripts, turned and endless text, emoji and marks: all of it is text, in every field."""
    found, exhibits = hostile()
    whole = bundled(found, exhibits)

    assert statement_pdf(whole.facts, None, whole.entries).startswith(b"%PDF-1.7")
    assert all(make(whole.facts).startswith(b"%PDF-1.7") for make in DRAFTS.values())


@settings(max_examples=25)
@given(st.text(min_size=1, max_size=40).filter(lambda text: text.strip() and "\0" not in text))
def test_any_text_can_be_set(text: str) -> None:
    """Whatever a person wrote, there is a statement."""
    chapter, telephone = usual(), f"exhibit/{uuid_of('telephone')}"
    written = dict.fromkeys(("title", "condition", "description"), normalize("NFC", text))
    public = examples.intake(f"case/{uuid_of('case')}")
    intake = chapter.compose(
        "taras", "exhibit.received.v1", telephone, public, examples.physical(None) | written
    )
    chapter.record(intake, ordinal=1)
    whole = bundled(chapter, [telephone])

    assert statement_pdf(whole.facts, None, whole.entries).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("verdict", "headline"),
    [
        (None, "none"),
        (answered("holds"), "holds"),
        (answered("holds", time="not-checked"), "open"),
        (answered("not-checked", order="fails"), "fails"),
    ],
    ids=["none", "holds", "open", "fails"],
)
def test_the_front_page_says_it_in_plain_words(verdict: dict[str, Any] | None, headline: str) -> None:
    """One failure is a failure; what is not checked is never good; without a verdict none is given."""
    uk, en = HEADLINES[headline]

    assert {"uk": uk, "en": en} == shown(verdict)["verdict"]["headline"]


def test_the_qr_code_names_nobody() -> None:
    """It holds the bundle and the fingerprint of the records, both opaque."""
    assert re.fullmatch(r"EVC1:BUNDLE-[0-9A-F-]{36}:[0-9A-F]{64}", payload(story().facts))


def test_late_and_faulty_steps_are_marked_in_their_rows() -> None:
    """A late row carries the finding and its reason; a mismatch stands in the row where it was found."""
    (exhibit,) = shown()["exhibits"]
    codes = [[each["code"] for each in step["findings"]] for step in exhibit["steps"]]

    assert [[], ["continuity.late"], ["continuity.rehash-mismatch"]] == codes
    assert "no power for two hours" == exhibit["steps"][1]["late_reason"]
    assert 1 == exhibit["failing"]


def test_findings_that_are_only_noted_stand_once_a_code() -> None:
    """Three notes of one code are one line with all entries; each failure stands by itself."""
    noted = [
        {"code": "person.word", "text": f"{n}", "weight": "noted", "entries": [n], "clause": ""}
        for n in (1, 2, 9)
    ]
    failing = [
        {"code": "order.seen", "text": "x", "weight": "fails", "entries": [n], "clause": ""} for n in (4, 5)
    ]
    verdict = answered("fails")
    verdict["questions"]["authorship"] |= {"findings": [*noted, *failing]}
    found = shown(verdict)["verdict"]["findings"]

    assert [("order.seen", "4"), ("order.seen", "5"), ("person.word", "1–2, 9")] == [
        (each["code"], each["entries"]) for each in found
    ]


def test_very_many_exhibits_have_a_list_and_no_sheets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the limit the statement is short, and stays a statement."""
    found = story()
    with_sheets = statement_pdf(found.facts, None, found.entries)
    monkeypatch.setattr(statement, "SHEETS", 0)
    short = statement_pdf(found.facts, None, found.entries)

    assert short.startswith(b"%PDF")
    assert len(short) < len(with_sheets)


def test_a_paper_that_cannot_be_set_is_no_fault_of_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the typesetter refuses, or does not end, is a part that does not answer."""
    found = story()
    monkeypatch.setattr(setting, "STANDARD", "none")
    with pytest.raises(Unavailable, match="typst"):
        statement_pdf(found.facts, None, found.entries)
    monkeypatch.setattr(setting, "SECONDS", 0.001)
    with pytest.raises(Unavailable, match="did not end"):
        statement_pdf(found.facts, None, found.entries)


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_two_thousand_rows_are_set() -> None:
    """An exhibit that changed hands two thousand times still gives a statement."""
    found, exhibit = long(2_000)
    whole = bundled(found, [exhibit])

    assert 2_001 == len(whole.facts.exhibits[0].steps)
    assert statement_pdf(whole.facts, None, whole.entries).startswith(b"%PDF")


@pytest.mark.parametrize("paper", ["statement.typ", "us902.typ"])
def test_no_paper_claims_who_used_a_key(paper: str) -> None:
    """A signature shows a key that the ledger assigns to somebody; that this person used it, no paper says."""
    text = " ".join((TEMPLATES / paper).read_text().split())

    assert "that the ledger assigns to" in text
    assert "який реєстр закріплює за" in text or "які реєстр закріплює за" in text
    for claim in ("key of the person who acted", "those who acted signed", "підписано тими, хто діяв"):
        assert claim not in text
