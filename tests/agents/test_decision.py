"""Decision rules and packages in whole runs, on both engines: who is outvoted, what is concluded together."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.agents.model import NegotiationModel
from sim.core.errors import ScenarioError
from sim.results.ensemble import run_ensemble
from sim.scenario.load import load
from sim.scenario.resolve import resolve
from tests.agents.test_entry import VILLAGES

VETO = "decision: {rule: named_vetoes, vetoes: [upper, lower], assumed: a test}\n"
CONSENSUS = "decision: {rule: sufficient_consensus, vetoes: [upper], share: 0.5, assumed: a test}\n"
ENGINES = pytest.mark.parametrize("engine", ["mesa", "compiled"])


def write(folder: Path, text: str = "") -> Path:
    path = folder / "well.yaml"
    path.write_text(VILLAGES + text, encoding="utf-8")
    return path


def settled(path: Path, engine: str, column: str = "settled_water") -> float:
    return float(run_ensemble(load(path), 20, 0, engine=engine, workers=1).runs[column].notna().mean())


@ENGINES
def test_who_holds_no_veto_is_outvoted(tmp_path: Path, engine: str) -> None:
    """Upper and Lower meet between .4 and .6; Owner takes no less than .9."""
    assert settled(write(tmp_path), engine) == 0.0
    assert settled(write(tmp_path, VETO), engine) > 0.7
    assert settled(write(tmp_path, VETO.replace("upper, lower", "upper, owner")), engine) == 0.0, "no zone with Owner"


@ENGINES
def test_a_share_of_the_others_suffices(tmp_path: Path, engine: str) -> None:
    """Half of Lower and Owner is one of them; all of them is both."""
    assert settled(write(tmp_path, CONSENSUS), engine) > 0.7
    assert settled(write(tmp_path, CONSENSUS.replace("0.5", "1")), engine) == 0.0


def test_coalition_zone_and_signatories(tmp_path: Path) -> None:
    model = NegotiationModel(resolve(load(write(tmp_path, CONSENSUS)).scenario, 0))
    basket = model.baskets[0]
    # Lower and Owner both demand 1, one away from Upper: the first in the scenario's order completes the coalition.
    assert [party.name for party in basket.coalition] == ["upper", "lower"] and len(basket.members) == 3
    assert basket.surplus > 0.0, "Upper and Lower have a zone"
    alone = NegotiationModel(resolve(load(write(tmp_path)).scenario, 0)).baskets[0]
    assert alone.surplus < 0.0, "control: all three have none"
    while model.running:
        model.step()
    if basket.settled:
        assert [party.name for party in basket.signatories] == ["upper", "lower"]


PACKAGE = """extends: behaviour
id: both
title: A well and a path
as_of: 2030-01-01
start: 2030-01-08
levels: [elders]
start_level: elders
calendar: {horizon: 200, gap_scale: 10, gap_min: 1}
model: {version: 1, bars: settlement, deadlock: package}
behaviour: {convening: {base: 20}, bargaining: {width: 0}, balance: {drift: 0, noise: 0}, collapse: {hazard: 0}}
issues:
  well: {title: Well, basket: water, options: [{at: 0, label: a}, {at: 1, label: b}]}
  path: {title: Path, basket: way, options: [{at: 0, label: a}, {at: 1, label: b}]}
baskets:
  water: {title: Water, code: partial, level: elders, exposure: 0}
  way: {title: Way, code: partial, level: elders, exposure: 0}
parties:
  upper:
    title: Upper
    deadline: 100
    issues:
      well: {demand: 0, reservation: 0.6, salience: 1}
      path: {demand: 0, reservation: 0.6, salience: 1}
    preconditions: [{basket: way, requires: {settled: water}, assumed: a test}]
  lower:
    title: Lower
    deadline: 100
    issues:
      well: {demand: 1, reservation: 0.4, salience: 1}
      path: {demand: 1, reservation: 0.4, salience: 1}
    preconditions: [{basket: water, requires: {settled: way}, assumed: a test}]
venues: {tree: {title: Tree, acceptability: 1}}
"""


@ENGINES
def test_baskets_that_bar_only_each_other_are_concluded_together(tmp_path: Path, engine: str) -> None:
    """Upper opens the way only after the water, Lower the water only after the way: a deadlock, or a package."""
    path = tmp_path / "both.yaml"
    path.write_text(PACKAGE, encoding="utf-8")
    runs = run_ensemble(load(path), 20, 0, engine=engine, workers=1).runs
    both = runs[["settled_water", "settled_way"]]
    assert (
        both.notna().all(axis=1).mean() > 0.7 and (both["settled_water"].dropna() == both["settled_way"].dropna()).all()
    )
    for changes in ({"model.deadlock": "stands"}, {"model.bars": "discussion"}):
        stuck = run_ensemble(load(path, changes), 20, 0, engine=engine, workers=1).runs
        assert stuck[["settled_water", "settled_way"]].isna().all(axis=None), changes
        assert set(stuck["blocked_water"]) == {"sequencing deadlock"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("decision: {rule: consensus}\n", "is not known; allowed: unanimity, sufficient_consensus, named_vetoes"),
        ("decision: {rule: named_vetoes}\n", "decision.vetoes: `named_vetoes` needs at least one party"),
        ("decision: {rule: named_vetoes, vetoes: [uper]}\n", "unknown party `uper`"),
        ("decision: {rule: sufficient_consensus}\n", "decision: `sufficient_consensus` needs the `share`"),
        ("decision: {rule: unanimity, share: 0.5}\n", "belong to `sufficient_consensus`, not to `unanimity`"),
        ("decision: {rule: unanimity, vetoes: [upper]}\n", "under `unanimity` every party holds a veto"),
        (
            "decision: {rule: sufficient_consensus, share: 0.5, sides: {a: [upper], b: [upper]}}\n",
            "decision.sides.b: `upper` is on side `a` already",
        ),
    ],
)
def test_refusals(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ScenarioError) as refusal:
        load(write(tmp_path, text))
    assert message in str(refusal.value) and str(refusal.value).startswith("well.yaml:")
