"""Planned contrasts: pairs by values of factors, effects by hand, and runs in which something changed."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import pytest

from experiments.compare import compute_difference
from experiments.contrasts import compute_effects, list_pairs, parse_contrast
from experiments.overview import _format_cell
from experiments.results import Results, load
from experiments.spec import Contrast, read_experiment
from experiments.sweep import run_sweep
from sim.core.errors import ParleyError, ScenarioError
from sim.core.statistics import holm
from sim.tables.quantities import compute_spread

INSULATION = "venues.lake_hall.insulation"
FACTORS = {
    "insulation": {"path": INSULATION, "levels": [0, 1]},
    "rate": {"path": "incidents.*.rate", "levels": [0, 1], "how": "multiply"},
    "relabel": {"levels": {"before": {}, "after": {}}},
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """A sweep of eight points; one factor changes nothing."""
    out = tmp_path_factory.mktemp("sweep") / "out"
    run_sweep({"experiment": "small", "scenario": "river-border", "runs": 60, "factors": FACTORS}, out)
    return load(out)


def test_a_contrast_is_read_from_one_option() -> None:
    assert parse_contrast("as coded: Minsk only") == Contrast(base="as coded", other="Minsk only")
    assert parse_contrast("seat=away,style=none:seat=beside") == Contrast(
        base={"seat": "away"}, other={"seat": "beside"}, where={"style": "none"}
    )
    for wrong in ("a", "a:", "seat=away:beside", ":b"):
        with pytest.raises(ParleyError, match="A:B"):
            parse_contrast(wrong)


def test_pairs_are_equal_but_for_the_contrast(results: Results) -> None:
    """Points count with the last factor first: 0 is (0, 0, before), 7 is (1, 1, after)."""
    pairs = list_pairs(results, parse_contrast("insulation=0:insulation=1"))
    assert [(pair.base, pair.other) for pair in pairs] == [(0, 4), (1, 5), (2, 6), (3, 7)]
    assert pairs[1].shared == {"rate": "0", "relabel": "after"}
    (one,) = list_pairs(results, parse_contrast("insulation=0,rate=1,relabel=before:insulation=1"))
    assert (one.base, one.other) == (2, 6)


def test_unknown_factors_and_values_are_named(results: Results) -> None:
    with pytest.raises(ParleyError, match=r"no factor `insulatoin` .did you mean `insulation`"):
        list_pairs(results, parse_contrast("insulatoin=0:insulatoin=1"))
    with pytest.raises(ParleyError, match="rate has no value `3`"):
        list_pairs(results, parse_contrast("rate=0:rate=3"))
    with pytest.raises(ParleyError, match=r"no measure `closd` .did you mean `closed`"):
        compute_effects(results, {"a": parse_contrast("rate=0:rate=1")}, ["closd"])


def test_effects_are_those_of_the_runs(results: Results) -> None:
    contrasts = {"one": parse_contrast("insulation=0,rate=1,relabel=before:insulation=1")}
    contrasts["mean"] = Contrast(base={"insulation": 0}, other={"insulation": 1}, pool=True)
    frame = compute_effects(results, contrasts, ["closed", "rounds_held"]).set_index(["contrast", "measure"])
    runs = results.runs.sort_values(["point", "run"])
    closed = runs["closed"].to_numpy().reshape(8, 60)
    one, mean = (
        compute_difference(*sides) for sides in ((closed[2], closed[6]), (closed[:4].mean(0), closed[4:].mean(0)))
    )
    assert one is not None and mean is not None
    row = frame.loc[("one", "closed")]
    assert (row["difference"], row["low"], row["high"]) == (one.difference, one.low, one.high)
    assert frame.loc[("mean", "closed"), "difference"] == pytest.approx(mean.difference)
    assert {"closed", "closed_d90", "rounds_held"} <= {measure for _, measure in frame.index}
    assert frame["p_holm"].tolist() == holm(frame["p"].to_numpy()).tolist()
    assert row["rate"] == "1" and row["relabel"] == "before"


def test_no_effect_and_no_possible_effect_are_told_apart(results: Results) -> None:
    """The factor that changes nothing changes no run; control: insulation changes most of them, by any column."""
    contrasts = {
        "relabelled": parse_contrast("relabel=before,insulation=0,rate=1:relabel=after"),
        "insulated": parse_contrast("insulation=0,rate=1,relabel=before:insulation=1"),
    }
    frame = compute_effects(results, contrasts, ["closed"])
    changed = frame.groupby("contrast")["changed"].first()
    assert changed["relabelled"] == 0 and changed["insulated"] > 20
    rows = frame[frame["contrast"] == "relabelled"]
    assert (rows["difference"] == 0).all() and (rows["p_holm"] == 1).all()
    runs = results.runs.drop(columns=[*results.factors, "point"])
    first, second = (runs[start : start + 60].reset_index(drop=True) for start in (120, 360))
    same = (first == second) | (first.isna() & second.isna())
    assert changed["insulated"] == (~same.all(axis=1)).sum()


def test_cases_put_their_keys_over_the_experiment(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "experiment: mine\nscenario: river-border\nruns: 20\ndesign: variants\nvariants: {as coded: {}}\n"
        "cases:\n  river-border: {runs: 30}\n  generic-crisis: {variants: {later: {calendar.horizon: 60}}}\n",
        encoding="utf-8",
    )
    first, second = read_experiment(file).list_cases().values()
    assert (first.scenario, first.runs, list(first.variants)) == ("river-border", 30, ["as coded"])
    assert (second.scenario, second.runs, list(second.variants)) == ("generic-crisis", 20, ["as coded", "later"])
    with pytest.raises(ParleyError, match="rnus"):
        read_experiment(
            {**first.model_dump(exclude_defaults=True), "cases": {"river-border": {"rnus": 1}}}
        ).list_cases()


PLAN = {
    "experiment": "planned", "scenario": "river-border", "runs": 4, "factors": {"venues.lake_hall.insulation": [0, 1]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("plans", "problem"),
    [
        ({"measures": ["closd"]}, "measures.0.*no measure `closd`.*did you mean `closed`"),
        (
            {"contrasts": {"one": {"base": {INSULATION: 0}, "other": {INSULATION: 2}}}},
            "contrasts.one.*has no value `2`.*it has 0, 1",
        ),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused_before_anything_runs(tmp_path, plans, problem):
    with pytest.raises(ScenarioError, match=problem):
        run_sweep({**PLAN, **plans}, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_measures_by_level_and_by_name_are_taken(tmp_path):
    measures = ["closed", "outcome=texts", "outcome_at_least", "day_settled_calm", "closed_calm"]
    assert run_sweep({**PLAN, "measures": measures}, tmp_path / "out")["complete"]


def test_intervals_of_shares_are_not_even_and_one_run_has_none():
    """Of 200 runs none: 0 to 1.9%, by Wilson (1.96² / (200 + 1.96²))."""
    row = {"kind": "share", "mean": 0.0, "low": 0.0, "high": 0.0188}
    assert _format_cell(row, "outcome_at_least=ceasefire") == "0.0% (0.0–1.9)"
    assert _format_cell({"kind": "mean", "mean": 2.0, "low": math.nan, "high": math.nan}, "rounds_held") == "2.0"
    assert compute_spread(Counter({300: 1})).mean == pytest.approx(0.3)
    assert math.isnan(compute_spread(Counter({300: 1})).low)
