"""Checks of preconditions and conditions for meeting: they name things that exist and run in no circle."""

from __future__ import annotations

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter

from sim.core.errors import nearest
from sim.scenario.merge import Origins
from sim.scenario.schema import Predicate, Scenario


def check_name(origins: Origins, path: tuple[str, ...], name: str, allowed: Iterable[str], kind: str) -> None:
    """Check that a name stands for something of its kind.

    Raises
    ------
    ScenarioError
        Names the nearest name of the kind.
    """
    names = list(allowed)
    if name not in names:
        raise origins.error(path, f"unknown {kind} `{name}`; known: {', '.join(names) or 'none'}{nearest(name, names)}")


def check_conditions(s: Scenario, o: Origins) -> None:
    """Check the preconditions and the conditions for meeting of every party.

    Raises
    ------
    ScenarioError
        A condition names nothing or too much, or preconditions of one party run in a circle.
    """
    for p, party in s.parties.items():
        needs: dict[str, set[str]] = {b: set() for b in s.baskets}
        for n, condition in enumerate(party.preconditions):
            at = ("parties", p, "preconditions", str(n))
            check_name(o, (*at, "basket"), condition.basket, s.baskets, "basket")
            _check_predicate(s, o, (*at, "requires"), condition.requires)
            if condition.sequencing:
                check_name(o, (*at, "sequencing"), condition.sequencing, party.issues, "issue of this party")
            required = condition.requires.settled or condition.requires.delivered
            if required == condition.basket:
                raise o.error(at, f"basket `{required}` requires itself")
            if required:
                needs[condition.basket].add(required)
        try:
            TopologicalSorter({basket: sorted(required) for basket, required in needs.items()}).prepare()
        except CycleError as error:
            cycle = " → ".join(reversed(error.args[1]))
            problem = f"run in a circle within one party: {cycle} (a circle across parties is allowed)"
            raise o.error(("parties", p, "preconditions"), problem) from None
        for n, predicate in enumerate(party.meets_only_if):
            _check_predicate(s, o, ("parties", p, "meets_only_if", str(n)), predicate)


def _check_predicate(s: Scenario, o: Origins, at: tuple[str, ...], predicate: Predicate) -> None:
    targets = predicate.model_dump(exclude_none=True)
    if len(targets) != 1:
        kinds = ", ".join(Predicate.model_fields)
        raise o.error(at, f"a condition names exactly one of {kinds}; given: {', '.join(targets) or 'none'}")
    kind, target = next(iter(targets.items()))
    levers = [f"{n}.{lever}" for n, sponsor in s.sponsors.items() for lever in sponsor.levers]
    baskets, documents = list(s.baskets), list(s.documents)
    names = {"settled": baskets, "delivered": baskets, "document": documents}.get(kind, levers)
    entity = {"settled": "basket", "delivered": "basket", "document": "document"}.get(kind, "lever")
    check_name(o, (*at, kind), target, names, entity)
    if kind == "delivered" and not s.baskets[target].obligations:
        raise o.error((*at, kind), f"basket `{target}` has no obligations, so it is never delivered")
