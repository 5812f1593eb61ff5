"""Phase 6: which baskets may be opened in this round: levels, mandates, preconditions."""

from __future__ import annotations

from sim.agents import events
from sim.agents.coalition import form_coalition
from sim.agents.protocols import Basket, Talks
from sim.core.choices import dispatches
from sim.core.layout import W
from sim.rules import agenda, outcome
from sim.rules.agenda import Bars, Condition
from sim.rules.value import value


def set_agenda(model: Talks) -> bool:
    """Set for every basket whether it may be settled in this round, and if not, why and whether it is discussed."""
    for basket in model.baskets:
        basket.agenda = outcome.OPEN if mandated(model, basket) else outcome.NO_MANDATE
        basket.discussed = may_discuss(model, basket)
    for row in model.structure.precondition.tolist():
        basket = model.baskets[row[1]]
        if binds(model, row):
            if basket.agenda == outcome.OPEN:
                basket.agenda = outcome.PRECONDITION
            basket.discussed = basket.discussed and row[5] == Bars.SETTLEMENT
    for basket in model.baskets:
        basket.discussed = basket.discussed and basket.open and basket.agenda != outcome.OPEN
    if model.observed:
        rows = [row for row in model.structure.precondition.tolist() if binds(model, row)]
        model.on_event("agenda", events.describe_agenda(model, rows))
    return True


def admit_parties(model: Talks) -> None:
    """Admit the parties whose day of entry has come; each starts to concede then."""
    x, changed = model.structure, False
    for party in model.parties:
        if not party.entered and x.enters[party.index] <= model.day:
            party.entered, party.seated = True, bool(x.seat[party.index])
            party.entry_time = model.talk_time
            if model.planned_step >= 0:
                model.on_event("entered", {"party": party.name, "day": model.day})
            model.member[party.index] = x.stake[party.index]
            changed = True
    for basket in model.baskets if changed else ():
        basket.members = [party for party in basket.stakeholders if party.entered]
        form_coalition(model, basket)


def read_mandates(model: Talks) -> None:
    """Read the mandates in force on the present day: the latest dated entry of each party and basket counts."""
    x = model.structure
    for (p, b, level, bars), since in zip(x.mandate.tolist(), x.mandate_day.tolist(), strict=True):
        if since <= model.day:
            model.parties[p].mandate[b], model.parties[p].mandate_bars[b] = level, bars


def mandated(model: Talks, basket: Basket) -> bool:
    """Whether the level of the talks suffices for a basket and for every party's mandate on it."""
    b = basket.index
    return model.level >= model.structure.basket_level[b] and all(
        model.level >= party.mandate[b] for party in basket.members
    )


def may_discuss(model: Talks, basket: Basket) -> bool:
    """Whether no level or mandate that falls short bars even discussing a basket."""
    b = basket.index
    if model.level < model.structure.basket_level[b] and model.structure.basket_bars[b] != Bars.SETTLEMENT:
        return False
    short = (party for party in basket.members if model.level < party.mandate[b])
    return all(party.mandate_bars[b] == Bars.SETTLEMENT for party in short)


def may_settle(model: Talks, basket: Basket) -> bool:
    """Whether a basket may be settled now: mandates suffice and no precondition binds."""
    rows = (row for row in model.structure.precondition.tolist() if row[1] == basket.index)
    return mandated(model, basket) and not any(binds(model, row) for row in rows)


@dispatches(Condition)
def holds(model: Talks, kind: int, target: int) -> bool:
    """Whether a condition holds: basket settled or delivered, document received, lever on or off."""
    if kind == Condition.SETTLED:
        return model.baskets[target].settled
    if kind == Condition.DELIVERED:
        basket = model.baskets[target]
        return basket.settled and basket.delivered(model.world[W.DELIVERY_ENOUGH])
    if kind == Condition.DOCUMENT:
        return received(model, target)
    if kind == Condition.LEVER_ON:
        return lever_pulled(model, target)
    if kind == Condition.LEVER_OFF:
        return not lever_pulled(model, target)
    raise ValueError("unknown kind of condition")


def lever_pulled(model: Talks, lever: int) -> bool:
    """Whether a lever is pulled now."""
    return any(sponsor.pulled.get(lever, False) for sponsor in model.sponsors)


def received(model: Talks, document: int) -> bool:
    """Whether a document has been handed over: its date has come, or its round was held."""
    x = model.structure
    return agenda.is_received(x.document_day[document], model.day, x.document_round[document], model.held)


def count_papers(model: Talks) -> int:
    """Count the documents that have been handed over so far."""
    return sum(received(model, n) for n in range(model.structure.document_day.size))


def binds(model: Talks, row: list[int]) -> bool:
    """Whether a precondition (a row of the structure's table) stands in the way now."""
    p, _, kind, target, issue, _ = row
    if not model.parties[p].entered or holds(model, kind, target):
        return False
    if issue < 0:
        return True
    basket = next(b for b in model.baskets if b.lo <= issue < b.hi)
    party = model.parties[p]
    v = value(model.package[issue], party.demand[issue], party.reservation[issue])
    return agenda.is_precondition_binding(basket.settled, v)
