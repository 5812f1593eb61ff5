"""Factors with levels in Morris and PRIM, measures that are missing, noisy indices, and names with commas."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from shutil import copy
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from experiments.discovery import encode_words, find_boxes
from experiments.sampling import draw_salib_sample
from experiments.sensitivity import collect_point_means, compute_indices, compute_level_effects, describe_noise
from experiments.sweep import run_sweep
from experiments.variants import parse_variant
from sim.cli.main import app
from sim.cli.sensitivity import print_frame
from sim.core.errors import ParleyError, ScenarioError
from sim.scenario.library import shipped_folder


def test_a_step_of_a_two_level_factor_goes_the_whole_way():
    """Shares .953 and 0 at the two levels: the design steps 2/3, the level 1. Not .953/(2/3) = 1.43."""
    unit = np.array([[0.0, 0.0], [2 / 3, 0.0], [2 / 3, 2 / 3], [1.0, 1 / 3], [1.0, 1.0], [1 / 3, 1.0]])
    place = (unit[:, 0] >= 0.5).astype(float)
    y = 0.953 * place
    assert np.abs(compute_level_effects(unit, 0, place, y)).tolist() == pytest.approx([0.953, 0.953])


@pytest.mark.parametrize(("levels", "expected"), [(2, 1.0), (3, 1.0), (5, 1.0), (6, 1.0)])
def test_mu_star_of_a_straight_line_over_levels(levels, expected):
    """A result that rises by 1 from the lowest level to the highest has a mean effect of 1, however many levels."""
    pytest.importorskip("SALib", reason="the extra `discover` is not installed")
    unit = draw_salib_sample("morris", 40, 3, 1)
    place = np.minimum((unit[:, 1] * levels).astype(int), levels - 1) / (levels - 1)
    y = place + 0.25 * unit[:, 0]
    result = compute_indices("morris", unit, y, ["a", "b", "c"], 0, {"b": place}).set_index("factor")
    assert result.loc["b", "mu_star"] == pytest.approx(expected) and result.loc["b", "sigma"] == pytest.approx(0.0)
    assert result.loc["a", "mu_star"] == pytest.approx(0.25)
    old = compute_indices("morris", unit, y, ["a", "b", "c"], 0).set_index("factor")
    if levels in (2, 3):
        assert old.loc["b", "mu_star"] > 1.1  # the control: without places a step is taken for 2/3


def test_morris_over_levels_of_a_sweep(tmp_path: Path):
    """Whether the talks may last: at the lower level they end before anything, which the steps of 2/3 overstated."""
    pytest.importorskip("SALib", reason="the extra `discover` is not installed")
    path = "venues.lake_hall.insulation"
    asked = {"experiment": "m", "scenario": "river-border", "runs": 40, "design": "morris", "points": 4,
             "factors": {path: [0.1, 0.9], "calendar.gap_scale": {"low": 10, "high": 20}}}  # fmt: skip
    run_sweep(asked, tmp_path / "out")
    from experiments.results import load
    from experiments.sensitivity import analyse_sweep

    results = load(tmp_path / "out")
    result = analyse_sweep(results, "rounds_held").set_index("factor")
    by_point = results.summary[results.summary["measure"] == "rounds_held"].sort_values("point")["mean"].to_numpy()
    values = results.points.sort_values("point")[path].to_numpy()
    steps = [abs(b - a) for k, (a, b) in enumerate(pairwise(by_point))
             if (k + 1) % 3 and values[k] != values[k + 1]]  # fmt: skip
    assert result.loc[path, "mu_star"] == pytest.approx(np.mean(steps))


def summary(means: list[float]) -> SimpleNamespace:
    """As much of a sweep's results as the measure at its points needs."""
    points = pd.DataFrame({"point": range(4)})
    frame = pd.DataFrame({"point": range(len(means)), "measure": "day_settled_road", "level": "", "mean": means})
    return SimpleNamespace(points=points, summary=frame, manifest={"tables": {"failed_points": []}})


