"""Phases 5 and 6 of the reference engine, and the row a planned round leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.layout import DELIVERED, DOCUMENT, LEVER_ON, MEDIATOR, SETTLED, VENUE, W
from sim.rules import agenda, convening, outcome, readiness
from sim.rules.value import value
from sim.run import agreement, telling

if TYPE_CHECKING:
    from sim.basket import Basket
    from sim.model import NegotiationModel


@dataclass
class SinceLast:
    """What happened since the last row of the table of rounds; baskets as bits."""

    texts: int = 0
    settled: int = 0
    amended: int = 0
    collapsed: int = 0
    incidents: int = 0


def convene(model: NegotiationModel) -> bool:
    """Phase 5: held if every party with a seat comes; else postponed, in the end into abeyance."""
    instruct(model)
    model.venue = model.choose_venue()
    absent = []
    for party in model.parties:
        if party.seated:
            party.willing = party.meeting_chance(model.venue)
            if model.draw("convene", party.index) >= party.willing:
                absent.append(party.name)
    venue = model.names.venues[model.venue]
    if model.told:
        model.tell("planned", {"venue": venue, "balance": model.balance, "parties": telling.moods(model)})
    if absent:
        model.postponed += 1
        model.streak += 1
        model.level = model.structure.start_level
        model.abeyance = model.abeyance or model.streak >= model.structure.postponement_limit
        model.tell("postponed", {"absent": absent, "venue": venue, "abeyance": model.abeyance})
        return False
    model.streak = 0
    model.publicity = float(model.theta.venue[VENUE.PUBLICITY, model.venue])
    model.leverage = model.attending_strength(MEDIATOR.LEVERAGE)
    before = model.level
    rise(model)
    model.tell("held", {"venue": venue, "level": model.names.levels[model.level], "rose": model.level > before})
    return True


def instruct(model: NegotiationModel) -> None:
    """Mandates in force on the present day: the latest dated entry of each party and basket counts."""
    x = model.structure
    for (p, b, level), since in zip(x.mandate.tolist(), x.mandate_day.tolist(), strict=True):
        if since <= model.day:
            model.parties[p].mandate[b] = level


def rise(model: NegotiationModel) -> None:
    """Whether the parties agree to meet at a higher level."""
    if model.level + 1 >= model.structure.levels:
        return
    to_settle = [basket for basket in model.baskets if basket.open]
    blocked = sum(1 for basket in to_settle if not mandated(model, basket))
    share = blocked / len(to_settle) if to_settle else 0.0
    w, push = model.world, model.attending_strength(MEDIATOR.FACILITATION)
    odds = convening.higher_level_odds(w[W.LEVEL_BASE], w[W.LEVEL_BLOCKED], share, w[W.LEVEL_PUSH], push)
    if model.draw("level", 0) >= convening.chance(odds):
        return
    if all(model.draw("rise", p.index) < p.willing for p in model.parties if p.seated):
        model.level += 1


def mandated(model: NegotiationModel, basket: Basket) -> bool:
    """Whether the level of the talks suffices for a basket and for every party's mandate on it."""
    b = basket.index
    return model.level >= model.structure.basket_level[b] and all(
        model.level >= party.mandate[b] for party in basket.members
    )


def holds(model: NegotiationModel, kind: int, target: int) -> bool:
    """Whether a condition holds: basket settled or delivered, document received, lever on or off."""
    if kind == SETTLED:
        return model.baskets[target].settled
    if kind == DELIVERED:
        basket = model.baskets[target]
        return basket.settled and basket.delivered(model.world[W.DELIVERED_ENOUGH])
    if kind == DOCUMENT:
        return received(model, target)
    pulled = any(sponsor.pulled.get(target, False) for sponsor in model.sponsors)
    return pulled == (kind == LEVER_ON)


def received(model: NegotiationModel, document: int) -> bool:
    """Whether a document has been handed over: its date has come, or its round was held."""
    x = model.structure
    at_round = x.document_round[document]
    return bool(x.document_day[document] <= model.day or (at_round > 0 and model.held >= at_round))


def papers_received(model: NegotiationModel) -> int:
    """How many documents have been handed over so far."""
    return sum(received(model, n) for n in range(model.structure.document_day.size))


def binding(model: NegotiationModel, row: list[int]) -> bool:
    """Whether a precondition (a row of the structure's table) stands in the way now."""
    p, _, kind, target, issue = row
    if holds(model, kind, target):
        return False
    if issue < 0:
        return True
    basket = next(b for b in model.baskets if b.lo <= issue < b.hi)
    party = model.parties[p]
    v = value(model.package[issue], party.demand[issue], party.reservation[issue])
    return agenda.precondition_binds(basket.settled, v)


def set_agenda(model: NegotiationModel) -> None:
    """Phase 6: for every basket whether it may be opened in this round, and if not, why."""
    for basket in model.baskets:
        basket.agenda = outcome.OPEN if mandated(model, basket) else outcome.NO_MANDATE
    for row in model.structure.precondition.tolist():
        basket = model.baskets[row[1]]
        if basket.agenda == outcome.OPEN and binding(model, row):
            basket.agenda = outcome.PRECONDITION
    if model.told:
        rows = [row for row in model.structure.precondition.tolist() if binding(model, row)]
        model.tell("agenda", telling.agenda(model, rows))


def code_round(model: NegotiationModel, unratified: bool, handed: int) -> int:
    """The outcome code of a held round; progress and the gap between positions follow it."""
    x, w, since = model.structure, model.world, model.since_last
    settled = [int(x.basket_code[b.index]) for b in model.baskets if since.settled >> b.index & 1]
    tabled = since.texts > 0 or handed > 0 or unratified
    odds = convening.procedural_odds(
        w[W.PROCEDURAL_BASE],
        w[W.PROCEDURAL_READINESS],
        model.least_readiness(),
        w[W.PROCEDURAL_FACILITATION],
        model.attending_strength(MEDIATOR.FACILITATION),
    )
    procedural = model.draw("procedural", 0) < convening.chance(odds)
    all_settled = all(b.settled for b in model.baskets)
    code = outcome.round_code(max(settled, default=-1), all_settled, tabled, procedural)
    model.tabled_ever = model.tabled_ever or code >= outcome.TABLED
    model.procedural_ever = model.procedural_ever or code >= outcome.PROCEDURAL
    model.peak = max(model.peak, code)
    model.progress = readiness.progressed(model.progress, code, w[W.PROGRESS_MEMORY])
    model.gap = agreement.position_gap(model)
    return code


def note(model: NegotiationModel, days: float, code: int) -> None:
    """One row of the table of rounds; counts of what happened since the last row start anew."""
    since = model.since_last
    row = [model.planned_step, model.day, days, model.venue, model.level, code, since.texts, model.papers]
    row += [since.settled, since.amended, since.collapsed, since.incidents, model.gap]
    model.rounds.append([float(entry) for entry in row])
    model.since_last = SinceLast()
    model.tell("round", {"code": outcome.CODES[code], "gap": model.gap, "day": model.day})
