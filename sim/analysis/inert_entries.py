"""Entries of a scenario that cannot have an effect in it: what nothing reads, never happens, or is never reached."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from sim.rules.levers import LeverKind
from sim.rules.mediation import Combination
from sim.rules.precedent import Precedent
from sim.scenario.numbers import Number
from sim.scenario.schema import Scenario

Inert = tuple[str, str]
"""Dotted path of an entry, and why it has no effect."""


def list_inert(s: Scenario) -> Iterator[Inert]:
    """List entries that cannot have an effect in a scenario.

    Parameters
    ----------
    s : Scenario
        A scenario that can be run.

    Yields
    ------
    tuple of str and str
        Dotted path and reason.
    """
    for part in (_list_mediators, _list_levers, _list_incidents, _list_venues, _list_settlement, _list_switched_off):
        yield from part(s)
    yield from _list_late(s)


def _list_mediators(s: Scenario) -> Iterator[Inert]:
    """Mediators that never attend or have no strength, and what works only by manipulation."""
    works = s.model.combine != Combination.STRONGEST.label and not is_zero(s.behaviour.mediation.beside)
    beside = ", and works from beside the table only (`behaviour.mediation.beside`)" if works else ""
    for name, mediator in s.mediators.items():
        hosts = [v for v, venue in s.venues.items() if venue.host == name]
        styles = {style: getattr(mediator.styles, style) for style in type(mediator.styles).model_fields}
        if mediator.attends == "hosted" and not hosts:
            reason = "attends only rounds that it hosts, and no venue has it as `host`: it never attends"
            yield f"mediators.{name}.attends", reason + beside
        elif mediator.attends == "hosted" and all(_is_closed(s, venue) for venue in hosts):
            reason = "attends only rounds that it hosts, and a party never accepts its venues (0): it never attends"
            yield f"mediators.{name}.attends", reason + beside
        elif all(map(is_zero, styles.values())):
            yield f"mediators.{name}.styles", "all styles are 0: the mediator does nothing"
        elif is_zero(mediator.styles.manipulation):
            for key in ("leverage", "guarantee"):
                if not is_zero(getattr(mediator, key)):
                    yield f"mediators.{name}.{key}", "counts only under manipulation, whose strength is 0"


def _is_closed(s: Scenario, venue: str) -> bool:
    """Whether some party never accepts a venue."""
    return any(is_zero(number) for number in s.venues[venue].acceptability.values())


def _list_levers(s: Scenario) -> Iterator[Inert]:
    """Levers without any effect, and random ones that are never pulled."""
    for name, sponsor in s.sponsors.items():
        for lever, entry in sponsor.levers.items():
            path = f"sponsors.{name}.levers.{lever}"
            if all(map(is_zero, (entry.balance, *entry.relief.values(), *entry.pressure.values()))):
                yield path, "`balance`, `relief` and `pressure` are 0: the lever has no effect"
            elif entry.kind == LeverKind.RANDOM.label and is_zero(entry.rate_on):
                yield f"{path}.rate_on", "is 0: the lever is never pulled"


def _list_incidents(s: Scenario) -> Iterator[Inert]:
    """Incidents that never happen, or leave no trace."""
    for name, incident in s.incidents.items():
        excited = any(not is_zero(x.excites[name]) for n, x in s.incidents.items() if n != name and name in x.excites)
        if is_zero(incident.rate) and not incident.scripted and not excited:
            yield f"incidents.{name}.rate", "is 0, no day is scripted and no other type sets it off: it never happens"
        elif all(map(is_zero, (incident.severity, incident.cost, incident.hardening))):
            yield f"incidents.{name}.severity", "`severity`, `cost` and `hardening` are 0: it has no effect"


def _list_venues(s: Scenario) -> Iterator[Inert]:
    """Venues outside the order of those that may be used."""
    order = s.venue_choice.order
    for name in s.venues if order else ():
        if name not in order:
            yield f"venues.{name}", f"`venue_choice.order` holds only {', '.join(order)}: it is never chosen"


def _list_settlement(s: Scenario) -> Iterator[Inert]:
    """Ratifiers without a text, ratification without a body, rungs of the ladder that no settlement reaches."""
    ratified = {name for name, basket in s.baskets.items() if basket.ratified}
    bodies = {(p, r): x for p, party in s.parties.items() for r, x in party.ratifiers.items()}
    for (p, r), body in bodies.items():
        if not ratified & set(s.baskets if body.baskets is None else body.baskets):
            yield f"parties.{p}.ratifiers.{r}", "none of its baskets has `ratified: true`: it is never asked"
    for name in sorted(ratified):
        if all(x.baskets is not None and name not in x.baskets for x in bodies.values()):
            yield f"baskets.{name}.ratified", "no party has a ratifier for it: no body is asked"
    codes = {basket.code for basket in s.baskets.values()}
    for rung in s.outcomes or []:
        if rung.code not in codes:
            yield "outcomes", f"no basket has `code: {rung.code}`: no run ends as {rung.title}"
        elif len(s.baskets) == 1:
            yield "outcomes", f"the only basket settles all at once: no run ends as {rung.title}, but as comprehensive"


def _list_switched_off(s: Scenario) -> Iterator[Inert]:
    """Entries that the rules chosen under `model` do not read."""
    if not s.model.urgency:
        for name, basket in s.baskets.items():
            if basket.urgency is not None:
                yield f"baskets.{name}.urgency", "`model.urgency` is false: it is not read"
    if s.war is not None and not s.model.war:
        yield "war", "`model.war` is false: it is not read"
    if s.precedents and s.model.precedent == Precedent.OFF.label:
        yield "precedents", "`model.precedent` is off: they are not read"


def _list_late(s: Scenario) -> Iterator[Inert]:
    """Days that no run reaches."""
    last = s.start + datetime.timedelta(days=int(s.calendar.horizon.high))
    for path, day in _iterate_days(s):
        if day is not None and day > last:
            yield path, f"{day} lies after {last}, the last day of a run: it is never reached"


def _iterate_days(s: Scenario) -> Iterator[tuple[str, datetime.date | None]]:
    for name, incident in s.incidents.items():
        yield from ((f"incidents.{name}.scripted", day) for day in incident.scripted)
    for name, document in s.documents.items():
        yield f"documents.{name}.handed", document.handed
    for name, sponsor in s.sponsors.items():
        for lever, entry in sponsor.levers.items():
            yield f"sponsors.{name}.levers.{lever}.on", entry.on
    for name, party in s.parties.items():
        yield f"parties.{name}.enters.date", party.enters.date if party.enters else None
        yield from ((f"parties.{name}.mandate.{k}.since", x.since) for k, x in enumerate(party.mandate or []))


def is_zero(number: Number | Any) -> bool:
    """Whether a number is 0 in every draw."""
    return number is not None and number.low == 0.0 and number.high == 0.0
