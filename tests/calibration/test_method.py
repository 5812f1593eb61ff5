"""Priors, particles, summaries and inference against hand work and a model whose posterior is known."""

from __future__ import annotations

import dataclasses
import math
from types import SimpleNamespace

import numpy as np
import pytest

from calibration import checks
from calibration.baselines import ALIKE, BASE_RATES, LAST
from calibration.fit_file import load_fit
from calibration.inference import Sample, Table, adjust_by_regression, compute_weighted_quantile, reject_distant
from calibration.particles import assign_fates, create_runner, hash_vector
from calibration.priors import Parameter, fix_numbers, read_parameters
from calibration.problem import prepare
from calibration.records import load_rounds
from calibration.summaries import (
    Layout,
    Observation,
    compute_distance,
    encode_rounds,
    select_held_rounds,
    summarise_rounds,
)
from calibration.theories import estimate_ratio, list_summaries_of_round, predict_baselines, smooth_codes
from sim.core.columns import ROUND, RUN
from sim.core.errors import ParleyError
from sim.results.plan import plan, simulate_chunks
from sim.rules.outcome import CODES, HUMANITARIAN, NONE, POSTPONED, PROCEDURAL, TEXTS

CHANGES = {
    "calendar.gap_scale": 9.0,
    "parties.northbank.trust.southbank": 0.33,
    "parties.southbank.ratifiers.assembly.reach": 0.7,
}


def test_fixed_numbers_are_those_of_a_changed_scenario() -> None:
    job = plan("river-border", 40, 3)
    fixed = fix_numbers(job.problem, CHANGES)
    changed = plan("river-border", 40, 3, changes=CHANGES).problem
    for name in set(changed.priors._fields) - {"pool"}:
        np.testing.assert_array_equal(getattr(fixed.priors, name), getattr(changed.priors, name))
    assert fixed.priors.place.size == job.problem.priors.place.size - 3


def test_fixed_numbers_run_as_a_changed_scenario_runs() -> None:
    job = plan("river-border", 30, 3, workers=1)
    parameters = read_parameters([job.problem], [(path, (path,)) for path in CHANGES])
    index = np.arange(30)[:, None]
    values = np.tile(list(CHANGES.values()), (30, 1))
    vectors = create_runner(job.problem, parameters).run(values, index, index)
    (chunk,) = simulate_chunks(plan("river-border", 30, 3, workers=1, changes=CHANGES))
    np.testing.assert_array_equal(vectors.runs, chunk.runs)
    # Vectors leave out the measures of convergence, which no fit reads.
    np.testing.assert_array_equal(vectors.rounds[:, : ROUND.GAP_WHOLE], chunk.rounds[:, : ROUND.GAP_WHOLE])
    np.testing.assert_array_equal(vectors.rows, chunk.rows)


def test_parts_on_threads_are_the_same_runs() -> None:
    job = plan("river-border", 1, 0)
    parameters = read_parameters([job.problem], [("gap", ("calendar.gap_scale",))])
    runner, index = create_runner(job.problem, parameters), np.arange(21)[:, None]
    values = np.linspace(5, 25, 21)[:, None]
    alone = runner.run(values, index, index)
    parts = runner.run(values, index, index, workers=3)
    for name in ("runs", "rows"):
        np.testing.assert_array_equal(getattr(alone, name), getattr(parts, name))
    np.testing.assert_array_equal(alone.rounds[:, : ROUND.GAP_WHOLE], parts.rounds[:, : ROUND.GAP_WHOLE])


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("calendar.gap_skale", r"no number at `calendar.gap_skale` \(did you mean `calendar.gap_scale`"),
        ("calendar.horizon", "is a fixed number"),
    ],
)
def test_what_cannot_be_fitted(path: str, message: str) -> None:
    with pytest.raises(ParleyError, match=message):
        read_parameters([plan("river-border", 1, 0).problem], [("x", (path,))])


def test_tied_paths_need_one_range() -> None:
    tied = ("calendar.gap_scale", "calendar.gap_shape")
    with pytest.raises(ParleyError, match="different ranges"):
        read_parameters([plan("river-border", 1, 0).problem], [("x", tied)])


