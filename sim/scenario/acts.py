"""Derive parts of a scenario from documented acts: one mapping for all parties, as of a date.

Every reading names the acts that it rests on. It fills only what the scenario leaves open: what a scenario states
itself wins. The ranges of this module are assumptions about what an act shows; each has its reason beside it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from sim.evidence.acts import Act
from sim.evidence.positions import Position
from sim.scenario.incidents import read_incidents
from sim.scenario.merge import Origins, Path
from sim.scenario.numbers import Number
from sim.scenario.past import PastSettlement
from sim.scenario.readings import (
    Range,
    Reading,
    assume_range,
    choose_latest,
    is_default,
    is_own,
    iterate_pairs,
    list_actors,
    make_range,
)
from sim.scenario.schema import Mandate, Scenario

WORDS: dict[str, tuple[Range, str]] = {
    "venue_offer": ((0.8, 1.0), "offered to meet there"),
    "venue_preference": ((0.7, 1.0), "called the place suitable"),
    "convening": ((0.6, 1.0), "agreed to meet there"),
    "venue_refusal": ((0.0, 0.3), "refused to meet there"),
}
"""Acceptability of a venue by the latest own word: who offers a place wants it most, who refuses it hardly comes."""
NO_WORD: Range = (0.2, 0.8)
"""Acceptability without any word: most of the scale, short of both ends."""
MET: Range = (0.5, 0.9)
"""The least ends of acceptability after a meeting at a place: who came has shown that it can come."""
HOSTED: Range = (0.4, 0.9)
"""Facilitation of a third party that hosted a meeting or an exchange, or went between the capitals."""
OFFERED: Range = (0.3, 0.7)
"""Facilitation of a third party that speaks with the parties or offers its help or its territory."""
SILENT: Range = (0.1, 0.5)
"""Facilitation of a third party of which no act is documented."""
DOUBTED: Range = (0.4, 1.0)
"""Authority of a signatory in doubt, as reported or contested: from half weight to no effect."""
DENIED: Range = (0.1, 0.7)
"""Authority of a signatory that the observer denies in its own words."""
UNCOUNTED: Range = (0.0, 0.5)
"""Share of what was agreed that a hand-over of unknown size carries out."""
DISOBEYED: Range = (0.3, 0.9)
"""Compliance of a party whose units do not follow orders: below the default at both ends."""
LEANS: Range = (0.3, 0.8)
"""Leaning of a third party toward a party whose view it is documented to share: clear, short of an ally's."""


def read_acts(s: Scenario, acts: list[Act], positions: list[Position], origins: Origins) -> dict[Path, Reading]:
    """Read what acts say of a scenario.

    Parameters
    ----------
    s : Scenario
        A scenario whose parts fit together.
    acts : list of Act
        The acts that count, oldest first.
    positions : list of Position
        The positions that count.
    origins : Origins
        File and line of every key.

    Returns
    -------
    dict
        Readings by path.
    """
    if s.evidence is None:
        return {}
    readers: tuple[Callable[..., Iterator[Reading]], ...] = (
        *(_read_venues, _read_mandates, _read_authority, _read_trust, _read_control, _read_facilitation),
        *(_read_leaning, _read_levers, read_incidents, _read_precedents, _read_others),
    )
    readings = [reading for reader in readers for reading in reader(s, acts, positions, origins)]
    return {reading.path: reading for reading in readings}


def apply_readings(s: Scenario, readings: dict[Path, Reading]) -> Scenario:
    """Return a scenario in which the parts that it leaves open have the values of the readings."""
    data: dict[str, Any] = {"precedents": dict(s.precedents), "documents": dict(s.documents)}
    for kind in ("parties", "mediators", "sponsors", "venues", "incidents"):
        data[kind] = dict(getattr(s, kind))
    for path, reading in readings.items():
        if reading.is_open and reading.value is not None:
            head, name, *rest = path
            data[head][name] = _put(data[head].get(name), rest, reading.value)
    for p, party in data["parties"].items():
        if party.mandate is None:
            data["parties"][p] = party.model_copy(update={"mandate": []})
    return s.model_copy(update=data)


