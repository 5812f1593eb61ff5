"""What the page compares, without the page: scenarios side by side, the points of a sweep, medians as reported."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.app import compare
from sim.app.charts import plot_blocking
from sim.app.charts_sweep import plot_points
from sim.app.explore import (
    FIRST,
    MEANS,
    OUTCOMES,
    SETTLED,
    Result,
    compare_values,
    compute_contrasts,
    excludes_zero,
    format_contrast,
    simulate,
)
from sim.app.scenario_differences import describe_mismatch, list_differences
from sim.app.sweep_results import Sweep, describe_measure, load_sweep, select_rows
from sim.app.theme import COLOURS, INK, QUIET
from sim.scenario.load import load
from sim.tables.titles import Names
from tests.app.contrast import compute_contrast


@pytest.fixture(scope="module")
def two() -> dict[str, Result]:
    return {name: simulate(load(name), 60, 0) for name in ("istanbul-2025", "belarus-2022")}


def test_other_structures_are_not_paired_and_their_intervals_are_those_of_separate_draws(
    two: dict[str, Result],
) -> None:
    first, other = two.values()
    assert "issues" in describe_mismatch(first, other)
    rows = {(row.group, row.name): row for row in list_differences(first, other)}
    assert (SETTLED, "Vulnerable prisoners and the fallen / Evacuation corridors") in rows
    assert not any("General exchange of prisoners" in name for _, name in rows)  # only one of them has it
    held = rows[MEANS, "rounds held"]
    a, b = (result.values("rounds_held") for result in (first, other))
    error = math.sqrt(a.var(ddof=1) / a.size + b.var(ddof=1) / b.size)
    assert held.high - held.difference == pytest.approx(1.96 * error, rel=1e-3)
    assert held.difference == pytest.approx(b.mean() - a.mean())
    assert (MEANS, "gap between positions at the end") in rows


def test_a_run_without_a_value_is_left_out_of_both_means() -> None:
    first, second = np.array([1.0, 2.0, np.nan]), np.array([1.0, 2.0, 9.0])
    for paired in (True, False):
        same = compare_values(MEANS, "a", False, first, second, paired=paired)
        assert (same.first, same.second, same.difference) == (1.5, 1.5, 0.0)
        none = compare_values(MEANS, "a", False, np.full(3, np.nan), second, paired=paired)
        assert math.isnan(none.second) and math.isnan(none.difference)


def test_the_same_structure_is_paired() -> None:
    base = load("river-border")
    first, other = simulate(base, 200, 1), simulate(base.with_changes({"calendar.horizon": 60}), 200, 1)
    assert describe_mismatch(first, other) == ""
    rows = {(row.group, row.name): row for row in list_differences(first, other)}
    gap = other.values("rounds_held") - first.values("rounds_held")
    held = rows[MEANS, "rounds held"]
    assert held.high - held.difference == pytest.approx(1.96 * gap.std(ddof=1) / math.sqrt(200), rel=1e-3)
    shares = [row.second for row in rows.values() if row.group == OUTCOMES]
    assert sum(shares) == pytest.approx(1)
    assert describe_mismatch(first, simulate(base, 200, 2)) == "other seeds or numbers of runs"


def test_every_bar_is_whole_and_has_the_letter_of_its_scenario(two: dict[str, Result]) -> None:
    letters = dict(zip("AB", two.values(), strict=True))
    spec = plot_blocking(letters).to_dict()
    rows = next(iter(spec["datasets"].values())) if "datasets" in spec else spec["data"]["values"]
    bars = {place: sum(r["share"] for r in rows if r["place"] == place) for place in {r["place"] for r in rows}}
    assert bars == pytest.approx(dict.fromkeys(bars, 1.0))
    assert len(bars) == sum(len(result.summary.baskets) for result in two.values())
    assert {place[-1] for place in bars} == {"A", "B"}


def test_marks_have_a_contrast_of_three_to_one() -> None:
    assert compute_contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert all(compute_contrast(colour, "#FFFFFF") >= 3 for colour in (*COLOURS, INK, QUIET))
    assert compute_contrast("#F0E442", "#FFFFFF") < 3  # control: the yellow that was complained of


def test_what_is_compared_follows_the_scenario_of_the_page() -> None:
    others = ["a", "b", "c", "d"]
    assert compare.update_selection([], [], ["b"], others) == ["b", "a"]
    assert compare.update_selection(["b", "a"], ["b"], ["c"], others) == ["c", "a"]
    assert compare.update_selection(["b", "a"], ["b"], ["b", "b (changed)"], others) == ["b", "b (changed)", "a"]
    assert compare.update_selection(["b", "b (changed)"], ["b", "b (changed)"], ["d"], others) == ["d", "a"]
    assert (
        len(compare.update_selection(["a", "c", "d", "e"], ["e"], ["b", "b (changed)"], others))
        == compare.MOST_SCENARIOS
    )


def test_the_day_of_the_first_agreement_is_the_median_of_the_report() -> None:
    base = load("river-border")
    first, second = simulate(base, 200, 1), simulate(base.with_changes({"calendar.horizon": 60}), 200, 1)
    found = [c for c in compute_contrasts(first, second) if c.group == FIRST]
    for contrast, basket in zip(found, first.summary.baskets, strict=True):
        day = first.summary.day_quantiles(basket, "first_settled")[0.5]
        assert contrast.name == base.scenario.baskets[basket].title
        assert format_contrast(contrast)[0] == ("–" if math.isnan(day) else f"{day:.0f}")
        assert format_contrast(contrast)[3] == "–" and not excludes_zero(contrast)
    assert not any("day" in c.name for c in compute_contrasts(first, second) if c.group == SETTLED)


# Sweeps

SMALL: dict[str, Any] = {
    "experiment": "tried",
    "title": "Tried",
    "question": "What then?",
    "scenario": "river-border",
    "runs": 20,
    "factors": {
        "patience": {"path": "parties.*.deadline", "levels": [60, 120], "title": "Patience of all"},
        "sequence": {"levels": {"as coded": {}, "no preconditions": {"parties.*.preconditions": []}}},
    },
}


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    from experiments.sweep import run_sweep

    folder: Path = tmp_path_factory.mktemp("sweep") / "out"
    run_sweep(SMALL, folder, workers=1)
    return load_sweep(folder)


def test_every_point_of_a_sweep_has_a_name(swept: Sweep) -> None:
    rows = select_rows(swept, "outcome_at_least=ceasefire", "patience")
    assert [row["point"] for row in rows] == [
        f"patience {days}, sequence {order}" for days in (60, 120) for order in ("as coded", "no preconditions")
    ]
    assert swept.factors == {"patience": "Patience of all", "sequence": "sequence"}


def test_points_that_differ_on_another_factor_stand_beside_each_other(swept: Sweep) -> None:
    rows = select_rows(swept, "outcome_at_least=ceasefire", "sequence")
    words = describe_measure("outcome_at_least=ceasefire", swept.names)
    drawn = plot_points(rows, "Sequence", words).to_dict()["layer"][1]["encoding"]
    assert drawn["y"]["title"] == ["Ended at least as", "ceasefire, share of runs"]
    assert (drawn["x"]["title"], drawn["x"]["sort"]) == ("Sequence", ["as coded", "no preconditions"])
    assert drawn["xOffset"]["sort"] == ["60", "120"]


def test_many_points_are_put_on_a_scale() -> None:
    rows = [
        {"point": f"point {k}", "factor": k / 7, "rest": f"point {k}", "mean": 1.0, "low": 0.0, "high": 2.0}
        for k in range(40)
    ]
    place = plot_points(rows, "trust", "days").to_dict()["layer"][1]["encoding"]
    assert place["x"]["type"] == "quantitative" and "xOffset" not in place


def test_measures_are_put_in_words() -> None:
    names = Names(baskets={"exchange": "Exchange of crews"}, parties={"northbank": "Northbank"})
    words = {
        "blocked_exchange=no mandate": "Exchange of crews: in the way: no mandate, share of runs",
        "day_first_settled_exchange": "Exchange of crews: day first agreed on, mean",
        "utility_northbank": "Northbank: utility of the standing agreements, mean",
        "closed_exchange": "Exchange of crews: distance closed at the end, share",
        "rounds_held": "Rounds held, mean",
    }
    assert {measure: describe_measure(measure, names) for measure in words} == words
