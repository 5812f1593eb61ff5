"""The tables of a finished sweep as tidy frames."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.measures import POINTS
from sim.core.errors import ParleyError
from sim.results.reader import check_files, find_unknown, read_manifest, read_table

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_POINT_KINDS = {"point": "number", "name": "text", "runs": "number", "error": "text"}
_SUMMARY_KINDS = {"point": "number", "measure": "text", "level": "text", "kind": "text"}
_SUMMARY_KINDS |= dict.fromkeys(("n", "mean", "se", "low", "high"), "number")


VARIANT = "variant"
"""Column of the variants' names, where the design has variants instead of factors."""


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
        return self._read_frame("points.parquet", _POINT_KINDS)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row a point and measure: mean or share, standard error, 95% interval."""
        return self._read_frame("summary.parquet", _SUMMARY_KINDS)

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
        names = sorted(name for name in self.manifest["files"] if name.startswith("runs/"))
        self._check(names)
        kinds = {"point": "number", "run": "number"}
        only = list(columns) if columns else None
        return _concatenate([read_table(self.folder / name, kinds, only) for name in names])

    def _read_frame(self, name: str, kinds: dict[str, str]) -> pd.DataFrame:
        """Read one of the small tables, which is as it was written and has the columns it needs."""
        self._check([name])
        table = read_table(self.folder / name, kinds)
        for column in ("point", "measure", "level"):
            if column in kinds and table.column(column).null_count:
                raise ParleyError(f"{self.folder / name}: column `{column}` has gaps")
        frame: pd.DataFrame = table.to_pandas()
        return frame

    def _check(self, names: Sequence[str]) -> None:
        """Refuse files that are missing or were changed. Raises ParleyError."""
        check_files(self.folder, {"files": {name: self.manifest["files"].get(name, "") for name in names}})


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
    manifest = read_manifest(Path(folder))
    if manifest is None or manifest.get("kind") != "sweep" or not manifest.get("complete"):
        problem = f"{folder} holds no finished sweep; `parley sweep EXPERIMENT.yaml -o {folder}` makes or resumes one"
        raise ParleyError(problem)
    for name in find_unknown(Path(folder), manifest["files"]):
        warnings.warn(f"{Path(folder) / name} is not of this sweep and is ignored", stacklevel=2)
    results = Results(Path(folder), manifest)
    results._check([name for name in manifest["files"] if not name.startswith("runs/")])
    return results


def label_points(results: Results, factors: Sequence[str] | None = None, *, with_names: bool = True) -> dict[int, str]:
    """Label every point by names and values of its factors, or by its own name where there are none.

    Parameters
    ----------
    results : Results
        A finished sweep.
    factors : sequence of str, optional
        Factors whose values make the label; all by default.
    with_names : bool
        Whether the factors' names stand before the values: `rate 0.5, seat beside`.

    Returns
    -------
    dict of int to str
        Label by number of the point.
    """
    names = list(factors or results.factors)
    labels = {}
    for row in results.points.to_dict("records"):
        values = [
            f"{name} {format_value(row[name])}" if with_names and name != VARIANT else format_value(row[name])
            for name in names
        ]
        label = ", ".join(values) if names else str(row["name"])
        labels[int(row["point"])] = label
    return labels


def format_value(value: Any) -> str:
    """Format a value of a factor as a label; underscores of names become spaces."""
    return f"{value:g}" if isinstance(value, float | int) else str(value).replace("_", " ")


def _concatenate(tables: list[pa.Table]) -> pa.Table:
    """Return the tables of all parts as one, their codes under one dictionary."""
    import pyarrow as pa

    whole = pa.concat_tables([table.replace_schema_metadata(None) for table in tables])
    return whole.unify_dictionaries().combine_chunks()
