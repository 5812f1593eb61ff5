"""The tables of a finished sweep: written once from its parts, read back as tidy frames."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.folder import Folder
from experiments.measures import POINTS, Measure, measures
from experiments.setup import Setup
from experiments.tasks import Failure, failures_of
from sim.core.atomic import MANIFEST
from sim.core.errors import ParleyError
from sim.core.layout import Floats, Ints
from sim.core.statistics import Z95, wilson_of_shares

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


@dataclass(frozen=True)
class Results:
    """A sweep's folder. `points`: one row a point; `summary`: one row a point and measure; `runs`: one row a run."""

    folder: Path
    manifest: dict[str, Any]

    @cached_property
    def points(self) -> pd.DataFrame:
        """Number, name, the value of every factor, runs done, and the error of a point that failed."""
        return _frame(self.folder / "points.parquet")

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Mean or share of every measure at every point with its standard error and 95% interval."""
        return _frame(self.folder / "summary.parquet")

    @cached_property
    def runs(self) -> pd.DataFrame:
        """All runs with the values of their point's factors."""
        runs: pd.DataFrame = self.run_table().to_pandas()
        return runs.merge(self.points[["point", *self.factors]], on="point", how="left")

    @property
    def factors(self) -> list[str]:
        """Names of the factors, in the design's order."""
        return [name for name in self.points.columns if name not in POINTS]

    def run_table(self, columns: Sequence[str] | None = None) -> pa.Table:
        """All runs as an Arrow table, or some of the columns only."""
        import pyarrow.parquet as pq

        files = sorted((self.folder / "runs").glob("*.parquet"))
        return _joined([pq.read_table(file, columns=list(columns) if columns else None) for file in files])


def load(folder: str | Path) -> Results:
    """The results of a sweep. Raises ParleyError where there are none or they are not finished."""
    manifest = Folder(folder).read_json(MANIFEST)
    if manifest is None or manifest.get("kind") != "sweep" or not manifest.get("complete"):
        problem = f"{folder} holds no finished sweep; `parley sweep EXPERIMENT.yaml -o {folder}` makes or resumes one"
        raise ParleyError(problem)
    return Results(Path(folder), manifest)


def labels(results: Results, factors: Sequence[str] | None = None) -> dict[int, str]:
    """A name for every point: that of its variant, or the values of its factors."""
    names = list(factors or results.factors)
    found = {}
    for row in results.points.to_dict("records"):
        found[int(row["point"])] = ", ".join(shown(row[name]) for name in names) if names else str(row["name"])
    return found


def shown(value: Any) -> str:
    """A value as a label; names with their underscores as spaces."""
    return f"{value:g}" if isinstance(value, float | int) else str(value).replace("_", " ")


def _frame(path: Path) -> pd.DataFrame:
    import pyarrow.parquet as pq

    frame: pd.DataFrame = pq.read_table(path).to_pandas()
    return frame


def _joined(tables: list[pa.Table]) -> pa.Table:
    import pyarrow as pa

    whole = pa.concat_tables([t.replace_schema_metadata(None) for t in tables])
    return whole.unify_dictionaries().combine_chunks()


def write_tables(setup: Setup, folder: Folder, parts: int) -> dict[str, Any]:
    """Write points and summary from the finished parts; returns counts and failures for the manifest."""
    import pyarrow.parquet as pq

    summary, failures, rows = _Summary(nested=setup.asked.nested is not None), [], np.zeros(len(setup.points), np.int64)
    for number in range(parts):
        try:
            part = pq.read_table(folder.part(number))
        except (OSError, ValueError) as error:
            problem = f"{folder.part(number)} is damaged ({error}); delete it and start the sweep again"
            raise ParleyError(problem) from None
        failures += list(failures_of(part.schema.metadata))
        rows += np.bincount(part.column("point").to_numpy(), minlength=rows.size)
        summary.add(part)
    folder.write("points.parquet", _bytes(_points(setup, failures, rows)))
    folder.write("summary.parquet", _bytes(summary.table()))
    return {
        "points": len(setup.points),
        "runs": int(rows.sum()),
        "failed_points": sorted({f.point for f in failures}),
        "failures": [f._asdict() for f in failures],
    }


def _bytes(content: pa.Table) -> bytes:
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(content, buffer, compression="zstd", row_group_size=1_000_000)
    return buffer.getvalue()


