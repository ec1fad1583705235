"""Facts of a bundle: what its own records say, and nothing that they withhold."""

import json
import re
from dataclasses import replace

import pytest

from api.court.drafts import _told as drafted
from api.court.facts import facts_of, facts_of_lines
from api.court.graph import case_graph
from api.court.items import Shown
from api.court.setting import Pen
from api.court.statement import told
from custody.errors import Malformed
from tests.support import bundles, examples
from tests.support.composing import uuid_of
from tests.support.court_stories import bundled, eventful
from tests.support.story import Story, usual

STORY, CASE, VIDEO = eventful()
WHOLE = bundled(STORY, [VIDEO])
(EXHIBIT,) = WHOLE.facts.exhibits
SECRETS = {
    "title": "warehouse",
    "description": "as found",
    "collection": "gloves",
    "purpose": "hearing",
    "name": "Hryhorenko",
    "reason": "torn",
    "late_reason": "power",
    "identity_check": "004512345",
}


def test_an_exhibit_has_its_steps_in_order() -> None:
    """Intake, move and accepted transfer, each with its parties, entry and place."""
    steps = [(each.kind, each.released_by, each.received_by) for each in EXHIBIT.steps]
    taras, petro = (STORY.person(name).person for name in ("taras", "petro"))

    assert [("intake", None, taras), ("move", taras, taras), ("transfer", taras, petro)] == steps
    assert petro == EXHIBIT.custodian
    assert [False, True, False] == [each.in_error for each in EXHIBIT.steps]
    assert [False, True, False] == [each.moment.late for each in EXHIBIT.steps]


def test_offers_that_came_to_nothing_are_told() -> None:
    """Declined, withdrawn and open offers stand apart from the custody table, with the reasons given."""
    offers = [(each.outcome, each.reason.text) for each in EXHIBIT.offers]

    assert [("declined", "the bag is torn"), ("withdrawn", "wrong person"), ("open", None)] == offers


def test_corrections_are_told() -> None:
    """An amendment has the value before and after, a mark the entry that it marks."""
    amended, marked = EXHIBIT.changes

    assert (("title", Shown("Video of the warehouse"), Shown("Video of the depot")),) == amended.changes
    assert EXHIBIT.steps[1].moment.entry == marked.marked


def test_a_person_is_named_as_they_were() -> None:
    """The name at an entry is the one of then; the newest stands beside it."""
    taras = WHOLE.facts.persons[STORY.person("taras").person]

    assert ("taras", "Taras Hryhorenko") == (
        taras.name_at(EXHIBIT.steps[0].moment.entry).text,
        taras.name.text,
    )


def test_what_the_service_recorded_is_told() -> None:
    """Access and checks of files are of the exhibit."""
    assert [("view", None), ("fixity", "match")] == [(each.what, each.outcome) for each in EXHIBIT.service]


def test_a_key_rests_on_somebody_s_word() -> None:
    """The enrolment names who vouches, and the person confirmed the key."""
    petro = WHOLE.facts.persons[STORY.person("petro").person]
    (key,) = [each for each in petro.keys if each.use == "act"]

    assert STORY.person("olena").person == key.word
    assert key.granted + 1 == key.confirmed


def test_reference_and_number_come_from_the_case() -> None:
    """The reference is made from the case's reference; where that is withheld there is none."""
    hidden = bundled(usual_exhibit()[0], [usual_exhibit()[1]], withheld={"reference"})

    assert "UKR2-25/001-B" == EXHIBIT.reference
    assert (None, 1) == (hidden.facts.exhibits[0].reference, hidden.facts.exhibits[0].ordinal)


def usual_exhibit() -> tuple[Story, str]:
    """Return a story with one telephone."""
    story = usual()
    return story, story.receive("telephone", case=f"case/{uuid_of('case')}")


@pytest.mark.parametrize("name", SECRETS)
def test_a_withheld_value_is_nowhere(name: str) -> None:
    """Neither facts nor any paper holds a value that the bundle withholds; each says that it is withheld."""
    story, _, video = eventful()
    facts = bundled(story, [video], withheld={name}).facts
    papers = json.dumps([told(Pen(), facts, None), drafted(Pen(), facts)], ensure_ascii=False)
    everything = repr(facts) + papers + case_graph(facts).decode()

    assert SECRETS[name] in repr(WHOLE.facts) or name == "identity_check"
    assert SECRETS[name] not in everything
    assert name in dict(facts.withheld)
    assert '"withheld": true' in papers


def test_the_document_of_an_identity_check_is_never_printed() -> None:
    """Also where it is disclosed: a statement is copied more often than records are."""
    papers = json.dumps([told(Pen(), WHOLE.facts, None), drafted(Pen(), WHOLE.facts)])

    assert "seen in person" in papers
    assert "004512345" not in papers


def test_a_disclosure_that_opens_nothing_is_refused() -> None:
    """A value that is not the committed one never becomes a fact."""
    story, _ = usual_exhibit()
    story.disclosures[-1] = tuple(
        replace(each, value="another") if each.name == "title" else each for each in story.disclosures[-1]
    )

    with pytest.raises(Malformed, match="does not open the commitment of title"):
        bundled(story, [])


def test_lines_of_a_bundle_give_the_same_facts() -> None:
    """Facts of the lines of a bundle's files are those of its entries and disclosures."""
    files = bundles.parts(bundles.usual()).files
    entries, proofs, disclosures = (
        files[f"data/{name}.jsonl"].splitlines(keepends=True) for name in ("entries", "proofs", "disclosures")
    )
    facts = facts_of_lines(files["data/bundle.json"], entries, proofs, disclosures, files["data/checkpoint"])
    exhibits = json.loads(files["data/bundle.json"])["exhibits"]

    assert sorted(exhibits) == sorted(each.exhibit for each in facts.exhibits)
    assert ["UKR2-25/001-B", "UKR2-25/002-9"] == [each.reference for each in facts.exhibits]
    assert re.fullmatch("[0-9a-f]{64}", facts.fingerprint)


def test_records_without_an_intake_are_refused() -> None:
    """An exhibit of the scope whose stream is not there is no fact."""
    with pytest.raises(Malformed, match="is not received"):
        bundled(usual(), [f"exhibit/{uuid_of('nothing')}"])


def test_no_entries_are_refused() -> None:
    """Without entry 0 there is no ledger to speak of."""
    told = bundles.usual()
    header = json.loads(bundles.parts(told).files["data/bundle.json"]) | {"exhibits": []}
    request = [(at, line) for at, line in told.lines() if json.loads(line)["act"]["stream"] == told.bundle]

    with pytest.raises(Malformed, match="founding"):
        facts_of(request, {}, header)


def test_parts_of_the_story_are_as_examples_tell() -> None:
    """The story's purpose is the example's: the test above looks for values that are there."""
    assert examples.offer()["purpose"] == EXHIBIT.steps[2].purpose.text
