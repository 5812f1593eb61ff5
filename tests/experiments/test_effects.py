"""Effects on convergence in comparisons: by day, in percentage points, and in how many runs anything changed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from experiments.compare import Comparison, compare_scenarios, count_changes, describe_changes
from experiments.comparison_folder import write_comparison
from experiments.comparison_plots import plot_effects
from experiments.measures import is_main, is_percent, read_day
from sim.core.atomic import OutputFolder
from sim.report.document import render_report
from sim.results.ensemble import run_ensemble
from sim.scenario.load import load

CHANGE = {"venues.lake_hall.insulation": 0.9}
IDLE = {"baskets.exchange.title": "Exchange of all crews"}


@pytest.fixture(scope="module")
def compared() -> Comparison:
    scenarios = {"a": load("river-border"), "b": load("river-border", CHANGE), "c": load("river-border", IDLE)}
    return compare_scenarios(scenarios, 200, seed=2)


def test_changed_runs_are_those_whose_tables_differ(compared: Comparison) -> None:
    """By another way: frames of both tables compared run by run, on the readable engine."""
    a, b = (run_ensemble(load("river-border", changes), 60, 2, engine="mesa", workers=1) for changes in ({}, CHANGE))
    differs = set()
    for first, second in ((a.runs, b.runs), (a.rounds, b.rounds)):
        for run in range(60):
            one, two = (t[t["run"] == run].drop(columns="run").reset_index(drop=True) for t in (first, second))
            if not one.astype(str).equals(two.astype(str)):
                differs.add(run)
    marks = compared.marks[0][:60] != compared.marks[1][:60]
    assert set(np.flatnonzero(marks).tolist()) == differs
    assert 0 < len(differs) < 60, "the change moves all runs or none, so the test shows little"


def test_what_cannot_have_an_effect_is_told_apart(compared: Comparison) -> None:
    counts = count_changes(compared)
    assert counts["c"] == {"any": 0, "outcome": 0, "of": 200}
    assert counts["b"]["any"] > counts["b"]["outcome"] >= 0
    assert "cannot have an effect" in describe_changes(counts["c"])
    assert f"{counts['b']['any']:,} of 200 runs" in describe_changes(counts["b"])


def test_differences_of_shares_closed_are_those_of_the_tables(compared: Comparison) -> None:
    rows = compared.frame[compared.frame["contrast"] == "b − a"].set_index("measure")
    for name in ("closed_d30", "latent_closed_d90", "closed", "closed_calm"):
        a, b = (table.column(name).to_numpy() for table in compared.tables[:2])
        assert rows.loc[name, "difference"] == pytest.approx(np.mean(b - a))
        assert is_main(name, ["calm"]) and is_percent(name, "mean")
    assert not is_main("closed_calm_d30", ["calm"])
    assert (read_day("latent_closed_d90"), read_day("closed")) == ((True, 90.0), (False, float("inf")))
    assert read_day("closed_calm") is None


def test_effects_are_drawn_by_day() -> None:
    rows = [("closed_d30", 0.1, 0.05, 0.15), ("closed", 0.3, 0.2, 0.4), ("latent_closed_d30", -0.1, -0.2, 0.0)]
    frame = pd.DataFrame(rows, columns=["measure", "difference", "low", "high"])
    axes = plot_effects(frame, Figure().subplots())
    points = [line.get_ydata().tolist() for line in axes.lines if line.get_marker() in ("o", "s")]
    assert points == [[10.0, 30.0], [-10.0]]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["30", "end"]


def test_the_report_names_scenarios_by_title(compared: Comparison, tmp_path: Path) -> None:
    with OutputFolder(tmp_path / "out", "comparison") as folder:
        write_comparison(compared, folder)
    text = render_report(tmp_path / "out")
    title = load("river-border").scenario.title
    assert f"{title} with venues.lake_hall.insulation = 0.9, compared with {title}" in text
    assert "closed d90 (%)" in text
    assert "what differs cannot have an effect in these runs" in text
    assert {"effects.png", "effects.svg"} <= {path.name for path in (tmp_path / "out").iterdir()}