def _put(entity: Any, rest: list[str], value: Any) -> Any:
    """Return a copy of a model or mapping with a value at a path below it."""
    if not rest:
        return value
    head, *below = rest
    if isinstance(entity, dict):
        return {**entity, head: _put(entity.get(head, {}), below, value)}
    return entity.model_copy(update={head: _put(getattr(entity, head), below, value)})


# Parts


def _read_venues(s: Scenario, acts: list[Act], positions: list[Position], o: Origins) -> Iterator[Reading]:
    """Acceptability of a venue: the latest own word, and meetings held there since."""
    actors = list_actors(s)
    for v, venue in s.venues.items():
        here = [act for act in acts if act.about in (v, venue.host)]
        meetings = [
            act
            for act in here
            if act.act == "convening" and act.about == v and (act.jointly or act.actor not in actors.values())
        ]
        for p, actor in actors.items():
            words = [act for act in here if act.act in WORDS and act.actor == actor and not act.jointly]
            latest, passed = choose_latest(words)
            since = [act for act in meetings if latest is None or act.event > latest.event]
            ends, what = WORDS[latest.act] if latest else (NO_WORD, "")
            met = since[-1] if since else None
            if met:
                ends, what = _raise_ends(ends), f"{what}; met there on {met.event}" if what else "met there"
            count = met or latest
            passed |= {act.id: f"superseded by {count.id}" for act in meetings if count and act is not count}
            support = [act for act in (latest, met) if act]
            number = make_range(ends, support, f"the party {what}") if support else None
            number = number or assume_range(NO_WORD, "no word of this party on the place is documented")
            ids = tuple(act.id for act in support)
            is_open = p not in venue.acceptability and not s.parties[p].observer
            offers = tuple(act.id for act in here if act.act == "venue_offer" and act.actor not in actors.values())
            yield Reading(("venues", v, "acceptability", p), number, ids, passed, is_open, offers)


def _raise_ends(ends: Range) -> Range:
    return max(ends[0], MET[0]), max(ends[1], MET[1])


def _read_mandates(s: Scenario, acts: list[Act], positions: list[Position], o: Origins) -> Iterator[Reading]:
    """Who may speak of what: of every theme the latest own word, the more specific of one day."""
    levels = {"delegation": s.levels[0], "above": s.levels[min(1, len(s.levels) - 1)], "leaders": s.levels[-1]}
    for p, actor in list_actors(s).items():
        own = [act for act in acts if act.act == "mandate" and act.actor == actor and act.themes and act.level]
        charges = {act.id: "another party's account" for act in own if not is_own(act)}
        words = sorted((act for act in own if is_own(act)), key=lambda act: (act.event, -len(act.themes), act.id))
        latest = {theme: act for act in words for theme in act.themes}
        baskets: dict[str, list[str]] = {}
        for b in s.baskets:
            themes = {issue.theme for issue in s.issues.values() if issue.basket == b}
            for act in [latest[theme] for theme in sorted(themes) if theme in latest][-1:]:
                baskets.setdefault(act.id, []).append(b)
        entries = [_make_mandate(act, baskets[act.id], levels[str(act.level)]) for act in words if act.id in baskets]
        newest = words[-1].id if words else ""
        passed = charges | {act.id: f"superseded by {newest}" for act in words if act.id not in baskets}
        yield Reading(("parties", p, "mandate"), entries, tuple(baskets), passed, s.parties[p].mandate is None)


def _make_mandate(act: Act, baskets: list[str], level: str) -> Mandate:
    cited = {"source": act.sources[0].id, "locator": act.sources[0].locator}
    return Mandate(baskets=baskets, level=level, bars=act.bars, since=act.event, **cited)


def _read_authority(s: Scenario, acts: list[Act], positions: list[Position], o: Origins) -> Iterator[Reading]:
    """What weight a signature has for an observer that doubts or denies it."""
    actors = list_actors(s)
    for p, q in iterate_pairs(s):
        doubts = [act for act in acts if act.about == "signatory_legitimacy"]
        doubts = [act for act in doubts if (act.actor, act.towards) == (actors[p], actors[q])]
        if doubts:
            latest = doubts[-1]
            own = is_own(latest) and not latest.contested and latest.attributed_by is None
            number = make_range(DENIED if own else DOUBTED, [latest], "the standing of the signatory is in question")
            passed = {act.id: f"superseded by {latest.id}" for act in doubts[:-1]}
            is_open = is_default(o, p, "authority", q)
            yield Reading(("parties", p, "authority", q), number, (latest.id,), passed, is_open)


