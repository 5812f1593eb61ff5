"""A posterior as a file and as a prior: rows of parameter values by scenario path, each with its weight."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from calibration.inference import Sample
from calibration.priors import Parameter, find_position
from sim.core.atomic import replace_file
from sim.core.counts import format_count
from sim.core.draws import stream_key, uniform
from sim.core.errors import ParleyError, one_line
from sim.core.layout import Floats, Ints
from sim.results.reader import check_files, open_table, read_bytes, read_manifest, read_table
from sim.scenario.resolve import Problem
from sim.scenario.schema import Scenario
from sim.tables.arrow import decode_numbers
from sim.yamlio.validation import find_annotation

if TYPE_CHECKING:
    from sim.core.columns import Chunk
    from sim.results.plan import Plan

FILE = "posterior.parquet"
FIRST_MODEL = 1
"""The version of the model of posteriors that do not say theirs: when they were written there was no other."""
WEIGHT = "weight"
_CHUNK = 1000
MOST_ROWS = 1_000_000
"""The most rows of a posterior that are read."""
MOST_BYTES = 1 << 30
"""The largest file of a posterior that is kept beside results."""


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
        """Return the paths as parameters of a scenario.

        Raises
        ------
        ParleyError
            The scenario has no such number, or may not have one of these values.
        """
        for path, values in zip(self.paths, self.values.T, strict=True):
            find_position(problem, path)
            check_bounds(path, values)
        low, high = self.values.min(axis=0), self.values.max(axis=0)
        return tuple(
            Parameter(p, (p,), float(a), float((a + b) / 2), float(b), "uniform")
            for p, a, b in zip(self.paths, low, high, strict=True)
        )


def check_bounds(path: str, values: Floats) -> None:
    """Refuse values that a scenario may not have at a path. Raises ParleyError."""
    annotation = find_annotation(Scenario, tuple(path.split(".")))
    for value in (values.min(), values.max()):
        try:
            TypeAdapter(annotation).validate_python({"value": float(value), "set": True})
        except ValidationError as error:
            problem = error.errors()[0]["msg"].removeprefix("Value error, ")
            raise ParleyError(one_line(f"the posterior has {value:g} at `{path}`: {problem}")) from None


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
    columns = {path: sample.values[:, j] for j, p in enumerate(parameters) for path in p.paths}
    weights = sample.weights / sample.weights.sum()
    posterior = Posterior(tuple(columns), np.column_stack(list(columns.values())), weights, note)
    with replace_file(folder / FILE) as temporary:
        temporary.write_bytes(encode_posterior(posterior))


def encode_posterior(posterior: Posterior) -> bytes:
    """Encode a posterior as a Parquet file, its note in the metadata."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = dict(zip(posterior.paths, posterior.values.T, strict=True)) | {WEIGHT: posterior.weights}
    table = pa.table({name: pa.array(np.ascontiguousarray(values)) for name, values in columns.items()})
    noted = table.replace_schema_metadata({"parley": json.dumps(posterior.note, sort_keys=True)})
    buffer = io.BytesIO()
    pq.write_table(noted, buffer, write_page_checksum=True)
    return buffer.getvalue()


def read_posterior(folder: Path) -> Posterior:
    """Read a posterior from a fit's folder or a Parquet file.

    Raises
    ------
    ParleyError
        There is none, or the file is no posterior.
    """
    path = folder / FILE if folder.is_dir() else folder
    if not path.is_file():
        raise ParleyError(
            f"no posterior in `{folder}`; `parley calibrate FIT -o DIR` writes {FILE} once its checks pass"
        )
    if folder.is_dir():
        check_files(folder, {"hashes": _find_hash(folder)})
    names = _list_paths(path)
    table = read_table(path, dict.fromkeys([WEIGHT, *names], "number"))
    if not 1 <= table.num_rows <= MOST_ROWS:
        raise ParleyError(f"`{path}` has {table.num_rows:,} rows; a posterior has 1 to {MOST_ROWS:,}")
    weights, values = decode_numbers(table[WEIGHT]), np.column_stack([decode_numbers(table[name]) for name in names])
    with np.errstate(over="ignore", invalid="ignore"):
        sums = (weights.sum(), np.abs(values).sum())
    if not np.isfinite(sums).all() or weights.min() < 0 or weights.sum() <= 0:
        raise ParleyError(f"`{path}` holds numbers that are not finite, or weights below 0 or with no finite sum")
    return Posterior(tuple(names), values, weights, _read_note(path, table.schema.metadata))


