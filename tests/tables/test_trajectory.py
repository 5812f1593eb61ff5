"""Trajectories: quantiles by day of the runs of an ensemble, as numbers that other tables hold too."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from sim.core.errors import ParleyError
from sim.results.plan import plan
from sim.results.simulation import simulate_named_tables
from sim.results.trajectory import simulate_trajectory
from sim.tables.trajectory import BANDS, Trajectory, compute_bands


@pytest.fixture(scope="module")
def river() -> Trajectory:
    return simulate_trajectory(plan("river-border", 80, 3), runs=60)


@pytest.fixture(scope="module")
def frames() -> dict[str, pd.DataFrame]:
    parts = list(simulate_named_tables(plan("river-border", 60, 3), offers=True))
    return {name: pd.concat([part[name].to_pandas() for part in parts]) for name in parts[0]}


def test_bands_are_quantiles_of_the_runs_that_have_a_value() -> None:
    values = np.array([[np.nan, 1.0]] + [[float(k), np.nan] for k in range(1, 101)])
    bands = compute_bands(values)
    assert bands[:, 0].tolist() == [5, 10, 25, 50, 75, 90, 95]
    assert bands[:, 1].tolist() == [1.0] * len(BANDS)
    assert np.isnan(compute_bands(np.full((3, 1), np.nan))).all()


def test_it_ends_where_the_table_of_runs_ends(river: Trajectory, frames: dict[str, pd.DataFrame]) -> None:
    runs = frames["runs"]
    assert (river.runs, int(river.days[-1])) == (60, 180)
    assert river.closed()[3, -1] == runs["closed"].quantile(0.5, interpolation="inverted_cdf") or np.isclose(
        river.closed()[3, -1], np.sort(runs["closed"])[29]
    )
    for basket in river.baskets():
        assert river.closed(basket)[3, -1] == np.sort(runs[f"closed_{basket}"])[29]
    assert river.latent_closed()[3, -1] == np.sort(runs["latent_closed"])[29]


def test_offers_are_those_of_the_table(river: Trajectory, frames: dict[str, pd.DataFrame]) -> None:
    """By another way: the last row of offers up to a day, its terms where there are some, before any row the demand."""
    days = frames["rounds"].set_index(["run", "step"])["day"]
    offers = frames["offers"][lambda o: (o["party"] == "southbank") & (o["issue"] == "patrols")]
    offers = offers.assign(day=days.loc[list(zip(offers["run"], offers["round"], strict=True))].to_numpy())
    for k in (0, 20, len(river.days) - 1):
        day, values, settled = river.days[k], [], 0
        for _, own in offers.groupby("run"):
            past = own[own["day"] <= day]
            last = past.iloc[-1] if len(past) else own.iloc[0]
            value = last["demand"] if not len(past) else last["offer"] if np.isnan(last["terms"]) else last["terms"]
            settled += bool(len(past)) and not np.isnan(last["terms"])
            values.append(value)
        assert river.offers("southbank", "patrols")[3, k] == np.sort(values)[(len(values) + 1) // 2 - 1]
        assert river.settled("patrols")[k] == pytest.approx(settled / 60)


def test_it_starts_apart(river: Trajectory) -> None:
    demand = river.offers("northbank", "crossing")[3, 0], river.offers("southbank", "crossing")[3, 0]
    assert demand[0] < 0.15 and demand[1] > 0.85
    assert river.parties("detainees") == ["northbank", "southbank"]


def test_a_table_holds_all_of_it(river: Trajectory) -> None:
    again = Trajectory.from_table(river.to_table())
    assert (again.runs, again.days.tolist()) == (river.runs, river.days.tolist())
    assert list(again.bands) == list(river.bands)
    assert all(np.array_equal(again.bands[key], band, equal_nan=True) for key, band in river.bands.items())
    with pytest.raises(ParleyError, match="damaged"):
        Trajectory.from_table(river.to_table().slice(1))
    with pytest.raises(ParleyError, match="damaged"):
        Trajectory.from_table(pa.Table.from_batches([], river.to_table().schema))


def test_more_chunks_are_the_same_trajectory(river: Trajectory) -> None:
    parts = simulate_trajectory(plan("river-border", 80, 3, chunk=7), runs=60)
    assert all(np.array_equal(parts.bands[key], band, equal_nan=True) for key, band in river.bands.items())
