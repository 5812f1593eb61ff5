"""A sweep of the page: the experiment it writes, its job, and that `parley sweep` gives the same numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from experiments.results import load as load_results
from experiments.spec import read_experiment
from sim.app.controls import Choice, Slider
from sim.app.explore import SETTLED, Contrast, format_contrast
from sim.app.intervals import write_ends
from sim.app.sweep_design import build_experiment, format_experiment, list_candidates, make_factor, space_levels
from sim.app.sweep_effects import format_effects, list_effects, list_points
from sim.app.sweep_job import SweepJob
from sim.cli.main import app
from sim.scenario.library import shipped
from sim.scenario.load import load

VENUE, DEADLINE = "Where rounds are held", "Northbank: days until it would concede all"


def design(runs: int = 200) -> dict[str, Any]:
    """Two factors of the teaching case."""
    candidates = list_candidates(load("river-border"))
    venue, deadline = candidates[VENUE], candidates[DEADLINE]
    assert isinstance(venue, Choice) and isinstance(deadline, Slider)
    factors = [make_factor(VENUE, venue, list(venue.options)[:2]), make_factor(DEADLINE, deadline, (30.0, 90.0))]
    return build_experiment("river-border", {"calendar.horizon": 90, deadline.path: 5}, factors, runs, 3)


@pytest.mark.parametrize("name", shipped())
def test_every_candidate_makes_an_experiment(name: str, tmp_path: Path) -> None:
    loaded = load(name)
    candidates = list_candidates(loaded)
    assert VENUE in candidates
    factors = [
        make_factor(title, control, list(control.options) if isinstance(control, Choice) else (0.5, 1.5))
        for title, control in candidates.items()
    ]
    factors = list({factor.name: factor for factor in factors}.values())
    file = tmp_path / "page-sweep.yaml"
    file.write_text(format_experiment(build_experiment(name, {}, factors, 10, 0)), encoding="utf-8")
    again = read_experiment(file).factors
    assert [factor.title for factor in again.values()] == [factor.title for factor in factors]
    assert [tuple(factor.levels or []) for factor in again.values()] == [factor.levels for factor in factors]


def test_levels_are_spaced_evenly() -> None:
    assert space_levels(0.1, 0.3, 3) == (0.1, 0.2, 0.3)


def test_shared_changes_leave_out_the_paths_of_factors() -> None:
    assert design()["changes"] == {"calendar.horizon": 90}


@pytest.mark.slow
def test_the_command_line_gives_the_tables_of_the_job_to_the_byte(tmp_path: Path) -> None:
    experiment = design()
    job = SweepJob(experiment)
    job.wait()
    assert (job.error, job.finished, job.done) == ("", True, 4 * 200)
    file = tmp_path / "page-sweep.yaml"
    file.write_text(format_experiment(experiment), encoding="utf-8")
    ran = CliRunner().invoke(app, ["sweep", str(file), "-o", str(tmp_path / "out")])
    assert ran.exit_code == 0, ran.output
    for table in ("summary.parquet", "points.parquet"):
        assert (job.folder / table).read_bytes() == (tmp_path / "out" / table).read_bytes()


def test_differences_are_those_of_the_runs() -> None:
    job = SweepJob(design())
    job.wait()
    results = load_results(job.folder)
    rows = list_effects(results, 0, "rounds_held")
    runs = results.runs
    means = runs.groupby("point")["rounds_held"].mean()
    assert [row["value"] for row in rows] == pytest.approx(list(means))
    assert [row["difference"] for row in rows] == pytest.approx(list(means - means[0]))
    wide = runs.pivot(index="run", columns="point", values="rounds_held")
    standard_error = (wide[3] - wide[0]).std(ddof=1) / 200**0.5
    assert rows[3]["high"] - rows[3]["low"] == pytest.approx(2 * 1.96 * standard_error, rel=0.02)
    assert len(list_points(results)) == 4


def test_the_reference_has_no_interval_and_a_bound_near_zero_has_one_more_digit() -> None:
    number = {"value": 0.5, "kind": "share"}
    rows: list[dict[str, Any]] = [
        {"point": 0, "x": "1", "difference": 0.0, "low": 0.0, "high": 0.0, **number},
        {"point": 1, "x": "2", "difference": 0.002, "low": 0.0004, "high": 0.0036, **number},
        {"point": 2, "x": "3", "difference": 0.0, "low": 0.0, "high": 0.0, **number},
    ]
    assert format_effects(rows, ["x"], 0) == [
        ("1", "50.0%", "+0.0", "reference"),
        ("2", "50.0%", "+0.2", "+0.04 to +0.36"),
        ("3", "50.0%", "+0.0", "equal in every run"),
    ]
    assert write_ends(-0.31, 0.0, 1) == ("-0.3", "+0.0")  # what is 0 stays 0
    words = format_contrast(Contrast(SETTLED, "a", True, 0.5, 0.502, 0.002, 0.0004, 0.0036))
    assert words[3] == "+0.04 to +0.36"


def test_a_job_can_be_stopped() -> None:
    job = SweepJob(design(1_000_000))
    job.stop()
    job.wait()
    assert (job.stopped, job.finished, job.error) == (True, False, "")


def test_a_refused_sweep_says_why() -> None:
    job = SweepJob({**design(), "scenario": "nowhere"})
    job.wait()
    assert "nowhere" in job.error
