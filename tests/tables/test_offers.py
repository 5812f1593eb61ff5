"""Offers and assumptions as tables: what the engines did, in long form, and what was drawn; nothing else changes."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from sim.results.plan import plan
from sim.results.simulation import simulate_named_tables
from sim.results.store import write_ensemble
from sim.scenario.load import load
from tests.equivalence.engines import rows, same


def frames(scenario: str, n: int, **options: object) -> dict[str, pd.DataFrame]:
    """All tables of some runs as frames."""
    job = plan(scenario, n, seed=5, **options)  # type: ignore[arg-type]
    parts = list(simulate_named_tables(job, offers=True, assumptions=True))
    return {name: pd.concat([part[name].to_pandas() for part in parts], ignore_index=True) for name in parts[0]}


@pytest.fixture(scope="module")
def river() -> dict[str, pd.DataFrame]:
    return frames("river-border", 60)


def test_engines_write_the_same_offers(river: dict[str, pd.DataFrame]) -> None:
    mesa = frames("river-border", 60, engine="mesa", workers=1)
    for name, frame in river.items():
        pd.testing.assert_frame_equal(frame, mesa[name], check_exact=True, check_categorical=False)
    spoilt = mesa["offers"].assign(offer=np.nextafter(mesa["offers"]["offer"], 2.0))
    with pytest.raises(AssertionError):
        pd.testing.assert_frame_equal(river["offers"], spoilt, check_exact=True, check_categorical=False)


def test_offers_change_no_other_number() -> None:
    plain, rich = (rows("river-border", 30, 5, "compiled", offers=offers) for offers in (False, True))
    width = plain.rounds.shape[1]
    assert same(plain, rich._replace(rounds=rich.rounds[:, :width]))
    assert rich.rounds.shape[1] > width


def test_a_row_for_every_round_and_stake(river: dict[str, pd.DataFrame]) -> None:
    offers, parties = river["offers"], load("river-border").scenario.parties
    stakes = {(p, i) for p, party in parties.items() for i in party.issues}
    assert set(zip(offers["party"], offers["issue"], strict=True)) == stakes
    assert len(offers) == len(river["rounds"]) * len(stakes)
    counts = offers.groupby("run").size() / len(stakes)
    assert counts.to_dict() == river["rounds"].groupby("run").size().to_dict()


def test_offers_lie_between_demand_and_reservation_value(river: dict[str, pd.DataFrame]) -> None:
    """First offers lie between demand and reservation value; later the balance may move the latter."""
    offers = river["offers"]
    first = offers[offers["round"] == offers.groupby("run")["round"].transform("min")]
    toward = np.sign(first["reservation"] - first["demand"])
    assert ((first["offer"] - first["demand"]) * toward >= -1e-9).all()
    assert ((first["reservation"] - first["offer"]) * toward >= -1e-6).all()
    assert offers[["demand", "offer", "reservation"]].stack().between(0, 1).all()
    assert (offers.groupby(["run", "party", "issue"], observed=True)["demand"].nunique() == 1).all()


def test_terms_are_those_of_the_run(river: dict[str, pd.DataFrame]) -> None:
    """Where a settlement stood after the last round and stands at the end, the table of runs has the same terms."""
    last = river["offers"].groupby(["run", "issue"], observed=True)["terms"].last().unstack()
    runs = river["runs"].set_index("run")
    both = 0
    for issue in last.columns:
        pair = pd.DataFrame({"last": last[issue], "end": runs[f"terms_{issue}"]}).dropna()
        assert (pair["last"] == pair["end"]).all()
        both += len(pair)
    assert both > 10, "the test has seen hardly any settlement"


def test_assumptions_are_what_the_runs_used(river: dict[str, pd.DataFrame]) -> None:
    """The demands of the table of offers are among the drawn numbers."""
    demands = river["offers"].groupby(["run", "party", "issue"], observed=True)["demand"].first()
    drawn = river["assumptions"].set_index("run")
    for (run, party, issue), demand in demands.items():
        path = f"parties.{party}.issues.{issue}.demand"
        assert path not in drawn or drawn.loc[run, path] == demand


def test_assumptions_follow_their_ranges() -> None:
    table = frames("river-border", 2000, fates=[0] * 2000)["assumptions"]
    values = table["parties.northbank.issues.crossing.reservation"]
    low, high = 0.3, 0.7  # as the scenario says
    assert values.between(low, high).all()
    # The mean of a uniform number lies within 4 standard errors of the middle; a range half as wide would be seen.
    assert abs(values.mean() - 0.5) < 4 * (high - low) / math.sqrt(12 * 2000)
    assert values.std() == pytest.approx((high - low) / math.sqrt(12), rel=0.05)


def test_files_are_the_same_for_any_chunks(tmp_path: Path) -> None:
    for name, chunk in (("whole", 40), ("parts", 7)):
        job = plan("river-border", 40, seed=2, chunk=chunk)
        write_ensemble(job, tmp_path / name, figures=(), offers=True, assumptions=True)
    for name in ("runs", "rounds", "offers", "assumptions"):
        file = f"{name}.parquet"
        assert (tmp_path / "whole" / file).read_bytes() == (tmp_path / "parts" / file).read_bytes(), name
    write_ensemble(plan("river-border", 40, seed=2), tmp_path / "plain", figures=())
    assert not (tmp_path / "plain" / "offers.parquet").exists()
    assert (tmp_path / "plain" / "runs.parquet").read_bytes() == (tmp_path / "whole" / "runs.parquet").read_bytes()
    assert pq.read_metadata(tmp_path / "whole" / "assumptions.parquet").num_rows == 40


def test_closed_by_basket() -> None:
    """One basket is everything; a settled basket has closed all; days beyond the horizon take the end."""
    one = frames("generic-crisis", 50)["runs"]
    (basket,) = load("generic-crisis").scenario.baskets
    for end in ("", "_d30", "_d90"):
        assert one[f"closed_{basket}{end}"].equals(one[f"closed{end}"].rename(f"closed_{basket}{end}"))
    late = load("river-border", {"calendar.measure_days": [1, 36500]})
    job = plan(late, 80, seed=1)
    runs = pd.concat([part["runs"].to_pandas() for part in simulate_named_tables(job)])
    for name in late.scenario.baskets:
        assert (runs.loc[runs[f"settled_{name}"].notna(), f"closed_{name}"] == 1).all()
        assert (runs[f"closed_{name}_d36500"] == runs[f"closed_{name}"]).all()
    assert not (runs["closed_exchange_d1"] == runs["closed_exchange"]).all()
