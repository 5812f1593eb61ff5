"""Comparison, stopping, sensitivity, split and discovery against hand work, closed forms and known functions."""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from experiments.compare import compare_scenarios, compute_contrasts, compute_difference, compute_p_value
from experiments.discovery import find_boxes
from experiments.measures import Measure, compute_measures, find_measure
from experiments.results import load as load_results
from experiments.sampling import draw_salib_sample
from experiments.sensitivity import analyse_sweep, compute_indices
from experiments.stopping import compute_standard_error, parse_rule, run_until
from experiments.sweep import run_sweep
from experiments.variance import arrange_results, split_variance
from sim.core.errors import ParleyError
from sim.core.statistics import holm
from sim.core.statistics import wilson_of_shares as wilson
from sim.results.ensemble import run_ensemble
from sim.scenario.load import load

NEEDS_SALIB = pytest.mark.skipif(
    importlib.util.find_spec("SALib") is None, reason="the extra `discover` is not installed"
)

INSULATION = "venues.lake_hall.insulation"


def codes(names: list[str | None]) -> pa.DictionaryArray:
    labels = ["none", "ceasefire", "partial"]
    return pa.DictionaryArray.from_arrays(
        pa.array([None if n is None else labels.index(n) for n in names], pa.int32()), pa.array(labels)
    )


def test_measures_of_a_small_table_by_hand() -> None:
    outcome = codes(["none", "ceasefire", "partial", "ceasefire"])
    blocked = codes([None, "ceasefire", None, None])
    runs = pa.table(
        {"run": [0, 1, 2, 3], "outcome": outcome, "settled_calm": [None, 3.5, None, 7.0], "blocked_calm": blocked}
    )
    result = {m.label: values.tolist() for m, values in compute_measures(runs)}
    assert result["outcome=ceasefire"] == [0, 1, 0, 1]
    assert result["outcome_at_least=ceasefire"] == [0, 1, 1, 1]
    assert result["settled_calm"] == [0, 1, 0, 1]
    assert result["day_settled_calm"][1::2] == [3.5, 7.0] and math.isnan(result["day_settled_calm"][0])
    assert result["blocked_calm=ceasefire"] == [0, 1, 0, 0]
    with pytest.raises(ParleyError, match="did you mean `outcome=ceasefire`"):
        find_measure(runs, "outcome=ceasefir")


def test_a_party_called_like_a_column_of_baskets_keeps_its_measure() -> None:
    """`utility_settled_side` is the utility of a party, though `settled_` stands in its name."""
    runs = pa.table({"settled_settled_side": [None, 3.5], "utility_settled_side": [0.2, 0.4], "zone_a": [True, False]})
    result = {m: values.tolist() for m, values in compute_measures(runs)}
    assert result[Measure("utility_settled_side", "", False)] == [0.2, 0.4]
    assert result[Measure("settled_settled_side", "", True)] == [0, 1]
    assert result[Measure("zone_a", "", True)] == [1, 0]
    assert {m.label for m in result if m.measure.startswith("day_")} == {"day_settled_settled_side"}


def test_difference_by_hand() -> None:
    """Gaps 1, 1, 2, 0: mean 1, variance 2/3; variances of the two 5/3 and 14/3 - worked with pen and paper."""
    result = compute_difference(np.array([1.0, 2, 3, 4]), np.array([2.0, 3, 5, 4]))
    assert result is not None
    assert (result.first, result.second, result.difference) == (2.5, 3.5, 1.0)
    paired, unpaired = 2 / 3 / 4, (5 / 3 + 5 / 3) / 4
    assert result.high - result.difference == pytest.approx(1.959964 * math.sqrt(paired), rel=1e-6)
    assert result.unpaired_high - result.difference == pytest.approx(1.959964 * math.sqrt(unpaired), rel=1e-6)
    assert result.variance_saved == pytest.approx(1 - paired / unpaired)


def test_pairs_without_a_value_on_both_sides_do_not_count() -> None:
    nan = math.nan
    result = compute_difference(np.array([1.0, nan, 3, 5]), np.array([2.0, 5, nan, 8]))
    assert result is not None and result.n == 2 and result.difference == 2.0
    assert compute_difference(np.array([0.0, 0, 0]), np.array([0.0, 0, 0])) is None


def test_p_of_a_normal_mean() -> None:
    assert compute_p_value(1.959963984540054, 1.0) == pytest.approx(0.05, rel=1e-9)
    assert compute_p_value(0.0, 0.0) == 1.0 and compute_p_value(0.1, 0.0) == 0.0


def test_holm_on_a_worked_example() -> None:
    """p .01 .04 .03 .005: sorted .005 .01 .03 .04 times 4 3 2 1 is .02 .03 .06 .04, never falling: .02 .03 .06 .06."""
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])).tolist() == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm(np.array([0.5, math.nan, 0.9])).tolist()[::2] == [1.0, 1.0]


