"""What a scenario's parts require of one another: names that must exist, orders that must hold."""

from __future__ import annotations

import datetime
from collections import Counter

import numpy as np

from sim.rules.hawkes import spectral_radius
from sim.scenario.conditions import check_conditions, known
from sim.scenario.merge import Origins
from sim.scenario.schema import Scenario

MOST = {
    "parties": 100,
    "issues": 500,
    "levels": 100,
    "mediators": 100,
    "sponsors": 100,
    "venues": 200,
    "incidents": 100,
}
"""The most entities of a kind: arrays grow with the square of some, and of parties with all others."""
_MAX_BASKETS = 52
"""Baskets settled in a round are kept as bits of one number that a float holds exactly."""


def check(scenario: Scenario, origins: Origins) -> None:
    """Raise ScenarioError for the first thing that does not fit together."""
    parts = (_dates, _names, _venues, _stakes, _issues, _baskets, check_conditions, _incidents, _levers, _documents)
    for part in (_sizes, *parts):
        part(scenario, origins)


def _sizes(s: Scenario, o: Origins) -> None:
    for name, most in MOST.items():
        count = len(getattr(s, name))
        if count > most:
            raise o.error((name,), f"{count:,} are more than {most}, the most that are simulated")


def _dates(s: Scenario, o: Origins) -> None:
    if s.start < s.as_of:
        raise o.error(("start",), f"{s.start} lies before `as_of` {s.as_of}: what was not yet said could explain it")
    if s.calendar.horizon.high > (datetime.date.max - s.start).days:
        raise o.error(("start",), f"{s.start} and the horizon lead beyond the year {datetime.date.max.year}")


def _names(s: Scenario, o: Origins) -> None:
    repeated = next((level for level, count in Counter(s.levels).items() if count > 1), None)
    if repeated is not None:
        raise o.error(("levels",), f"level `{repeated}` is given twice")
    actors: dict[str, str] = {}
    for p, party in s.parties.items():
        actor = party.actor or p
        if s.evidence and actor in actors:
            problem = f"`{actor}` is the actor of party `{actors[actor]}` already; each party has documents of its own"
            raise o.error(("parties", p, "actor"), problem)
        actors[actor] = p
    known(o, ("start_level",), s.start_level, s.levels, "level")
    for p, party in s.parties.items():
        for kind in ("trust", "trust_baseline", "authority"):
            for other in getattr(party, kind):
                known(o, ("parties", p, kind, other), other, [q for q in s.parties if q != p], "other party")
        for n, mandate in enumerate(party.mandate):
            at = ("parties", p, "mandate", str(n))
            known(o, (*at, "level"), mandate.level, s.levels, "level")
            for basket in mandate.baskets:
                known(o, (*at, "baskets"), basket, s.baskets, "basket")
        for r, ratifier in party.ratifiers.items():
            for basket in ratifier.baskets or []:
                known(o, ("parties", p, "ratifiers", r, "baskets"), basket, s.baskets, "basket")
    for m, mediator in s.mediators.items():
        for p in mediator.leaning:
            known(o, ("mediators", m, "leaning", p), p, s.parties, "party")


def _venues(s: Scenario, o: Origins) -> None:
    for v, venue in s.venues.items():
        if venue.host:
            known(o, ("venues", v, "host"), venue.host, s.mediators, "mediator")
        for p in venue.acceptability:
            known(o, ("venues", v, "acceptability", p), p, s.parties, "party")
        for p, party in s.parties.items():
            if p not in venue.acceptability and not party.observer:
                raise o.error(("venues", v, "acceptability"), f"says nothing on party `{p}`; give it or `others`")
    order = s.venue_choice.order
    for v in order:
        known(o, ("venue_choice", "order"), v, s.venues, "venue")
    if s.venue_choice.rule == "fixed" and len(order) != 1:
        given = f"{len(order)} are given: {', '.join(order)}" if order else "none is given"
        raise o.error(("venue_choice", "order"), f"rule `fixed` takes exactly one venue; {given}")


def _stakes(s: Scenario, o: Origins) -> None:
    for p, party in s.parties.items():
        for i in party.issues:
            at = ("parties", p, "issues", i)
            known(o, at, i, s.issues, "issue")
        saliences = [x.salience.high for x in party.issues.values() if x.salience]
        if party.issues and len(saliences) == len(party.issues) and not any(saliences):
            raise o.error(("parties", p, "issues"), "the saliences sum to zero; at least one must be above 0")
        if not party.issues and not party.observer:
            raise o.error(("parties", p), "has no issues; give some or set `observer: true`")
        for b in {s.issues[i].basket for i in party.issues if i in s.issues}:
            for i, issue in s.issues.items():
                if issue.basket == b and i not in party.issues:
                    problem = f"has a stake in basket `{b}` but says nothing on its issue `{i}`; "
                    raise o.error(("parties", p, "issues"), problem + "give it, with low salience if need be")
    for i in s.issues:
        if sum(i in party.issues for party in s.parties.values()) < 2:
            raise o.error(("issues", i), "fewer than two parties have a stake in it")


