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
    from sim.agents.mediator import Mediator
    from sim.agents.model import NegotiationModel
    from sim.agents.party import Party
    from sim.agents.sponsor import Sponsor
    from sim.core.errors import ParleyError, ScenarioError
    from sim.core.version import __version__
    from sim.narrative.narrator import trace
    from sim.results.ensemble import Ensemble, run_ensemble
    from sim.results.manifest import manifest
    from sim.results.plan import Plan, plan
    from sim.results.store import write_ensemble
    from sim.scenario.dump import scenario_hash
    from sim.scenario.library import shipped
    from sim.scenario.load import Loaded, load
    from sim.tables.summary import Summary

_HOME = {
    "Ensemble": "sim.results.ensemble",
    "Loaded": "sim.scenario.load",
    "Mediator": "sim.agents.mediator",
    "NegotiationModel": "sim.agents.model",
    "ParleyError": "sim.core.errors",
    "Party": "sim.agents.party",
    "Plan": "sim.results.plan",
    "ScenarioError": "sim.core.errors",
    "Sponsor": "sim.agents.sponsor",
    "Summary": "sim.tables.summary",
    "__version__": "sim.core.version",
    "load": "sim.scenario.load",
    "manifest": "sim.results.manifest",
    "plan": "sim.results.plan",
    "run_ensemble": "sim.results.ensemble",
    "scenario_hash": "sim.scenario.dump",
    "shipped": "sim.scenario.library",
    "trace": "sim.narrative.narrator",
    "write_ensemble": "sim.results.store",
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
