"""Experiments on scenarios: sweeps, paired comparisons, sensitivity, discovery. Each is imported when it is used."""

from __future__ import annotations

from typing import Any

_HOMES = {
    "load": "results",
    "Results": "results",
    "run_sweep": "sweep",
    "Experiment": "spec",
    "read_experiment": "spec",
    "compare_scenarios": "compare",
    "run_until": "stopping",
    "split_variance": "variance",
    "discover": "discovery",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use: `experiments.load(DIR)` needs neither the engines nor a plotting library."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module `experiments` has no attribute `{name}`")
    return getattr(import_module(f"experiments.{_HOMES[name]}"), name)
