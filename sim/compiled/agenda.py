"""Phase 6: which baskets may be opened in this round: levels, mandates, preconditions."""

from __future__ import annotations

from sim.compiled.basket import delivered
from sim.compiled.coalition import form_coalition
from sim.compiled.memory.buffer import Memory, sizes, view
from sim.compiled.memory.fields import N, P, S
from sim.core.choices import dispatches
from sim.core.jit import rule
from sim.core.layout import PI
from sim.rules import agenda
from sim.rules.agenda import Bars, Condition
from sim.rules.outcome import NO_MANDATE, OPEN, PRECONDITION
from sim.rules.value import value


@rule
def set_agenda(mem: Memory) -> None:
    """Set for every basket whether it may be settled in this round, and if not, why and whether it is discussed."""
    x = sizes(mem)
    status = view.status(mem)
    discussed = view.discussed(mem)
    is_open = view.open(mem)
    precondition = view.precondition(mem)
    for b in range(x.baskets):
        status[b] = OPEN if mandated(mem, b) else NO_MANDATE
        discussed[b] = 1 if may_discuss(mem, b) else 0
    for n in range(precondition.shape[0]):
        b = precondition[n, 1]
        if binds(mem, n):
            if status[b] == OPEN:
                status[b] = PRECONDITION
            if precondition[n, 5] != Bars.SETTLEMENT:
                discussed[b] = 0
    for b in range(x.baskets):
        if is_open[b] == 0 or status[b] == OPEN:
            discussed[b] = 0


@rule
def admit_parties(mem: Memory) -> None:
    """Admit the parties whose day of entry has come; each starts to concede then."""
    x = sizes(mem)
    enters = view.enters(mem)
    entered = view.entered(mem)
    seat = view.seat(mem)
    seated = view.seated(mem)
    stake = view.stake(mem)
    member = view.member(mem)
    party = view.party(mem)
    s = view.scalar(mem)
    changed = False
    for p in range(x.parties):
        if entered[p] == 0 and enters[p] <= s[S.DAY]:
            entered[p], seated[p] = 1, seat[p]
            party[P.ENTRY_TIME, p] = s[S.TALK_TIME]
            changed = True
            for b in range(x.baskets):
                member[p, b] = stake[p, b]
    if changed:
        for b in range(x.baskets):
            form_coalition(mem, b)


@rule
def read_mandates(mem: Memory) -> None:
    """Read the mandates in force on the present day: the latest dated entry of each party and basket counts."""
    mandate = view.mandate(mem)
    mandate_day = view.mandate_day(mem)
    s = view.scalar(mem)
    mandated_level = view.mandated_level(mem)
    mandate_bars = view.mandate_bars(mem)
    for n in range(mandate.shape[0]):
        if mandate_day[n] <= s[S.DAY]:
            mandated_level[mandate[n, 0], mandate[n, 1]] = mandate[n, 2]
            mandate_bars[mandate[n, 0], mandate[n, 1]] = mandate[n, 3]


@rule
def may_discuss(mem: Memory, b: int) -> bool:
    """Whether no level or mandate that falls short bars even discussing a basket."""
    x = sizes(mem)
    n = view.count(mem)
    basket_level = view.basket_level(mem)
    basket_bars = view.basket_bars(mem)
    member = view.member(mem)
    mandated_level = view.mandated_level(mem)
    mandate_bars = view.mandate_bars(mem)
    level = n[N.LEVEL]
    if level < basket_level[b] and basket_bars[b] != Bars.SETTLEMENT:
        return False
    for p in range(x.parties):
        if member[p, b] != 0 and level < mandated_level[p, b] and mandate_bars[p, b] != Bars.SETTLEMENT:
            return False
    return True


@rule
def may_settle(mem: Memory, b: int) -> bool:
    """Whether a basket may be settled now: mandates suffice and no precondition binds."""
    precondition = view.precondition(mem)
    if not mandated(mem, b):
        return False
    for n in range(precondition.shape[0]):
        if precondition[n, 1] == b and binds(mem, n):
            return False
    return True


@rule
def mandated(mem: Memory, b: int) -> bool:
    """Whether the level of the talks suffices for a basket and for every party's mandate on it."""
    x = sizes(mem)
    n = view.count(mem)
    basket_level = view.basket_level(mem)
    member = view.member(mem)
    mandated_level = view.mandated_level(mem)
    level = n[N.LEVEL]
    if level < basket_level[b]:
        return False
    for p in range(x.parties):
        if member[p, b] != 0 and level < mandated_level[p, b]:
            return False
    return True


@dispatches(Condition)
@rule
def holds(mem: Memory, kind: int, target: int) -> bool:
    """Whether a condition holds: basket settled or delivered, document received, lever on or off."""
    settled = view.settled(mem)
    lever = view.lever(mem)
    if kind == Condition.SETTLED:
        return settled[target] != 0
    if kind == Condition.DELIVERED:
        return settled[target] != 0 and delivered(mem, target)
    if kind == Condition.DOCUMENT:
        return received(mem, target)
    if kind == Condition.LEVER_ON:
        return lever[target] != 0
    if kind == Condition.LEVER_OFF:
        return lever[target] == 0
    return False  # `check_dispatchers` refuses a member without a branch; a compiled phase cannot raise


@rule
def received(mem: Memory, document: int) -> bool:
    """Whether a document has been handed over: its date has come, or its round was held."""
    document_round = view.document_round(mem)
    document_day = view.document_day(mem)
    s = view.scalar(mem)
    n = view.count(mem)
    return agenda.is_received(document_day[document], s[S.DAY], document_round[document], n[N.HELD])


@rule
def count_papers(mem: Memory) -> int:
    """How many documents have been handed over so far."""
    document_day = view.document_day(mem)
    count = 0
    for n in range(document_day.size):
        if received(mem, n):
            count += 1
    return count


@rule
def binds(mem: Memory, n: int) -> bool:
    """Whether precondition `n` stands in the way now."""
    precondition = view.precondition(mem)
    first_issue = view.first_issue(mem)
    package = view.package(mem)
    stakes = view.th_party_issue(mem)
    reservation = view.reservation(mem)
    settled = view.settled(mem)
    p, issue = precondition[n, 0], precondition[n, 4]
    if view.entered(mem)[p] == 0 or holds(mem, precondition[n, 2], precondition[n, 3]):
        return False
    if issue < 0:
        return True
    b = 0
    while first_issue[b + 1] <= issue:
        b += 1
    v = value(package[issue], stakes[PI.DEMAND, p, issue], reservation[p, issue])
    return agenda.is_precondition_binding(settled[b] != 0, v)
