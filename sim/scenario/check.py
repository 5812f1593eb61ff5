"""What a scenario's parts require of one another: names that must exist, orders that must hold, circles that may not."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sim.errors import nearest
from sim.rules.incidents import spectral_radius
from sim.scenario.merge import Origins
from sim.scenario.schema import Predicate, Scenario

MIN_ROOM = 0.05
"""Least distance of a reservation point from the demand (specification, section 2)."""
_MAX_BASKETS = 52
"""Baskets settled in a round are kept as bits of one number that a float holds exactly."""


def check(scenario: Scenario, origins: Origins) -> None:
    """Raise ScenarioError for the first thing that does not fit together."""
    for part in (_names, _venues, _stakes, _issues, _baskets, _preconditions, _incidents, _levers, _documents):
        part(scenario, origins)


def _known(origins: Origins, path: tuple[str, ...], name: str, allowed: Iterable[str], what: str) -> None:
    names = list(allowed)
    if name not in names:
        listed = ", ".join(names) or "none"
        raise origins.error(path, f"unknown {what} `{name}`; known: {listed}{nearest(name, names)}")


def _names(s: Scenario, o: Origins) -> None:
    _known(o, ("start_level",), s.start_level, s.levels, "level")
    for p, party in s.parties.items():
        for kind in ("trust", "trust_baseline", "authority"):
            for other in getattr(party, kind):
                _known(o, ("parties", p, kind, other), other, [q for q in s.parties if q != p], "other party")
        for n, mandate in enumerate(party.mandate):
            at = ("parties", p, "mandate", str(n))
            _known(o, (*at, "level"), mandate.level, s.levels, "level")
            for basket in mandate.baskets:
                _known(o, (*at, "baskets"), basket, s.baskets, "basket")
        for r, ratifier in party.ratifiers.items():
            for basket in ratifier.baskets or []:
                _known(o, ("parties", p, "ratifiers", r, "baskets"), basket, s.baskets, "basket")
    for m, mediator in s.mediators.items():
        for p in mediator.leaning:
            _known(o, ("mediators", m, "leaning", p), p, s.parties, "party")


def _venues(s: Scenario, o: Origins) -> None:
    for v, venue in s.venues.items():
        if venue.host:
            _known(o, ("venues", v, "host"), venue.host, s.mediators, "mediator")
        for p in venue.acceptability:
            _known(o, ("venues", v, "acceptability", p), p, s.parties, "party")
        for p, party in s.parties.items():
            if p not in venue.acceptability and not party.observer:
                raise o.error(("venues", v, "acceptability"), f"says nothing on party `{p}`; give it or `others`")
    for v in s.venue_choice.order:
        _known(o, ("venue_choice", "order"), v, s.venues, "venue")
    if s.venue_choice.rule == "fixed" and len(s.venue_choice.order) != 1:
        raise o.error(("venue_choice", "order"), "rule `fixed` takes exactly one venue")


def _stakes(s: Scenario, o: Origins) -> None:
    for p, party in s.parties.items():
        for i, stake in party.issues.items():
            at = ("parties", p, "issues", i)
            _known(o, at, i, s.issues, "issue")
            if stake.demand and stake.reservation:
                _room(o, at, p, i, s)
        saliences = [x.salience.high for x in party.issues.values() if x.salience]
        if party.issues and len(saliences) == len(party.issues) and not any(saliences):
            raise o.error(("parties", p, "issues"), "the saliences sum to zero; at least one must be above 0")
        if not party.issues and not party.observer:
            raise o.error(("parties", p), "has no issues; give some or set `observer: true`")
        for b in {s.issues[i].basket for i in party.issues if i in s.issues}:
            for i, issue in s.issues.items():
                if issue.basket == b and i not in party.issues:
                    raise o.error(
                        ("parties", p, "issues"),
                        f"has a stake in basket `{b}` but says nothing on its issue `{i}`; give it, with low salience if need be",
                    )
    for i in s.issues:
        if sum(i in party.issues for party in s.parties.values()) < 2:
            raise o.error(("issues", i), "fewer than two parties have a stake in it")


def _room(o: Origins, at: tuple[str, ...], party: str, issue: str, s: Scenario) -> None:
    stake = s.parties[party].issues[issue]
    demand, reservation = stake.demand, stake.reservation
    assert demand is not None and reservation is not None
    others = [q.issues[issue].demand for n, q in s.parties.items() if n != party and issue in q.issues]
    away = [d for d in others if d is not None and d.low > demand.high + 1e-9]
    toward = [d for d in others if d is not None and d.high < demand.low - 1e-9]
    if reservation.low <= demand.high and reservation.high >= demand.low:
        raise o.error((*at, "reservation"), "overlaps the demand; it must lie on the conceding side of it")
    if (reservation.low > demand.high and toward and not away) or (
        reservation.high < demand.low and away and not toward
    ):
        raise o.error(
            (*at, "reservation"), "lies on the wrong side: conceding means moving toward the other parties' demands"
        )


def _issues(s: Scenario, o: Origins) -> None:
    for i, issue in s.issues.items():
        _known(o, ("issues", i, "basket"), issue.basket, s.baskets, "basket")
        points = [option.at for option in issue.options]
        if points != sorted(set(points)) or points[0] != 0 or points[-1] != 1:
            raise o.error(("issues", i, "options"), "options ascend from `at: 0` to `at: 1`")


def _baskets(s: Scenario, o: Origins) -> None:
    if len(s.baskets) > _MAX_BASKETS:
        raise o.error(("baskets",), f"at most {_MAX_BASKETS} baskets")
    held = {issue.basket for issue in s.issues.values()}
    for b, basket in s.baskets.items():
        at = ("baskets", b)
        if b not in held:
            raise o.error(at, "holds no issue")
        _known(o, (*at, "level"), basket.level, s.levels, "level")
        for p in basket.exposure:
            _known(o, (*at, "exposure", p), p, s.parties, "party")
        for name, obligation in basket.obligations.items():
            _known(o, (*at, "obligations", name, "doer"), obligation.doer, s.parties, "party")
            for p in obligation.blame:
                _known(o, (*at, "obligations", name, "blame", p), p, s.parties, "party")


def _predicate(s: Scenario, o: Origins, at: tuple[str, ...], predicate: Predicate) -> None:
    given = {k: v for k, v in predicate.model_dump().items() if v is not None}
    if len(given) != 1:
        kinds = ", ".join(Predicate.model_fields)
        raise o.error(at, f"a condition names exactly one of {kinds}")
    kind, target = next(iter(given.items()))
    levers = [f"{n}.{lever}" for n, sponsor in s.sponsors.items() for lever in sponsor.levers]
    names = {"settled": s.baskets, "delivered": s.baskets, "document": s.documents}.get(kind, levers)
    what = {"settled": "basket", "delivered": "basket", "document": "document"}.get(kind, "lever")
    _known(o, (*at, kind), target, names, what)


def _preconditions(s: Scenario, o: Origins) -> None:
    for p, party in s.parties.items():
        needs: dict[str, set[str]] = {b: set() for b in s.baskets}
        for n, condition in enumerate(party.preconditions):
            at = ("parties", p, "preconditions", str(n))
            _known(o, (*at, "basket"), condition.basket, s.baskets, "basket")
            _predicate(s, o, (*at, "requires"), condition.requires)
            if condition.sequencing:
                _known(o, (*at, "sequencing"), condition.sequencing, party.issues, "issue of this party")
            required = condition.requires.settled or condition.requires.delivered
            if required == condition.basket:
                raise o.error(at, f"basket `{required}` requires itself")
            if required:
                needs[condition.basket].add(required)
        circle = _circle(needs)
        if circle:
            raise o.error(
                ("parties", p, "preconditions"),
                f"run in a circle within one party: {' → '.join(circle)} (a circle across parties is allowed)",
            )
        for n, predicate in enumerate(party.meets_only_if):
            _predicate(s, o, ("parties", p, "meets_only_if", str(n)), predicate)


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


def _incidents(s: Scenario, o: Origins) -> None:
    names = list(s.incidents)
    for t, incident in s.incidents.items():
        at = ("incidents", t)
        if incident.doer:
            _known(o, (*at, "doer"), incident.doer, s.parties, "party")
        for p in incident.offended:
            _known(o, (*at, "offended"), p, s.parties, "party")
        for observer, blamed in incident.attribution.items():
            _known(o, (*at, "attribution", observer), observer, s.parties, "party")
            for q in blamed:
                _known(o, (*at, "attribution", observer, q), q, [x for x in s.parties if x != observer], "other party")
        for other in incident.excites:
            _known(o, (*at, "excites", other), other, names, "incident type")
    # branching[i, j]: incidents of type i set off by one of type j, at the top of their ranges
    branching = np.array([[s.incidents[j].excites[i].high if i in s.incidents[j].excites else 0.0 for j in names] for i in names])
    if names and spectral_radius(branching) >= 1:
        raise o.error(
            ("incidents",),
            f"incidents would set each other off without end: spectral radius {spectral_radius(branching):.3g}; "
            "the `excites` numbers must keep it below 1 at the top of their ranges",
        )


def _levers(s: Scenario, o: Origins) -> None:
    for n, sponsor in s.sponsors.items():
        for k, lever in sponsor.levers.items():
            at = ("sponsors", n, "levers", k)
            for p in (*lever.relief, *lever.pressure):
                _known(o, at, p, s.parties, "party")
            if lever.kind == "dated" and lever.on is None:
                raise o.error((*at, "on"), "a dated lever needs the date from which it is `on`")
            if lever.kind == "responsive" and lever.when is None:
                raise o.error((*at, "when"), "a responsive lever is pulled `when: moving` or `when: stalled`")


def _documents(s: Scenario, o: Origins) -> None:
    for d, document in s.documents.items():
        at = ("documents", d)
        _known(o, (*at, "author"), document.author, s.parties, "party")
        if (document.handed is None) == (document.round is None):
            raise o.error(at, "is handed over either on a date (`handed`) or at a round (`round`)")
    for p, party in s.parties.items():
        for n, mandate in enumerate(party.mandate):
            if mandate.since and mandate.since > s.as_of and mandate.assumed is None:
                raise o.error(
                    ("parties", p, "mandate", str(n), "since"),
                    f"{mandate.since} is after `as_of` {s.as_of}: not yet known then; say `assumed` if you mean it",
                )
