"""A posterior as a file, and as a prior: rows of parameter values by scenario path, each with its weight."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from calibration.inference import Sample
from calibration.priors import Parameter, position
from sim.core.atomic import placed
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
    """Values (n, paths) at scenario `paths`, `weights` (n,), and what the fit was conditional on."""

    paths: tuple[str, ...]
    values: Floats
    weights: Floats
    note: dict[str, Any]

    def rows(self, assumptions: Ints, seed: int) -> Ints:
        """The row of each assumption index: an addressed uniform through the cumulated weights."""
        key = stream_key(seed, "posterior", "row")
        us = np.array([uniform(key, int(index), 0, 0) for index in assumptions])
        edges = np.cumsum(self.weights) / self.weights.sum()
        return np.minimum(np.searchsorted(edges, us), len(edges) - 1).astype(np.int64)

    def parameters(self, problem: Problem) -> tuple[Parameter, ...]:
        """The paths as parameters of a scenario. Raises ParleyError where the scenario has no such number."""
        for path in self.paths:
            position(problem, path)
        low, high = self.values.min(axis=0), self.values.max(axis=0)
        return tuple(
            Parameter(p, (p,), float(a), float((a + b) / 2), float(b), "uniform")
            for p, a, b in zip(self.paths, low, high, strict=True)
        )


def write(folder: Path, sample: Sample, wanted: tuple[Parameter, ...], note: dict[str, Any]) -> None:
    """Write `posterior.parquet`: a column a scenario path (tied paths repeat their value), and `weight`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {path: sample.values[:, j] for j, p in enumerate(wanted) for path in p.paths}
    columns[WEIGHT] = sample.weights / sample.weights.sum()
    table = pa.table({name: pa.array(values) for name, values in columns.items()})
    with placed(folder / FILE) as beside:
        pq.write_table(table.replace_schema_metadata({"parley": json.dumps(note, sort_keys=True)}), beside)


def read(folder: Path) -> Posterior:
    """Read a posterior. Raises ParleyError where there is none, or where it is no posterior."""
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


def under(job: Plan, folder: Path) -> Plan:
    """A plan whose fitted numbers come from the posterior in `folder`. Raises ParleyError."""
    from dataclasses import replace

    from sim.results.plan import PosteriorSource

    found = read(folder)
    if job.engine == "mesa":
        raise ParleyError("a posterior runs on the compiled engine; leave `engine` at auto or compiled")
    found.parameters(job.problem)
    digest = hashlib.blake2b("|".join(found.paths).encode() + found.values.tobytes() + found.weights.tobytes())
    note = {**found.note, "paths": list(found.paths)}
    return replace(job, posterior=PosteriorSource(digest.hexdigest()[:12], note, lambda plan: chunks(plan, found)))


def told(note: Mapping[str, Any]) -> str:
    """In a few words what a plan, or a manifest, says of the posterior it is under."""
    count = len(note.get("paths", ()))
    fitted = f"{count} fitted number{'s' if count != 1 else ''}" if count else "fitted numbers"
    return f"{fitted} drawn from the posterior of the fit {note.get('fit') or note.get('name', 'unnamed')}"


def chunks(job: Plan, posterior: Posterior) -> Iterator[Chunk]:
    """Chunks of a plan whose fitted numbers come from a posterior: run k takes the row its assumption index addresses.

    All other ranged numbers are drawn as without a posterior. Raises ParleyError where the scenario lacks a path.
    """
    from calibration.particles import Particles
    from sim.core.columns import Chunk

    particles = Particles(job.problem, posterior.parameters(job.problem))
    for start in range(0, job.n, _CHUNK):
        stop = min(start + _CHUNK, job.n)
        assumptions, fates = job.assumptions[start:stop], job.fates[start:stop]
        values = posterior.values[posterior.rows(assumptions, job.seed)]
        parts = particles.run_threads(values, assumptions[:, None], fates[:, None], job.workers)
        runs, rounds, rows = (np.concatenate([part[k] for part in parts]) for k in range(3))
        yield Chunk(start, runs, rounds, rows)