def test_intervals_cover_as_often_as_they_say() -> None:
    """Paired normal differences, 2,000 tables of 50 pairs: coverage within 4 standard errors of 95% (error rate 6e-5).

    Negative control: intervals that take the pairs for independent samples cover far too often.
    """
    random = np.random.default_rng(7)
    common = random.normal(size=(2000, 50)) * 3
    a, b = (common + random.normal(size=(2000, 50)) for _ in range(2))
    result = [compute_difference(x, y + 0.4) for x, y in zip(a, b, strict=True)]
    within = np.mean([d is not None and d.low <= 0.4 <= d.high for d in result])
    loose = np.mean([d is not None and d.unpaired_low <= 0.4 <= d.unpaired_high for d in result])
    assert (
        abs(within - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 2000) + 0.006
    )  # 50 pairs: the normal is 0.6 points short of t
    assert loose > 0.99


def test_family_wise_error_under_no_difference() -> None:
    """400 tables of 12 null tests: at least one false alarm in at most 5% + 3 standard errors; uncorrected far more."""
    random = np.random.default_rng(8)
    p = np.array([[compute_p_value(float(x), 1.0) for x in row] for row in random.normal(size=(400, 12))])
    assert np.mean([holm(row).min() < 0.05 for row in p]) < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 400)
    assert np.mean(p.min(axis=1) < 0.05) > 0.3


def test_wilson_interval_of_a_published_case() -> None:
    """81 of 263: 0.2553 to 0.3662 (Newcombe 1998, Statistics in Medicine 17, table I, method 3)."""
    low, high = wilson(np.array([81 / 263]), np.array([263.0]))
    assert (round(low[0], 4), round(high[0], 4)) == (0.2553, 0.3662)


def test_scenarios_against_themselves_do_not_differ() -> None:
    result = compare_scenarios({"a": load("river-border"), "b": load("river-border")}, 200)
    assert (result.frame["difference"] == 0).all() and (result.frame["p_holm"] == 1).all()
    assert (result.frame["variance_saved"] == 1).all()


def test_pairing_is_on_the_same_draws(tmp_path: Path) -> None:
    """Insulation moves little: nearly all of the variance is shared. Control: shuffled pairs save about nothing."""
    result = compare_scenarios(["river-border", f"river-border,{INSULATION}=0.9"], 1000)
    row = result.frame.set_index("measure").loc["rounds_held"]
    assert row["variance_saved"] > 0.9 and row["difference"] > 0
    assert "Holm" in result.correction and str(len(result.frame)) in result.correction
    order = np.random.default_rng(1).permutation(1000)
    shuffled = (
        compute_contrasts(result.labels, [result.tables[0], result.tables[1].take(order)])
        .set_index("measure")
        .loc["rounds_held"]
    )
    assert abs(shuffled["variance_saved"]) < 0.15
    assert shuffled["difference"] == pytest.approx(row["difference"])


def test_one_scenario_is_no_comparison() -> None:
    with pytest.raises(ParleyError, match="two scenarios"):
        compare_scenarios(["river-border", "river-border"], 10)


def ishigami(x: Any) -> Any:
    """Ishigami & Homma (1990) on the unit cube: a = 7, b = 0.1."""
    z = -math.pi + 2 * math.pi * np.asarray(x)
    return np.sin(z[:, 0]) + 7 * np.sin(z[:, 1]) ** 2 + 0.1 * z[:, 2] ** 4 * np.sin(z[:, 0])


@NEEDS_SALIB
def test_sobol_indices_of_ishigami() -> None:
    """First order .3139, .4424, 0; total .5576, .4424, .2437 (closed form), each inside its 95% interval + .01."""
    unit = draw_salib_sample("saltelli", 2048, 3, 1)
    frame = compute_indices("saltelli", unit, ishigami(unit), ["x1", "x2", "x3"]).set_index("factor")
    for name, first, total in [("x1", 0.3139, 0.5576), ("x2", 0.4424, 0.4424), ("x3", 0.0, 0.2437)]:
        row = frame.loc[name]
        assert row["first_low"] - 0.01 <= first <= row["first_high"] + 0.01
        assert row["total_low"] - 0.01 <= total <= row["total_high"] + 0.01
        assert row["total_high"] - row["total_low"] < 0.15
    assert list(frame.index) == ["x1", "x2", "x3"]
    turned = compute_indices("saltelli", unit, ishigami(unit[:, ::-1]), ["x1", "x2", "x3"]).set_index("factor")
    assert turned.loc["x1", "first"] < 0.05  # control: another function, other indices


