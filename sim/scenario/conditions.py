"""Checks of preconditions and conditions for meeting: they name things that exist and run in no circle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter

from sim.core.errors import ScenarioError, nearest
from sim.scenario.merge import Origins
from sim.scenario.schema import Predicate, Scenario

Faults = Iterator[ScenarioError]
"""What a check yields: all faults of its part, none where it is in order."""


def raise_faults(faults: list[ScenarioError]) -> None:
    """Raise the first fault, with every further one as a note of it; return where there is none."""
    if faults:
        for text in dict.fromkeys(str(fault) for fault in faults[1:]):
            faults[0].add_note(text)
        raise faults[0]


def check_name(origins: Origins, path: tuple[str, ...], name: str, allowed: Iterable[str], kind: str) -> Faults:
    """Check that a name stands for something of its kind.

    Yields
    ------
    ScenarioError
        Names the nearest name of the kind, or the line that deletes what the name stood for.
    """
    names = list(allowed)
    if name not in names:
        deleted = origins.find_deletion(name)
        hint = nearest(name, names) if deleted is None else ""
        problem = f"unknown {kind} `{name}`; known: {', '.join(names) or 'none'}{hint}"
        yield origins.error(path, problem, deleted or (f"{kind.split()[0]}s",))


def check_conditions(s: Scenario, o: Origins) -> Faults:
    """Check the preconditions and the conditions for meeting of every party.

    Yields
    ------
    ScenarioError
        A condition names nothing or too much, or preconditions of one party run in a circle.
    """
    for p, party in s.parties.items():
        needs: dict[str, set[str]] = {b: set() for b in s.baskets}
        for n, condition in enumerate(party.preconditions):
            at = ("parties", p, "preconditions", str(n))
            yield from check_name(o, (*at, "basket"), condition.basket, s.baskets, "basket")
            yield from _check_predicate(s, o, (*at, "requires"), condition.requires)
            if condition.sequencing:
                yield from check_name(o, (*at, "sequencing"), condition.sequencing, party.issues, "issue of this party")
            required = condition.requires.settled or condition.requires.delivered
            if required == condition.basket:
                yield o.error(at, f"basket `{required}` requires itself")
            elif required and condition.basket in needs:
                needs[condition.basket].add(required)
        try:
            TopologicalSorter({basket: sorted(required) for basket, required in needs.items()}).prepare()
        except CycleError as error:
            cycle = " → ".join(reversed(error.args[1]))
            problem = f"run in a circle within one party: {cycle} (a circle across parties is allowed)"
            yield o.error(("parties", p, "preconditions"), problem)
        for n, predicate in enumerate(party.meets_only_if):
            yield from _check_predicate(s, o, ("parties", p, "meets_only_if", str(n)), predicate)


def _check_predicate(s: Scenario, o: Origins, at: tuple[str, ...], predicate: Predicate) -> Faults:
    targets = predicate.model_dump(exclude_none=True)
    if len(targets) != 1:
        kinds = ", ".join(Predicate.model_fields)
        yield o.error(at, f"a condition names exactly one of {kinds}; given: {', '.join(targets) or 'none'}")
        return
    kind, target = next(iter(targets.items()))
    levers = [f"{n}.{lever}" for n, sponsor in s.sponsors.items() for lever in sponsor.levers]
    baskets, documents = list(s.baskets), list(s.documents)
    names = {"settled": baskets, "delivered": baskets, "document": documents}.get(kind, levers)
    entity = {"settled": "basket", "delivered": "basket", "document": "document"}.get(kind, "lever")
    yield from check_name(o, (*at, kind), target, names, entity)
    if kind == "delivered" and target in s.baskets and not s.baskets[target].obligations:
        yield o.error((*at, kind), f"basket `{target}` has no obligations, so it is never delivered")
