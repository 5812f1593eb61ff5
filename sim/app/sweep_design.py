"""A sweep designed on the page: one or two factors, as an experiment that `parley sweep` runs to the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.app.controls import Changes, Choice, Slider, list_controls, list_sliders
from sim.app.draft_yaml import make_name
from sim.scenario.library import shipped
from sim.scenario.load import Loaded
from sim.yamlio.writer import format_yaml

MOST_LEVELS = 9
"""The most levels of a factor on the page."""


class Factor(NamedTuple):
    """A factor: its title, its name in tables, its control, and its levels, values of a number or names of options."""

    title: str
    name: str
    control: Slider | Choice
    levels: tuple[Any, ...]


def list_candidates(loaded: Loaded) -> dict[str, Slider | Choice]:
    """List what can be a factor, by title: the choices of a scenario, the numbers with a control, then all others."""
    controls = [control for control in list_controls(loaded) if isinstance(control, Slider | Choice)]
    choices = [control for control in controls if isinstance(control, Choice)]
    sliders = [control for control in controls if isinstance(control, Slider)]
    rest = [slider for slider in list_sliders(loaded) if slider not in sliders]
    candidates: dict[str, Slider | Choice] = {}
    ordered: list[Slider | Choice] = [*choices, *sliders, *rest]
    for control in ordered:
        title = control.label if control.label not in candidates else f"{control.label} ({_get_path(control)})"
        candidates.setdefault(title, control)
    return candidates


def _get_path(control: Slider | Choice) -> str:
    """Path of a number, or key of a choice."""
    return control.path if isinstance(control, Slider) else control.key


def space_levels(low: float, high: float, count: int) -> tuple[float, ...]:
    """Space levels evenly from `low` to `high`."""
    return tuple(float(f"{level:.6g}") for level in np.linspace(low, high, count))


def make_factor(title: str, control: Slider | Choice, levels: Sequence[Any]) -> Factor:
    """Make a factor with a name that the tables can carry."""
    return Factor(title, f"by_{make_name(title)[:50]}", control, tuple(levels))


def build_experiment(name: str, changes: Changes, factors: Sequence[Factor], runs: int, seed: int) -> dict[str, Any]:
    """Build the experiment as plain data.

    Parameters
    ----------
    name : str
        A shipped scenario, or the path of a file.
    changes : dict
        The reader's changes; all points have them, except at the paths of the factors.
    factors : sequence of Factor
        One or two.
    runs, seed : int
        Runs at each point, and their seed.
    """
    own = {path for factor in factors for path in _list_paths(factor.control)}
    shared = {path: value for path, value in changes.items() if path not in own}
    data: dict[str, Any] = {
        "experiment": "page-sweep",
        "title": " and ".join(factor.title for factor in factors),
        "scenario": name,
        "seed": seed,
        "runs": runs,
        "changes": shared,
        "factors": {factor.name: _describe_factor(factor) for factor in factors},
    }
    return {key: value for key, value in data.items() if value != {}}


def _list_paths(control: Slider | Choice) -> list[str]:
    """List the paths that a control sets."""
    if isinstance(control, Slider):
        return [control.path]
    return [path for option in control.options.values() for path in option]


def _describe_factor(factor: Factor) -> dict[str, Any]:
    """Describe a factor as an experiment has it."""
    if isinstance(factor.control, Slider):
        return {"title": factor.title, "path": factor.control.path, "levels": list(factor.levels)}
    return {"title": factor.title, "levels": {level: factor.control.options[level] for level in factor.levels}}


def format_experiment(experiment: dict[str, Any]) -> str:
    """Format an experiment as a file; a scenario that is not a shipped one must be in the same folder."""
    name = experiment["scenario"]
    beside = name if name in shipped() else Path(name).name
    head = "# Written on the page of parley. Run it with: parley sweep page-sweep.yaml -o page-sweep\n"
    return head + format_yaml({**experiment, "scenario": beside})
