"""Figures from summaries written by hand: what they show, what they say of themselves, and that they run nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from sim.figures.blocking import plot_blocking
from sim.figures.convergence import assign_styles, find_zone, plot_offers
from sim.figures.days import plot_days
from sim.figures.distance import plot_closed
from sim.figures.ensemble import FIGURES, TRAJECTORY_FIGURES, draw_figures, save_figures
from sim.figures.outcomes import plot_outcomes
from sim.figures.scales import Scale, choose_labels
from sim.figures.solutions import Panel, draw_solutions, plot_frontier, plot_ranges, plot_utilities
from sim.figures.style import CAUTION, LINE_STYLES, REASON_STYLES
from sim.figures.terms import plot_terms
from sim.rules.outcome import CODES, REASONS
from sim.scenario.load import load
from sim.tables.quantities import format_percent
from sim.tables.summary import Summary
from sim.tables.trajectory import BANDS, BASKET, EVERYTHING, LATENT, OFFER, RESERVATION, SETTLED, Trajectory

MANIFEST: dict[str, Any] = {
    "parley": "0.1.0",
    "fingerprint": "abc123",
    "n": 1000,
    "seed": 0,
    "scenario": {
        "title": "A river",
        "changes": {},
        "resolved": {"baskets": {"swap": {"title": "Exchange of crews"}, "river": {"title": "Water"}}},
    },
}


def summary() -> Summary:
    """1,000 runs: the swap settled in 250 of them, the river never."""
    found = Summary(("swap", "river"), ("north", "south"), 1000)
    settled, texts = CODES.index("humanitarian"), CODES.index("texts")
    no_mandate, no_zone = REASONS.index("no mandate"), REASONS.index("no zone of agreement")
    found.counts = {
        "outcome": Counter({settled: 250, texts: 750}),
        "peak_outcome": Counter({settled: 300, texts: 700}),
        "blocked_swap": Counter({0: 250, no_zone: 750}),
        "blocked_river": Counter({no_mandate: 1000}),
        "settled_swap": Counter({10: 100, 40: 150}),
        "first_settled_swap": Counter({10: 150, 40: 150}),
        "settled_river": Counter(),
        "first_settled_river": Counter(),
    }
    found.sums = {"days": 180_000_000_000, "days:n": 1000}
    return found


def texts(figure: Figure) -> str:
    """All that is written on a figure."""
    found = [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]
    return "\n".join(found)


@pytest.mark.parametrize("name", [*FIGURES, *TRAJECTORY_FIGURES])
def test_every_figure_says_where_it_comes_from(name: str) -> None:
    written = texts(draw_figures(summary(), MANIFEST, trajectory())[name])
    assert "A river" in written
    assert ("First 400 runs of 1,000" if name in TRAJECTORY_FIGURES else "1,000 runs, seed 0") in written
    assert CAUTION in written
    assert "not a forecast" in CAUTION
    assert "abc123" in written


def test_a_changed_scenario_is_marked() -> None:
    changed = {**MANIFEST, "scenario": {**MANIFEST["scenario"], "changes": {"a": 1}}}
    assert "A river (changed)" in texts(draw_figures(summary(), changed)["outcomes"])


def test_outcome_bars_are_the_shares() -> None:
    axes = draw_figures(summary(), MANIFEST)["outcomes"].axes[0]
    widths = [bar.get_width() for bar in axes.patches]
    assert widths == [0.25 if code == "humanitarian" else 0.75 if code == "texts" else 0 for code in CODES]
    (marks,) = (line for line in axes.lines if line.get_marker() == "D")
    assert marks.get_xdata().tolist()[CODES.index("humanitarian")] == 0.3


def test_days_are_steps_over_all_runs() -> None:
    figure = draw_figures(summary(), MANIFEST)["days"]
    swap, river = figure.axes[0].lines
    assert list(zip(swap.get_xdata(), swap.get_ydata(), strict=True)) == [
        (0, 0),
        (11, 0),
        (11, 0.15),
        (41, 0.15),
        (41, 0.3),
        (180, 0.3),
    ]
    assert set(river.get_ydata()) == {0.0}
    written = texts(figure)
    assert "Exchange of crews: agreed in 30%, half of these by day 10; 25% stand at the end" in written
    assert "Water: never agreed on" in written


@pytest.mark.parametrize("name", [*FIGURES, *TRAJECTORY_FIGURES])
def test_nothing_is_cut_off(name: str) -> None:
    """The longest titles allowed for still lie within the figure."""
    title = "A quite long title of things that are settled together"
    baskets = {"swap": {"title": title}, "river": {"title": title}}
    scenario = {**MANIFEST["scenario"], "resolved": {"baskets": baskets}}
    figure = draw_figures(summary(), {**MANIFEST, "scenario": scenario}, trajectory())[name]
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    frame = figure.bbox.padded(1)
    labels = [label for axes in figure.axes for label in (axes.xaxis.label, axes.yaxis.label)]
    legends = [text for legend in figure.legends for text in legend.get_texts()]
    shown = [text for text in (*figure.texts, *labels, *legends, *wide_tick_labels(figure)) if text.get_text()]
    assert len(shown) > 6
    for text in shown:
        box = text.get_window_extent(canvas.get_renderer())
        assert frame.x0 <= box.x0 and box.x1 <= frame.x1, text.get_text()
        assert frame.y0 <= box.y0 and box.y1 <= frame.y1, text.get_text()


def wide_tick_labels(figure: Figure) -> list[Text]:
    """Names on the upright axis; ticks outside the view are not drawn."""
    found = []
    for axes in figure.axes:
        low, high = sorted(axes.get_ylim())
        found += [text for text in axes.get_yticklabels() if low <= text.get_position()[1] <= high]
    return found


def trajectory() -> Trajectory:
    """Two parties on the water: offers from .9 and .1 to terms of .5; half of the runs settle."""
    days = np.array([0, 90, 180])

    def flat(*values: float) -> np.ndarray[Any, Any]:
        return np.broadcast_to(np.array(values), (len(BANDS), 3)).copy()

    spread = np.linspace(-0.06, 0.06, len(BANDS))[:, None]
    return Trajectory(
        days,
        400,
        {
            (EVERYTHING, "", "", ""): flat(0.0, 0.3, 0.5) + spread,
            (LATENT, "", "", ""): flat(0.0, 0.4, 0.6),
            (BASKET, "river", "", ""): flat(0.0, 0.5, 1.0),
            (SETTLED, "", "", "water"): flat(0.0, 0.25, 0.5),
            (OFFER, "", "north", "water"): flat(0.9, 0.7, 0.5) + spread,
            (RESERVATION, "", "north", "water"): flat(0.3, 0.3, 0.65),
            (OFFER, "", "south", "water"): flat(0.1, 0.3, 0.5) + spread,
            (RESERVATION, "", "south", "water"): flat(0.6, 0.6, 0.6),
        },
    )


SCALE = Scale("Water in summer", "Water", ((0.0, "none"), (0.5, "half of it"), (1.0, "all")))


def test_closed_is_a_fan_of_all_days() -> None:
    axes = plot_closed(trajectory(), ax=Figure().subplots())
    median, latent = axes.lines
    assert median.get_ydata().tolist() == pytest.approx([0.0, 0.3, 0.5])
    assert latent.get_ydata().tolist() == pytest.approx([0.0, 0.4, 0.6])
    wide, half = (area.get_datalim(axes.transData).height for area in axes.collections)
    # From the lowest of 5% to the highest of 95%: .5 + .12; the middle half: .5 + .04 of the .12.
    assert (wide, half) == (pytest.approx(0.62), pytest.approx(0.54))
    assert len(plot_closed(trajectory(), "river", Figure().subplots()).lines) == 1


def test_offers_reservation_values_zone_and_settlements_are_drawn() -> None:
    axes = plot_offers(trajectory(), "water", SCALE, Figure().subplots(), titles={"north": "North", "south": "South"})
    drawn = [line.get_ydata().tolist() for line in axes.lines]
    assert [0.9, 0.7, 0.5] in [pytest.approx(y) for y in drawn]
    assert [0.3, 0.3, 0.65] in [pytest.approx(y) for y in drawn]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["none", "half of it", "all"]
    assert any(text.get_text() == "settled 50%" for text in axes.texts)
    assert "offer of North" in [text.get_text() for text in axes.get_legend().get_texts()]


def take_stakes(case: str) -> tuple[Trajectory, dict[str, Any]]:
    """A trajectory of the stakes that parties have in a shipped case, and its manifest; the k-th party offers .1 k."""
    scenario = load(case).scenario
    bands = {}
    for issue in scenario.issues:
        bands[SETTLED, "", "", issue] = np.zeros((len(BANDS), 2))
        for k, (name, party) in enumerate(scenario.parties.items()):
            if issue in party.issues:
                bands[OFFER, "", name, issue] = np.full((len(BANDS), 2), 0.1 * k)
                bands[RESERVATION, "", name, issue] = np.full((len(BANDS), 2), 0.1 * k + 0.05)
    parties = {name: {"title": party.title} for name, party in scenario.parties.items()}
    resolved = {**MANIFEST["scenario"]["resolved"], "parties": parties}
    manifest = {**MANIFEST, "scenario": {**MANIFEST["scenario"], "resolved": resolved}}
    return Trajectory(np.array([0, 90]), 400, bands), manifest


@pytest.mark.parametrize("case", ["dayton-1995", "northern-ireland-1996"])
def test_a_party_has_one_style_on_every_issue_and_in_the_legend(case: str) -> None:
    """Not all parties have a stake in every issue of these; styles went by the place among those that have one."""
    found, manifest = take_stakes(case)
    bands = {**found.bands, (EVERYTHING, "", "", ""): np.zeros((7, 2)), (LATENT, "", "", ""): np.zeros((7, 2))}
    titles = [party["title"] for party in manifest["scenario"]["resolved"]["parties"].values()]
    figure = draw_figures(None, manifest, Trajectory(found.days, 400, bands))["convergence"]
    below = figure.legends[0]
    legend = {text.get_text(): line for text, line in zip(below.get_texts(), below.legend_handles, strict=True)}
    assert list(legend)[: len(titles)] == [f"offer of {title}" for title in titles]
    assert len({len(found.parties(issue)) for issue in found.issues()}) > 1
    for issue, axes in zip(found.issues(), figure.axes, strict=True):
        drawn = {round(float(line.get_ydata()[0]), 2): line for line in axes.lines}
        for party in found.parties(issue):
            place = list(manifest["scenario"]["resolved"]["parties"]).index(party)
            line, named = drawn[round(0.1 * place, 2)], legend[f"offer of {titles[place]}"]
            assert (line.get_color(), line.get_linestyle()) == (named.get_color(), named.get_linestyle())
            assert drawn[round(0.1 * place + 0.05, 2)].get_color() == named.get_color()


@pytest.mark.parametrize("case", ["camp-david-1978", "colombia-2012", "dayton-1995", "northern-ireland-1996"])
def test_titles_of_issues_are_whole_and_clear_of_all_other_texts(case: str) -> None:
    """The longest titles of issues and baskets that are shipped; the share settled was struck through by its strip."""
    found, manifest = take_stakes(case)
    scenario = load(case).scenario
    bands = {**found.bands, (EVERYTHING, "", "", ""): np.zeros((7, 2)), (LATENT, "", "", ""): np.zeros((7, 2))}
    bands |= {key: np.ones((7, 2)) for key in bands if key[0] == SETTLED}
    resolved = manifest["scenario"]["resolved"]
    resolved["baskets"] = {name: {"title": basket.title} for name, basket in scenario.baskets.items()}
    options = [{"at": at, "label": "a label that takes three lines of the margin, as some do"} for at in (0, 1)]
    resolved["issues"] = {
        name: {"title": issue.title, "basket": issue.basket, "options": options}
        for name, issue in scenario.issues.items()
    }
    figure = draw_figures(None, manifest, Trajectory(found.days, 400, bands))["convergence"]
    figure.set_dpi(150)
    FigureCanvasAgg(figure).draw()
    for axes in figure.axes:
        texts = [text for text in axes.findobj(Text) if text.get_text()]
        boxes = {text.get_text(): text.get_window_extent() for text in texts}
        (title,) = (text for text in texts if text.get_fontweight() == "bold")
        head = boxes.pop(title.get_text())
        assert figure.bbox.x0 <= head.x0 and head.x1 <= axes.bbox.x1 + 20, title.get_text()
        assert not any(head.overlaps(box) for box in boxes.values()), title.get_text()
        settled = boxes.pop("settled 100%")
        assert settled.y0 >= axes.bbox.y1 and not any(settled.overlaps(box) for box in boxes.values())


def test_the_title_of_one_issue_stands_clear_of_the_share_settled() -> None:
    axes = plot_offers(trajectory(), "water", SCALE, Figure().subplots(), titles={"north": "North", "south": "South"})
    axes.set_title("A title that is longer than the axes, of which there is no need to see the whole", loc="right")
    FigureCanvasAgg(axes.figure).draw()
    (text,) = (text for text in axes.texts if text.get_text() == "settled 50%")
    assert axes.bbox.y0 < text.get_window_extent().y0 < text.get_window_extent().y1 < axes.bbox.y1
    assert text.get_bbox_patch() is not None, "on the strip a text needs a box"


def test_many_parties_have_styles_of_their_own() -> None:
    assert len(set(assign_styles(map(str, range(24))).values())) == 24


def test_parties_keep_their_colour_in_every_row_of_the_solutions() -> None:
    def panel(title: str, *parties: str) -> Panel:
        grid, empty = np.full((len(parties), 1), 0.5), np.zeros(len(parties))
        red = np.zeros(grid.shape, dtype=np.int64)
        return Panel(title, "", parties, ("water",), grid, grid, grid, red, empty, {}, {}, np.zeros((0, 2)))

    figure = draw_solutions([panel("basket", "b", "c"), panel("whole", "a", "b", "c")], "T")
    rows = [{text.get_text(): text.get_color() for text in axes.texts} for axes in figure.axes[1::2]]
    assert list(rows[1]) == ["a", "b", "c"] and len(set(rows[1].values())) == 3
    assert rows[0] == {name: rows[1][name] for name in ("b", "c")}
    lines = [line.get_color() for line in figure.axes[0].lines if len(line.get_xdata()) == 2]
    assert lines == [rows[1]["b"], rows[1]["c"]]


def test_the_zone_lies_between_reservation_values_and_may_vanish() -> None:
    low, high = find_zone(trajectory(), "water")
    assert (low.tolist(), high.tolist()) == ([0.3, 0.3, 0.65], [0.6, 0.6, 0.6])
    assert (high >= low).tolist() == [True, True, False]


def test_a_figure_of_many_issues_stays_small() -> None:
    bands = dict(trajectory().bands)
    for k in range(60):
        for key in [key for key in trajectory().bands if key[3] == "water"]:
            bands[(*key[:3], f"issue{k}")] = bands[key]
    figure = draw_figures(summary(), MANIFEST, Trajectory(np.array([0, 90, 180]), 400, bands))["convergence"]
    assert len(figure.axes) == 36 and "first 36 of 61" in texts(figure)


def test_labels_never_touch() -> None:
    options = [(0.0, "lowest"), (0.1, "close to it"), (0.5, "a label of three lines, as it is long"), (1.0, "highest")]
    chosen = choose_labels(options, columns=14, lines=3, line=0.12)
    assert [at for at, _ in chosen] == [0.0, 0.5, 1.0]
    assert choose_labels(options, columns=14, lines=3, line=0.01, near=0.1)[1][0] == 0.1
    assert choose_labels(options, columns=14, lines=2, line=0.01)[2][1].endswith(" …")


def test_terms_are_counted_along_the_scale() -> None:
    found = summary()
    found.issues, found.counts["terms_water:fine"] = ("water",), Counter({500: 30, 510: 10, 900: 60})
    axes = plot_terms(found, "water", SCALE, Figure().subplots())
    runs, edges, _ = axes.patches[0].get_data()
    assert {round(edge, 3): height for edge, height in zip(edges, runs, strict=False) if height} == {0.5: 40, 0.9: 60}
    assert axes.lines[0].get_ydata()[0] == 0.9
    assert any("agreed in 10%; median 0.90" in text.get_text() for text in axes.texts)
    assert axes.get_xlabel() == "Runs" and axes.get_xticks().tolist() == [0, 60]


@pytest.mark.parametrize(("runs", "bins"), [(3, 10), (99, 10), (100, 20), (400, 40), (9_000, 40)])
def test_few_runs_are_counted_in_wide_bins(runs: int, bins: int) -> None:
    found = summary()
    found.issues, found.counts["terms_water:fine"] = ("water",), Counter({480: runs})
    heights, _, _ = plot_terms(found, "water", SCALE, Figure().subplots()).patches[0].get_data()
    assert len(heights) == bins and max(heights) == runs


def test_the_count_of_runs_is_written_clear_of_its_ticks() -> None:
    found = summary()
    found.issues, found.counts["terms_water:fine"] = ("water", "fish"), Counter({480: 123_456})
    found.counts["terms_fish:fine"] = Counter({480: 90})
    figure = draw_figures(found, MANIFEST)["terms"]
    FigureCanvasAgg(figure).draw()
    for axes in figure.axes:
        title, ticks = axes.xaxis.label, [label.get_window_extent() for label in axes.get_xticklabels()]
        assert title.get_text() == "Runs" and len(ticks) == 2
        assert not any(title.get_window_extent().overlaps(tick) for tick in ticks)
        assert ticks[1].x1 <= figure.bbox.x1


@pytest.mark.parametrize("issues", [("water",), ("water", "fish"), ("water", "fish", "swap")])
def test_issues_of_terms_are_named_inside_the_figure(issues: tuple[str, ...]) -> None:
    """A single axes is wider than one of two: its title began beyond the left edge."""
    found = summary()
    found.issues = issues
    found.counts |= {f"terms_{issue}:fine": Counter({500: 90}) for issue in issues}
    figure = draw_figures(found, MANIFEST)["terms"]
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    for issue, axes in zip(issues, figure.axes, strict=True):
        (title,) = (text for text in axes.get_children() if isinstance(text, Text) and text.get_text() == issue)
        box = title.get_window_extent(canvas.get_renderer())
        assert figure.bbox.x0 <= box.x0 and box.x1 <= axes.bbox.x0 + 100


def test_blocking_bars_fill_every_row() -> None:
    axes = draw_figures(summary(), MANIFEST)["blocking"].axes[0]
    ends: Counter[float] = Counter()
    for bar in axes.patches:
        if bar.get_width():
            ends[round(bar.get_y() + bar.get_height() / 2)] += bar.get_width()
    assert ends == {0: 1.0, 1: 1.0}


def test_empty_summaries_are_drawn() -> None:
    found = Summary(("swap", "river"), ("north", "south"), 1)
    found.counts = {"outcome": Counter({0: 1}), "blocked_swap": Counter({1: 1}), "blocked_river": Counter({1: 1})}
    found.sums = {"days": 1_000_000, "days:n": 1}
    drawn = draw_figures(found, {**MANIFEST, "n": 1})
    assert "No issue is agreed in 1% of runs" in texts(drawn["terms"])
    assert "1 run, seed 0" in texts(drawn["days"])


def test_every_reason_has_a_look_of_its_own() -> None:
    assert set(REASON_STYLES) == {"settled", *REASONS[1:]}
    assert len(set(REASON_STYLES.values())) == len(REASON_STYLES)
    assert len(set(LINE_STYLES)) == len(LINE_STYLES) == 8


def test_files_carry_the_result_and_are_the_same_twice(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        written = save_figures(summary(), MANIFEST, tmp_path / folder, trajectory=trajectory())
        names = [*FIGURES, *TRAJECTORY_FIGURES]
        assert sorted(path.name for path in written) == sorted(f"{n}.{k}" for n in names for k in ("png", "svg"))
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name
    image = Image.open(tmp_path / "one" / "closed.png")
    assert "result abc123" in image.info["Description"]
    assert image.width > 900
    svg = (tmp_path / "one" / "closed.svg").read_text()
    assert "result abc123" in svg
    assert not re.search(r"<dc:date>", svg)


def test_drawing_runs_nothing_and_needs_no_screen() -> None:
    code = "import sys, sim.figures.ensemble; print([m for m in sys.modules"
    code += " if m in ('matplotlib.pyplot', 'sim.agents.model', 'mesa')"
    code += " or m.startswith(('sim.compiled', 'sim.results.ensemble'))])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("share", "count", "text"),
    [
        (0.0, 0, "0%"),
        (0.0004, 1, "<0.1%"),
        (0.0123, 5, "1.2%"),
        (0.099, 9, "9.9%"),
        (0.25, 2, "25%"),
        (0.9123, 9, "91.2%"),
        (0.9996, 9996, ">99.9%"),
        (1.0, 7, "100%"),
    ],
)
def test_percent(share: float, count: int, text: str) -> None:
    assert format_percent(share, count) == text


PLOTS = {
    "outcomes": plot_outcomes,
    "days": plot_days,
    "closed": lambda found, ax=None: plot_closed(trajectory(), ax=ax),
    "offers": lambda found, ax=None: plot_offers(trajectory(), "water", ax=ax),
    "terms": lambda found, ax=None: plot_terms(found, "water", ax=ax),
    "blocking": plot_blocking,
    "ranges": lambda ax=None: plot_ranges(["water"], np.array([[0.1], [0.9]]), np.array([[0.6], [0.4]]), ax=ax),
    "frontier": lambda ax=None: plot_frontier(["north", "south"], np.array([[1, 0], [0, 1]]), np.zeros(2), ax=ax),
    "utilities": lambda ax=None: plot_utilities(["north", "south"], np.zeros(2), {"Nash": np.ones(2)}, ax=ax),
}


@pytest.mark.parametrize("name", PLOTS)
def test_a_plot_draws_into_the_axes_it_is_handed_or_makes_some(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "agg")
    import matplotlib.pyplot as plt

    plot = PLOTS[name] if name in ("ranges", "frontier", "utilities") else partial(PLOTS[name], summary())
    figure = Figure()
    left, right = figure.subplots(1, 2)
    assert plot(ax=left) is left
    assert left.has_data() and not right.has_data()
    before = plt.get_fignums()
    made = plot()
    assert isinstance(made, Axes) and made.has_data()
    assert len(plt.get_fignums()) == len(before) + 1
    plt.close(made.figure)


def test_a_legend_names_what_is_drawn() -> None:
    for plot, labels in (
        (plot_outcomes, ["standing at the end, with 95% interval", "highest reached on the way"]),
        (plot_blocking, ["settled", "no zone of agreement", "no mandate"]),
    ):
        axes = plot(summary(), ax=Figure().subplots())
        assert [text.get_text() for text in axes.get_legend().get_texts()] == labels
        assert plot(summary(), ax=Figure().subplots(), legend=False).get_legend() is None


def test_ranges_run_from_demand_to_reservation_value() -> None:
    demand, reservation = np.array([[0.1, 0.2], [0.9, 0.8]]), np.array([[0.6, 0.5], [0.4, 0.3]])
    salience, red = np.array([[0.5, 0.5], [1.0, 0.0]]), np.array([[0, 1], [0, 0]])
    package = {"Nash": np.array([0.5, 0.45])}
    axes = plot_ranges(["a", "b"], demand, reservation, salience=salience, red=red, packages=package)
    lines = [line for line in axes.lines if len(line.get_xdata()) == 2]
    assert [(*line.get_xdata(), line.get_linewidth()) for line in lines] == [
        (0.1, 0.6, 2),
        (0.9, 0.4, 2),
        (0.2, 0.5, 4),
    ]
    assert [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"] == [0.5, 0.45]
