"""Planned contrasts between the points of a sweep: paired effects with factor columns, and the runs that changed.

Points share the draws, so run k of one point pairs with run k of any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from experiments.compare import Difference, compute_contrasts, compute_difference
from experiments.measures import INDEX, Measure, compute_measures
from experiments.results import VARIANT, Results, format_value, label_points
from experiments.spec import Contrast
from sim.core.errors import ParleyError, nearest
from sim.core.layout import Floats
from sim.core.statistics import holm

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

MEASURES = ("closed", "latent_closed", "outcome_at_least", "rounds_held", "days_in_abeyance")
"""Measures of a contrast where an experiment names none; closed shares at all days that the scenario lists."""


class Pair(NamedTuple):
    """Two points of a planned contrast, with the values of the factors that they share."""

    base: int
    other: int
    shared: dict[str, Any]


def parse_contrast(text: str) -> Contrast:
    """Parse `A:B` into a contrast. A and B are names of variants, or `factor=value` joined by commas.

    What A says of factors that B does not name holds for both: `seat=away,style=none:seat=beside` compares two seats
    under one style.

    Raises
    ------
    ParleyError
        The text has another form.
    """
    first, mark, second = text.partition(":")
    form = f"--contrast: `{text}` is not of the form A:B, with A and B names of variants or factor=value,…"
    if not mark or not first.strip() or not second.strip():
        raise ParleyError(form)
    if "=" not in text:
        return Contrast(base=first.strip(), other=second.strip())
    sides = []
    for side in (first, second):
        entries = [entry.partition("=") for entry in side.split(",")]
        if not all(mark for _, mark, _ in entries):
            raise ParleyError(form)
        sides.append({name.strip(): value.strip() for name, _, value in entries})
    base = {name: value for name, value in sides[0].items() if name in sides[1]}
    where = {name: value for name, value in sides[0].items() if name not in sides[1]}
    return Contrast(base=base, other=sides[1], where=where)


def list_pairs(results: Results, contrast: Contrast) -> list[Pair]:
    """List the pairs of points that a contrast compares.

    Raises
    ------
    ParleyError
        A factor or value is unknown, or no pair of points fits.
    """
    factors = results.factors
    points = {row["point"]: label_values(row, factors) for row in results.points.to_dict("records")}
    return find_pairs(points, contrast)


def find_pairs(points: Mapping[int, Mapping[str, str]], contrast: Contrast) -> list[Pair]:
    """Find the pairs of points that a contrast compares.

    Parameters
    ----------
    points : mapping of int to mapping
        By number of the point the labels of its values, by factor.
    contrast : Contrast
        The contrast.

    Raises
    ------
    ParleyError
        A factor or value is unknown, or no pair of points fits.
    """
    base, other = (side if isinstance(side, Mapping) else {VARIANT: side} for side in (contrast.base, contrast.other))
    for name, value in [*base.items(), *other.items(), *contrast.where.items()]:
        _check_value(name, value, points)
    pairs = []
    for point, values in points.items():
        if not _fits(values, {**contrast.where, **base}):
            continue
        partner = {**values, **{name: format_value(value) for name, value in other.items()}}
        match = next((number for number, own in points.items() if own == partner), None)
        if match is not None:
            shared = {name: value for name, value in values.items() if name not in {*base, *other}}
            pairs.append(Pair(int(point), int(match), shared))
    if not pairs:
        raise ParleyError(f"no two points of the sweep fit the contrast {format_contrast(contrast)}")
    return pairs


def format_contrast(contrast: Contrast) -> str:
    """Format a contrast as a label: `seat beside − away`."""
    first, second = (
        ", ".join(map(format_value, side.values())) if isinstance(side, Mapping) else side
        for side in (contrast.base, contrast.other)
    )
    names = f"{', '.join(contrast.other)} " if isinstance(contrast.other, Mapping) else ""
    return f"{names}{second} − {first}"


def label_values(row: Mapping[str, Any], factors: Sequence[str]) -> dict[str, str]:
    """Return the values of a point by factor, as labels."""
    return {name: format_value(row.get(name)) for name in factors}


def _check_value(name: str, value: Any, points: Mapping[int, Mapping[str, str]]) -> None:
    """Refuse a factor or a value that no point has. Raises ParleyError."""
    names = list(next(iter(points.values())))
    if name not in names:
        raise ParleyError(f"contrast: no factor `{name}`{nearest(name, names)}; the sweep has {', '.join(names)}")
    values = list(dict.fromkeys(own[name] for own in points.values()))
    if format_value(value) not in values:
        text = f"contrast: {name} has no value `{value}`{nearest(str(value), values)}; it has {', '.join(values)}"
        raise ParleyError(text)


def _fits(values: Mapping[str, str], where: Mapping[str, Any]) -> bool:
    """Return whether a point has the values that are asked for."""
    return all(values[name] == format_value(value) for name, value in where.items())


def compute_effects(
    results: Results, contrasts: Mapping[str, Contrast], measures: Sequence[str] | None = None
) -> pd.DataFrame:
    """Compute the paired effects of planned contrasts, with Holm's correction over exactly these.

    Parameters
    ----------
    results : Results
        A finished sweep.
    contrasts : mapping of str to Contrast
        Contrasts by name.
    measures : sequence of str, optional
        Labels or names of measures; `MEASURES` by default.

    Returns
    -------
    pd.DataFrame
        One row a contrast, pair of points and measure: name, label of the difference, values of the factors (empty
        where they differ or are pooled), `runs` and `changed` (the runs in which any column of the table differs),
        measure, level and kind, the fields of `Difference`, and `p_holm`. A measure that is equal in all runs has
        difference 0 and no p-value.

    Raises
    ------
    ParleyError
        A contrast or a measure is unknown, or points failed.
    """
    import pandas as pd

    tables = _PointTables(results, list(measures or MEASURES))
    rows: list[dict[str, Any]] = []
    for name, contrast in contrasts.items():
        pairs = list_pairs(results, contrast)
        for group in [pairs] if contrast.pool else [[pair] for pair in pairs]:
            shared = group[0].shared if len(group) == 1 else {}
            columns = {factor: shared.get(factor, "") for factor in results.factors}
            head = {"contrast": name, "difference_of": format_contrast(contrast), **columns}
            head |= {"runs": tables.runs, "changed": max(tables.count_changes(pair) for pair in group)}
            rows += [head | row for row in _compute_rows(tables, group)]
    frame = pd.DataFrame(rows)
    frame["p_holm"] = holm(frame["p"].to_numpy(dtype=np.float64))
    return frame


def label_where(effects: pd.DataFrame) -> pd.Series[str]:
    """Label the values of the factors that both points of every row share: `style none, leaning neither`."""
    import pandas as pd

    columns = list(effects.columns)
    factors = columns[columns.index("difference_of") + 1 : columns.index("runs")]
    rows = effects[factors].to_dict("records") if factors else [{} for _ in range(len(effects))]
    labels = [", ".join(f"{name} {value}" for name, value in row.items() if value) for row in rows]
    return pd.Series(labels, index=effects.index)


def _compute_rows(tables: _PointTables, pairs: Sequence[Pair]) -> Iterator[dict[str, Any]]:
    """Yield one row a measure for some pairs of points, over whose mean the difference is taken."""
    for measure in tables.measures:
        first = np.mean([tables.read(pair.base)[measure] for pair in pairs], axis=0)
        second = np.mean([tables.read(pair.other)[measure] for pair in pairs], axis=0)
        difference = compute_difference(first, second) or _describe_equality(first)
        name = {"measure": measure.measure, "level": measure.level, "kind": "share" if measure.share else "mean"}
        yield name | difference._asdict()


def _describe_equality(values: Floats) -> Difference:
    """Return the difference of a measure that is the same in all runs of both points."""
    present = values[~np.isnan(values)]
    mean = float(present.mean()) if present.size else np.nan
    zero = 0.0 if present.size else np.nan
    return Difference(present.size, mean, mean, zero, zero, zero, zero, zero, 0.0, np.nan)


class _PointTables:
    """Runs of every point, read once; measures of a point are computed when they are first used."""

    def __init__(self, results: Results, names: Sequence[str]):
        if results.manifest["tables"]["failed_points"]:
            raise ParleyError("some points failed; there is nothing to pair their runs with")
        whole = results.run_table()
        point = whole.column("point").to_numpy()
        self.runs = whole.num_rows // len(results.points)
        self._whole, self._names = whole, names
        self._start = {int(number): int(np.searchsorted(point, number)) for number in results.points["point"]}
        self._values: dict[int, dict[Measure, Floats]] = {}
        self.measures = list(self.read(next(iter(self._start))))
        for name in names:
            if not any(is_called(measure, name) for measure in self.measures):
                known = [measure.label for measure, _ in compute_measures(self._slice(next(iter(self._start))))]
                raise ParleyError(f"no measure `{name}`{nearest(name, known)}")

    def _slice(self, point: int) -> pa.Table:
        """Return the runs of one point."""
        return self._whole.slice(self._start[point], self.runs)

    def read(self, point: int) -> dict[Measure, Floats]:
        """Return the measures of one point, each an entry a run."""
        if point not in self._values:
            runs = self._slice(point)
            columns = [c for c in runs.column_names if c not in INDEX and any(_is_of(n, c) for n in self._names)]
            measures = compute_measures(runs.select(columns))
            self._values[point] = {m: v for m, v in measures if any(is_called(m, name) for name in self._names)}
        return self._values[point]

    def count_changes(self, pair: Pair) -> int:
        """Count the runs in which any column of the table differs between two points."""
        first, second = self._slice(pair.base), self._slice(pair.other)
        changed = np.zeros(self.runs, dtype=bool)
        for name in first.column_names:
            if name not in INDEX:
                a, b = (_read_plain(table.column(name)) for table in (first, second))
                changed |= (a != b) & ~((a != a) & (b != b))
        return int(changed.sum())


def is_called(measure: Measure, name: str) -> bool:
    """Return whether a name means a measure: its label, all its levels, or a closed share at any of its days."""
    plain = re.sub(r"_d\d+$", "", measure.measure)
    return name in (measure.label, measure.measure, plain)


def _is_of(name: str, column: str) -> bool:
    """Return whether a measure of a label may come from a column."""
    return name.removeprefix("day_").startswith(column) or column.startswith(name)


def _read_plain(column: pa.ChunkedArray) -> Floats:
    """Return a column as numbers; codes as their places in the common dictionary."""
    import pyarrow as pa

    whole = column.combine_chunks()
    if pa.types.is_dictionary(whole.type):
        return whole.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.float64)
    return whole.to_numpy(zero_copy_only=False).astype(np.float64)


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
