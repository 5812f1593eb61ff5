"""Readings of incidents: how often a type was documented, and whom each party charges with it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from sim.evidence.acts import Act
from sim.evidence.positions import Position
from sim.scenario.merge import Origins
from sim.scenario.numbers import Number
from sim.scenario.readings import Range, Reading, assume_range, iterate_pairs, list_actors, make_range
from sim.scenario.schema import Incident, Scenario

INCIDENTS = ("incident", "threat", "postponement")
"""Kinds of act that tell of an incident."""
CHARGED: Range = (0.3, 1.0)
"""Attribution of an incident to a party that the observer charges with it: from a suspicion to certainty."""
INTERVAL = (0.05, 0.95)
"""Quantiles of the rate of incidents after a count (Jeffreys' prior for a Poisson rate)."""


def read_incidents(s: Scenario, acts: list[Act], positions: list[Position], o: Origins) -> Iterator[Reading]:
    """Read rate and attribution of every type of incident that acts document.

    Days are counted up to the newest entry: later ones are not quiet, nothing is known of them.

    Parameters
    ----------
    s : Scenario
        A scenario whose parts fit together.
    acts : list of Act
        The acts that count, oldest first.
    positions : list of Position
        The positions that count.
    o : Origins
        File and line of every key; not used.

    Yields
    ------
    Reading
        A rate, or an attribution of one party to another.
    """
    until = max((*(act.disclosed for act in acts), *(x.disclosed for x in positions)), default=s.as_of)
    for t, incident in s.incidents.items():
        if incident.documented is not None:
            reports = [act for act in acts if act.act in INCIDENTS and act.about in incident.documented]
            yield _read_rate(t, incident, reports, until)
            yield from _read_attribution(s, t, incident, reports)


def _read_rate(t: str, incident: Incident, reports: list[Act], until: datetime.date) -> Reading:
    """Read a rate from the number of days on which incidents of a type were documented."""
    ids = {act.id for act in reports}
    own = [act for act in reports if act.of not in ids]
    since = incident.counted_since or (own[0].event if own else until)
    counted = [act for act in own if act.event >= since]
    passed = {act.id: f"lies before {since}, from which incidents are counted" for act in own if act.event < since}
    number, support = _count_rate(counted, (until - since).days), tuple(act.id for act in counted)
    return Reading(("incidents", t, "rate"), number, support, passed, incident.rate is None)


def _read_attribution(s: Scenario, t: str, incident: Incident, reports: list[Act]) -> Iterator[Reading]:
    """Read whom a party charges in its own words with the incidents that are counted."""
    actors, since = list_actors(s), incident.counted_since or datetime.date.min
    for p, q in iterate_pairs(s):
        own = [act for act in reports if (act.attributed_by, act.towards) == (actors[p], actors[q])]
        own = [act for act in own if act.event >= since]
        if own:
            number, ids = make_range(CHARGED, own, "charges the other side with it"), tuple(act.id for act in own)
            is_open = q not in incident.attribution.get(p, {})
            yield Reading(("incidents", t, "attribution", p, q), number, ids, {}, is_open)


def _count_rate(acts: list[Act], days: int) -> Number:
    """Return the 90% interval of a rate a day (Jeffreys 1961) after incidents on so many days out of `days`."""
    from scipy.special import gammaincinv

    count, days = len({act.event for act in acts}), max(days, 1)
    low, high = (float(gammaincinv(count + 0.5, level)) / days for level in INTERVAL)
    why = f"a day; such incidents are documented on {count} of {days} days: the 90% interval of the rate"
    return make_range((low, high), acts, why) if acts else assume_range((low, high), why)
