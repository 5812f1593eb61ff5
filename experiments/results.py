"""The tables of a finished sweep as tidy frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.folder import SweepFolder
from experiments.measures import POINTS
from sim.core.atomic import MANIFEST
from sim.core.errors import ParleyError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


@dataclass(frozen=True)
class Results:
    """A finished sweep; tables are read when they are first used.

    Attributes
    ----------
    folder : Path
        Folder of the sweep.
    manifest : dict
        What the tables depend on, their hashes, and how they came about.
    """

    folder: Path
    manifest: dict[str, Any]

    @cached_property
    def points(self) -> pd.DataFrame:
        """One row a point: number, name, the value of every factor, runs, and the error of a point that failed."""
        return _read_frame(self.folder / "points.parquet")

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row a point and measure: mean or share, standard error, 95% interval."""
        return _read_frame(self.folder / "summary.parquet")

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row a run, with the values of its point's factors."""
        runs: pd.DataFrame = self.run_table().to_pandas()
        return runs.merge(self.points[["point", *self.factors]], on="point", how="left")

    @property
    def factors(self) -> list[str]:
        """Names of the factors, in the design's order."""
        return [name for name in self.points.columns if name not in POINTS]

    def run_table(self, columns: Sequence[str] | None = None) -> pa.Table:
        """Read all runs.

        Parameters
        ----------
        columns : sequence of str, optional
            Columns to read; all by default.

        Returns
        -------
        pa.Table
            One row a run, in the order of points and runs.
        """
        import pyarrow.parquet as pq

        files = sorted((self.folder / "runs").glob("*.parquet"))
        return _concatenate([pq.read_table(file, columns=list(columns) if columns else None) for file in files])


def load(folder: str | Path) -> Results:
    """Load the results of a sweep.

    Parameters
    ----------
    folder : str or Path
        Folder that the sweep was written into.

    Returns
    -------
    Results

    Raises
    ------
    ParleyError
        The folder holds no finished sweep.
    """
    manifest = SweepFolder(folder).read_json(MANIFEST)
    if manifest is None or manifest.get("kind") != "sweep" or not manifest.get("complete"):
        problem = f"{folder} holds no finished sweep; `parley sweep EXPERIMENT.yaml -o {folder}` makes or resumes one"
        raise ParleyError(problem)
    return Results(Path(folder), manifest)


def label_points(results: Results, factors: Sequence[str] | None = None) -> dict[int, str]:
    """Label every point by the values of its factors, or by its name where there are none.

    Parameters
    ----------
    results : Results
        A finished sweep.
    factors : sequence of str, optional
        Factors whose values make the label; all by default.

    Returns
    -------
    dict of int to str
        Label by number of the point.
    """
    names = list(factors or results.factors)
    labels = {}
    for row in results.points.to_dict("records"):
        label = ", ".join(format_value(row[name]) for name in names) if names else str(row["name"])
        labels[int(row["point"])] = label
    return labels


def format_value(value: Any) -> str:
    """Format a value of a factor as a label; underscores of names become spaces."""
    return f"{value:g}" if isinstance(value, float | int) else str(value).replace("_", " ")


def _read_frame(path: Path) -> pd.DataFrame:
    """Read a Parquet file as a frame."""
    import pyarrow.parquet as pq

    frame: pd.DataFrame = pq.read_table(path).to_pandas()
    return frame


def _concatenate(tables: list[pa.Table]) -> pa.Table:
    """Return the tables of all parts as one, their codes under one dictionary."""
    import pyarrow as pa

    whole = pa.concat_tables([table.replace_schema_metadata(None) for table in tables])
    return whole.unify_dictionaries().combine_chunks()