def _issues(s: Scenario, o: Origins) -> None:
    for i, issue in s.issues.items():
        known(o, ("issues", i, "basket"), issue.basket, s.baskets, "basket")
        points = [option.at for option in issue.options]
        if points != sorted(set(points)) or points[0] != 0 or points[-1] != 1:
            written = ", ".join(f"{point:g}" for point in points)
            raise o.error(("issues", i, "options"), f"options ascend from `at: 0` to `at: 1`; given: {written}")


def _baskets(s: Scenario, o: Origins) -> None:
    if len(s.baskets) > _MAX_BASKETS:
        raise o.error(("baskets",), f"at most {_MAX_BASKETS} baskets")
    held = {issue.basket for issue in s.issues.values()}
    for b, basket in s.baskets.items():
        at = ("baskets", b)
        if b not in held:
            raise o.error(at, "holds no issue")
        known(o, (*at, "level"), basket.level, s.levels, "level")
        for p in basket.exposure:
            known(o, (*at, "exposure", p), p, s.parties, "party")
        for name, obligation in basket.obligations.items():
            known(o, (*at, "obligations", name, "doer"), obligation.doer, s.parties, "party")
            for p in obligation.blame:
                known(o, (*at, "obligations", name, "blame", p), p, s.parties, "party")


def _incidents(s: Scenario, o: Origins) -> None:
    names = list(s.incidents)
    for t, incident in s.incidents.items():
        at = ("incidents", t)
        if incident.doer:
            known(o, (*at, "doer"), incident.doer, s.parties, "party")
        for p in incident.offended:
            known(o, (*at, "offended"), p, s.parties, "party")
        for observer, blamed in incident.attribution.items():
            known(o, (*at, "attribution", observer), observer, s.parties, "party")
            for q in blamed:
                known(o, (*at, "attribution", observer, q), q, [x for x in s.parties if x != observer], "other party")
        for other in incident.excites:
            known(o, (*at, "excites", other), other, names, "incident type")
        early = next((date for date in incident.scripted if date <= s.start), None)
        if early is not None:
            raise o.error((*at, "scripted"), f"{early} is not after `start` {s.start}: it would never happen")
    # branching[i, j]: incidents of type i set off by one of type j, at the top of their ranges
    excites = {(i, j): number.high for j in names for i, number in s.incidents[j].excites.items()}
    radius = spectral_radius(np.array([[excites.get((i, j), 0.0) for j in names] for i in names])) if names else 0.0
    if radius >= 1:
        problem = f"incidents would set each other off without end: spectral radius {radius:.3g}; "
        raise o.error(("incidents",), problem + "the tops of the `excites` ranges must keep it below 1")


def _levers(s: Scenario, o: Origins) -> None:
    for n, sponsor in s.sponsors.items():
        for k, lever in sponsor.levers.items():
            at = ("sponsors", n, "levers", k)
            for p in (*lever.relief, *lever.pressure):
                known(o, at, p, s.parties, "party")
            if lever.kind == "dated" and lever.on is None:
                raise o.error((*at, "on"), "a dated lever needs the date from which it is `on`")
            if lever.kind == "responsive" and lever.when is None:
                raise o.error((*at, "when"), "a responsive lever is pulled `when: moving` or `when: stalled`")


def _documents(s: Scenario, o: Origins) -> None:
    for d, document in s.documents.items():
        at = ("documents", d)
        known(o, (*at, "author"), document.author, s.parties, "party")
        if (document.handed is None) == (document.round is None):
            given = "both are" if document.round else "neither is"
            raise o.error(at, f"is handed over either on a date (`handed`) or at a round (`round`); {given} given")
        if document.handed and document.handed > s.as_of and document.assumed is None:
            raise o.error((*at, "handed"), _not_yet(document.handed, s))
    for p, party in s.parties.items():
        for n, mandate in enumerate(party.mandate):
            if mandate.since and mandate.since > s.as_of and mandate.assumed is None:
                raise o.error(("parties", p, "mandate", str(n), "since"), _not_yet(mandate.since, s))


def _not_yet(date: datetime.date, s: Scenario) -> str:
    return f"{date} is after `as_of` {s.as_of}: not yet known then; say why in `assumed` if you mean it"
