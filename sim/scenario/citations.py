"""Citations of a scenario: each names a document of its case or a paper, with the place in it."""

from __future__ import annotations

from collections.abc import Iterator

from sim.core.errors import nearest
from sim.evidence.record import Record
from sim.scenario.base import Cited
from sim.scenario.library import load_papers
from sim.scenario.merge import Origins, Path
from sim.scenario.numbers import iterate_numbers
from sim.scenario.schema import Scenario


def check_citations(scenario: Scenario, record: Record | None, origins: Origins) -> None:
    """Check the sources of numbers, mandates, preconditions and documents.

    Parameters
    ----------
    scenario : Scenario
        A scenario that keeps to the schema.
    record : Record or None
        The documents of the scenario's case. Papers may be cited without any.
    origins : Origins
        File and line of every key.

    Raises
    ------
    ScenarioError
        A source is unknown or has no locator.
    """
    known = [*(record.sources if record else []), *load_papers()]
    hint = "" if record else "; the scenario has no `evidence` folder with a sources.yaml"
    for path, number in iterate_numbers(scenario):
        if number.provenance == "documented" and number.source not in known:
            raise origins.error(path, f"unknown source `{number.source}`{nearest(str(number.source), known)}{hint}")
    for path, entry in iterate_citations(scenario):
        if entry.source is not None and entry.source not in known:
            problem = f"unknown source `{entry.source}`{nearest(entry.source, known)}{hint}"
            raise origins.error((*path, "source"), problem)
        if entry.source is not None and not entry.locator:
            problem = f"source `{entry.source}` needs a `locator` (paragraph, page or row)"
            raise origins.error((*path, "source"), problem)


def iterate_citations(scenario: Scenario) -> Iterator[tuple[Path, Cited]]:
    """Yield path and entry for entries that cite as a whole: mandates, preconditions, urgency, documents, the past."""
    for p, party in scenario.parties.items():
        if party.enters:
            yield ("parties", p, "enters"), party.enters
        for n, mandate in enumerate(party.mandate or []):
            yield ("parties", p, "mandate", str(n)), mandate
        for n, condition in enumerate(party.preconditions):
            yield ("parties", p, "preconditions", str(n)), condition
    for b, basket in scenario.baskets.items():
        if basket.urgency:
            yield ("baskets", b, "urgency"), basket.urgency
        if basket.decision:
            yield ("baskets", b, "decision"), basket.decision
    for d, document in scenario.documents.items():
        yield ("documents", d), document
    if scenario.decision:
        yield ("decision",), scenario.decision
    if scenario.war:
        yield ("war",), scenario.war
    for i, settlement in scenario.precedents.items():
        yield ("precedents", i), settlement
