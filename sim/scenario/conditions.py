"""What must hold before a basket is opened or a party meets: conditions name things that exist and run in no circle."""

from __future__ import annotations

from collections.abc import Iterable

from sim.core.errors import nearest
from sim.scenario.merge import Origins
from sim.scenario.schema import Predicate, Scenario


def known(origins: Origins, path: tuple[str, ...], name: str, allowed: Iterable[str], what: str) -> None:
    """Raise ScenarioError, with the nearest name, where a name stands for nothing of its kind."""
    names = list(allowed)
    if name not in names:
        listed = ", ".join(names) or "none"
        raise origins.error(path, f"unknown {what} `{name}`; known: {listed}{nearest(name, names)}")


def check_conditions(s: Scenario, o: Origins) -> None:
    """Preconditions and conditions for meeting of every party. Raises ScenarioError."""
    for p, party in s.parties.items():
        needs: dict[str, set[str]] = {b: set() for b in s.baskets}
        for n, condition in enumerate(party.preconditions):
            at = ("parties", p, "preconditions", str(n))
            known(o, (*at, "basket"), condition.basket, s.baskets, "basket")
            _predicate(s, o, (*at, "requires"), condition.requires)
            if condition.sequencing:
                known(o, (*at, "sequencing"), condition.sequencing, party.issues, "issue of this party")
            required = condition.requires.settled or condition.requires.delivered
            if required == condition.basket:
                raise o.error(at, f"basket `{required}` requires itself")
            if required:
                needs[condition.basket].add(required)
        circle = _circle(needs)
        if circle:
            problem = f"run in a circle within one party: {' → '.join(circle)} (a circle across parties is allowed)"
            raise o.error(("parties", p, "preconditions"), problem)
        for n, predicate in enumerate(party.meets_only_if):
            _predicate(s, o, ("parties", p, "meets_only_if", str(n)), predicate)


def _predicate(s: Scenario, o: Origins, at: tuple[str, ...], predicate: Predicate) -> None:
    given = {k: v for k, v in predicate.model_dump().items() if v is not None}
    if len(given) != 1:
        kinds = ", ".join(Predicate.model_fields)
        raise o.error(at, f"a condition names exactly one of {kinds}; given: {', '.join(given) or 'none'}")
    kind, target = next(iter(given.items()))
    levers = [f"{n}.{lever}" for n, sponsor in s.sponsors.items() for lever in sponsor.levers]
    baskets, documents = list(s.baskets), list(s.documents)
    names = {"settled": baskets, "delivered": baskets, "document": documents}.get(kind, levers)
    what = {"settled": "basket", "delivered": "basket", "document": "document"}.get(kind, "lever")
    known(o, (*at, kind), target, names, what)
    if kind == "delivered" and not s.baskets[target].obligations:
        raise o.error((*at, kind), f"basket `{target}` has no obligations, so it is never delivered")


def _circle(needs: dict[str, set[str]]) -> list[str]:
    """A circle in `basket → baskets it requires`, or an empty list (depth-first)."""
    done: set[str] = set()

    def walk(node: str, trail: list[str]) -> list[str]:
        if node in trail:
            return [*trail[trail.index(node) :], node]
        if node in done:
            return []
        done.add(node)
        return next((found for nxt in sorted(needs[node]) if (found := walk(nxt, [*trail, node]))), [])

    return next((found for start in needs if (found := walk(start, []))), [])
