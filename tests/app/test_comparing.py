"""What the page compares, without the page: scenarios side by side, the points of a sweep, medians as reported."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from sim.app import charts, compare
from sim.app.explore import (
    FIRST,
    MEANS,
    OUTCOMES,
    SETTLED,
    Result,
    compute_contrasts,
    excludes_zero,
    format_contrast,
    simulate,
)
from sim.scenario.load import load


@pytest.fixture(scope="module")
def two() -> dict[str, Result]:
    return {name: simulate(load(name), 60, 0) for name in ("istanbul-2025", "belarus-2022")}


def test_a_row_says_whose_subject_it_is_where_scenarios_differ(two: dict[str, Result]) -> None:
    found = compare.tabulate_measures(two)
    assert list(found) == [OUTCOMES, SETTLED, MEANS]
    settled = {row[0]: row[1:] for row in found[SETTLED]}
    both = "Vulnerable prisoners and the fallen (istanbul-2025) / Evacuation corridors (belarus-2022)"
    assert settled[both] == tuple(f"{r.summary.settled_share('humanitarian').share:.1%}" for r in two.values())
    assert "Ceasefire" in settled  # a basket of one title in both keeps it
    assert "General exchange of prisoners" not in str(found)  # only one of them has it
    assert compare.describe_basket({"istanbul-2025": two["istanbul-2025"]}, "humanitarian") == both.partition(" (")[0]


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
def swept(tmp_path_factory: pytest.TempPathFactory) -> compare.Sweep:
    from experiments.sweep import run_sweep

    folder: Path = tmp_path_factory.mktemp("sweep") / "out"
    run_sweep(SMALL, folder, workers=1)
    return compare.load_sweep(folder)


def test_every_point_of_a_sweep_has_a_name(swept: compare.Sweep) -> None:
    rows = compare.select_rows(swept, "outcome_at_least=ceasefire", "patience")
    assert [row["point"] for row in rows] == [
        f"patience {days}, sequence {order}" for days in (60, 120) for order in ("as coded", "no preconditions")
    ]
    assert swept.factors == {"patience": "Patience of all", "sequence": "sequence"}


def test_points_that_differ_on_another_factor_stand_beside_each_other(swept: compare.Sweep) -> None:
    rows = compare.select_rows(swept, "outcome_at_least=ceasefire", "patience")
    words = compare.describe_measure("outcome_at_least=ceasefire", swept.titles)
    spec: dict[str, Any] = charts.plot_factor(rows, "Patience of all", words, "sequence")
    drawn = spec["layer"][1]["encoding"]
    assert drawn["y"]["title"] == ["Ended at least as", "ceasefire, share of runs"]
    assert (drawn["x"]["title"], drawn["x"]["sort"]) == ("Patience of all", [60, 120])
    assert drawn["xOffset"]["sort"] == drawn["color"]["scale"]["domain"] == ["as coded", "no preconditions"]


def test_many_points_are_put_on_a_scale() -> None:
    rows = [{"point": f"point {k}", "factor": k / 7, "rest": f"point {k}", "other": "1"} for k in range(40)]
    place = charts.plot_factor(rows, "trust", "days")["layer"][1]["encoding"]
    assert place["x"]["type"] == "quantitative" and "xOffset" not in place


def test_measures_are_put_in_words() -> None:
    titles = {"exchange": "Exchange of crews", "northbank": "Northbank"}
    assert compare.describe_measure("blocked_exchange=no mandate", titles) == (
        "Exchange of crews: in the way: no mandate, share of runs"
    )
    assert (
        compare.describe_measure("day_first_settled_exchange", titles) == "Exchange of crews: mean day first agreed on"
    )
    assert (
        compare.describe_measure("utility_northbank", titles) == "Northbank: utility of the standing agreements, mean"
    )
    assert compare.describe_measure("rounds_held", titles) == "Rounds held, mean"
