"""Checks across the parts of a scenario: names that must exist, orders that must hold, reservation values."""

from __future__ import annotations

import datetime
from collections import Counter

import numpy as np

from sim.core.columns import run_columns
from sim.rules.hawkes import spectral_radius
from sim.rules.levers import LeverKind, LeverTrigger
from sim.rules.venue import VenueRule
from sim.scenario.conditions import Faults, check_conditions, check_name, raise_faults
from sim.scenario.decisions import check_decisions, check_ladder
from sim.scenario.ladder import build_ladder
from sim.scenario.merge import Origins, Path
from sim.scenario.names import Names
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
"""The baskets settled in a round are bits of one number that a float holds exactly."""


def check(scenario: Scenario, origins: Origins) -> None:
    """Check that the parts of a scenario fit together.

    Parameters
    ----------
    scenario : Scenario
        A scenario that keeps to the schema.
    origins : Origins
        File and line of every key.

    Raises
    ------
    ScenarioError
        Names the first fault; every further fault is a note of it.
    """
    faults = list(_check_sizes(scenario, origins))
    raise_faults(faults)
    for part in (
        _check_dates,
        _check_names,
        _check_columns,
        _check_venues,
        _check_stakes,
        _check_issues,
        check_ladder,
        _check_baskets,
        check_decisions,
        check_conditions,
        _check_incidents,
        _check_levers,
        _check_documents,
        _check_past,
    ):
        try:
            for fault in part(scenario, origins):
                faults.append(fault)  # one by one: a fault stays if a later look-up of the part fails
        except (LookupError, ValueError):  # a part may look up what an earlier one has refused
            if not faults:
                raise
    raise_faults(faults)


def _check_sizes(s: Scenario, o: Origins) -> Faults:
    for name, most in MOST.items():
        count = len(getattr(s, name))
        if count > most:
            yield o.error((name,), f"{count:,} are more than {most}, the most that are simulated")


def _check_dates(s: Scenario, o: Origins) -> Faults:
    if s.start < s.as_of:
        problem = f"{s.start} lies before `as_of` {s.as_of}: what was not yet said could explain it"
        yield o.error(("start",), problem, ("as_of",))
    if s.calendar.horizon.high > (datetime.date.max - s.start).days:
        problem = f"{s.start} and the horizon lead beyond the year {datetime.date.max.year}"
        yield o.error(("start",), problem, ("calendar", "horizon"))


def _check_names(s: Scenario, o: Origins) -> Faults:
    repeated = next((level for level, count in Counter(s.levels).items() if count > 1), None)
    if repeated is not None:
        yield o.error(("levels",), f"level `{repeated}` is given twice")
    actors: dict[str, str] = {}
    for p, party in s.parties.items():
        actor = party.actor or p
        if s.evidence and actor in actors:
            problem = f"`{actor}` is the actor of party `{actors[actor]}` already; each party has documents of its own"
            yield o.error(("parties", p, "actor"), problem)
        actors[actor] = p
    yield from check_name(o, ("start_level",), s.start_level, s.levels, "level")
    for p, party in s.parties.items():
        for kind in ("trust", "trust_baseline", "authority"):
            for other in getattr(party, kind):
                others = [q for q in s.parties if q != p]
                yield from check_name(o, ("parties", p, kind, other), other, others, "other party")
        for n, mandate in enumerate(party.mandate or []):
            at = ("parties", p, "mandate", str(n))
            yield from check_name(o, (*at, "level"), mandate.level, s.levels, "level")
            for basket in mandate.baskets:
                yield from check_name(o, (*at, "baskets"), basket, s.baskets, "basket")
        for r, ratifier in party.ratifiers.items():
            for basket in ratifier.baskets or []:
                yield from check_name(o, ("parties", p, "ratifiers", r, "baskets"), basket, s.baskets, "basket")
    for m, mediator in s.mediators.items():
        for p in mediator.leaning:
            yield from check_name(o, ("mediators", m, "leaning", p), p, s.parties, "party")


def _check_columns(s: Scenario, o: Origins) -> Faults:
    """Refuse a basket whose name makes two columns of the table of runs one: `whole`, `open`, or `d30` for instance."""
    counts = Counter(name for name, _ in run_columns(Names.of(s)))
    for basket in s.baskets:
        for name, count in counts.items():
            if count > 1 and basket in name:
                yield o.error(("baskets", basket), f"this name makes two results one: both would be called `{name}`")
                break


