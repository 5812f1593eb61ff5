"""Checks of decision rules: vetoes, sides and votes name parties, and a rule has what it needs."""

from __future__ import annotations

from sim.rules.decision import DecisionRule
from sim.scenario.conditions import check_name
from sim.scenario.merge import Origins
from sim.scenario.schema import Decision, Scenario


def check_decisions(s: Scenario, o: Origins) -> None:
    """Check the decision rules of a scenario and of its baskets.

    Raises
    ------
    ScenarioError
        Names the first entry that does not fit.
    """
    rules = {("decision",): s.decision} | {("baskets", b, "decision"): x.decision for b, x in s.baskets.items()}
    for at, decision in rules.items():
        if decision is not None:
            _check_decision(s, o, at, decision)


def _check_decision(s: Scenario, o: Origins, at: tuple[str, ...], decision: Decision) -> None:
    """Check one decision rule."""
    for place, names in (("vetoes", decision.vetoes), ("weights", list(decision.weights))):
        for p in names:
            check_name(o, (*at, place), p, s.parties, "party")
    voters: dict[str, str] = {}
    for side, names in decision.sides.items():
        for p in names:
            check_name(o, (*at, "sides", side), p, s.parties, "party")
            if p in voters:
                raise o.error((*at, "sides", side), f"`{p}` is on side `{voters[p]}` already")
            voters[p] = side
    consensus = decision.rule == DecisionRule.SUFFICIENT_CONSENSUS.label
    if consensus and decision.share is None:
        raise o.error(at, "`sufficient_consensus` needs the `share` of each side that has to consent, from 0 to 1")
    if not consensus and (decision.share is not None or decision.sides or decision.weights):
        raise o.error(at, f"`share`, `sides` and `weights` belong to `sufficient_consensus`, not to `{decision.rule}`")
    if decision.rule == DecisionRule.NAMED_VETOES.label and not decision.vetoes:
        raise o.error((*at, "vetoes"), "`named_vetoes` needs at least one party that holds a veto")
    if decision.rule == DecisionRule.UNANIMITY.label and decision.vetoes:
        raise o.error((*at, "vetoes"), "under `unanimity` every party holds a veto")
