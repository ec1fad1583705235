"""The CASE/UCO graph: the same bytes, in one order, with nothing that is withheld."""

import json
from typing import Any

from api.court.graph import case_graph
from tests.support.court_stories import bundled, eventful

STORY, CASE, VIDEO = eventful()
FACTS = bundled(STORY, [VIDEO]).facts


def nodes(kind: str) -> list[dict[str, Any]]:
    """Return the nodes of a kind."""
    return [each for each in json.loads(case_graph(FACTS))["@graph"] if each["@type"] == kind]


def test_it_is_a_pure_function_of_the_facts() -> None:
    """Two graphs are equal, and nodes stand in the order of their IRIs, each once."""
    graph = json.loads(case_graph(FACTS))["@graph"]
    names = [each["@id"] for each in graph]

    assert case_graph(FACTS) == case_graph(bundled(*_again()).facts)
    assert sorted(set(names)) == names


def _again() -> tuple[Any, list[str]]:
    story, _, video = eventful()
    return story, [video]


def test_each_action_is_informed_by_the_one_before() -> None:
    """The actions on an exhibit are one chain in ledger order, beginning with its intake."""
    actions = {each["@id"]: each for each in nodes("case-investigation:InvestigativeAction")}
    after = {
        each.get("case-investigation:wasInformedBy", {}).get("@id"): name for name, each in actions.items()
    }
    chain, last = [], after.get(None)
    while last is not None:
        chain.append(actions[last]["uco-core:name"])
        last = after.get(last)

    assert len(actions) == len(chain)
    assert ("intake", "transfer offered", "transfer declined") == tuple(chain[:3])


def test_a_file_has_its_digests() -> None:
    """SHA-256 and SHA-512 of the intake, as plain names that CASE takes."""
    methods = {each["uco-types:hashMethod"] for each in nodes("uco-types:Hash")}

    assert {"SHA256", "SHA512"} == methods
    assert 1 == len(nodes("uco-observable:File"))


def test_every_reference_leads_to_a_node() -> None:
    """Nothing points outside of the graph."""
    graph = json.loads(case_graph(FACTS))["@graph"]
    known = {each["@id"] for each in graph}
    named = {
        link["@id"]
        for each in graph
        for value in each.values()
        for link in (value if isinstance(value, list) else [value])
        if isinstance(link, dict) and "@id" in link
    }

    assert set() == named - known
