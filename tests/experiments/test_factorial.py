"""Main effects and interactions of factorial sweeps: by hand, by coverage, and from the command line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from experiments.factorial import analyse_factorial, compute_shares
from experiments.results import load
from experiments.sweep import run_sweep
from sim.core.errors import ParleyError

LEVELS = [["low", "high"], ["left", "middle", "right"]]


def build_cube(noise: float, runs: int = 400) -> np.ndarray:
    """y = 2a + b + 3ab over a in (-1, 1) and b in (-1, 0, 1), with shared noise and noise of each point."""
    random = np.random.default_rng(5)
    a, b = np.meshgrid([-1.0, 1.0], [-1.0, 0.0, 1.0], indexing="ij")
    means = 2 * a + b + 3 * a * b
    common = random.normal(size=runs)
    return means[..., None] + common + noise * random.normal(size=(2, 3, runs))


def test_shares_by_hand() -> None:
    """Variances of 2a, b and 3ab are 4, 2/3 and 6: of 32/3 in all these are 3/8, 1/16 and 9/16."""
    frame = compute_shares(build_cube(0.0), ["a", "b"], LEVELS).set_index("factor")
    assert frame["share"].to_dict() == pytest.approx({"a × b": 9 / 16, "a": 3 / 8, "b": 1 / 16})
    assert list(frame.index) == ["a × b", "a", "b"]
    assert frame.loc["a", "effect"] == pytest.approx(4) and frame.loc["a", "between"] == "low and high"
    assert frame.loc["b", "effect"] == pytest.approx(2) and frame.loc["b", "between"] == "left and right"


def test_intervals_hold_the_truth_and_narrow_with_runs() -> None:
    few, many = (compute_shares(build_cube(2.0, runs), ["a", "b"], LEVELS).set_index("factor") for runs in (200, 3200))
    truth = {"a × b": 9 / 16, "a": 3 / 8, "b": 1 / 16}
    for name, share in truth.items():
        assert many.loc[name, "share_low"] - 0.01 <= share <= many.loc[name, "share_high"] + 0.01
        widths = [frame.loc[name, "share_high"] - frame.loc[name, "share_low"] for frame in (few, many)]
        assert widths[1] < widths[0] / 2


def test_control_without_an_interaction_its_share_is_nothing() -> None:
    cube = build_cube(0.0) - 3 * np.array([[1.0, 0.0, -1.0], [-1.0, 0.0, 1.0]])[..., None]
    assert compute_shares(cube, ["a", "b"], LEVELS).set_index("factor").loc["a × b", "share"] == pytest.approx(0)
    with pytest.raises(ParleyError, match="no variance"):
        compute_shares(np.ones((2, 3, 10)), ["a", "b"], LEVELS)


def test_a_sweep_gives_its_main_effects(tmp_path: Path) -> None:
    factors = {
        "insulation": {"path": "venues.lake_hall.insulation", "levels": [0, 1]},
        "rate": {"path": "incidents.*.rate", "levels": [0, 1, 4], "how": "multiply"},
    }
    run_sweep({"experiment": "small", "scenario": "river-border", "runs": 80, "factors": factors}, tmp_path / "out")
    results = load(tmp_path / "out")
    frame = analyse_factorial(results, "rounds_held").set_index("factor")
    assert set(frame.index) == {"insulation", "rate", "insulation × rate"}
    assert frame["share"].sum() == pytest.approx(1)  # two factors: nothing is left for higher orders
    means = results.summary[results.summary["measure"] == "rounds_held"].sort_values("point")["mean"].to_numpy()
    by_rate = means.reshape(2, 3).mean(axis=0)
    assert frame.loc["rate", "effect"] == pytest.approx(by_rate.max() - by_rate.min())
    with pytest.raises(ParleyError, match="missing in some runs"):
        analyse_factorial(results, "day_settled_exchange")
