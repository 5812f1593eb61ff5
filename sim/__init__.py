"""parley: simulated diplomatic talks whose every number is sourced or flagged as assumed.

    import sim
    ensemble = sim.run_ensemble("istanbul-2025", n=1000, seed=1)
    ensemble.runs["outcome"].value_counts()

Names are looked up when first used, so that `import sim` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.agents import Party
    from sim.ensemble import Ensemble, Plan, plan, run_ensemble
    from sim.errors import ParleyError, ScenarioError
    from sim.model import NegotiationModel
    from sim.narrative import trace
    from sim.provenance import manifest, scenario_hash
    from sim.scenario.load import Loaded, load, shipped
    from sim.store import write_ensemble
    from sim.summary import Summary
    from sim.third_parties import Mediator, Sponsor
    from sim.version import __version__

_HOME = {
    "Ensemble": "sim.ensemble",
    "Loaded": "sim.scenario.load",
    "Mediator": "sim.third_parties",
    "NegotiationModel": "sim.model",
    "ParleyError": "sim.errors",
    "Party": "sim.agents",
    "Plan": "sim.ensemble",
    "ScenarioError": "sim.errors",
    "Sponsor": "sim.third_parties",
    "Summary": "sim.summary",
    "__version__": "sim.version",
    "load": "sim.scenario.load",
    "manifest": "sim.provenance",
    "plan": "sim.ensemble",
    "run_ensemble": "sim.ensemble",
    "scenario_hash": "sim.provenance",
    "shipped": "sim.scenario.load",
    "trace": "sim.narrative",
    "write_ensemble": "sim.store",
}

__all__ = [
    "Ensemble",
    "Loaded",
    "Mediator",
    "NegotiationModel",
    "ParleyError",
    "Party",
    "Plan",
    "ScenarioError",
    "Sponsor",
    "Summary",
    "__version__",
    "load",
    "manifest",
    "plan",
    "run_ensemble",
    "scenario_hash",
    "shipped",
    "trace",
    "write_ensemble",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        found = getattr(importlib.import_module(_HOME[name]), name)
        globals()[name] = found
        return found
    raise AttributeError(f"module `sim` has no attribute `{name}`")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
