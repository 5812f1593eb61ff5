"""Theories that compete in a validation: what each changes in every scenario."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.core.errors import ParleyError, nearest
from sim.scenario.load import Loaded

WIDE = {"assumed": [0.0, 1.0], "why": "baseline: no position is known"}


@dataclass(frozen=True)
class Theory:
    """One theory: changes by path, and changes that are worked out from the scenario."""

    id: str
    title: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    derive: Callable[[Loaded], Mapping[str, Any]] | None = None

    def apply(self, loaded: Loaded) -> Loaded:
        """Return the scenario as the theory has it. Raises ScenarioError."""
        changes = {**self.changes, **(self.derive(loaded) if self.derive else {})}
        return loaded.with_changes(changes) if changes else loaded


def forget_positions(loaded: Loaded) -> dict[str, Any]:
    """Return changes that put all positions at common priors.

    Who wants more and who wants less on an issue stays, else there would be no conflict; how far apart they are, what
    they would settle for and what matters to them do not.
    """
    scenario, changes = loaded.scenario, {}
    for issue in scenario.issues:
        stakes = {name: party.issues[issue] for name, party in scenario.parties.items() if issue in party.issues}
        demands = {n: (d.low + d.high) / 2.0 for n, stake in stakes.items() if (d := stake.demand) is not None}
        middle = (min(demands.values()) + max(demands.values())) / 2.0 if demands else 0.5
        for name, demand in demands.items():
            high = demand >= middle if len(demands) > 1 else demand >= 0.5
            at = f"parties.{name}.issues.{issue}."
            changes[f"{at}demand"] = {"assumed": [0.7, 1.0] if high else [0.0, 0.3], "why": WIDE["why"]}
            changes[f"{at}reservation"] = {"assumed": [0.0, 0.65] if high else [0.35, 1.0], "why": WIDE["why"]}
            changes[f"{at}salience"] = {"assumed": [0.1, 1.0], "why": WIDE["why"]}
    return changes


def _rule(name: str) -> dict[str, str]:
    return {"parties.*.concession.rule": name}


THEORIES = (
    Theory("model", "the model as shipped"),
    Theory("no-positions", "the model without positions", derive=forget_positions),
    Theory("version-1", "version 1 of the model", {"model.version": 1}),
    Theory("rule-clock", "concession by the clock", _rule("clock")),
    Theory("rule-reciprocal", "concession in return", _rule("reciprocal")),
    Theory("rule-readiness", "concession by readiness", _rule("readiness")),
    Theory("rule-zeuthen", "concession by risk limits (Zeuthen)", _rule("zeuthen")),
    Theory("learning", "with learning of reservation values", {"model.proposal": "bridging"}),
    Theory("no-urgency", "without urgency", {"model.urgency": False}),
    Theory("no-breakoff", "talks do not break off", {"behaviour.pace.breakoff": 0}),
    Theory("no-precedent", "without precedents", {"model.precedent": "off"}),
    Theory("bars-discussion", "bars keep matters from discussion", {"model.bars": "discussion"}),
    Theory("information", "ripeness by information, not pain", {"model.ripeness": "information"}),
)


def select_theories(text: str | None) -> list[Theory]:
    """Select theories by their ids, with commas between; the model itself always comes first.

    Raises
    ------
    ParleyError
        An id is unknown.
    """
    known = {theory.id: theory for theory in THEORIES}
    names = list(known) if text is None else [part.strip() for part in text.split(",") if part.strip()]
    for name in names:
        if name not in known:
            raise ParleyError(f"unknown theory `{name}`; allowed: {', '.join(known)}{nearest(name, list(known))}")
    return [known[name] for name in dict.fromkeys(["model", *names])]
