"""A posterior as a file and as a prior: rows of parameter values by scenario path, each with its weight."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from calibration.inference import Sample
from calibration.priors import Parameter, find_position
from sim.core.atomic import replace_file
from sim.core.draws import stream_key, uniform
from sim.core.errors import ParleyError
from sim.core.layout import Floats, Ints
from sim.scenario.resolve import Problem

if TYPE_CHECKING:
    from sim.core.columns import Chunk
    from sim.results.plan import Plan

FILE = "posterior.parquet"
WEIGHT = "weight"
_CHUNK = 1000


@dataclass(frozen=True)
class Posterior:
    """A posterior that can be drawn from.

    Attributes
    ----------
    paths : tuple of str
        Scenario paths.
    values : ndarray (n, paths)
        Rows of values.
    weights : ndarray (n,)
        Weights.
    note : dict
        Which fit it is, and its conditions.
    """

    paths: tuple[str, ...]
    values: Floats
    weights: Floats
    note: dict[str, Any]

    def rows(self, assumptions: Ints, seed: int) -> Ints:
        """Return the row of each assumption index, by an addressed uniform through the cumulated weights."""
        key = stream_key(seed, "posterior", "row")
        us = np.array([uniform(key, int(index), 0, 0) for index in assumptions])
        edges = np.cumsum(self.weights) / self.weights.sum()
        return np.minimum(np.searchsorted(edges, us), len(edges) - 1).astype(np.int64)

    def parameters(self, problem: Problem) -> tuple[Parameter, ...]:
        """Return the paths as parameters of a scenario. Raises ParleyError where the scenario has no such number."""
        for path in self.paths:
            find_position(problem, path)
        low, high = self.values.min(axis=0), self.values.max(axis=0)
        return tuple(
            Parameter(p, (p,), float(a), float((a + b) / 2), float(b), "uniform")
            for p, a, b in zip(self.paths, low, high, strict=True)
        )


def write_posterior(folder: Path, sample: Sample, parameters: tuple[Parameter, ...], note: dict[str, Any]) -> None:
    """Write `posterior.parquet`: a column a scenario path (tied paths repeat their value), and `weight`.

    Parameters
    ----------
    folder : Path
        Folder of the fit.
    sample : Sample
        Values (n, k) and weights.
    parameters : tuple of Parameter (k,)
        Paths of the values.
    note : dict
        Stored with the table.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {path: sample.values[:, j] for j, p in enumerate(parameters) for path in p.paths}
    columns[WEIGHT] = sample.weights / sample.weights.sum()
    table = pa.table({name: pa.array(values) for name, values in columns.items()})
    with replace_file(folder / FILE) as temporary:
        pq.write_table(table.replace_schema_metadata({"parley": json.dumps(note, sort_keys=True)}), temporary)


def read_posterior(folder: Path) -> Posterior:
    """Read a posterior from a fit's folder or a Parquet file.

    Raises
    ------
    ParleyError
        There is none, or the file is no posterior.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / FILE if folder.is_dir() else folder
    if not path.is_file():
        raise ParleyError(
            f"no posterior in `{folder}`; `parley calibrate FIT -o DIR` writes {FILE} once its checks pass"
        )
    try:
        table = pq.read_table(path)
    except pa.ArrowInvalid:
        raise ParleyError(f"`{path}` is no Parquet file") from None
    names = [name for name in table.column_names if name != WEIGHT]
    if WEIGHT not in table.column_names or not names or not table.num_rows:
        raise ParleyError(f"`{path}` is no posterior: it needs a column `{WEIGHT}`, a column a scenario path, and rows")
    weights = table[WEIGHT].to_numpy().astype(float)
    values = np.column_stack([table[name].to_numpy().astype(float) for name in names])
    if not np.isfinite(values).all() or not np.isfinite(weights).all() or weights.min() < 0 or weights.sum() <= 0:
        raise ParleyError(f"`{path}` holds numbers that are not finite, or weights below 0")
    note = json.loads((table.schema.metadata or {}).get(b"parley", b"{}"))
    return Posterior(tuple(names), values, weights, note)


def apply_posterior(job: Plan, folder: Path) -> Plan:
    """Return a plan whose fitted numbers come from the posterior in a folder.

    Raises
    ------
    ParleyError
        There is no posterior, the scenario lacks one of its paths, or the plan is for the Mesa engine.
    """
    from dataclasses import replace

    from sim.results.plan import PosteriorSource

    posterior = read_posterior(folder)
    if job.engine == "mesa":
        raise ParleyError("a posterior runs on the compiled engine; leave `engine` at auto or compiled")
    posterior.parameters(job.problem)
    digest = hashlib.blake2b(
        "|".join(posterior.paths).encode() + posterior.values.tobytes() + posterior.weights.tobytes()
    )
    note = {**posterior.note, "paths": list(posterior.paths)}
    return replace(
        job, posterior=PosteriorSource(digest.hexdigest()[:12], note, lambda plan: simulate_chunks(plan, posterior))
    )


def describe_posterior(note: Mapping[str, Any]) -> str:
    """Describe the posterior of a plan or a manifest in a few words, from its note."""
    count = len(note.get("paths", ()))
    numbers = f"{count} fitted number{'s' if count != 1 else ''}" if count else "fitted numbers"
    return f"{numbers} drawn from the posterior of the fit {note.get('fit') or note.get('name', 'unnamed')}"


def simulate_chunks(job: Plan, posterior: Posterior) -> Iterator[Chunk]:
    """Simulate a plan whose fitted numbers come from a posterior.

    Run k takes the row that its assumption index addresses; all other ranged numbers are drawn as without a posterior.

    Parameters
    ----------
    job : Plan
        Scenario, seed and indices.
    posterior : Posterior
        Rows of values by scenario path.

    Yields
    ------
    Chunk
        Raw rows of consecutive runs, in order.

    Raises
    ------
    ParleyError
        The scenario has no number at a path of the posterior.
    """
    from calibration.particles import create_runner

    runner = create_runner(job.problem, posterior.parameters(job.problem))
    for start in range(0, job.n, _CHUNK):
        stop = min(start + _CHUNK, job.n)
        assumptions, fates = job.assumptions[start:stop], job.fates[start:stop]
        values = posterior.values[posterior.rows(assumptions, job.seed)]
        yield runner.run(values, assumptions[:, None], fates[:, None], job.workers)._replace(start=start)
