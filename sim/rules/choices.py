"""The rival rules of the model: every switch of a scenario's `model`, with the enum of its alternatives."""

from __future__ import annotations

from sim.core.choices import Choice
from sim.rules.agenda import Deadlock
from sim.rules.belief import Proposal
from sim.rules.commitment import CertainLoss, Relief
from sim.rules.concession import RiskLimit
from sim.rules.mediation import Combination, LeverageRule
from sim.rules.pace import Pace, Resumption
from sim.rules.precedent import Precedent
from sim.rules.ripeness import Ripeness
from sim.rules.spoilers import SurgeReading

MODEL: dict[str, type[Choice]] = {
    "deadlock": Deadlock,
    "pace": Pace,
    "resumption": Resumption,
    "combine": Combination,
    "leverage": LeverageRule,
    "surge_reads": SurgeReading,
    "precedent": Precedent,
    "proposal": Proposal,
    "ripeness": Ripeness,
    "relief": Relief,
    "certain_loss": CertainLoss,
    "risk_limit": RiskLimit,
}
"""Switches by name. A structure holds each as an integer of the same name."""