def test_no_two_vectors_or_scenarios_share_a_fate() -> None:
    numbers = np.array([0, 1, 2, hash_vector([0.1]), hash_vector([0.2])])
    all_fates = np.concatenate([assign_fates(numbers, scenario, 300).ravel() for scenario in range(3)])
    assert np.unique(all_fates).size == all_fates.size == 5 * 300 * 3
    assert all_fates.min() >= 0
    assert hash_vector([0.1, 0.2]) == hash_vector(np.array([0.1, 0.2])) != hash_vector([0.2, 0.1])
    with pytest.raises(ParleyError, match="at most 8 scenarios"):
        assign_fates(numbers, 8, 1)


def raw() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two invented runs: rounds on days 0, 4 (postponed), 10, 30 and on day 0 only; windows of 100 days."""
    rounds = np.zeros((5, len(ROUND)))
    rounds[:, ROUND.DAY] = [0, 4, 10, 30, 0]
    rounds[:, ROUND.CODE] = [PROCEDURAL, POSTPONED, HUMANITARIAN, TEXTS, NONE]
    runs = np.zeros((2, len(RUN)))
    runs[:, RUN.DAYS] = 100
    runs[:, RUN.DELIVERED_SHARE] = [0.7, np.nan]
    runs[:, RUN.WALK_BACKS] = [5, 0]
    return runs, rounds, np.array([4, 1])


def test_summaries_of_two_invented_runs() -> None:
    runs, rounds, rows = raw()
    codes, numbers = summarise_rounds(runs, rounds, rows, 2, ["first_humanitarian", "delivered", "walk_backs", "quiet"])
    assert codes.tolist() == [[PROCEDURAL, HUMANITARIAN], [NONE, POSTPONED]]
    # Gap of 10 days between the rounds held; a round that never came: the whole window.
    np.testing.assert_allclose(numbers[:, 0], np.log([10, 100]))
    np.testing.assert_allclose(numbers[:, 1], np.log([11, 101]))
    np.testing.assert_allclose(numbers[:, 2:], [[0.7, 3, 1], [-1, 0, 1]])
    table, held = select_held_rounds(rounds, rows, 4)
    assert held.tolist() == [3, 1]
    assert table[0, :3, ROUND.DAY].tolist() == [0, 10, 30]


def test_a_round_far_ahead_is_held_in_no_more_runs_than_the_one_before() -> None:
    """Six runs kept: all hold the first round, three of them hold a second, one of these a third."""
    import types

    from calibration import forecast
    from sim.core.columns import ROUND

    days = np.full((6, 3), np.nan)
    days[:, 0], days[:3, 1], days[0, 2] = 10.0, 20.0, 30.0
    table = np.zeros((6, 3, 64))
    table[:, :, ROUND.DAY] = days
    table[:, :, ROUND.CODE] = 1.0
    job = types.SimpleNamespace(problem=types.SimpleNamespace(names=types.SimpleNamespace(venues=["here"])))
    start = forecast.Conditions(0, 0, None)
    result = [forecast._summarise_round(table, start, k, job) for k in range(3)]  # type: ignore[arg-type]
    assert [said["held_within_horizon"] for said in result] == pytest.approx([6.5 / 7, 3.5 / 7, 1.5 / 7])
    # The gap of the third round is asked of the three runs that hold the second: two of them never hold it.
    assert result[2]["gap_bins"][-1] == pytest.approx(2.5 / (3 + 0.5 * len(forecast.GAP_EDGES)))


def test_distance_to_sets_and_intervals() -> None:
    layout = Layout(("a", "b"), ("x",), np.array([2.0]))
    allowed = np.zeros((2, 8), dtype=bool)
    allowed[0, [TEXTS, 6]] = True
    allowed[1, HUMANITARIAN] = True
    record = Observation(allowed, np.array([1.0]), np.array([3.0]))
    codes = np.array([[TEXTS, HUMANITARIAN], [6, NONE], [NONE, NONE]])
    # Number inside, one below by half a scale, above by more than three scales.
    result = compute_distance(codes, np.array([[2.0], [0.0], [99.0]]), layout, record)
    np.testing.assert_allclose(result, [0, (0 + 1 + 0.5) / 3, (1 + 1 + 3) / 3])
    np.testing.assert_allclose(compute_distance(codes, np.array([[2.0]] * 3), layout, record, [1]), [0, 0, 0.5])


WANTED = (Parameter("x", ("x",), 0.0, 0.5, 1.0, "uniform"),)
LAYOUT = Layout((), ("s",), np.array([0.3]))


def normal_table(n: int, seed: int, noise: float = 0.1) -> Table:
    """x uniform on [0, 1], one number x + normal noise."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(size=n)
    return Table(x[:, None], np.zeros((n, 0), dtype=np.int64), (x + rng.normal(0, noise, n))[:, None])


