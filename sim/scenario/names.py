"""The names of a scenario's entities in the order in which arrays hold them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sim.core.declarations import LETTERS
from sim.scenario.ladder import SHIPPED, Ladder, build_ladder
from sim.scenario.schema import Scenario


@dataclass(frozen=True)
class Names:
    """Entity names by kind; issues basket by basket; sub-entities as `sponsor.lever`, and so on."""

    parties: tuple[str, ...]
    issues: tuple[str, ...]
    baskets: tuple[str, ...]
    mediators: tuple[str, ...]
    venues: tuple[str, ...]
    levers: tuple[str, ...]
    incidents: tuple[str, ...]
    scripted: tuple[str, ...]  # `type@date`, in order of date
    obligations: tuple[str, ...]
    ratifiers: tuple[str, ...]
    documents: tuple[str, ...]
    levels: tuple[str, ...]
    measure_days: tuple[str, ...] = ()
    basket_days: tuple[str, ...] = ()
    detail: tuple[str, ...] = ()  # one entry without a name where rows of rounds hold all measures
    detail_baskets: tuple[str, ...] = ()
    ladder: Ladder = SHIPPED  # outcomes

    @staticmethod
    def of(scenario: Scenario) -> Names:
        """Return the names of a scenario."""
        s = scenario
        return Names(
            parties=tuple(s.parties),
            issues=tuple(i for b in s.baskets for i, issue in s.issues.items() if issue.basket == b),
            baskets=tuple(s.baskets),
            mediators=tuple(s.mediators),
            venues=tuple(s.venues),
            levers=tuple(f"{n}.{k}" for n, x in s.sponsors.items() for k in x.levers),
            incidents=tuple(s.incidents),
            scripted=_name_scripted(s),
            obligations=tuple(f"{b}.{k}" for b, x in s.baskets.items() for k in x.obligations),
            ratifiers=tuple(f"{p}.{k}" for p, x in s.parties.items() for k in x.ratifiers),
            documents=tuple(s.documents),
            levels=tuple(s.levels),
            measure_days=tuple(str(day) for day in sorted(s.calendar.measure_days)),
            basket_days=tuple(f"{b}_d{day}" for b in s.baskets for day in sorted(s.calendar.measure_days)),
            detail=("",) if s.calendar.measures == "all" else (),
            detail_baskets=tuple(s.baskets) if s.calendar.measures == "all" else (),
            ladder=build_ladder(s.outcomes),
        )

    def by_letter(self, letter: str) -> tuple[str, ...]:
        """Return the names along an axis, by its letter (`sim.core.declarations.LETTERS`)."""
        names: tuple[str, ...] = getattr(self, LETTERS[letter])
        return names


def _name_scripted(scenario: Scenario) -> tuple[str, ...]:
    """Name scripted incidents by date as `type@date`; a second of one type and date is `type@date#2`."""
    types = enumerate(scenario.incidents.items())
    incidents = sorted((date, k, name) for k, (name, incident) in types for date in incident.scripted)
    counts = Counter[str]()
    names = []
    for date, _, name in incidents:
        entity = f"{name}@{date}"
        counts[entity] += 1
        names.append(entity if counts[entity] == 1 else f"{entity}#{counts[entity]}")
    return tuple(names)
