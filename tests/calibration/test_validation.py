"""Validation that leaves one case out: windows and scores by hand, folds that never see the case left out."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from calibration.validation import baselines, scores
from calibration.validation.theories import THEORIES, select_theories
from calibration.validation.units import load_unit, load_units
from calibration.validation.validation import Size, compare_scores, fit_weights, score_draws, simulate_unit, validate
from calibration.validation.windows import Runs, list_windows, observe, summarise_chunk
from sim.cli.main import app
from sim.core.columns import ROUND, Chunk
from sim.core.errors import ParleyError, ScenarioError
from sim.results.ensemble import run_ensemble
from sim.rules.outcome import CODES

UNIT = """
id: {id}
title: "Two banks of a river"
dyad: {dyad}
scenario: river-border
until: 2031-01-07
meetings:
  - {{id: a, start: 2030-01-08, codes: [procedural]}}
  - {{id: b, start: 2030-01-28, codes: [texts, humanitarian]}}
  - {{id: c, start: 2030-03-08, codes: [none], default: true}}
settlements:
  - {{basket: exchange, date: 2030-01-28, agreement: "an exchange", sources: [w], terms: {{detainees: [0.4, 0.6]}}}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two made-up records of the example scenario, as two dyads."""
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(UNIT.format(id=name, dyad=name), encoding="utf-8")
    (tmp_path / "sources.csv").write_text("case,id\none,w\ntwo,w\n", encoding="utf-8")
    return tmp_path


def test_a_folder_that_does_not_exist_is_called_that(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["validate", "--cases", str(tmp_path / "nosuch"), "-o", str(tmp_path / "out")])
    assert done.exit_code == 2 and "nosuch: no such folder" in done.stderr and not (tmp_path / "out").exists()


def test_a_record_by_windows(folder: Path) -> None:
    """Days 0 and 20 lie in the first window, day 59 in the second, whose only code is a default; then silence."""
    unit = load_units(folder)[0]
    assert str(unit.start) == "2030-01-08"
    assert list_windows(unit) == [(0, 30), (31, 90), (91, 180), (181, 364)]
    record = observe(unit)
    assert [[CODES[c] for c in np.flatnonzero(row)] for row in record.highest] == [
        ["texts", "humanitarian"],
        [],
        ["postponed"],
        ["postponed"],
    ]
    assert record.meeting.tolist() == [True, True, False, False]
    assert record.settled[:, list(unit.loaded.scenario.baskets).index("exchange")].tolist() == [
        True,
        False,
        False,
        False,
    ]
    assert record.silence == 364 - 59
    assert record.days.tolist() == [0, 20, 59]


def test_runs_by_windows(folder: Path) -> None:
    """Two runs written by hand: one with rounds on days 3 and 45, one that never meets."""
    unit = load_units(folder)[0]
    template = run_ensemble("river-border", n=1).run_table.num_rows
    assert template == 1
    from sim.results.plan import plan, simulate_chunks

    chunk = next(simulate_chunks(plan("river-border", 2)))
    rounds = np.zeros((3, chunk.rounds.shape[1]))
    rounds[:, ROUND.DAY] = 3.0, 45.0, 10.0
    rounds[:, ROUND.CODE] = CODES.index("humanitarian"), CODES.index("none"), 0
    exchange = list(unit.loaded.scenario.baskets).index("exchange")
    rounds[0, ROUND.SETTLED] = 1 << exchange
    runs = summarise_chunk(unit, Chunk(0, chunk.runs[:2], rounds, np.array([2, 1])))
    assert [[CODES[c] for c in row] for row in runs.highest] == [
        ["humanitarian", "none", "postponed", "postponed"],
        ["postponed"] * 4,
    ]
    assert runs.settled[:, :, exchange].tolist() == [[True, False, False, False], [False] * 4]
    assert runs.silence.tolist() == [364 - 45, 364]
    assert runs.days[0, :3].tolist() == [3.0, 45.0, math.inf]


def test_scores_by_hand() -> None:
    hit = np.array([False, True, True])
    p = np.array([0.2, 0.3, 0.5])
    assert scores.log_score(p, hit) == pytest.approx((math.log(0.3) + math.log(0.5)) / 2)
    assert scores.log_score(p, hit) < math.log(0.8), "control: never the log of the sum"
    # Cumulated .2, .5; class 1: (.2² + .5²)/2, class 2: (.2² + .5²)/2 with 0, 0 expected; class 1 expects 0, 1.
    assert scores.ranked_score(p, hit) == pytest.approx(((0.04 + 0.25) / 2 + (0.04 + 0.25) / 2) / 2)
    # Draws 0 and 1 with equal weight at .25: E|X - x| = .5, E|X - X'| = .5.
    assert scores.ranked_score_of_draws(np.array([1.0, 0.0]), np.array([0.5, 0.5]), 0.25) == pytest.approx(0.25)
    # Interval from .2 to .4 and a record of at least .5: width .2, and .1 outside, over a tail of .1.
    draws, weight = np.array([0.2, 0.4]), np.array([0.5, 0.5])
    assert scores.interval_score(draws, weight, 0.5, 0.9) == pytest.approx(0.2 + 0.1 / 0.1)
    assert scores.interval_score(np.array([np.nan]), np.array([1.0]), 0.5, 0.9) == 1.0


def test_the_clock_by_hand() -> None:
    """A rate of one round in ten days without fatigue, half of the rounds `none`, half `humanitarian`."""
    assert baselines.integrate_rate(math.log(0.1), 0.0, 0.0, 30.0) == pytest.approx(3.0)
    assert baselines.integrate_rate(0.0, 365.0, 0.0, 1.0) == pytest.approx(math.e - 1.0)


def test_the_clock_is_a_distribution(folder: Path) -> None:
    records = [observe(unit) for unit in load_units(folder)]
    forecast = baselines.forecast_clock(records, [(0, 30), (31, 90)], 5)
    np.testing.assert_allclose(forecast.highest.sum(axis=1), 1.0)
    assert (forecast.highest >= 0.0).all()
    assert forecast.codes is not None and forecast.codes.shape == (5, len(CODES))


def test_other_cases_as_a_forecast_of_numbers(folder: Path) -> None:
    """Others that were silent for half and for a fifth of their time, with gaps of 2 and 4 days and of 10."""
    record = replace(observe(load_units(folder)[0]), observed=100.0, silence=30.0, days=np.array([0.0, 5.0]))
    first = replace(record, observed=40.0, silence=20.0, days=np.array([0.0, 2.0, 6.0]))
    second = replace(record, observed=200.0, silence=40.0, days=np.array([1.0, 11.0]))
    score = scores.compute_scores(baselines.forecast_rates([first, second], record), record)
    # Silence 50 or 20 at 30: E|X - x| = 15, E|X - X'| = 15. Gaps 2, 4 or 10 at 5: 3 and 2 (2 + 8 + 6) / 9.
    assert score["silence"] == pytest.approx(15 - 7.5)
    assert score["gaps"] == pytest.approx(3 - 16 / 9)
    assert "terms" not in score


def test_anything_goes_as_a_forecast_of_terms(folder: Path) -> None:
    record = replace(observe(load_units(folder)[0]), low=np.array([0.5, 0.97]), high=np.array([0.6, 1.0]))
    score = scores.compute_scores(baselines.forecast_uniform(record), record)
    upper = 0.895  # the least of a hundred draws that nine tenths of them reach
    assert score["terms"] == pytest.approx((0.8 + (0.8 + (0.97 - upper) / 0.1)) / 2, abs=0.03)


def test_the_fit_never_sees_the_case_left_out() -> None:
    """Draw 3 is best for the others, draw 7 for the case left out: only the others' draw is kept."""
    size = Size(draws=20, plays=2, accept=0.05)
    own, other = np.zeros(20), np.zeros(20)
    own[7], other[3] = 9.0, 9.0
    weight = fit_weights({"a": own, "b": other}, {"a": "A", "b": "B"}, "A", size).reshape(20, 2)
    assert weight[3].tolist() == [0.5, 0.5] and weight.sum() == 1.0
    control = fit_weights({"a": own, "b": other}, {"a": "A", "b": "B"}, "B", size).reshape(20, 2)
    assert control[7].sum() == 1.0


def test_draws_are_scored_as_forecasts_are(folder: Path) -> None:
    """The fast score of draws equals the score of a forecast from each draw's own runs."""
    unit, size = load_units(folder)[0], Size(draws=30, plays=4)
    runs, record = simulate_unit(unit, THEORIES[0], size), observe(unit)
    fast = score_draws(runs, record, 4)
    for k in (0, 17):
        few = Runs(*(part[4 * k : 4 * k + 4] for part in vars(runs).values()))
        row = scores.compute_scores(scores.summarise_forecast(few, np.full(4, 0.25)), record)
        assert fast[k] == pytest.approx(row["highest"] + row["baskets"])


def test_units_share_their_draws() -> None:
    """One seed and one path, one value: the fit of coefficients over cases rests on it."""
    from sim.results.plan import plan
    from sim.scenario.load import load

    first, second = (plan(load(name), 5, seed=3).problem.priors for name in ("belarus-2022", "istanbul-2025"))
    assert len(set(first.key.tolist()) & set(second.key.tolist())) > 50


def test_validate_resumes_and_gives_the_same(folder: Path, tmp_path: Path) -> None:
    units, size = load_units(folder), Size(draws=40, plays=2)
    store = tmp_path / "store"
    store.mkdir()
    theories = select_theories("no-positions")
    first = validate(units, theories, size, store)
    again = validate(units, theories, size, store)
    assert first.equals(again)
    assert {"model", "no-positions", "uniform", "rates", "clock", "permuted"} == set(first["forecast"])
    assert len(list(store.iterdir())) == 4


def test_comparison_lists_every_resampling() -> None:
    """Differences 1 and 3: the mean is 2; of the four resamples the ends are 1 and 3; both won, p = 1/4."""
    import pandas as pd

    rows = [("a", "no", u, u, "highest", v) for u, v in (("x", 2.0), ("y", 4.0))]
    rows += [("b", "no", u, u, "highest", 1.0) for u in ("x", "y")]
    table = pd.DataFrame(rows, columns=["forecast", "fit", "unit", "dyad", "score", "value"])
    result = compare_scores(table, ("a", "no"), ("b", "no"), "highest")
    assert (result["difference"], result["won"], result["dyads"], result["p"]) == (2.0, 2, 2, 0.25)
    assert result["low"] >= 1.0 and result["high"] <= 3.0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[procedural]", "[procedurel]", "unknown code `procedurel`.*procedural"),
        ("basket: exchange", "basket: exchang", "unknown basket `exchang`.*exchange"),
        ("[0.4, 0.6]", "[0.6, 0.4]", "from low to high"),
        ("sources: [w]", "sources: [v]", "unknown source `v`"),
        ("until: 2031-01-07", "until: 2029-12-31", "lies before the scenario's start"),
    ],
)
def test_bad_records_are_refused(folder: Path, old: str, new: str, message: str) -> None:
    file = folder / "one.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(ScenarioError, match=message):
        load_unit(file)


def test_shipped_units() -> None:
    """Five units of four dyads; what ../rounds.yaml documents as settled comes in with its rounds."""
    units = {unit.id: unit for unit in load_units()}
    assert len(units) == 5 and len({unit.dyad for unit in units.values()}) == 4
    dates = {(s.basket, str(s.date)) for s in units["russia-ukraine-2025"].settlements}
    assert dates == {("prisoners", "2025-05-16"), ("humanitarian", "2025-06-02")}


def test_one_dyad_is_not_enough(folder: Path) -> None:
    (folder / "two.yaml").unlink()
    with pytest.raises(ParleyError, match="needs two dyads or more"):
        load_units(folder)


def test_the_verb(folder: Path, tmp_path: Path) -> None:
    words = ["validate", "-o", str(tmp_path / "out"), "--cases", str(folder), "--draws", "40", "--plays", "2"]
    done = CliRunner().invoke(app, [*words, "--theories", "no-positions"])
    assert done.exit_code == 0, done.output
    assert "better in" in done.output
    wrong = CliRunner().invoke(app, [*words, "--theories", "no-position"])
    assert wrong.exit_code == 2 and "did you mean" in str(wrong.exception or wrong.output) + wrong.output
