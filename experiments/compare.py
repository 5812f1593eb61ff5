"""Paired comparison of scenarios on common random numbers: run k of each has the same draws of assumption and fate."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from experiments.measures import Measure, compute_measures
from experiments.results import Results, label_points
from sim.core.errors import ParleyError
from sim.core.layout import Floats
from sim.core.statistics import Z95, holm
from sim.results.ensemble import tables
from sim.results.plan import plan
from sim.scenario.load import Loaded, load

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from sim.results.plan import Plan

CORRECTION = "Holm (1979) over all {tests} tests of this table; 5% family-wise"


class Difference(NamedTuple):
    """Second minus first of one measure, over the runs in which both have a value."""

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
    """`frame`: one row a contrast and measure. `labels` name the scenarios; all are held against the first."""

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


def parse_variant(text: str) -> tuple[str, Loaded]:
    """`SCENARIO` or `SCENARIO,path=value,…` as label and loaded scenario. Raises ScenarioError."""
    from sim.yamlio.reader import read_value

    name, parts = _split_name(_split_at_commas(text))
    changes: dict[str, Any] = {}
    for part in parts:
        path, mark, value = part.partition("=")
        if not mark:
            raise ParleyError(f"`{part}` is not of the form path=value; write SCENARIO,path=value,…")
        changes[path.strip()] = read_value(value, path.strip(), text)
    return text, load(name, changes)


def _split_name(parts: list[str]) -> tuple[str, list[str]]:
    """The scenario's name and the changes after it: a name may hold commas where a file is called so."""
    for k in range(len(parts), 1, -1):
        name = ",".join(parts[:k])
        if Path(name).is_file():
            return name, parts[k:]
    return parts[0], parts[1:]


def _split_at_commas(text: str) -> list[str]:
    """The text cut at its commas, except those inside brackets or quotes: `{assumed: [1, 2]}` stays whole."""
    parts, depth, quote = [""], 0, ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        else:
            depth += (letter in "[{(") - (letter in ")}]")
        if letter == "," and depth <= 0 and not quote:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def compare_scenarios(
    scenarios: Sequence[str] | Mapping[str, Loaded], n: int = 2000, seed: int = 0, **options: Any
) -> Comparison:
    """Run two or more scenarios on the same draws and hold every other against the first.

    `options` are those of `sim.results.ensemble.plan`. Raises ParleyError.
    """
    import pyarrow as pa

    loaded_by_label = (
        dict(scenarios) if isinstance(scenarios, Mapping) else dict(parse_variant(text) for text in scenarios)
    )
    if len(loaded_by_label) < 2:
        raise ParleyError("a comparison needs two scenarios that differ")
    plans = [plan(loaded, n, seed, **options) for loaded in loaded_by_label.values()]
    found = []
    for plan_ in plans:
        parts = [runs for runs, _ in tables(plan_)]
        found.append(pa.concat_tables(parts).unify_dictionaries().combine_chunks())
    labels = list(loaded_by_label)
    return Comparison(labels, n, seed, compute_contrasts(labels, found), found, plans)


def compute_contrasts(labels: Sequence[str], runs: Sequence[pa.Table]) -> pd.DataFrame:
    """Every scenario against the first, in every measure both have, with Holm's correction over the whole table."""
    import pandas as pd

    base = dict(compute_measures(runs[0]))
    rows: list[dict[str, Any]] = []
    for label, other in zip(labels[1:], runs[1:], strict=True):
        for measure, values in compute_measures(other):
            if measure in base and (found := compute_difference(base[measure], values)) is not None:
                rows.append({"contrast": f"{label} − {labels[0]}", **_describe_measure(measure), **found._asdict()})
    frame = pd.DataFrame(rows, columns=["contrast", "measure", "level", "kind", *Difference._fields])
    frame["p_holm"] = holm(frame["p"].to_numpy(dtype=np.float64))
    return frame


def _describe_measure(measure: Measure) -> dict[str, str]:
    return {"measure": measure.measure, "level": measure.level, "kind": "share" if measure.share else "mean"}


def compute_difference(first: Floats, second: Floats) -> Difference | None:
    """Mean difference with 95% intervals, paired and unpaired; None where nothing varies and nothing differs.

    `variance_saved` is 1 - Var(paired)/Var(unpaired) of the estimated difference; p is two-sided, normal.
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
    """Normal two-sided p of a mean with this variance."""
    if variance <= 0.0:
        return 1.0 if mean == 0.0 else 0.0
    return math.erfc(abs(mean) / math.sqrt(2.0 * variance))


def list_changed_runs(found: Comparison, second: int = 1) -> list[int]:
    """Numbers of the runs whose outcome differs between the first scenario and another."""
    outcomes = [table.column("outcome").to_pylist() for table in (found.tables[0], found.tables[second])]
    return [k for k, (a, b) in enumerate(zip(*outcomes, strict=True)) if a != b]


def count_transitions(found: Comparison, second: int = 1) -> dict[tuple[str, str], int]:
    """How often an outcome of the first became another's, run by run."""
    counts: dict[tuple[str, str], int] = {}
    outcomes = [table.column("outcome").to_pylist() for table in (found.tables[0], found.tables[second])]
    for pair in zip(*outcomes, strict=True):
        counts[pair] = counts.get(pair, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def compare_points(results: Results, first: int = 0) -> pd.DataFrame:
    """Every other point of a sweep against one of its points: they share the draws, so run k pairs with run k.

    Raises ParleyError where a point has failed runs.
    """
    import pyarrow.compute as pc

    runs, names = results.run_table(), label_points(results)
    order = [first, *(point for point in names if point != first)]
    tables = [runs.filter(pc.equal(runs.column("point"), point)).drop_columns(["point"]) for point in order]
    if len({table.num_rows for table in tables}) > 1:
        raise ParleyError("some points failed; there is nothing to pair their runs with")
    return compute_contrasts([names[point] for point in order], tables)
