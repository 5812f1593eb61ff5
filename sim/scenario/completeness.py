"""What a scenario may leave to documented acts, checked after they were read."""

from __future__ import annotations

from sim.rules.levers import LeverKind
from sim.scenario.merge import Origins
from sim.scenario.schema import Scenario


def check_complete(s: Scenario, o: Origins) -> None:
    """Check what a scenario may leave to documented acts, after they were read.

    Raises
    ------
    ScenarioError
        Neither the scenario nor an act gives an acceptability, a facilitation or a rate, or a dated lever has no day
        and no documents.
    """
    for v, venue in s.venues.items():
        for p, party in s.parties.items():
            if p not in venue.acceptability and not party.observer:
                problem = f"says nothing on party `{p}`; give it or `others`"
                raise o.error(("venues", v, "acceptability"), problem, ("parties", p))
    for m, mediator in s.mediators.items():
        if mediator.styles.facilitation is None:
            raise o.error(("mediators", m, "styles", "facilitation"), "is missing and must be given")
    for t, incident in s.incidents.items():
        if incident.rate is None:
            raise o.error(("incidents", t, "rate"), "is missing and must be given")
    for n, sponsor in s.sponsors.items() if s.evidence is None else ():  # else: never on, as no document shows it
        for k, lever in sponsor.levers.items():
            if lever.kind == LeverKind.DATED.label and lever.on is None:
                at = ("sponsors", n, "levers", k, "on")
                raise o.error(at, "a dated lever needs the date from which it is `on`")