def seen(s: float) -> Observation:
    return Observation(np.zeros((0, 8), dtype=bool), np.array([s]), np.array([s]))


def test_posterior_of_a_known_model() -> None:
    """Away from the ends the posterior is normal with mean s and sd 0.1. Bounds: 4 standard errors at 400 draws."""
    table = normal_table(20_000, 1)
    kept = reject_distant(table, LAYOUT, seen(0.5), 0.02)
    sample = adjust_by_regression(kept, LAYOUT, seen(0.5), WANTED)
    assert abs(sample.mean()[0] - 0.5) < 4 * 0.1 / 20
    assert abs(np.sqrt(sample.variance()[0]) - 0.1) < 4 * 0.1 / np.sqrt(800)


def test_control_without_nearness_the_posterior_is_too_wide() -> None:
    kept = reject_distant(normal_table(20_000, 1), LAYOUT, seen(0.5), 0.5)
    assert abs(np.sqrt(kept.variance()[0]) - 0.1) > 4 * 0.1 / np.sqrt(800)


def ranks_of(narrow: float | None) -> np.ndarray:
    """Ranks of 200 true values among 39 draws in the normal model, at 2% of 4,000 simulations."""
    table, truth = normal_table(4000, 2), normal_table(200, 3)
    rng, result = np.random.default_rng(4), []
    for x, s in zip(truth.values[:, 0], truth.numbers[:, 0], strict=True):
        sample = adjust_by_regression(reject_distant(table, LAYOUT, seen(s), 0.02), LAYOUT, seen(s), WANTED)
        sample = sample if narrow is None else checks.narrow_sample(sample, narrow)
        result.append(int((sample.draw(rng.uniform(size=39))[:, 0] < x).sum()))
    return np.array(result)[:, None]


def test_ranks_of_a_right_method_are_uniform_and_of_a_narrow_one_not() -> None:
    """Level 0.001; fixed seeds."""
    assert checks.is_uniform(ranks_of(None), 39, level=0.001)
    assert not checks.is_uniform(ranks_of(0.4), 39, level=0.001)


def test_weighted_quantile_by_hand() -> None:
    # Middles of the cumulated weights 1, 2, 1: 0.125, 0.5, 0.875.
    result = compute_weighted_quantile(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 2.0]), [0.125, 0.5, 0.6875])
    np.testing.assert_allclose(result, [1, 2, 2.5])


def test_words_and_coverage() -> None:
    assert [checks.describe_contraction(c) for c in (0.6, 0.5, 0.2, 0.1, -1)] == [
        *["informed"] * 2,
        "weakly",
        *["not informed by this record"] * 2,
    ]
    assert checks.judge_contraction(0.9, 0.7) == "no verdict: intervals do not cover"
    assert checks.judge_contraction(0.9, 0.9) == "informed"


def test_code_shares_by_hand() -> None:
    # Three rounds held and one that was not, at equal weight; Jeffreys' half for each of seven codes.
    shares = smooth_codes(np.array([1, 1, 4, 0]), np.ones(4))
    np.testing.assert_allclose(shares, np.array([0.0, 2.5, 0.5, 0.5, 1.5, 0.5, 0.5, 0.5]) / 6.5)


def test_a_share_of_rows_by_hand() -> None:
    """Rows that bring in 2, 0, 1 and 1 simulations, of which 1, 0, 1 and 0 are of the kind asked for."""
    part, whole = np.array([1.0, 0.0, 1.0, 0.0]), np.array([2.0, 0.0, 1.0, 1.0])
    share, error = estimate_ratio(part, whole)
    # Residuals 0, 0, 1/2, -1/2: their squares sum to 1/2, times 4/3, over 4 squared.
    assert share == 0.5 and error == pytest.approx(math.sqrt(0.5 * 4 / 3) / 4)


