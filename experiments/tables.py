"""The tables of points and of summaries of a sweep, written once from its parts."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.folder import SweepFolder
from experiments.setup import Setup
from experiments.summary import SummaryTable
from experiments.sweep_parts import Failure, read_failures
from sim.core.layout import Ints
from sim.results.reader import read_table

if TYPE_CHECKING:
    import pyarrow as pa


def write_tables(setup: Setup, folder: SweepFolder, parts: int) -> dict[str, Any]:
    """Write the tables of points and of summaries from the finished parts.

    Parameters
    ----------
    setup : Setup
        The experiment.
    folder : SweepFolder
        Folder with all parts.
    parts : int
        Number of parts.

    Returns
    -------
    dict
        For the manifest: numbers of points and runs, the points that failed and why.

    Raises
    ------
    ParleyError
        A part is damaged, or a table cannot be written.
    """
    summary, failures = SummaryTable(setup.experiment.nested is not None), list[Failure]()
    runs = np.zeros(len(setup.points), np.int64)
    for number in range(parts):
        part = read_table(folder.part_path(number), {"point": "number", "run": "number"})
        failures += list(read_failures(part.schema.metadata))
        runs += np.bincount(part.column("point").to_numpy(), minlength=runs.size)
        summary.add(part)
    folder.write("points.parquet", _encode_table(_build_points(setup, failures, runs)))
    folder.write("summary.parquet", _encode_table(summary.to_arrow()))
    return {
        "points": len(setup.points),
        "runs": int(runs.sum()),
        "failed_points": sorted({failure.point for failure in failures}),
        "failures": [failure._asdict() for failure in failures],
    }


def _encode_table(content: pa.Table) -> bytes:
    """Return a table as the bytes of a Parquet file."""
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(content, buffer, compression="zstd", row_group_size=1_000_000, write_page_checksum=True)
    return buffer.getvalue()


def _build_points(setup: Setup, failures: list[Failure], runs: Ints) -> pa.Table:
    """Return one row a point: number, name, the value of every factor, runs, and the first error."""
    import pyarrow as pa

    points = setup.points
    error = {failure.point: failure.error for failure in reversed(failures)}
    columns: dict[str, Any] = {
        "point": pa.array(range(len(points)), pa.int32()),
        "name": pa.array([p.name for p in points], pa.string()),
    }
    for factor in dict.fromkeys(name for point in points for name in point.values):
        columns[factor] = _encode_values([point.values.get(factor) for point in points])
    columns["runs"] = pa.array(runs, pa.int64())
    columns["error"] = pa.array([error.get(p.number) for p in points], pa.string())
    return pa.table(columns)


def _encode_values(values: list[Any]) -> pa.Array:
    """Return numbers as numbers, anything else as text."""
    import pyarrow as pa

    if all(value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in values):
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    return pa.array([None if value is None else str(value) for value in values], pa.string())
