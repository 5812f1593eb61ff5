"""The figures of experiments: nothing is cut at the edge, and all that is compared is named as it was given."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.text import Text

from experiments.compare import compare_scenarios
from experiments.comparison_folder import write_comparison
from experiments.discovery import Boxes
from experiments.figure_layout import Note, clip_text, measure_width, wrap_names
from experiments.forest_plots import plot_box, plot_forest
from sim.core.atomic import OutputFolder
from sim.figures.style import DPI

CAPTION = Note("A case", 40, 0, "abc", {}, "40 runs")
CLASH = "river-border,venues.lake_hall.insulation=0.9,incidents.boat_clash.rate=2"


def texts(figure: Figure) -> list[str]:
    """Everything written in a figure, each seen to lie within its edges."""
    figure.set_dpi(DPI)  # as it is saved: letters are a little wider on a coarser grid
    figure.draw_without_rendering()
    found = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    for text in found:
        if len(text.get_text()) < 5:
            continue  # matplotlib keeps ticks beyond the ends of an axis, which it does not draw
        at = text.get_window_extent()
        assert at.x0 >= 0 and at.x1 <= figure.bbox.width, f"cut at the edge: {text.get_text()}"
    return [text.get_text() for text in found]


def test_long_names_of_scenarios_are_broken_and_keep_their_underscores() -> None:
    frame = compare_scenarios(["river-border", CLASH, "river-border,calendar.horizon=60"], 60).frame
    written = texts(plot_forest(frame, CAPTION, "Difference"))
    broken = [text for text in written if "\n" in text]
    assert any(text.replace("\n", "") == f"{CLASH}: tabled" for text in broken)
    assert "river-border,calendar.horizon=60: tabled" in written


def test_a_long_base_is_told_within_the_figure() -> None:
    frame = compare_scenarios([CLASH, "river-border,calendar.horizon=60", "river-border"], 60).frame
    assert any(text.startswith("Difference from river-border,ven") for text in texts(plot_forest(frame, CAPTION, "x")))


def test_of_two_scenarios_both_are_named_in_the_figure(tmp_path: Path) -> None:
    other = "river-border,incidents.boat_clash.rate=2"
    found = compare_scenarios(["river-border", other], 40)
    with OutputFolder(tmp_path / "out", "comparison") as folder:
        write_comparison(found, folder)
    svg = (tmp_path / "out" / "differences.svg").read_text(encoding="utf-8")
    assert f"<!-- {other} held against river-border -->" in svg


def test_the_line_above_a_box_is_not_cut() -> None:
    path = pd.DataFrame({"coverage": [1.0, 0.75], "density": [0.3, 0.83]})
    name = "baskets.ceasefire.obligations.withdrawal.blame.southbank_and_others"
    limits = pd.DataFrame([[name, 0.2, 0.6, 0.0, 1.0]], columns=["factor", "low", "high", "from", "to"])
    written = texts(plot_box(Boxes(path, limits, 1, 30, 100), CAPTION, "Where it is"))
    assert any(text.endswith("it holds 75% of those") for text in written)
    assert any(text.replace("\n", "") == name and "\n" in text for text in written)


def test_names_are_broken_after_marks_only_where_they_must_be() -> None:
    assert wrap_names(["as it is", "Minsk only: tabled"]) == ["as it is", "Minsk only: tabled"]
    (broken,) = wrap_names(["parties.northbank.deadline=90,incidents.boat_clash.rate=2"], 2.0)
    assert all(line[-1] in ",.=" for line in broken.split("\n")[:-1])
    assert measure_width(broken) <= 2.0
    assert clip_text("short", 2.0, 9) == "short" and measure_width(clip_text("long " * 20, 2.0, 9), 9) <= 2.0