def test_rows_that_come_in_together_tell_less_than_they_count() -> None:
    """Each row thrice is three times the simulations and no more knowledge; each once has the binomial error."""
    rng = np.random.default_rng(0)
    chosen = (rng.random(20_000) < 0.3).astype(float)
    share, error = estimate_ratio(chosen, np.ones(20_000))
    assert error == pytest.approx(math.sqrt(share * (1 - share) / 20_000), rel=1e-3)
    assert estimate_ratio(3 * chosen, np.full(20_000, 3.0)) == pytest.approx((share, error))


def test_a_sample_draws_rows_by_weight() -> None:
    sample = Sample(np.array([[1.0], [2.0]]), np.array([1.0, 3.0]), np.zeros((2, 0)), np.zeros((2, 0)), 0.0)
    assert sample.draw(np.array([0.2, 0.3, 0.99]))[:, 0].tolist() == [1, 2, 2]
    assert sample.effective_size() == pytest.approx(16 / 10)
    assert dataclasses.replace(sample).mean()[0] == pytest.approx(1.75)


def test_the_record_as_summaries_by_hand() -> None:
    """From the dates and notes of the record: gaps as logarithms of days, settlements, deliveries, what followed."""
    rounds = {r.id: r for r in load_rounds()}
    belarus = encode_rounds(
        [rounds[name] for name in ("2022-1", "2022-2", "2022-3", "2022-FM", "2022-4v")],
        ["first_humanitarian", "delivered"],
    )
    # 28 February, 3, 7, 10 and 14 March; corridors on 3 March, the third day after the first; delivered 0 to 0.6.
    low = [math.log(3), math.log(4), math.log(3), math.log(4), math.log(4), 0.0]
    assert belarus.low.tolist() == pytest.approx(low)
    assert belarus.high.tolist() == pytest.approx([*low[:5], 0.6])
    assert [CODES[k] for k in np.flatnonzero(belarus.allowed[2])] == ["texts", "humanitarian"]
    march = encode_rounds([rounds["2022-5"]], ["first_humanitarian", "walk_backs", "quiet"])
    # Coded `texts` or `partial`: the day is the first one, or none ever; one walk-back or none; then three years.
    assert march.low.tolist() == [0.0, 0.0, 1.0] and march.high.tolist() == [math.inf, 1.0, 1.0]
    with pytest.raises(ParleyError, match="does not say"):
        encode_rounds([rounds["2022-1"]], ["quiet"])


def test_baselines_by_hand() -> None:
    """Three rounds, the middle one humanitarian and the others procedural; half a count for each of seven codes."""
    allowed = np.zeros((3, len(CODES)), dtype=bool)
    allowed[[0, 1, 2], [PROCEDURAL, HUMANITARIAN, PROCEDURAL]] = True
    result = predict_baselines(SimpleNamespace(record=Observation(allowed, np.zeros(0), np.zeros(0))))
    base, repeats = result[BASE_RATES], result[LAST]
    assert base[2][PROCEDURAL] == base[2][HUMANITARIAN] == pytest.approx(1.5 / 5.5)
    assert base[1][PROCEDURAL] == pytest.approx(2.5 / 5.5) and base[1][POSTPONED] == 0.0
    assert repeats[2][HUMANITARIAN] == pytest.approx(0.5 + 0.5 * 1.5 / 5.5)
    assert repeats[0].tolist() == base[0].tolist() and result[ALIKE][0][NONE] == pytest.approx(1 / 7)


def test_what_tells_of_a_round_is_left_out_with_it() -> None:
    problem = prepare(load_fit("rounds"))
    codes, numbers = problem.layout.codes, problem.layout.numbers
    names = [*codes, *numbers]
    assert {names[k] for k in list_summaries_of_round(problem, codes.index("code 2025-2"))} == {
        "code 2025-2",
        "gap before 2025-2",
        "first_humanitarian istanbul-2025",
        "delivered istanbul-2025",
    }
