"""A refusal is worded in full: what is wrong, where, by which rule, and from when it would be allowed."""

import json
from pathlib import Path

import pytest

from custody_cli import output, refusals
from custody_cli.faults import Misuse
from custody_cli.settings import Settings
from custody_verifier.canonical import Json


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (
            {"code": "malformed", "detail": "The member named in path is missing.", "path": "act.public.to"},
            "The member named in path is missing. Member: act.public.to. [malformed]",
        ),
        (
            {"code": "rule-broken", "rule": "continuity.order", "reason": "Too early."},
            "Too early. [continuity.order]",
        ),
        (
            {
                "rule": "continuity.order",
                "detail": "Too early.",
                "facts": {"earliest": "2026-11-22T10:14:00Z"},
            },
            "Too early. Earliest time allowed: 2026-11-22T10:14:00Z. [continuity.order]",
        ),
        (
            {"rule": "x.y", "detail": "Not before 2026-11-22.", "facts": {"earliest": "2026-11-22"}},
            "Not before 2026-11-22. [x.y]",
        ),
        (
            {"code": "rule-broken", "detail": "Too late.", "facts": {"latest": "2026"}},
            "Too late. Latest time allowed: 2026. [rule-broken]",
        ),
        (
            {"code": "already-taken", "detail": "In use.", "facts": {"kind": "case-reference"}},
            "In use. There is a case with this reference already. [already-taken]",
        ),
        ({"code": "already-taken", "detail": "In use.", "facts": {"kind": "x"}}, "In use. [already-taken]"),
        ({"code": 7, "path": ["x"], "facts": "none", "detail": "a\x1b[2J"}, "a\ufffd[2J [?]"),
        ({}, " [?]"),
    ],
)
def test_what_the_sentence_leaves_out_is_said(problem: dict[str, Json], text: str) -> None:
    """Path and times are shown once, whatever the shape of the answer, and nothing steers the terminal."""
    assert refusals.fault(Misuse, problem).text() == text


def test_the_kind_of_a_line_is_never_that_of_its_data(capsys: pytest.CaptureFixture[str]) -> None:
    """In --json the type of a record says what the line is, even when the data has a type of its own."""
    settings = Settings(
        home=Path(),
        server=None,
        json=True,
        quiet=False,
        no_passphrase=True,
        at=None,
        late=None,
        dry_run=False,
    )
    data: dict[str, Json] = {"type": "exhibit.moved.v1", "schema": "other", "act": "exhibit.moved.v1"}
    output.result(settings, "act", data, "text")

    line = json.loads(capsys.readouterr().out)
    assert line == {"type": "act", "schema": "custody-cli/1", "act": "exhibit.moved.v1"}