def _read_trust(s: Scenario, acts: list[Act], positions: list[Position], o: Origins) -> Iterator[Reading]:
    """Trust at the start: the default, raised by each hand-over of what was agreed, a gain that fades until the start.

    As in the model, only what carries out a settlement counts; a measure of one side alone does not. Unlike there, a
    shortfall takes no trust away, and each gain is added to trust that has faded already.
    """
    actors, gain, memory = list_actors(s), s.behaviour.trust.delivery_gain, s.behaviour.trust.memory
    for p, q in iterate_pairs(s):
        own = [act for act in acts if act.act == "delivery" and act.actor == actors[q]]
        deliveries = [act for act in own if _find_agreements(act, acts)]
        trust = s.parties[p].trust.get(q)
        if deliveries and trust is not None:
            low, high = trust.low, trust.high
            for act in deliveries:
                least, most = _find_share(act, acts)
                days = max((s.start - act.event).days, 0)
                low += gain.low * (1.0 - low) * least * math.exp(-days / memory.low)
                high += gain.high * (1.0 - high) * most * math.exp(-days / memory.high)
            why = f"the default, raised by {len(deliveries)} documented hand-overs of the other side"
            number = make_range((low, high), deliveries, why)
            ids = tuple(act.id for act in deliveries)
            yield Reading(("parties", p, "trust", q), number, ids, {}, is_default(o, p, "trust", q))


def _find_agreements(delivery: Act, acts: list[Act]) -> list[Act]:
    """Find the agreements of both sides on what a hand-over is about, of its day or before."""
    agreed = [act for act in acts if act.act == "agreement" and act.jointly and act.about == delivery.about]
    return [act for act in agreed if act.event <= delivery.event]


def _find_share(delivery: Act, acts: list[Act]) -> Range:
    """Find the share of what was agreed that a hand-over carries out."""
    agreed = [act.quantity for act in _find_agreements(delivery, acts) if act.quantity]
    if not agreed or delivery.quantity is None:
        return UNCOUNTED
    share = min(delivery.quantity / agreed[-1], 1.0)
    return share, share


def _read_control(s: Scenario, acts: list[Act], positions: list[Position], o: Origins) -> Iterator[Reading]:
    """Compliance of a party whose control over its forces is denied; a charge that it contests counts nowhere."""
    for p, actor in list_actors(s).items():
        own = [act for act in acts if act.act == "control" and act.towards == actor and not act.contested]
        if own:
            number, latest = make_range(DISOBEYED, own[-1:], "units do not follow orders"), own[-1].id
            passed = {act.id: f"superseded by {latest}" for act in own[:-1]}
            is_open = is_default(o, p, "compliance")
            yield Reading(("parties", p, "compliance"), number, (latest,), passed, is_open)


def _read_facilitation(s: Scenario, acts: list[Act], positions: list[Position], o: Origins) -> Iterator[Reading]:
    """Facilitation of a third party by the strongest thing it is documented to have done."""
    for m, mediator in s.mediators.items():
        own = [act for act in acts if act.actor == m and act.act in ("mediation", "convening", "venue_offer")]
        strong = [act for act in own if act.act == "convening" or (act.act == "mediation" and act.about != "talks")]
        support = strong or own
        number = assume_range(SILENT, "no act of this third party between the parties is documented")
        if support:
            what = "hosted the parties or went between them" if strong else "speaks with the parties or offers its help"
            number = make_range(HOSTED if strong else OFFERED, support, what)
        passed = {act.id: f"superseded by {support[-1].id}" for act in own if act not in support}
        path, ids = ("mediators", m, "styles", "facilitation"), tuple(act.id for act in support)
        yield Reading(path, number, ids, passed, mediator.styles.facilitation is None)


def _read_leaning(s: Scenario, acts: list[Act], positions: list[Position], o: Origins) -> Iterator[Reading]:
    """Leaning of a third party toward a party whose view it shares."""
    for m, mediator in s.mediators.items():
        for p, actor in list_actors(s).items():
            own = [act for act in acts if act.act == "leaning" and (act.actor, act.towards) == (m, actor)]
            if own:
                latest, number = own[-1].id, make_range(LEANS, own[-1:], "shares the party's view")
                passed = {act.id: f"superseded by {latest}" for act in own[:-1]}
                yield Reading(("mediators", m, "leaning", p), number, (latest,), passed, p not in mediator.leaning)


