"""Checks of ladders of outcomes and of decision rules."""

from __future__ import annotations

from sim.rules.decision import DecisionRule
from sim.rules.outcome import CODES
from sim.scenario.conditions import Faults, check_name
from sim.scenario.ladder import OWN
from sim.scenario.merge import Origins
from sim.scenario.schema import Scenario
from sim.scenario.settlement import Decision


def check_ladder(s: Scenario, o: Origins) -> Faults:
    """Check a scenario's own ladder: codes are unique and new, shared codes ascend, one rung at most calls up spoilers.

    Yields
    ------
    ScenarioError
        Names a rung that does not fit.
    """
    rungs = s.outcomes
    if rungs is None:
        return
    most = len(range(len(CODES))[OWN])
    if len(rungs) != most:
        yield o.error(("outcomes",), f"expected {most} rungs, the settlements short of all; got {len(rungs)}")
    codes = [code for place, code in enumerate(CODES) if place not in range(len(CODES))[OWN]]
    for k, rung in enumerate(rungs):
        at = ("outcomes", str(k))
        if rung.code in codes:
            yield o.error((*at, "code"), f"`{rung.code}` is a rung of the ladder already")
        codes.append(rung.code)
        if k and CODES.index(rung.shared) < CODES.index(rungs[k - 1].shared):
            problem = f"`{rung.shared}` is lower than `{rungs[k - 1].shared}` of the rung below"
            yield o.error((*at, "shared"), f"{problem}; shared codes ascend with the ladder: {', '.join(CODES)}")
        if rung.spoilers and any(lower.spoilers for lower in rungs[:k]):
            yield o.error((*at, "spoilers"), "a lower rung has it already: spoilers respond from one rung on")


def check_decisions(s: Scenario, o: Origins) -> Faults:
    """Check the decision rules of a scenario and of its baskets.

    Yields
    ------
    ScenarioError
        Names an entry that does not fit.
    """
    rules = {("decision",): s.decision} | {("baskets", b, "decision"): x.decision for b, x in s.baskets.items()}
    for at, decision in rules.items():
        if decision is not None:
            yield from _check_decision(s, o, at, decision)


def _check_decision(s: Scenario, o: Origins, at: tuple[str, ...], decision: Decision) -> Faults:
    """Check one decision rule."""
    for place, names in (("vetoes", decision.vetoes), ("weights", list(decision.weights))):
        for p in names:
            yield from check_name(o, (*at, place), p, s.parties, "party")
    voters: dict[str, str] = {}
    for side, names in decision.sides.items():
        for p in names:
            yield from check_name(o, (*at, "sides", side), p, s.parties, "party")
            if p in voters:
                yield o.error((*at, "sides", side), f"`{p}` is on side `{voters[p]}` already")
            voters[p] = side
    consensus = decision.rule == DecisionRule.SUFFICIENT_CONSENSUS.label
    if consensus and decision.share is None:
        yield o.error(at, "`sufficient_consensus` needs the `share` of each side that has to consent, from 0 to 1")
    if not consensus and (decision.share is not None or decision.sides or decision.weights):
        yield o.error(at, f"`share`, `sides` and `weights` belong to `sufficient_consensus`, not to `{decision.rule}`")
    if decision.rule == DecisionRule.NAMED_VETOES.label and not decision.vetoes:
        yield o.error((*at, "vetoes"), "`named_vetoes` needs at least one party that holds a veto")
    if decision.rule == DecisionRule.UNANIMITY.label and decision.vetoes:
        yield o.error((*at, "vetoes"), "under `unanimity` every party holds a veto")