@NEEDS_SALIB
@pytest.mark.parametrize("design", ["morris", "saltelli"])
def test_samples_and_indices_repeat_under_any_seed(design: str) -> None:
    for seed in (0, 1):
        first, second = (draw_salib_sample(design, 8, 3, seed) for _ in range(2))
        assert first.tolist() == second.tolist()
        frames = [compute_indices(design, first, ishigami(first), ["a", "b", "c"], seed) for _ in range(2)]
        assert frames[0].equals(frames[1])


@NEEDS_SALIB
def test_morris_of_a_plane() -> None:
    """y = 3 x1 + x2: every elementary effect of x1 is 3, of x2 1, of x3 0; no spread."""
    unit = draw_salib_sample("morris", 8, 3, 1)
    assert unit.shape == (8 * 4, 3)
    frame = compute_indices("morris", unit, 3 * unit[:, 0] + unit[:, 1], ["x1", "x2", "x3"])
    assert frame["mu_star"].tolist() == pytest.approx([3, 1, 0])
    assert frame["sigma"].tolist() == pytest.approx([0, 0, 0], abs=1e-12)


@NEEDS_SALIB
def test_indices_need_variance_and_a_design() -> None:
    unit = draw_salib_sample("saltelli", 8, 2, 0)
    with pytest.raises(ParleyError, match="no variance"):
        compute_indices("saltelli", unit, np.ones(unit.shape[0]), ["a", "b"])
    with pytest.raises(ParleyError, match="morris"):
        compute_indices("factorial", unit, unit[:, 0], ["a", "b"])


@NEEDS_SALIB
def test_a_sweep_screens_the_scenarios_own_ranges(tmp_path: Path) -> None:
    asked = {
        "experiment": "screen",
        "scenario": "river-border",
        "runs": 50,
        "design": "morris",
        "points": 4,
        "factors": {"behaviour.convening.*": "assumed"},
    }
    run_sweep(asked, tmp_path / "out")
    frame = analyse_sweep(load_results(tmp_path / "out"), "rounds_held")
    assert len(frame) == 8 and frame["factor"].str.startswith("behaviour.convening.").all()
    assert frame.iloc[0]["mu_star"] > 0
    with pytest.raises(ParleyError, match="did you mean `rounds_held`"):
        analyse_sweep(load_results(tmp_path / "out"), "round_held")


@pytest.mark.parametrize("weights", [(1.0, 1.0, 1.0), (2.0, 1.0, 0.5), (0.3, 1.0, 1.5)])
def test_split_of_a_two_layer_gaussian(weights: tuple[float, float, float]) -> None:
    """a X + b Z + c X Z with X, Z standard normal: shares a², b², c² over their sum, inside 95% interval + .02."""
    random = np.random.default_rng(11)
    x, z = random.normal(size=(400, 1)), random.normal(size=(1, 400))
    a, b, c = weights
    result = split_variance(a * x + b * z + c * x * z)
    known = np.array([a * a, b * b, c * c]) / (a * a + b * b + c * c)
    assert ((result.low - 0.02 <= known) & (known <= result.high + 0.02)).all()
    assert result.shares.sum() == pytest.approx(1.0)
    assert (result.high - result.low < 0.35).all()


def test_split_control_layers_swapped() -> None:
    random = np.random.default_rng(12)
    x, z = random.normal(size=(200, 1)), random.normal(size=(1, 200))
    result = split_variance((2 * x + 1 * z).T)
    assert not result.low[0] <= 0.8 <= result.high[0]


def test_split_by_hand() -> None:
    """Rows 0 and 2 apart, no columns, no rest: all of the variance is assumption. Transposed: all of it chance."""
    y = np.array([[0.0, 0, 0], [2, 2, 2], [4, 4, 4]])
    assert split_variance(y).shares.tolist() == [1.0, 0.0, 0.0]
    assert split_variance(y.T).shares.tolist() == [0.0, 1.0, 0.0]
    assert split_variance(y).components.tolist() == [4.0, 0.0, 0.0]
    with pytest.raises(ParleyError, match="equal"):
        split_variance(np.ones((4, 4)))


def test_split_of_a_nested_sweep(tmp_path: Path) -> None:
    """Run k meets assumption k // fates and fate k % fates; the split sees the engine's own runs there."""
    asked = {
        "experiment": "split",
        "scenario": "river-border",
        "nested": {"assumptions": 12, "fates": 9},
        "design": "variants",
        "variants": {"as it is": {}},
    }
    run_sweep(asked, tmp_path / "out")
    results = load_results(tmp_path / "out")
    grid = arrange_results(results, "rounds_held")
    assert grid.shape == (12, 9)
    pairs = run_ensemble("river-border", assumptions=[7, 3], fates=[2, 8]).runs["rounds_held"].tolist()
    assert [grid[7, 2], grid[3, 8]] == pairs
    assert arrange_results(results, "outcome").sum(axis=2).tolist() == np.ones((12, 9)).tolist()
    mean, n, se = results.summary.set_index("measure").loc["rounds_held", ["mean", "n", "se"]]
    by_assumption = grid.mean(axis=1)
    assert (mean, n) == (pytest.approx(grid.mean()), 12)
    assert se == pytest.approx(by_assumption.std(ddof=1) / math.sqrt(12))


