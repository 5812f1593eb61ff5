"""What closes a zone of agreement: interests apart, or floors raised by distrust or exposure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import sim
from sim.analysis.game import build_games, start_talks
from sim.analysis.zone import compute_max_min_gain
from sim.cli.main import app
from sim.results.plan import plan
from sim.results.zones import Split, split_zones
from sim.scenario.ladder import list_reachable
from sim.scenario.load import load

STILL = {"behaviour.balance.gain": 0.0}
"""The balance of forces moves no reservation value."""


def split(changes: dict[str, Any], n: int = 200) -> dict[str, Split]:
    runs, splits = split_zones(plan("river-border", n, 1, changes={**STILL, **changes}))
    assert runs == n
    return splits


def test_the_parts_are_the_runs_without_a_zone_judged_as_at_the_start() -> None:
    """With reservation values that stand still, interests are those that `parley analyse` finds for the same draws."""
    runs = sim.run_ensemble("river-border", n=200, seed=1, changes=STILL).runs
    job = plan("river-border", 200, 1, changes=STILL)
    splits = split({})
    for basket in ("exchange", "calm", "river"):
        blocked = np.flatnonzero(runs[f"blocked_{basket}"] == "no zone of agreement")
        games = [
            next(g for g in build_games(start_talks(job.problem, k)) if g.name == basket) for k in blocked.tolist()
        ]
        separate = sum(compute_max_min_gain(game, np.zeros(len(game.parties))) < -1e-9 for game in games)
        assert splits[basket] == (separate, len(blocked) - separate)
    assert splits["exchange"].separate > 20 and splits["calm"].raised > 20


def test_exposure_raises_floors_and_trust_with_no_exposure_does_not() -> None:
    near = {"parties.northbank.issues.patrols.reservation": 0.9, "parties.southbank.issues.patrols.reservation": 0.1}
    near = {**near, "parties.northbank.issues.patrols.demand": 0.0, "parties.southbank.issues.patrols.demand": 1.0}
    exposed = split({**near, "baskets.calm.exposure.*": 3.0})["calm"]
    assert exposed.separate == 0 and exposed.raised > 100
    assert split({**near, "baskets.calm.exposure.*": 0.0})["calm"] == (0, 0)


def test_reservation_values_that_do_not_meet_lie_apart() -> None:
    changes = {
        "parties.northbank.issues.patrols.reservation": 0.2,
        "parties.southbank.issues.patrols.reservation": 0.8,
        "parties.*.issues.patrols.salience": 1.0,
        "baskets.calm.exposure.*": 0.0,
    }
    separate = split(changes)["calm"]
    assert separate.raised == 0 and separate.separate > 100


def test_a_basket_that_a_coalition_settles_is_not_split() -> None:
    veto = {"baskets.calm.decision": {"rule": "named_vetoes", "vetoes": ["northbank"], "assumed": "test"}}
    assert set(split(veto, 20)) == {"exchange", "river"}


def test_both_engines_split_alike() -> None:
    job = plan("river-border", 20, 1)
    assert split_zones(job) == split_zones(replace(job, engine=type(job.engine).MESA))


def test_a_posterior_is_not_split() -> None:
    job = replace(plan("river-border", 20, 1), posterior=object())  # type: ignore[arg-type]
    assert split_zones(job)[0] == 0


def test_the_summary_of_a_run_shows_the_parts(tmp_path) -> None:
    done = CliRunner().invoke(app, ["run", "river-border", "-n", "60", "-o", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert "– interests apart" in done.output and "– floors raised by distrust or exposure" in done.output
    text = " ".join(done.output.split())
    assert "`parley analyse` looks at the start" in text


@pytest.mark.parametrize(
    ("scenario", "codes"),
    [
        ("river-border", "postponed none procedural texts humanitarian ceasefire partial comprehensive"),
        ("generic-crisis", "postponed none procedural texts comprehensive"),
    ],
)
def test_outcomes_that_can_be_reached(scenario: str, codes: str) -> None:
    s = load(scenario).scenario
    assert " ".join(list_reachable(s)) == codes
    seen = sim.run_ensemble(scenario, n=300, seed=2).runs["outcome"]
    assert set(seen.astype(str)) <= set(codes.split())


def test_the_summary_leaves_out_what_cannot_be_reached(tmp_path) -> None:
    done = CliRunner().invoke(app, ["run", "generic-crisis", "-n", "30", "-o", str(tmp_path / "out")])
    assert "comprehensive: all settled" in done.output and "partial settlement" not in done.output
    assert "humanitarian settlement" not in done.output