def test_a_measure_that_is_missing_somewhere():
    with pytest.raises(ParleyError, match=r"`day_settled_road` is missing at 2 of 4 points \(the first: 1\)"):
        collect_point_means(summary([1.0, float("nan"), 2.0]), "day_settled_road")
    with pytest.raises(ParleyError, match=r"no measure `day_settled_raod` \(did you mean `day_settled_road`\?\)"):
        collect_point_means(summary([1.0, 1.0, 2.0, 3.0]), "day_settled_raod")
    assert collect_point_means(summary([1.0, 1.0, 2.0, 3.0]), "day_settled_road").tolist() == [1.0, 1.0, 2.0, 3.0]


def test_indices_outside_their_range_are_explained():
    frame = pd.DataFrame({"factor": ["a", "b", "c"], "first": [0.2, -0.04, 1.2], "total": [0.3, 0.1, 0.9]})
    assert "below 0 or above 1 (b, c) are sampling noise" in describe_noise(frame)
    assert (
        describe_noise(frame.iloc[:1]) == "" and describe_noise(pd.DataFrame({"factor": ["a"], "mu_star": [2.0]})) == ""
    )


def test_prim_over_words():
    """Interest is: in the hall, and x > .5. The other words are tried as factors of 0 or 1."""
    pytest.importorskip("ema_workbench", reason="the extra `discover` is not installed")
    chance = np.random.default_rng(4)
    frame = pd.DataFrame({"x": chance.random(900), "venue": chance.choice(["hall", "ship", "capital"], 900)})
    wanted = ((frame["venue"] == "hall") & (frame["x"] > 0.5)).to_numpy()
    encoded = encode_words(frame)
    assert list(encoded.columns) == ["x", "venue = capital", "venue = hall", "venue = ship"]
    assert encoded.drop(columns="x").sum(axis=1).eq(1).all()
    result = find_boxes(encoded, wanted, least_density=0.95)
    limits = result.limits.set_index("factor")
    assert result.density >= 0.95 and result.coverage > 0.8
    assert 0.45 < limits.loc["x", "low"] < 0.55
    assert limits.loc["venue = hall", ["low", "high"]].tolist() == [1.0, 1.0]


def test_discover_over_a_factor_with_words(tmp_path: Path):
    """The verb runs to its figure where a factor has words as levels."""
    pytest.importorskip("ema_workbench", reason="the extra `discover` is not installed")
    asked = {"experiment": "w", "scenario": "river-border", "runs": 10, "design": "latin_hypercube", "points": 60,
             "factors": {"mode": {"levels": {"often": {"calendar.rounds_per_deadline": 20},
                                             "seldom": {"calendar.rounds_per_deadline": 5}}},
                         "venues.lake_hall.insulation": {"low": 0.1, "high": 0.9}}}  # fmt: skip
    run_sweep(asked, tmp_path / "out")
    words = ["discover", str(tmp_path / "out"), "--of", "rounds_held", "--above", "10"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "mode = " in (tmp_path / "out" / "box.csv").read_text(encoding="utf-8")


def test_names_with_commas(tmp_path: Path, monkeypatch):
    path = tmp_path / "a, b.yaml"
    copy(shipped_folder() / "river-border.yaml", path)
    copy(shipped_folder() / "behaviour.yaml", tmp_path)
    assert parse_variant(str(path))[1].scenario.id == "river-border"
    label, loaded = parse_variant(f"{path},venues.lake_hall.insulation=0.9")
    assert loaded.changes == {"venues.lake_hall.insulation": 0.9} and label.endswith("=0.9")
    monkeypatch.chdir(tmp_path)
    assert parse_variant("a, b.yaml")[1].scenario.id == "river-border"
    with pytest.raises((ParleyError, ScenarioError)):
        parse_variant("a, c.yaml")


def test_the_printed_table_has_words_first_and_a_dash_for_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    frame = pd.DataFrame({"low": [0.25, np.nan], "factor": ["rate", "seat"], "never": [np.nan, np.nan]})
    print_frame(frame)
    lines = [line.split() for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert lines[0] == ["factor", "low"] and lines[2:] == [["rate", "0.250"], ["seat", "–"]]
