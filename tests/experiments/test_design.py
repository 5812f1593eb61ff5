"""Designs: every point where it should be, every wrong path refused before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.design import Scope, build_points, expand_factors, multiply
from experiments.sampling import draw_unit_sample
from experiments.setup import Setup
from experiments.spec import Experiment, Factor, list_shipped, read_experiment
from experiments.sweep_parts import count_part_runs, select_columns, split_parts
from sim.core.errors import ParleyError, ScenarioError
from sim.scenario.load import Loaded, load
from sim.scenario.numbers import Number

INSULATION = "venues.lake_hall.insulation"


@pytest.fixture(scope="module")
def border() -> Loaded:
    return load("river-border")


def asked(**more: Any) -> Experiment:
    return read_experiment({"experiment": "try-out", "scenario": "river-border", "runs": 10, **more})


def test_factorial_is_every_combination_the_last_factor_fastest(border: Loaded) -> None:
    result = build_points(asked(factors={INSULATION: [0.1, 0.9], "behaviour.convening.base": [0, 1, 2]}), border)
    assert [tuple(p.values.values()) for p in result] == [(0.1, 0), (0.1, 1), (0.1, 2), (0.9, 0), (0.9, 1), (0.9, 2)]
    assert result[4].changes == {INSULATION: 0.9, "behaviour.convening.base": 1}
    assert [p.number for p in result] == list(range(6))


def test_a_star_stands_for_every_name(border: Loaded) -> None:
    result = build_points(asked(factors={"venues.*.insulation": [0.4]}), border)
    assert result[0].changes == {"venues.lake_hall.insulation": 0.4, "venues.north_fort.insulation": 0.4}


def test_multiplied_ranges_keep_their_form() -> None:
    ranged = Number.model_validate({"assumed": [0.1, 0.4], "why": "x"})
    assert multiply(ranged, 2)["assumed"] == [0.2, 0.8]
    three = Number.model_validate({"assumed": [1, 2, 5], "why": "x"})
    assert multiply(three, 3)["assumed"] == [3, 6, 15]
    assert multiply(ranged, 0) == 0
    assert multiply(Number.model_validate(0.5), 3) == 1.5
    signed = Number.model_validate({"assumed": [-1, 2], "why": "x"})
    assert multiply(signed, -1)["assumed"] == [-2, 1]


def test_named_levels_bring_their_own_paths(border: Loaded) -> None:
    levels = {"calm": {"incidents.boat_clash.rate": 0}, "fierce": {"incidents.*.rate": 2}}
    result = build_points(asked(factors={"violence": {"levels": levels}}), border)
    assert [p.values["violence"] for p in result] == ["calm", "fierce"]
    assert result[1].changes == {"incidents.boat_clash.rate": 2}


def test_variants_and_lists(border: Loaded) -> None:
    result = build_points(asked(design="variants", variants={"as it is": {}, "open": {INSULATION: 0}}), border)
    assert [(p.name, dict(p.changes)) for p in result] == [("as it is", {}), ("open", {INSULATION: 0})]
    listed = build_points(asked(design="list", rows=[{INSULATION: 0.2}, {"behaviour.pain.cap": 0.5}]), border)
    assert [dict(p.changes) for p in listed] == [{INSULATION: 0.2}, {"behaviour.pain.cap": 0.5}]


def test_assumed_takes_every_range_below_a_pattern(border: Loaded) -> None:
    result = expand_factors({"behaviour.readiness.*": Factor(assumed=True)}, Scope.from_loaded(border))
    assert list(result) == [f"behaviour.readiness.{k}" for k in ("m0", "m1", "o0", "o1", "o2", "progress_memory")]


def test_latin_hypercube_has_one_point_in_each_of_n_slices() -> None:
    sample = draw_unit_sample(asked(design="latin_hypercube", points=20, factors={INSULATION: "assumed"}), 3)
    for column in sample.T:
        assert sorted((column * 20).astype(int)) == list(range(20))


def test_sobol_sequence_has_equal_counts_in_dyadic_boxes() -> None:
    sample = draw_unit_sample(asked(design="sobol", points=64, factors={INSULATION: "assumed"}), 2)
    cells = np.histogram2d(*sample.T, bins=8, range=[[0, 1], [0, 1]])[0]
    assert (cells == 1).all()  # a (0, 6, 2)-net in base 2 (Niederreiter 1992): one of 64 points in each of 8 x 8 cells


def test_sampled_values_stay_in_their_range(border: Loaded) -> None:
    design = {"design": "latin_hypercube", "points": 50}
    result = build_points(asked(**design, factors={INSULATION: {"low": 0.2, "high": 0.3}}), border)
    values = [p.values[INSULATION] for p in result]
    assert 0.2 <= min(values) < 0.21 and 0.29 < max(values) <= 0.3


@pytest.mark.parametrize(
    ("factors", "message"),
    [
        (
            {"venues.lake_hal.insulation": [0.1]},
            r"venues.lake_hal.insulation: .*did you mean `venues.lake_hall.insulation`",
        ),
        ({"behaviour.convening.bse": [0.1]}, r"did you mean `behaviour.convening.base`"),
        ({"rate": {"path": "incidents.*.rates", "levels": [1]}}, r"no such path"),
        ({"x": {"levels": {"a": {"venues.lake_hall.insolation": 1}}}}, r"did you mean `venues.lake_hall.insulation`"),
        ({"calendar.horizon": "assumed"}, r"no assumed range"),
        ({INSULATION: {"low": 0, "high": 1}}, r"needs `levels`"),
        ({"x": {"path": "venue_choice.rule", "levels": [1, 2], "how": "multiply"}}, r"venue_choice.rule: .*no number"),
        ({"runs": {"path": INSULATION, "levels": [0.1]}}, r"factors.runs: .*taken: point, name, runs, error"),
        ({"Incidents": {"path": INSULATION, "levels": [0.1]}}, r"factors.Incidents: a column .*, incidents, "),
        ({"level": {"path": INSULATION, "levels": [0.1]}}, r"factors.level: a column"),
        (
            {f"x{k}": {"path": INSULATION, "levels": [0.1] * 10} for k in range(7)},
            r"10,000,000 points; allowed: 1,000,000",
        ),
    ],
)
def test_wrong_paths_fail_before_anything_runs(factors: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        design = {"design": "latin_hypercube", "points": 4} if "assumed" in factors.values() else {}
        Setup.load(asked(factors=factors, **design))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"factors": {}}, "needs `factors`"),
        ({"factors": {INSULATION: [0.1]}, "points": 4}, "takes no `points`"),
        ({"factors": {INSULATION: [0.1]}, "design": "sobol", "points": 12}, "power of two"),
        ({"factors": {INSULATION: [0.1]}, "design": "latin_hypercube"}, "needs `points`"),
        ({"factors": {INSULATION: [0.1]}, "nested": {"assumptions": 3, "fates": 3}}, "either `runs` or `nested"),
        ({"factors": {INSULATION: {"low": 1, "high": 0}}}, "`low` below `high`"),
        ({"factors": {INSULATION: {"low": 1}}}, "`low` below `high`"),
        ({"factors": {INSULATION: []}}, "empty"),
        ({"factors": {INSULATION: {"level": [1]}}}, "did you mean `levels`"),
        ({"factor": {INSULATION: [1]}}, "did you mean `factors`"),
        ({"factors": {"x": {"levels": {"a": {}}, "how": "multiply"}}}, "own paths"),
        ({"design": "variants", "variants": {"a": {}}, "factors": {INSULATION: [1]}}, "takes no `factors`"),
        (
            {"factors": {"x": {"path": INSULATION, "levels": [1, "a"], "how": "multiply"}}},
            "numbers as levels, got text `a`",
        ),
        ({"factors": {INSULATION: {"assumed": True, "how": "multiply"}}}, "no `how`"),
        (
            {"factors": {INSULATION: [0.1]}, "runs": 10**12},
            "runs: 1,000,000,000,000 is out of bounds; .*100,000,000 or less",
        ),
        ({"factors": {INSULATION: [0.1]}, "seed": -1}, "seed: -1 is out of bounds; allowed: 0 or more"),
        ({"factors": {INSULATION: [0.1]}, "design": "factoral"}, "design: .*did you mean `factorial`"),
        ({"factors": {INSULATION: [0.1]}, "experiment": "My Exp"}, "`My Exp` is not a valid name; names are"),
        ({"factors": {INSULATION: [0.1]}, "nested": {"assumption": 2, "fates": 3}}, "nested.assumption: unknown key"),
        ({"factors": {INSULATION: [0.1]}, "keep": "outcome"}, "keep: expected `all`, or a list .*got text `outcome`"),
        ({"factors": {INSULATION: 60}}, "expected a list of levels, .*got the number `60`"),
        ({"factors": {INSULATION: "asumed"}}, "did you mean `assumed`"),
        (
            {"factors": {"x": {"levels": {"a": {}, "b": 4}}}},
            "factors.x.levels.b: expected a mapping, got the number `4`",
        ),
        ({"factors": {"x": {"levels": 4}}}, "factors.x.levels: expected a list, or a mapping .*got the number `4`"),
        ({"design": "variants", "variants": {"a": 5}}, "variants.a: expected a mapping, got the number `5`"),
    ],
)
def test_experiments_that_do_not_hang_together(data: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        asked(**data)


def test_an_error_names_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("experiment: mine\nscenario: river-border\nruns: 5\nfactors:\n  a.b:\n    level: [1]\n")
    with pytest.raises(ScenarioError, match=r"mine.yaml:6: factors\.a\.b\.level: unknown key"):
        read_experiment(file)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("factors:\n  a.b: [1]\n", r"mine.yaml:5: factors\.a\.b: no such path"),
        ("factors:\n  a:\n    levels: [1]\n    path: a.b\n", r"mine.yaml:7: factors\.a\.path: a\.b: no such path"),
        (
            "factors:\n  a:\n    levels:\n      x: {}\n      y: {a.b: 1}\n",
            r"mine.yaml:8: factors\.a\.levels\.y\.a\.b: no",
        ),
        ("design: variants\nvariants:\n  x:\n    a.b: 1\n", r"mine.yaml:7: variants\.x\.a\.b: no such path"),
        ("design: list\nrows:\n  - {}\n  - {a.b: 1}\n", r"mine.yaml:7: rows\.1\.a\.b: no such path"),
        ("changes:\n  a.b: 1\nfactors:\n  calendar.horizon: [9]\n", r"mine.yaml:5: changes\.a\.b: no such path"),
    ],
)
def test_a_wrong_path_names_file_and_line(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(f"experiment: mine\nscenario: river-border\nruns: 5\n{text}")
    with pytest.raises(ScenarioError, match=message):
        Setup.load(read_experiment(file))


def test_a_scenario_that_is_not_there_names_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("experiment: mine\nscenario: river-bordr\nruns: 5\nfactors:\n  a.b: [1]\n")
    with pytest.raises(ScenarioError, match=r"mine\.yaml:2: scenario: .*did you mean `river-border`"):
        Setup.load(read_experiment(file))


def test_all_points_together_have_a_limit() -> None:
    with pytest.raises(
        ScenarioError, match="runs: 2 points of 60,000,000 runs are 120,000,000 runs; allowed: 100,000,000"
    ):
        Setup.load(asked(runs=60_000_000, factors={INSULATION: [0.1, 0.2]}))
    morris = {"design": "morris", "points": 600_000, "factors": {INSULATION: {"low": 0, "high": 1}}}
    with pytest.raises(ScenarioError, match="1,200,000 points; allowed: 1,000,000"):
        Setup.load(asked(**{**morris, "runs": 1}))


def test_an_unknown_experiment_names_the_nearest() -> None:
    assert "venue" in list_shipped()
    with pytest.raises(ScenarioError, match="did you mean `venue`"):
        read_experiment("venu")


@pytest.mark.slow
def test_the_short_way_to_a_point_equals_the_long_one() -> None:
    setup = Setup.load(asked(factors={INSULATION: [0.1]}))
    assert len(setup._short) > 100
    for path in setup._short:
        pool = {"elicited": {"a": [0.2, 0.3, 0.4]}}
        for value in (0.5, 0, {"assumed": [0.2, 0.4]}, {"assumed": [0.2, 0.3, 0.4]}, pool):
            changes = {path: value}
            try:
                long = setup.resolve_fully(changes)
            except ScenarioError as error:
                with pytest.raises(ScenarioError) as short:
                    setup.resolve_changes(changes)
                assert str(short.value) == str(error)
                continue
            short_ = setup.resolve_changes(changes)
            for first, second in ((long.priors, short_.priors), (long.priors.pool, short_.priors.pool)):
                for name in set(first._fields) - {"pool"}:
                    assert getattr(first, name).tobytes() == getattr(second, name).tobytes(), (path, name)
            for name in long.structure._fields:
                assert np.array_equal(getattr(long.structure, name), getattr(short_.structure, name)), (path, name)


def test_parts_cover_every_run_once_and_end_with_points() -> None:
    for runs, count, chunk in [(2000, 7, None), (10, 3, 25), (10, 3, 4), (120_000, 2, None), (7, 5, 7)]:
        experiment = asked(runs=runs, chunk=chunk, factors={INSULATION: [0.1]})
        parts = split_parts(experiment, count)
        seen = sorted((piece.point, piece.low, piece.high) for part in parts for piece in part)
        runs_seen = [(p, k) for p, low, high in seen for k in range(low, high)]
        assert runs_seen == [(p, k) for p in range(count) for k in range(runs)]
        size = count_part_runs(experiment, count)
        assert all(sum(piece.high - piece.low for piece in part) <= size for part in parts)


def test_an_assumptions_runs_stay_in_one_part() -> None:
    data = {"experiment": "x", "scenario": "river-border", "nested": {"assumptions": 10, "fates": 6}, "chunk": 16}
    parts = split_parts(read_experiment({**data, "factors": {INSULATION: [0.1]}}), 1)
    assert all(piece.low % 6 == 0 for part in parts for piece in part)


def test_kept_columns() -> None:
    some = Setup.load(asked(keep=["outcome", "settled_*"], factors={INSULATION: [0.1]}))
    assert select_columns(some) == ["outcome", "settled_exchange", "settled_calm", "settled_river"]
    with pytest.raises(ParleyError, match="did you mean `outcome`"):
        select_columns(Setup.load(asked(keep=["outcom"], factors={INSULATION: [0.1]})))
