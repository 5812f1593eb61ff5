"""Trajectories: quantiles by day of the runs of an ensemble, as numbers that other tables hold too."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.core.errors import ParleyError
from sim.results.plan import plan
from sim.results.simulation import simulate_named_tables
from sim.results.trajectory import count_measured, simulate_trajectory
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
    """By another way: the last row of offers up to a day, its terms where there are some, before any row the demand.

    On the last day the terms are those of the table of runs.
    """
    final = frames["runs"].set_index("run")["terms_patrols"]
    days = frames["rounds"].set_index(["run", "step"])["day"]
    offers = frames["offers"][lambda o: (o["party"] == "southbank") & (o["issue"] == "patrols")]
    offers = offers.assign(day=days.loc[list(zip(offers["run"], offers["round"], strict=True))].to_numpy())
    for k in (0, 20, len(river.days) - 1):
        day, values, settled = river.days[k], [], 0
        for run, own in offers.groupby("run"):
            past = own[own["day"] <= day]
            last = past.iloc[-1] if len(past) else own.iloc[0]
            terms = final[run] if day == 180 else last["terms"] if len(past) else np.nan
            value = last["demand"] if not len(past) else last["offer"] if np.isnan(terms) else terms
            settled += not np.isnan(terms)
            values.append(value)
        assert river.offers("southbank", "patrols")[3, k] == np.sort(values)[(len(values) + 1) // 2 - 1]
        assert river.settled("patrols")[k] == pytest.approx(settled / 60)


def test_it_starts_apart(river: Trajectory) -> None:
    demand = river.offers("northbank", "crossing")[3, 0], river.offers("southbank", "crossing")[3, 0]
    assert demand[0] < 0.15 and demand[1] > 0.85
    assert river.parties("detainees") == ["northbank", "southbank"]


def test_a_table_holds_all_of_it(river: Trajectory) -> None:
    rows = river.to_table().to_pylist()
    assert len(rows) == len(river.bands) * len(river.days) and {row["runs"] for row in rows} == {river.runs}
    for k, (key, band) in enumerate(river.bands.items()):
        own = rows[k * len(river.days) :][: len(river.days)]
        assert {(row["measure"], row["basket"], row["party"], row["issue"]) for row in own} == {key}
        assert [row["day"] for row in own] == river.days.tolist()
        quantiles = [[row[f"q{100 * q:02.0f}"] for row in own] for q in BANDS]
        assert np.array_equal(np.array(quantiles, dtype=np.float64), band, equal_nan=True)


def test_a_large_scenario_is_measured_in_fewer_runs_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    job = plan("river-border", 80, 3)
    numbers = 2 * 60 * 3 * 4  # offers and reservation values, by day, party and issue
    assert count_measured(job) == 80
    monkeypatch.setattr("sim.results.trajectory.MOST_NUMBERS", 30 * numbers)
    assert (count_measured(job), simulate_trajectory(job).runs) == (30, 30)
    monkeypatch.setattr("sim.results.trajectory.MOST_NUMBERS", 19 * numbers)
    assert count_measured(job) == 0
    with pytest.raises(ParleyError, match="too many parties and issues"):
        simulate_trajectory(job)


def test_more_chunks_are_the_same_trajectory(river: Trajectory) -> None:
    parts = simulate_trajectory(plan("river-border", 80, 3, chunk=7), runs=60)
    assert all(np.array_equal(parts.bands[key], band, equal_nan=True) for key, band in river.bands.items())


def test_what_collapsed_after_the_last_round_is_not_settled_at_the_end() -> None:
    """Of the agreements of Dayton some collapse in the last silence, which no row of rounds tells."""
    job = plan("dayton-1995", 40, 0)
    runs = pd.concat([part["runs"].to_pandas() for part in simulate_named_tables(job)])
    measured = simulate_trajectory(job)
    for issue in job.problem.names.issues:
        assert measured.settled(issue)[-1] == pytest.approx(runs[f"terms_{issue}"].notna().mean())