def _find_hash(folder: Path) -> dict[str, str]:
    """Find the hash of the posterior in the manifest of a fit; empty where there is none. Raises ParleyError."""
    hashes = (read_manifest(folder) or {}).get("hashes", {})
    return {FILE: hashes[FILE]} if FILE in hashes else {}


def _list_paths(path: Path) -> list[str]:
    """List the scenario paths of a posterior. Raises ParleyError where it has none."""
    with open_table(path, {}) as file:
        names = file.schema_arrow.names
    paths = [name for name in names if name != WEIGHT]
    if WEIGHT not in names or not paths:
        needs = f"it needs a column `{WEIGHT}`, a column for each scenario path, and rows"
        raise ParleyError(f"`{path}` is not a posterior: {needs}")
    return paths


def _read_note(path: Path, metadata: dict[bytes, bytes] | None) -> dict[str, Any]:
    """Read the note of a posterior: texts and numbers by name. Raises ParleyError."""
    try:
        note = json.loads((metadata or {}).get(b"parley", b"{}"))
    except (ValueError, RecursionError) as error:
        raise ParleyError(one_line(f"`{path}`: its note cannot be read: {error}")) from None
    texts = ("fit", "title", "name", "conditional_on")
    if not isinstance(note, dict) or not all(isinstance(note.get(name, ""), str) for name in texts):
        raise ParleyError(f"`{path}`: its note has to be a mapping with {', '.join(texts)} as text")
    return {key: value for key, value in note.items() if isinstance(value, str | int | float)}


def apply_posterior(job: Plan, folder: Path) -> Plan:
    """Return a plan whose fitted numbers come from the posterior in a folder.

    Raises
    ------
    ParleyError
        There is no posterior, the scenario lacks one of its paths or has another version of the model, or the plan is
        for the Mesa engine.
    """
    from dataclasses import replace

    from sim.results.plan import PosteriorSource

    posterior = read_posterior(folder)
    if job.engine == "mesa":
        raise ParleyError("a posterior runs on the compiled engine; leave `engine` at auto or compiled")
    check_model(posterior, job.loaded.scenario)
    posterior.parameters(job.problem)
    digest = hashlib.blake2b(
        "|".join(posterior.paths).encode() + posterior.values.tobytes() + posterior.weights.tobytes()
    )
    note = {**posterior.note, "paths": list(posterior.paths)}
    content = read_bytes(folder / FILE if folder.is_dir() else folder, MOST_BYTES)

    def draw(assumptions: Ints, seed: int) -> Floats:
        return posterior.values[posterior.rows(assumptions, seed)]

    name = digest.hexdigest()[:12]
    source = PosteriorSource(name, note, lambda plan: simulate_chunks(plan, posterior), draw, content)
    return replace(job, posterior=source)


def check_model(posterior: Posterior, scenario: Scenario) -> None:
    """Refuse a posterior that was fitted under another version of the model. Raises ParleyError."""
    fitted, played = posterior.note.get("model", FIRST_MODEL), scenario.model.version
    if fitted != played:
        raise ParleyError(
            f"the posterior was fitted under version {fitted} of the model and the scenario plays version {played}: "
            f"fit it again, or play the scenario with `model.version={fitted}`"
        )


def describe_posterior(note: Mapping[str, Any]) -> str:
    """Describe the posterior of a plan or a manifest in a few words, from its note."""
    count = len(note.get("paths", ()))
    numbers = format_count(count, "fitted number") if count else "fitted numbers"
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
