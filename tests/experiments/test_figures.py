"""The figures of experiments: nothing is cut at the edge, and all that is compared is named as it was given."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from experiments import effect_plots, factor_plots, forest_plots, outcome_plots
from experiments.compare import compare_scenarios
from experiments.comparison_folder import write_comparison
from experiments.contrasts import compare_points, compute_effects, parse_contrast
from experiments.discovery import Boxes
from experiments.effect_plots import draw_effects, plot_effects
from experiments.factor_plots import plot_fan, plot_heatmap
from experiments.figure_layout import Note, clip_text, label_rows, measure_width, wrap_names
from experiments.forest_plots import draw_box, draw_forest, plot_box, plot_forest, plot_tornado, plot_variance
from experiments.outcome_plots import plot_blocking, plot_outcome_share, plot_settlement_days
from experiments.results import Results, load
from experiments.sweep import run_sweep
from experiments.variance import split_variance
from sim.core.atomic import OutputFolder
from sim.figures.style import DPI

CAPTION = Note("A case", 40, 0, "abc", {}, scale="40 runs")
CLASH = "river-border,venues.lake_hall.insulation=0.9,incidents.boat_clash.rate=2"


def texts(figure: Figure) -> list[str]:
    """Everything written in a figure, each seen to lie within its edges."""
    figure.set_dpi(DPI)  # as it is saved: letters are a little wider on a coarser grid
    figure.draw_without_rendering()
    result = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    for text in result:
        if len(text.get_text()) < 5:
            continue  # matplotlib keeps ticks beyond the ends of an axis, which it does not draw
        at = text.get_window_extent()
        assert at.x0 >= 0 and at.x1 <= figure.bbox.width, f"cut at the edge: {text.get_text()}"
    return [text.get_text() for text in result]


def test_long_names_of_scenarios_are_broken_and_keep_their_underscores() -> None:
    frame = compare_scenarios(["river-border", CLASH, "river-border,calendar.horizon=60"], 60).frame
    written = texts(draw_forest(frame, CAPTION, "Difference"))
    broken = [text for text in written if "\n" in text]
    assert any(text.replace("\n", "") == f"{CLASH}: texts" for text in broken)
    assert "river-border,calendar.horizon=60: texts" in written


def test_a_long_base_is_told_within_the_figure() -> None:
    frame = compare_scenarios([CLASH, "river-border,calendar.horizon=60", "river-border"], 60).frame
    assert any(text.startswith("Difference from river-border,ven") for text in texts(draw_forest(frame, CAPTION, "x")))


def test_of_two_scenarios_both_are_named_in_the_figure(tmp_path: Path) -> None:
    other = "river-border,incidents.boat_clash.rate=2"
    result = compare_scenarios(["river-border", other], 40)
    with OutputFolder(tmp_path / "out", "comparison") as folder:
        write_comparison(result, folder)
    svg = (tmp_path / "out" / "differences.svg").read_text(encoding="utf-8")
    assert "<!-- River border, incidents.boat_clash.rate = 2 compared with River border -->" in svg
    assert other not in svg  # a label may be a path


def test_the_line_above_a_box_is_not_cut() -> None:
    path = pd.DataFrame({"coverage": [1.0, 0.75], "density": [0.3, 0.83]})
    name = "baskets.ceasefire.obligations.withdrawal.blame.southbank_and_others"
    limits = pd.DataFrame([[name, 0.2, 0.6, 0.0, 1.0]], columns=["factor", "low", "high", "from", "to"])
    written = texts(draw_box(Boxes(path, limits, 1, 30, 100), CAPTION, "Where it is"))
    assert any(text.endswith("it holds 75% of those") for text in written)
    assert any(text.replace("\n", "") == name and "\n" in text for text in written)


def test_names_are_broken_after_marks_only_where_they_must_be() -> None:
    assert wrap_names(["as it is", "Minsk only: texts"]) == ["as it is", "Minsk only: texts"]
    (broken,) = wrap_names(["parties.northbank.deadline=90,incidents.boat_clash.rate=2"], 2.0)
    assert all(line[-1] in ",.=" for line in broken.split("\n")[:-1])
    assert measure_width(broken) <= 2.0
    assert clip_text("short", 2.0, 9) == "short" and measure_width(clip_text("long " * 20, 2.0, 9), 9) <= 2.0


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """A small sweep over two factors with numbers."""
    out = tmp_path_factory.mktemp("sweep") / "out"
    factors = {"venues.lake_hall.insulation": [0.1, 0.9], "calendar.gap_scale": [10, 20]}
    run_sweep({"experiment": "small", "scenario": "river-border", "runs": 30, "factors": factors}, out)
    return load(out)


def test_marks_at_the_edge_of_a_panel_are_whole(results: Results) -> None:
    axes = plot_outcome_share(results, "comprehensive", ax=Figure().add_subplot())
    (marks,) = (line for line in axes.lines if line.get_marker() == "o")
    assert not marks.get_clip_on() and marks.get_zorder() > axes.spines["left"].get_zorder()


def test_numbers_of_several_factors_have_names_and_words_do_not(results: Results) -> None:
    titles = {"calendar.gap_scale": "Days between rounds", "seat_of": "Seat of the mediator"}
    asked = {"experiment": {"factors": {name: {"title": title} for name, title in titles.items()}}}
    values = {"calendar.gap_scale": [10, 20], "seat_of": ["beside", "as coded"]}
    named = Results(results.folder, {**results.manifest, "asked": {**results.manifest["asked"], **asked}})
    named.__dict__["points"] = pd.DataFrame({"point": [0, 1], **values})
    labels, line = label_rows(named, list(titles))
    assert labels == {0: "calendar.gap scale 10, beside", 1: "calendar.gap scale 20, as coded"}
    assert line == "Points by: calendar.gap scale (Days between rounds) × Seat of the mediator"
    assert label_rows(named, ["calendar.gap_scale"]) == ({0: "10", 1: "20"}, "Points by: Days between rounds")


def build_effects(results: Results) -> pd.DataFrame:
    """The effects of one contrast in one case."""
    contrast = parse_contrast("calendar.gap_scale=10:calendar.gap_scale=20")
    frame = compute_effects(results, {"longer gaps": contrast})
    frame.insert(0, "case", "river-border")
    return frame[frame["venues.lake_hall.insulation"] == "0.1"]


def test_effects_of_two_cases_share_an_axis(results: Results) -> None:
    effects = build_effects(results)
    figure = draw_effects(
        {"river-border": results, "other": results}, pd.concat([effects, effects.assign(case="other")]), "T"
    )
    first, second = figure.axes
    assert first.get_xlim() == second.get_xlim() and [ax.get_title("left") for ax in (first, second)] == [
        "river-border",
        "other",
    ]
    assert {"longer gaps", "river-border, other", "day 60"} <= set(texts(figure))


def plots(results: Results) -> dict[str, Callable[..., Axes]]:
    """Every plot function of the experiments with data to draw."""
    frame = compare_points(results)
    grid = pd.DataFrame([[0.1, 0.2], [0.3, 0.4]], index=["a", "b"], columns=[1, 2])
    indices = pd.DataFrame({"factor": ["a"], "mu_star": [1.0], "mu_star_low": [0.5], "mu_star_high": [1.5]})
    split = split_variance(np.random.default_rng(1).normal(size=(5, 6)))
    limits = pd.DataFrame([["a", 0.2, 0.6, 0.0, 1.0]], columns=["factor", "low", "high", "from", "to"])
    boxes = Boxes(pd.DataFrame({"coverage": [1.0], "density": [0.3]}), limits, 0, 3, 10)
    basket = next(iter(results.manifest["asked"]["scenario"]["baskets"]))
    return {
        "plot_forest": partial(plot_forest, frame),
        "plot_tornado": partial(plot_tornado, indices),
        "plot_variance": partial(plot_variance, {"rounds": split}),
        "plot_box": partial(plot_box, boxes),
        "plot_outcome_share": partial(plot_outcome_share, results, "texts"),
        "plot_settlement_days": partial(plot_settlement_days, results, basket),
        "plot_blocking": partial(plot_blocking, results, basket),
        "plot_heatmap": partial(plot_heatmap, grid, True),
        "plot_effects": partial(plot_effects, build_effects(results), "river-border"),
        "plot_fan": partial(plot_fan, results, "calendar.gap_scale", "rounds_held"),
    }


def test_every_plot_draws_into_the_axes_it_is_given_and_returns_them(results: Results) -> None:
    modules = (effect_plots, factor_plots, forest_plots, outcome_plots)
    public = {name for module in modules for name in vars(module) if name.startswith("plot_")}
    functions = plots(results)
    assert set(functions) == public
    for name, plot in functions.items():
        ax = Figure().add_subplot()
        assert plot(ax=ax) is ax and ax.has_data(), name
        ax.figure.draw_without_rendering()


def test_a_plot_without_axes_makes_its_own(results: Results) -> None:
    ax = plots(results)["plot_fan"]()
    assert ax.has_data() and ax.get_legend() is not None
    assert ax.get_xlabel() == "calendar.gap_scale" and ax.get_ylabel() == "rounds held"
    plt.close(ax.figure)
