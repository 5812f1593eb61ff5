"""Sources that a scenario names: each must be one of the documents, with a place in it."""

from __future__ import annotations

from collections.abc import Iterator

from sim.core.errors import nearest
from sim.evidence.positions import Record
from sim.scenario.merge import Origins
from sim.scenario.numbers import numbers_in
from sim.scenario.schema import Document, Mandate, Precondition, Scenario

Path = tuple[str, ...]


def check_citations(scenario: Scenario, record: Record | None, origins: Origins) -> None:
    """Raise ScenarioError for a number, mandate, precondition or document whose source or locator is missing."""
    known = list(record.sources) if record else []
    hint = "" if known else "; the scenario has no `evidence` folder with a sources.yaml"
    for path, number in numbers_in(scenario):
        if number.provenance == "documented" and number.source not in known:
            raise origins.error(path, f"unknown source `{number.source}`{nearest(str(number.source), known)}{hint}")
    for path, entry in cited_entries(scenario):
        if entry.source is not None and entry.source not in known:
            problem = f"unknown source `{entry.source}`{nearest(entry.source, known)}{hint}"
            raise origins.error((*path, "source"), problem)
        if entry.source is not None and not entry.locator:
            problem = f"source `{entry.source}` needs a `locator` (paragraph, page or row)"
            raise origins.error((*path, "source"), problem)


def cited_entries(scenario: Scenario) -> Iterator[tuple[Path, Mandate | Precondition | Document]]:
    """Mandates, preconditions and documents with their paths: all that is no number and rests on a source."""
    for p, party in scenario.parties.items():
        for n, mandate in enumerate(party.mandate):
            yield ("parties", p, "mandate", str(n)), mandate
        for n, condition in enumerate(party.preconditions):
            yield ("parties", p, "preconditions", str(n)), condition
    for d, document in scenario.documents.items():
        yield ("documents", d), document
