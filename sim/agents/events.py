"""Facts of the events that observers of a run receive, as plain data. Nothing here draws."""

from __future__ import annotations

from typing import Any

from sim.agents.protocols import Basket, Party, Talks
from sim.core.jit import EPS
from sim.core.layout import Floats
from sim.rules import commitment, outcome
from sim.rules.agenda import Condition
from sim.rules.value import concave_utility, crosses_red_line


def describe_parties(model: Talks) -> dict[str, dict[str, Any]]:
    """By party: readiness, pain, trust in each other party, and its chance of coming to the planned round."""
    names = model.names.parties
    return {
        party.name: {
            "readiness": party.readiness,
            "pain": party.pain,
            "trust": {names[q]: t for q, t in enumerate(party.trust) if q != party.index},
            "chance": party.willing if party.seated else None,
        }
        for party in model.parties
    }


def lever_states(model: Talks) -> dict[str, bool]:
    """By lever whether it is pulled."""
    return {model.names.levers[k]: on for sponsor in model.sponsors for k, on in sponsor.pulled.items()}


def describe_agenda(model: Talks, binding: list[list[int]]) -> dict[str, dict[str, Any]]:
    """By basket to be settled: `open`, or what keeps it closed and whose doing it is; `binding` holds rows."""
    return {basket.name: _status(model, basket, binding) for basket in model.baskets if basket.open}


def _status(model: Talks, basket: Basket, binding: list[list[int]]) -> dict[str, Any]:
    if basket.agenda == outcome.NO_MANDATE:
        at = model.level
        needed, levels = int(model.structure.basket_level[basket.index]), model.names.levels
        short = {p.name: levels[p.mandate[basket.index]] for p in basket.members if p.mandate[basket.index] > at}
        return {"status": "no mandate", "level": levels[needed] if needed > at else None, "parties": short}
    if basket.agenda == outcome.PRECONDITION:
        row = next(row for row in binding if row[1] == basket.index)
        party, kind = model.names.parties[row[0]], Condition(row[2]).label
        return {"status": "precondition", "party": party, "kind": kind, "target": _target(model, row)}
    return {"status": "open"}


def _target(model: Talks, row: list[int]) -> str:
    n = model.names
    lists = {
        Condition.SETTLED: n.baskets,
        Condition.DELIVERED: n.baskets,
        Condition.DOCUMENT: n.documents,
        Condition.LEVER_ON: n.levers,
        Condition.LEVER_OFF: n.levers,
    }
    return lists[Condition(row[2])][row[3]]


def points_by_issue(model: Talks, basket: Basket, package: Floats) -> dict[str, float]:
    """A package of a basket by issue."""
    return dict(zip(model.names.issues[basket.lo : basket.hi], package.tolist(), strict=True))


def worth_by_party(basket: Basket, package: Floats) -> dict[str, float]:
    """What a package (n,) of a basket is worth to each of its parties."""
    everything = basket.members[0].offer.copy()
    everything[basket.slice] = package
    return {party.name: party.utility_of(basket, everything) for party in basket.members}


def describe_offers(model: Talks, basket: Basket) -> dict[str, dict[str, Any]]:
    """By party its latest offer on a basket, what that is worth to each, what it holds out for, and its floor."""
    return {
        party.name: {
            "points": points_by_issue(model, basket, party.offer[basket.slice]),
            "worth": worth_by_party(basket, party.offer[basket.slice]),
            "asks": party.aspiration[basket.index],
            "floor": party.floor[basket.index],
        }
        for party in basket.members
    }


def list_lenient(basket: Basket, package: Floats, thresholds: dict[Party, float]) -> dict[str, dict[str, float]]:
    """Worth and what was asked for, by party that accepts a package (n,) worth less to it: the noise decided."""
    worth = worth_by_party(basket, package)
    pairs = {party.name: {"worth": worth[party.name], "asked": least} for party, least in thresholds.items()}
    usual = {party.name for party in thresholds if _answers_by_rule(party)}
    return {name: pair for name, pair in pairs.items() if name in usual and pair["worth"] < pair["asked"] - EPS}


def _answers_by_rule(party: Party) -> bool:
    """Whether a party answers by the rule, with its noise, and by no method of a class of the user's own."""
    return type(party).accept.__module__ == "sim.agents.party"


def explain_refusal(party: Party, basket: Basket, package: Floats, aspiration: float) -> dict[str, Any]:
    """Why a party refuses a package (n,): `floor` out of reach, a `red line`, or `worth` less than it asked for."""
    s = basket.slice
    if not commitment.is_reachable(party.floor[basket.index]):
        why = "floor"
    elif crosses_red_line(package, party.demand[s], party.reservation[s], party.red[s]):
        why = "red line"
    else:
        why = "worth"
    worth = concave_utility(package, party.demand[s], party.reservation[s], party.salience[s])
    noise = why == "worth" and worth >= aspiration and _answers_by_rule(party)
    return {"why": why, "worth": worth, "asked": aspiration, "floor": party.floor[basket.index], "noise": noise}
