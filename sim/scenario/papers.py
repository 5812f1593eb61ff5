"""Readings of papers: what the parties have handed over is on the table, where a scenario names no documents."""

from __future__ import annotations

from collections.abc import Iterator

from sim.evidence.acts import Proposal
from sim.scenario.past import Document
from sim.scenario.readings import Reading, list_actors
from sim.scenario.schema import Scenario


def read_papers(s: Scenario, proposals: list[Proposal]) -> Iterator[Reading]:
    """Read the papers that parties handed over by the scenario's `as_of`.

    A paper of a third party is none of these: its terms bear on what it does, not on what lies before the parties.

    Parameters
    ----------
    s : Scenario
        A scenario whose parts fit together.
    proposals : list of Proposal
        All papers of the record.

    Yields
    ------
    Reading
        A document, open where the scenario names none at all.
    """
    assert s.evidence is not None
    authors = {actor: p for p, actor in list_actors(s).items()}
    for x in proposals:
        known = max(x.disclosed, x.handed) <= s.as_of and x.id not in s.evidence.left_out
        if known and x.actor in authors:
            source, locator = x.sources[0].id, x.sources[0].locator
            paper = Document(title=x.title, author=authors[x.actor], handed=x.handed, source=source, locator=locator)
            yield Reading(("documents", x.id.replace("-", "_")), paper, (), is_open=not s.documents)