def _check_venues(s: Scenario, o: Origins) -> Faults:
    for v, venue in s.venues.items():
        if venue.host:
            yield from check_name(o, ("venues", v, "host"), venue.host, s.mediators, "mediator")
        for p in venue.acceptability:
            yield from check_name(o, ("venues", v, "acceptability", p), p, s.parties, "party")
    order = s.venue_choice.order
    for v in order:
        yield from check_name(o, ("venue_choice", "order"), v, s.venues, "venue")
    if s.venue_choice.rule == VenueRule.FIXED.label and len(order) != 1:
        number = f"{len(order)} are given: {', '.join(order)}" if order else "none is given"
        problem = f"rule `fixed` takes exactly one venue; {number}"
        yield o.error(("venue_choice", "order"), problem, ("venue_choice", "rule"))


def _check_stakes(s: Scenario, o: Origins) -> Faults:
    for p, party in s.parties.items():
        for i in party.issues:
            at = ("parties", p, "issues", i)
            yield from check_name(o, at, i, s.issues, "issue")
        saliences = [x.salience.high for x in party.issues.values() if x.salience]
        if party.issues and len(saliences) == len(party.issues) and not any(saliences):
            yield o.error(("parties", p, "issues"), "the saliences sum to zero; at least one must be above 0")
        if not party.issues and not party.observer:
            yield o.error(("parties", p), "has no issues; give some or set `observer: true`")
        for b in dict.fromkeys(s.issues[i].basket for i in party.issues if i in s.issues):
            for i, issue in s.issues.items():
                if issue.basket == b and i not in party.issues:
                    problem = f"has a stake in basket `{b}` but says nothing on its issue `{i}`; "
                    yield o.error(("parties", p, "issues"), problem + "give it, with low salience if need be")
    for i in s.issues:
        holders = [party for party in s.parties.values() if i in party.issues]
        if len(holders) < 2:
            stakes = [("parties", p, "issues", i) for p in s.parties]
            yield o.error(("issues", i), "fewer than two parties have a stake in it", *stakes, ("parties",))
        elif sum(party.enters is None or party.enters.date <= s.start for party in holders) < 2:
            problem = "fewer than two parties with a stake in it take part from the start on; "
            yield o.error(("issues", i), problem + "the others enter later (`enters`)")


def _check_issues(s: Scenario, o: Origins) -> Faults:
    for i, issue in s.issues.items():
        yield from check_name(o, ("issues", i, "basket"), issue.basket, s.baskets, "basket")
        points = [option.at for option in issue.options]
        if points != sorted(set(points)) or points[0] != 0 or points[-1] != 1:
            written = ", ".join(f"{point:g}" for point in points)
            yield o.error(("issues", i, "options"), f"options ascend from `at: 0` to `at: 1`; given: {written}")


def _check_baskets(s: Scenario, o: Origins) -> Faults:
    if len(s.baskets) > _MAX_BASKETS:
        yield o.error(("baskets",), f"at most {_MAX_BASKETS} baskets")
    held = {issue.basket for issue in s.issues.values()}
    codes = build_ladder(s.outcomes).basket_codes
    for b, basket in s.baskets.items():
        at = ("baskets", b)
        if b not in held:
            yield o.error(at, "holds no issue", ("issues",), *(("issues", i, "basket") for i in s.issues))
        yield from check_name(o, (*at, "code"), basket.code, codes, "outcome code")
        yield from check_name(o, (*at, "level"), basket.level, s.levels, "level")
        for p in basket.exposure:
            yield from check_name(o, (*at, "exposure", p), p, s.parties, "party")
        for name, obligation in basket.obligations.items():
            yield from check_name(o, (*at, "obligations", name, "doer"), obligation.doer, s.parties, "party")
            for p in obligation.blame:
                yield from check_name(o, (*at, "obligations", name, "blame", p), p, s.parties, "party")


