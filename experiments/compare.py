"""Paired comparison of scenarios on common random numbers: run k of each has the same draws of assumption and fate."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from experiments.measures import Measure, compute_measures
from experiments.results import Results, format_value, label_points
from experiments.variants import parse_variant
from sim.core.errors import ParleyError, nearest
from sim.core.layout import Floats
from sim.core.statistics import Z95, holm
from sim.results.ensemble import simulate_tables
from sim.results.plan import plan
from sim.scenario.load import Loaded

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from sim.results.plan import Plan

CORRECTION = "Holm (1979) over all {tests} tests of this table; 5% family-wise"


class Difference(NamedTuple):
    """Second minus first of one measure, over the runs in which both have a value.

    Attributes
    ----------
    n : int
        Such runs.
    first, second, difference : float
        Means and their difference, in the measure's unit.
    low, high : float
        95% interval from the paired differences.
    unpaired_low, unpaired_high : float
        95% interval as it would be from separate draws.
    variance_saved : float
        1 - Var(paired) / Var(unpaired) of the estimated difference.
    p : float
        Two-sided, normal.
    """

    n: int
    first: float
    second: float
    difference: float
    low: float
    high: float
    unpaired_low: float
    unpaired_high: float
    variance_saved: float
    p: float


@dataclass(frozen=True)
class Comparison:
    """Scenarios compared with the first of them.

    Attributes
    ----------
    labels : list of str
        Labels of the scenarios.
    n, seed : int
        Runs of each and their seed.
    frame : pd.DataFrame
        One row a contrast and measure: the fields of `Difference`, and `p_holm`.
    tables : list of pa.Table
        Table of runs of each scenario.
    plans : list of Plan
        Plan of each scenario.
    """

    labels: list[str]
    n: int
    seed: int
    frame: pd.DataFrame
    tables: list[pa.Table]
    plans: list[Plan]

    @property
    def correction(self) -> str:
        """How multiple comparisons were corrected."""
        return CORRECTION.format(tests=int(self.frame["p"].notna().sum()))


def compare_scenarios(
    scenarios: Sequence[str] | Mapping[str, Loaded], n: int = 2000, seed: int = 0, **options: Any
) -> Comparison:
    """Run two or more scenarios on the same draws and compare every other with the first.

    Parameters
    ----------
    scenarios : sequence of str, or mapping of str to Loaded
        Scenarios as `parse_variant` takes them, or loaded ones by label.
    n, seed : int
        Runs of each, and their seed.
    **options
        Those of `sim.results.plan.plan`.

    Returns
    -------
    Comparison

    Raises
    ------
    ParleyError
        There are fewer than two scenarios, or one cannot be loaded.
    """
    import pyarrow as pa

    variants = scenarios if isinstance(scenarios, Mapping) else dict(map(parse_variant, scenarios))
    if len(variants) < 2:
        raise ParleyError("a comparison needs two scenarios that differ")
    labels = list(variants)
    plans = [plan(loaded, n, seed, **options) for loaded in variants.values()]
    runs = [
        pa.concat_tables([part for part, _ in simulate_tables(job)]).unify_dictionaries().combine_chunks()
        for job in plans
    ]
    return Comparison(labels, n, seed, compute_contrasts(labels, runs), runs, plans)


def compute_contrasts(labels: Sequence[str], runs: Sequence[pa.Table]) -> pd.DataFrame:
    """Compare every table of runs with the first, in every measure that both have.

    Parameters
    ----------
    labels : sequence of str
        Label of each table.
    runs : sequence of pa.Table
        Tables of runs; row k of each has the same draws.

    Returns
    -------
    pd.DataFrame
        One row a contrast and measure, with Holm's correction over the whole table in `p_holm`.
    """
    import pandas as pd

    base = dict(compute_measures(runs[0]))
    rows: list[dict[str, Any]] = []
    for label, other in zip(labels[1:], runs[1:], strict=True):
        for measure, values in compute_measures(other):
            if measure in base and (difference := compute_difference(base[measure], values)) is not None:
                contrast = {"contrast": f"{label} − {labels[0]}", **_describe_measure(measure)}
                rows.append(contrast | difference._asdict())
    frame = pd.DataFrame(rows, columns=["contrast", "measure", "level", "kind", *Difference._fields])
    frame["p_holm"] = holm(frame["p"].to_numpy(dtype=np.float64))
    return frame


def _describe_measure(measure: Measure) -> dict[str, str]:
    """Return the columns that name a measure."""
    return {"measure": measure.measure, "level": measure.level, "kind": "share" if measure.share else "mean"}


def compute_difference(first: Floats, second: Floats) -> Difference | None:
    """Compute a mean difference with 95% intervals, paired and unpaired.

    Parameters
    ----------
    first, second : ndarray (n,)
        A measure in each run of two scenarios; NaN where a run has none.

    Returns
    -------
    Difference or None
        None where fewer than two runs have both values, or nothing varies and nothing differs.
    """
    both = ~(np.isnan(first) | np.isnan(second))
    n = int(both.sum())
    if n < 2:
        return None
    a, b = first[both], second[both]
    gap = b - a
    paired = float(gap.var(ddof=1)) / n
    unpaired = float(a.var(ddof=1) + b.var(ddof=1)) / n
    mean = float(gap.mean())
    if unpaired <= 0.0 and mean == 0.0:
        return None
    half, wide = Z95 * math.sqrt(paired), Z95 * math.sqrt(unpaired)
    saved = 1.0 - paired / unpaired if unpaired > 0.0 else 0.0
    return Difference(
        n,
        float(a.mean()),
        float(b.mean()),
        mean,
        mean - half,
        mean + half,
        mean - wide,
        mean + wide,
        saved,
        compute_p_value(mean, paired),
    )


def compute_p_value(mean: float, variance: float) -> float:
    """Compute the normal two-sided p-value of a mean with a known variance."""
    if variance <= 0.0:
        return 1.0 if mean == 0.0 else 0.0
    return math.erfc(abs(mean) / math.sqrt(2.0 * variance))


def list_changed_runs(comparison: Comparison, second: int = 1) -> list[int]:
    """List the numbers of the runs whose outcome differs between the first scenario and another.

    Parameters
    ----------
    comparison : Comparison
        The comparison.
    second : int
        Number of the other scenario.
    """
    outcomes = [table.column("outcome").to_pylist() for table in (comparison.tables[0], comparison.tables[second])]
    return [k for k, (a, b) in enumerate(zip(*outcomes, strict=True)) if a != b]


def count_transitions(comparison: Comparison, second: int = 1) -> dict[tuple[str, str], int]:
    """Count, run by run, how often an outcome of the first scenario became another of the second.

    Parameters
    ----------
    comparison : Comparison
        The comparison.
    second : int
        Number of the other scenario.

    Returns
    -------
    dict of (str, str) to int
        Counts by pair of outcomes, the largest first.
    """
    counts: dict[tuple[str, str], int] = {}
    outcomes = [table.column("outcome").to_pylist() for table in (comparison.tables[0], comparison.tables[second])]
    for pair in zip(*outcomes, strict=True):
        counts[pair] = counts.get(pair, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def compare_points(results: Results, first: int | str | Mapping[str, Any] = 0) -> pd.DataFrame:
    """Compare every other point of a sweep with one of its points: points share the draws, so run k pairs with run k.

    Parameters
    ----------
    results : Results
        A finished sweep.
    first : int, str or mapping
        Point to compare with: its number, the name of its variant, or the values of its factors.

    Returns
    -------
    pd.DataFrame
        As `compute_contrasts` returns it, with columns of every factor: `NAME` and `NAME_first`.

    Raises
    ------
    ParleyError
        No point, or several, have the values, or a point has failed runs.
    """
    import pyarrow.compute as pc

    first = find_point(results, first)

    runs, names = results.run_table(), label_points(results)
    order = [first, *(point for point in names if point != first)]
    tables = [runs.filter(pc.equal(runs.column("point"), point)).drop_columns(["point"]) for point in order]
    if len({table.num_rows for table in tables}) > 1:
        raise ParleyError("some points failed; there is nothing to pair their runs with")
    frame = compute_contrasts([names[point] for point in order], tables)
    points = results.points.set_index("point")
    other = dict(zip((f"{names[point]} − {names[first]}" for point in order[1:]), order[1:], strict=True))
    for factor in results.factors:
        frame[factor] = [points.loc[other[contrast], factor] for contrast in frame["contrast"]]
        frame[f"{factor}_first"] = points.loc[first, factor]
    return frame


def find_point(results: Results, point: int | str | Mapping[str, Any]) -> int:
    """Find a point of a sweep by its number, the name of its variant, or the values of its factors.

    Raises
    ------
    ParleyError
        No point is so, or several are.
    """
    if isinstance(point, int):
        return point
    values = point if isinstance(point, Mapping) else {"name": point}
    rows = results.points
    for name, value in values.items():
        if name not in rows.columns:
            raise ParleyError(f"no factor `{name}`{nearest(name, results.factors)}")
        rows = rows[rows[name].map(format_value) == format_value(value)]
    if len(rows) != 1:
        known = ", ".join(label_points(results).values())
        raise ParleyError(f"{len(rows) or 'no'} points have {dict(values)}; the sweep has {known}")
    return int(rows["point"].iloc[0])
