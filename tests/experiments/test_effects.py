"""Effects on convergence in comparisons: by day, in percentage points, and in how many runs anything changed."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from experiments.compare import Comparison, compare_scenarios, count_changes, describe_changes
from experiments.comparison_folder import write_comparison
from experiments.comparison_plots import draw_effects, plot_effects
from experiments.figure_layout import Note
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


def build_differences() -> pd.DataFrame:
    """Differences of one contrast: a sure one, one that may be chance, one that was not tested."""
    rows = [
        ("closed_d30", 0.1, 0.05, 0.15, 0.05),
        ("closed", 0.3, 0.2, 0.4, 0.049),
        ("latent_closed_d30", -0.1, -0.2, 0.0, float("nan")),
    ]
    frame = pd.DataFrame(rows, columns=["measure", "difference", "low", "high", "p_holm"])
    return frame.assign(contrast="b − a")


@pytest.mark.parametrize("count", [1, 3])
def test_axis_titles_of_effects_stand_clear_of_the_labels_of_ticks(count: int) -> None:
    frame = pd.concat([build_differences().assign(contrast=f"change {k} − a") for k in range(count)])
    figure = draw_effects(frame, Note("A case", 40, 0, "abc", {}, scale="40 runs"))
    figure.draw_without_rendering()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            title = axis.label.get_window_extent()
            shown = [label for label in axis.get_ticklabels() if label.get_text()]
            assert shown and not any(title.overlaps(label.get_window_extent()) for label in shown)
        heads = [text for text in figure.findobj(Text) if text.get_text().startswith("change")]
        assert len(heads) == (count if count > 1 else 0)
        below = axes.xaxis.label.get_window_extent()
        assert not any(below.overlaps(text.get_window_extent()) for text in heads)


def test_effects_are_drawn_by_day() -> None:
    axes = plot_effects(build_differences(), Figure().subplots())
    points = {
        (line.get_marker(), line.get_markerfacecolor() == "white"): line.get_ydata().tolist()
        for line in axes.lines
        if line.get_marker() in ("o", "s")
    }
    # Filled where the corrected p is below .05, hollow where it is not, or where nothing was tested.
    assert points == {("o", False): [30.0], ("o", True): [10.0], ("s", False): [], ("s", True): [-10.0]}
    assert [label.get_text() for label in axes.get_xticklabels()] == ["30", "end"]


def test_the_report_names_scenarios_by_title(compared: Comparison, tmp_path: Path) -> None:
    with OutputFolder(tmp_path / "out", "comparison") as folder:
        write_comparison(compared, folder)
    text = render_report(tmp_path / "out")
    title = load("river-border").scenario.title
    assert f"{title} with venues.lake_hall.insulation = 0.9, compared with {title}" in text
    assert "<td>Distance closed by day 90 (%)</td>" in text and "closed d90" not in text
    named = f"{title.split(':')[0]} with venues.lake_hall.insulation = 0.9"
    heads = [re.sub(r"<.*?>", "|", row).split("||") for row in re.findall(r"<tr><th scope.*?</tr>", text)]
    assert any(title.split(":")[0] in head and named in head for head in heads), heads[:2]
    assert "what differs cannot have an effect in these runs" in text
    assert {"effects.png", "effects.svg"} <= {path.name for path in (tmp_path / "out").iterdir()}


def test_scenarios_of_other_parties_are_compared_as_separate_draws_everywhere() -> None:
    """Their run k is not the same run: the interval of the table is that of two independent samples."""
    found = compare_scenarios(["river-border", "generic-crisis"], n=200)
    closed = found.frame[found.frame["measure"] == "closed"].iloc[0]
    sides = [table.column("closed").to_numpy() for table in found.tables]
    half = 1.959964 * math.sqrt(sum(side.var(ddof=1) / side.size for side in sides))
    assert closed["high"] - closed["difference"] == pytest.approx(half, rel=1e-6)
    assert closed["variance_saved"] == 0.0 and count_changes(found) == {}