def _check_incidents(s: Scenario, o: Origins) -> Faults:
    names = list(s.incidents)
    for t, incident in s.incidents.items():
        at = ("incidents", t)
        if incident.doer:
            yield from check_name(o, (*at, "doer"), incident.doer, s.parties, "party")
        for p in incident.offended:
            yield from check_name(o, (*at, "offended"), p, s.parties, "party")
        for observer, blamed in incident.attribution.items():
            yield from check_name(o, (*at, "attribution", observer), observer, s.parties, "party")
            for q in blamed:
                others = [party for party in s.parties if party != observer]
                yield from check_name(o, (*at, "attribution", observer, q), q, others, "other party")
        for other in incident.excites:
            yield from check_name(o, (*at, "excites", other), other, names, "incident type")
        early = next((date for date in incident.scripted if date <= s.start), None)
        if early is not None:
            problem = f"{early} is not after `start` {s.start}: it would never happen"
            yield o.error((*at, "scripted"), problem, ("start",))
    # branching[i, j]: incidents of type i set off by one of type j, at the top of their ranges
    excites = {(i, j): number.high for j in names for i, number in s.incidents[j].excites.items()}
    radius = spectral_radius(np.array([[excites.get((i, j), 0.0) for j in names] for i in names])) if names else 0.0
    if radius >= 1:
        problem = f"incidents would set each other off without end: spectral radius {radius:.3g}; "
        yield o.error(("incidents",), problem + "the tops of the `excites` ranges must keep it below 1")


def _check_levers(s: Scenario, o: Origins) -> Faults:
    for n, sponsor in s.sponsors.items():
        for k, lever in sponsor.levers.items():
            at = ("sponsors", n, "levers", k)
            for p in (*lever.relief, *lever.pressure):
                yield from check_name(o, at, p, s.parties, "party")
            if lever.kind == LeverKind.RESPONSIVE.label and lever.when is None:
                choices = " or ".join(f"`when: {label}`" for label in LeverTrigger.labels())
                yield o.error((*at, "when"), f"a responsive lever is pulled {choices}")


def _check_documents(s: Scenario, o: Origins) -> Faults:
    for d, document in s.documents.items():
        at = ("documents", d)
        yield from check_name(o, (*at, "author"), document.author, s.parties, "party")
        if (document.handed is None) == (document.round is None):
            number = "both are" if document.round else "neither is"
            yield o.error(at, f"is handed over either on a date (`handed`) or at a round (`round`); {number} given")
        yield from _check_known(s, o, (*at, "handed"), document.handed, document.assumed)
    for p, party in s.parties.items():
        if party.enters:
            yield from _check_known(s, o, ("parties", p, "enters", "date"), party.enters.date, party.enters.assumed)
        for n, mandate in enumerate(party.mandate or []):
            yield from _check_known(s, o, ("parties", p, "mandate", str(n), "since"), mandate.since, mandate.assumed)


def _check_past(s: Scenario, o: Origins) -> Faults:
    """Check what precedes the talks: the war, matters that have been urgent since a date, and earlier settlements."""
    days: list[tuple[Path, datetime.date]] = [(("war", "since"), s.war.since)] if s.war else []
    days += [(("baskets", b, "urgency", "since"), x.urgency.since) for b, x in s.baskets.items() if x.urgency]
    for at, date in days:
        if date > s.start:
            yield o.error(at, f"{date} is after `start` {s.start}; it lies before the talks", ("start",))
    for i, settlement in s.precedents.items():
        yield from check_name(o, ("precedents", i), i, s.issues, "issue")
        if settlement.date > s.as_of:
            problem = f"{settlement.date} is after `as_of` {s.as_of}: a precedent lies before it"
            yield o.error(("precedents", i, "date"), problem, ("as_of",))


def _check_known(s: Scenario, o: Origins, at: Path, date: datetime.date | None, reason: str | None) -> Faults:
    """Refuse a date after `as_of` for which no reason stands in `assumed`."""
    if date is not None and date > s.as_of and reason is None:
        problem = f"{date} is after `as_of` {s.as_of}: not yet known then; say why in `assumed` if you mean it"
        yield o.error(at, problem, ("as_of",))


def describe_size(scenario: Scenario) -> str:
    """Describe the size of a scenario in words: `2 parties, 1 issue, 1 basket`."""
    nouns = {"parties": "party", "issues": "issue", "baskets": "basket"}
    counts = [(len(getattr(scenario, many)), one, many) for many, one in nouns.items()]
    return ", ".join(f"{n} {one if n == 1 else many}" for n, one, many in counts)