def _points(setup: Setup, failures: list[Failure], rows: Ints) -> pa.Table:
    import pyarrow as pa

    points = setup.points
    error = {f.point: f.error for f in reversed(failures)}
    columns: dict[str, Any] = {
        "point": pa.array(range(len(points)), pa.int32()),
        "name": pa.array([p.name for p in points], pa.string()),
    }
    for factor in dict.fromkeys(name for point in points for name in point.values):
        columns[factor] = _values([point.values.get(factor) for point in points])
    columns["runs"] = pa.array(rows, pa.int64())
    columns["error"] = pa.array([error.get(p.number) for p in points], pa.string())
    return pa.table(columns)


def _values(values: list[Any]) -> pa.Array:
    """Numbers as numbers; anything else as text."""
    import pyarrow as pa

    if all(value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in values):
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    return pa.array([None if value is None else str(value) for value in values], pa.string())


class _Summary:
    """Sums over parts. With a nested design the runs of one assumption count as one observation of their mean."""

    def __init__(self, nested: bool):
        self.nested = nested
        self._kept: dict[Measure, list[tuple[Ints, Floats, Floats, Floats]]] = {}

    def add(self, part: pa.Table) -> None:
        """Counts, sums and sums of squares of every measure, point by point."""
        point = part.column("point").to_numpy()
        if point.size == 0:
            return
        cluster = part.column("assumption").to_numpy() if self.nested else np.arange(point.size)
        fresh = np.flatnonzero(np.diff(point, prepend=-1) | np.diff(cluster, prepend=-1))
        of_cluster = point[fresh]
        starts = np.flatnonzero(np.diff(of_cluster, prepend=-1))
        for measure, values in measures(part):
            there = ~np.isnan(values)
            count, total = there.astype(np.float64), np.where(there, values, 0.0)
            if self.nested:
                count, total = np.add.reduceat(count, fresh), np.add.reduceat(total, fresh)
                total = np.divide(total, count, out=np.zeros_like(total), where=count > 0)
                count = (count > 0).astype(np.float64)
            sums = (np.add.reduceat(x, starts) for x in (count, total, total * total))
            self._kept.setdefault(measure, []).append((of_cluster[starts], *sums))

    def table(self) -> pa.Table:
        """One row a point and measure: mean or share, standard error, 95% interval (Wilson's for shares of runs)."""
        import pyarrow as pa

        rows = [self._rows(measure, kept) for measure, kept in self._kept.items()]
        names = ("n", "mean", "se", "low", "high")
        if not rows:
            rows = [(np.zeros(0, np.int32), *(np.zeros(0) for _ in names))]
        sizes = [row[0].size for row in rows]
        labels = list(self._kept) or [Measure("", "", False)]
        order = np.argsort(np.concatenate([row[0] for row in rows]), kind="stable")
        numbers = {name: np.concatenate([row[k] for row in rows])[order] for k, name in enumerate(("point", *names))}
        texts = {
            "measure": np.repeat([m.measure for m in labels], sizes)[order],
            "level": np.repeat([m.level for m in labels], sizes)[order],
            "kind": np.repeat(["share" if m.share else "mean" for m in labels], sizes)[order],
        }
        columns = {"point": pa.array(numbers["point"].astype(np.int32))}
        columns |= {name: pa.array(text.tolist(), pa.string()) for name, text in texts.items()}
        columns["n"] = pa.array(numbers["n"].astype(np.int64))
        return pa.table(columns | {k: pa.array(numbers[k], mask=np.isnan(numbers[k])) for k in names[1:]})

    def _rows(self, measure: Measure, kept: list[tuple[Ints, Floats, Floats, Floats]]) -> tuple[Any, ...]:
        size = int(max(points.max() for points, *_ in kept)) + 1
        n, total, squares = (np.zeros(size) for _ in range(3))
        for points, *sums in kept:
            for whole, part in zip((n, total, squares), sums, strict=True):
                whole[points] += part
        seen = np.unique(np.concatenate([points for points, *_ in kept]))
        n, total, squares = n[seen], total[seen], squares[seen]
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = total / n
            variance = np.maximum(squares - n * mean * mean, 0.0) / (n - 1)
            se = np.sqrt(variance / n)
        if measure.share and not self.nested:
            low, high = wilson_of_shares(mean, n)
        else:
            low, high = mean - Z95 * se, mean + Z95 * se
        return seen, n, mean, se, low, high
