"""The summary of a sweep: sums over parts, then a mean or share with its interval for every point and measure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from experiments.measures import Measure, compute_measures
from sim.core.layout import Floats, Ints
from sim.core.statistics import Z95, wilson_of_shares

if TYPE_CHECKING:
    import pyarrow as pa

_NUMBERS = ("n", "mean", "se", "low", "high")


class _Sums(NamedTuple):
    """Sums of one measure over one part, an entry a point."""

    point: Ints
    n: Floats
    total: Floats
    squares: Floats


class _Estimates(NamedTuple):
    """Estimates of one measure, an entry a point; fields after `point` in the order of `_NUMBERS`."""

    point: Ints
    n: Floats
    mean: Floats
    se: Floats
    low: Floats
    high: Floats


class SummaryTable:
    """Sums of every measure, added part by part.

    Parameters
    ----------
    nested : bool
        Whether the runs of one assumption index count as one observation of their mean.
    """

    def __init__(self, nested: bool):
        self.nested = nested
        self._sums: dict[Measure, list[_Sums]] = {}

    def add(self, part: pa.Table) -> None:
        """Add a part: count, sum and sum of squares of every measure at every point.

        Parameters
        ----------
        part : pa.Table
            Runs with the columns `point` and `assumption`; the runs of a point, and of an assumption, are adjacent.
        """
        point = part.column("point").to_numpy()
        if point.size == 0:
            return
        cluster = part.column("assumption").to_numpy() if self.nested else np.arange(point.size)
        first = np.flatnonzero(np.diff(point, prepend=-1) | np.diff(cluster, prepend=-1))
        of_cluster = point[first]
        starts = np.flatnonzero(np.diff(of_cluster, prepend=-1))
        for measure, values in compute_measures(part):
            present = ~np.isnan(values)
            count, total = present.astype(np.float64), np.where(present, values, 0.0)
            if self.nested:
                count, total = np.add.reduceat(count, first), np.add.reduceat(total, first)
                total = np.divide(total, count, out=np.zeros_like(total), where=count > 0)
                count = (count > 0).astype(np.float64)
            sums = (np.add.reduceat(x, starts) for x in (count, total, total * total))
            self._sums.setdefault(measure, []).append(_Sums(of_cluster[starts], *sums))

    def to_arrow(self) -> pa.Table:
        """Return the table of summaries.

        Returns
        -------
        pa.Table
            One row a point and measure, in the order of points: mean or share, standard error, 95% interval (Wilson's
            for shares of runs, normal otherwise).
        """
        import pyarrow as pa

        empty = _Estimates(np.zeros(0, np.int32), *(np.zeros(0) for _ in _NUMBERS))
        rows = [self._estimate(measure, sums) for measure, sums in self._sums.items()] or [empty]
        measures = list(self._sums) or [Measure("", "", False)]
        sizes = [row.point.size for row in rows]
        order = np.argsort(np.concatenate([row.point for row in rows]), kind="stable")
        numbers = {name: np.concatenate([getattr(row, name) for row in rows])[order] for name in _Estimates._fields}
        texts = {
            "measure": np.repeat([m.measure for m in measures], sizes)[order],
            "level": np.repeat([m.level for m in measures], sizes)[order],
            "kind": np.repeat(["share" if m.share else "mean" for m in measures], sizes)[order],
        }
        columns = {"point": pa.array(numbers["point"].astype(np.int32))}
        columns |= {name: pa.array(text.tolist(), pa.string()) for name, text in texts.items()}
        columns["n"] = pa.array(numbers["n"].astype(np.int64))
        return pa.table(columns | {k: pa.array(numbers[k], mask=np.isnan(numbers[k])) for k in _NUMBERS[1:]})

    def _estimate(self, measure: Measure, parts: list[_Sums]) -> _Estimates:
        """Add up the parts of one measure and estimate its mean at every point."""
        size = int(max(part.point.max() for part in parts)) + 1
        n, total, squares = (np.zeros(size) for _ in range(3))
        for part in parts:
            n[part.point] += part.n
            total[part.point] += part.total
            squares[part.point] += part.squares
        points = np.unique(np.concatenate([part.point for part in parts]))
        n, total, squares = n[points], total[points], squares[points]
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = total / n
            variance = np.maximum(squares - n * mean * mean, 0.0) / (n - 1)
            se = np.sqrt(variance / n)
        if measure.share and not self.nested:
            low, high = wilson_of_shares(mean, n)
        else:
            low, high = mean - Z95 * se, mean + Z95 * se
        return _Estimates(points, n, mean, se, low, high)