def _read_levers(s: Scenario, acts: list[Act], positions: list[Position], o: Origins) -> Iterator[Reading]:
    """The day from which a lever is on: that of the first documented act of its kind."""
    for n, sponsor in s.sponsors.items():
        actor = sponsor.actor or n
        for k, lever in sponsor.levers.items():
            presses = any(number.high > 0 for number in lever.pressure.values())
            kinds = ("lever", "sanctions") if presses else ("arms_supply",)
            own = [act for act in acts if act.act in kinds and (act.actor == actor or _receives(s, act, lever))]
            if own:
                path = ("sponsors", n, "levers", k, "on")
                passed = {act.id: f"continues {own[0].id}" for act in own[1:]}
                is_open = lever.on is None and lever.kind == "dated"
                yield Reading(path, own[0].event, (own[0].id,), passed, is_open, tuple(passed) if presses else ())


def _receives(s: Scenario, act: Act, lever: Any) -> bool:
    """Whether a party tells of supplies to a party that the lever relieves, without naming who sends them."""
    actors, receiver = list_actors(s), act.towards or act.actor
    relieved = [actors.get(p) for p, number in lever.relief.items() if number.high > 0]
    return act.actor in actors.values() and receiver in relieved


def _read_precedents(s: Scenario, acts: list[Act], positions: list[Position], o: Origins) -> Iterator[Reading]:
    """What both sides once agreed, where their own statements of that day say the same."""
    actors = list_actors(s)
    for i in s.issues:
        own = [act for act in acts if act.act == "agreement" and act.about == i]
        settled = [act for act in own if act.jointly and act.of is None]
        if own:
            latest = settled[-1] if settled else None
            value = _read_terms(i, latest, list(actors.values()), positions) if latest else None
            support = latest or own[-1]
            passed = {act.id: f"superseded by {support.id}" for act in own if act is not support}
            yield Reading(("precedents", i), value, (support.id,), passed, i not in s.precedents)


def _read_terms(issue: str, act: Act, actors: list[str], positions: list[Position]) -> PastSettlement | None:
    """Return the terms of an agreement, None where the parties state different ones or one states none."""
    day = [x for x in positions if x.issue == issue and x.event == act.event and x.kind == "own"]
    stated = [[x for x in day if x.actor == actor] for actor in actors]
    if not all(stated) or len({x.value for x in day}) != 1:
        return None
    first, last = stated[0][-1].sources[0], stated[-1][-1].sources[0]
    raw = {"value": day[0].value, "source": first.id, "locator": first.locator, "why": act.id}
    number = Number.model_validate(raw).model_copy(update={"provenance": "derived"})
    return PastSettlement(value=number, date=act.event, source=last.id, locator=last.locator)


_OTHERS = {
    "next_meeting": ("start",),
    "talks": ("start",),
    "leaders_meeting": ("levels",),
    "procedure": ("behaviour", "procedural", "base"),
}


def _read_others(s: Scenario, acts: list[Act], positions: list[Position], o: Origins) -> Iterator[Reading]:
    """Parts that acts bear on but give no value: a scenario states them."""
    support: dict[Path, list[str]] = {}
    parties = {actor: p for p, actor in list_actors(s).items()}
    for act in acts:
        path: Path = ()
        if act.act in ("convening", "agreement") and act.about in _OTHERS:
            path = _OTHERS[act.about]
        elif act.act == "postponement" and act.about == "talks":
            path = ("behaviour", "ratification", "amendment")
        elif act.act == "mandate" and not act.themes and act.about in ("delegation", "leaders_meeting"):
            path = ("start_level",)
        elif act.act == "documents_first":
            path = ("documents",)
        elif act.act == "control" and act.contested and act.towards in parties:
            path = ("parties", parties[act.towards], "compliance")
        elif act.act == "insistence" and act.actor in parties:
            path = ("parties", parties[act.actor], "issues", "*", "salience")
        if path:
            support.setdefault(path, []).append(act.id)
    for path, ids in support.items():
        yield Reading(path, None, tuple(ids), is_open=path[-1] == "salience")  # stress counts in derived saliences