def test_summary_by_hand(tmp_path: Path) -> None:
    asked = {
        "experiment": "s",
        "scenario": "river-border",
        "runs": 90,
        "chunk": 40,
        "factors": {INSULATION: [0.1, 0.9]},
    }
    run_sweep(asked, tmp_path / "out")
    results = load_results(tmp_path / "out")
    runs, summary = results.runs, results.summary.set_index(["point", "measure", "level"])
    for point in (0, 1):
        mine = runs[runs["point"] == point]
        row = summary.loc[(point, "rounds_held", "")]
        assert row["mean"] == pytest.approx(mine["rounds_held"].mean())
        assert row["se"] == pytest.approx(mine["rounds_held"].std(ddof=1) / math.sqrt(90))
        assert summary.loc[(point, "outcome", "texts"), "mean"] == pytest.approx((mine["outcome"] == "texts").mean())
    assert results.factors == [INSULATION]


def test_stopping_rule_stops_at_the_first_multiple_that_suffices() -> None:
    until = 0.012
    stopped = run_until("river-border", f"outcome={until}")
    assert stopped.reached and stopped.runs % 1000 == 0

    def worst(n: int) -> float:
        shares = run_ensemble("river-border", n).runs["outcome"].value_counts(normalize=True)
        return max(math.sqrt(p * (1 - p) / (n - 1)) for p in shares)

    assert worst(stopped.runs) == pytest.approx(stopped.se) and stopped.se <= until
    assert stopped.runs == 1000 or worst(stopped.runs - 1000) > until


def test_stopping_rule_does_not_depend_on_workers_and_has_an_end() -> None:
    assert run_until("river-border", "gap_open=0.0008", workers=1) == run_until(
        "river-border", "gap_open=0.0008", workers=3
    )
    assert not run_until("river-border", "days_in_abeyance=1e-9", most=2000).reached
    with pytest.raises(ParleyError, match="did you mean `outcome"):
        run_until("river-border", "outcom=0.1")


def test_stopping_rule_is_not_content_with_what_has_not_happened_yet() -> None:
    """Of 1,000 runs none ends so: Wilson's interval is 0 to z²/(n + z²), and half of it in units of z is the error."""
    few = run_until("river-border", "blocked_exchange=no mandate=0.0001", most=1000)
    assert not few.reached
    assert few.se == pytest.approx(1.96 / (2 * (1000 + 1.96**2)), rel=1e-4)


@pytest.mark.parametrize(
    "text", ["outcome", "outcome=", "outcome=0", "outcome=-1", "outcome=nan", "=0.1", "outcome=inf"]
)
def test_stopping_rules_that_are_none(text: str) -> None:
    with pytest.raises(ParleyError, match="measure=standard error"):
        parse_rule(text)


def test_standard_error_by_hand() -> None:
    assert compute_standard_error(4, 10.0, 30.0) == pytest.approx(math.sqrt((30 - 25) / 3 / 4))
    assert compute_standard_error(1, 1.0, 1.0) == math.inf


@pytest.mark.slow
def test_prim_finds_the_box_that_is_there() -> None:
    """Interest is x > .6 and y < .5 in the unit cube (20% of it); the third factor does not matter."""
    pytest.importorskip("ema_workbench", reason="the extra `discover` is not installed")
    random = np.random.default_rng(5)
    frame = pd.DataFrame(random.random((1000, 3)), columns=["x", "y", "z"])
    wanted = (frame["x"] > 0.6) & (frame["y"] < 0.5)
    result = find_boxes(frame, wanted.to_numpy(), least_density=0.95)
    assert result.density >= 0.95 and result.coverage >= 0.8
    limits = result.limits.set_index("factor")
    assert {"x", "y"} <= set(limits.index)
    assert 0.57 < limits.loc["x", "low"] < 0.65 and 0.45 < limits.loc["y", "high"] < 0.53
    assert result.interesting == int(wanted.sum()) and result.cases == 1000


@pytest.mark.slow
def test_prim_control_no_box_where_interest_is_chance() -> None:
    pytest.importorskip("ema_workbench", reason="the extra `discover` is not installed")
    random = np.random.default_rng(6)
    frame = pd.DataFrame(random.random((1000, 3)), columns=["x", "y", "z"])
    result = find_boxes(frame, random.random(1000) < 0.2)
    assert result.density < 0.8
    with pytest.raises(ParleyError, match="0 of 1000"):
        find_boxes(frame, np.zeros(1000, dtype=bool))
