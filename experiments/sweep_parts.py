"""The work of a sweep in parts, and the bytes of one part's Parquet file.

A part is a range of runs over consecutive points. How runs are split depends on the experiment alone, never on the
machine, the number of workers or an interruption, so a part's bytes are the same whoever computes it.
"""

from __future__ import annotations

import fnmatch
import io
import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from experiments.design import Point
from experiments.setup import Setup
from experiments.spec import MOST_PARTS, Experiment
from sim.core.columns import run_width
from sim.core.errors import ParleyError, WorkerError, nearest
from sim.core.identity import hash_code
from sim.core.layout import Floats, Ints
from sim.results.plan import CHUNK, Engine, Plan, simulate_chunks
from sim.tables.schema import build_run_schema, build_run_table

if TYPE_CHECKING:
    import pyarrow as pa


# Runs a part: about a second of work or more, so that handing out and writing weigh little and a kill costs little.
_TARGET = {"compiled": 50_000, "mesa": 500}
_LEAST = {"compiled": 10_000, "mesa": 100}
_SHARES = 16
ROW_GROUP = 50_000
FAILURES = b"parley.failures"
IDENTITY = b"parley.part"
"""Keys of a part's metadata: what failed in it, and which part of which experiment it is."""

# What a point can run into: refused values, impossible numbers. Anything else is a fault of the program and stops it.
POINT_ERRORS = (ParleyError, ArithmeticError)


class Piece(NamedTuple):
    """Runs `low` to `high` (not included) of one point."""

    point: int
    low: int
    high: int


class Failure(NamedTuple):
    """A piece that could not be run, and why."""

    point: int
    low: int
    high: int
    error: str


def count_part_runs(experiment: Experiment, count: int) -> int:
    """Count the runs of a part: a divisor or a multiple of the runs at a point, so that parts end where points do.

    Parameters
    ----------
    experiment : Experiment
        The experiment.
    count : int
        Number of points.
    """
    engine, runs = "mesa" if experiment.engine == "mesa" else "compiled", experiment.runs_per_point
    target_size = experiment.chunk or int(np.clip(-(-runs * count // _SHARES), _LEAST[engine], _TARGET[engine]))
    if target_size >= runs:
        return runs * (target_size // runs)
    whole = experiment.nested.fates if experiment.nested else 1  # an assumption's runs stay together
    shares = -(-runs // target_size)
    return -(-runs // (shares * whole)) * whole


def split_parts(experiment: Experiment, count: int) -> list[list[Piece]]:
    """Split an experiment of `count` points into parts, in order.

    Returns
    -------
    list of list of Piece
        Pieces of each part.

    Raises
    ------
    ScenarioError
        There would be more than `MOST_PARTS`.
    """
    size, runs = count_part_runs(experiment, count), experiment.runs_per_point
    parts = -(-count // (size // runs)) if size >= runs else count * -(-runs // size)
    if parts > MOST_PARTS:
        problem = f"{parts:,} parts are more than {MOST_PARTS:,}, the most of a sweep; make `chunk` larger"
        raise experiment.refuse(problem, "chunk")
    if size >= runs:
        step = size // runs
        return [[Piece(p, 0, runs) for p in range(first, min(first + step, count))] for first in range(0, count, step)]
    return [[Piece(p, low, min(low + size, runs))] for p in range(count) for low in range(0, runs, size)]


def select_columns(setup: Setup) -> list[str]:
    """Select the columns to write, in order. Raises ParleyError for a pattern in `keep` that fits none."""
    known = build_run_schema(setup.problem.names).names[3:]
    if setup.experiment.keep == "all":
        return known
    selection: set[str] = set()
    for pattern in setup.experiment.keep:
        matches = fnmatch.filter(known, pattern)
        if not matches:
            raise ParleyError(f"keep: no column `{pattern}`{nearest(pattern, known)}; known: {', '.join(known)}")
        selection |= set(matches)
    return [name for name in known if name in selection]


def build_schema(setup: Setup) -> pa.Schema:
    """Build the Arrow schema of the table of runs of all points."""
    import pyarrow as pa

    runs = build_run_schema(setup.problem.names)
    fields = [pa.field("point", pa.int32()), *(runs.field(name) for name in ("run", "assumption", "fate"))]
    return pa.schema([*fields, *(runs.field(name) for name in select_columns(setup))])


def split_run_numbers(experiment: Experiment, run: Ints) -> tuple[Ints, Ints]:
    """Split the numbers of some runs at a point into assumption and fate indices.

    Parameters
    ----------
    experiment : Experiment
        The experiment.
    run : ndarray of int (n,)
        Numbers of the runs.

    Returns
    -------
    tuple of ndarray of int (n,)
        Assumption and fate index of each run.
    """
    if experiment.nested is None:
        return run, run
    return run // experiment.nested.fates, run % experiment.nested.fates


def simulate_piece(
    setup: Setup, point: Point, low: int, high: int, on_progress: Callable[[int], None], workers: int = 1
) -> Floats:
    """Simulate some runs of a point.

    Parameters
    ----------
    setup : Setup
        The experiment.
    point : Point
        The point.
    low, high : int
        First run, and the one after the last.
    on_progress : callable
        Called with the number of runs finished since the last call.
    workers : int
        Threads or processes.

    Returns
    -------
    ndarray (high - low, width)
        Raw rows of runs.

    Raises
    ------
    ParleyError or ArithmeticError
        The point cannot be run (`POINT_ERRORS`).
    """
    assumptions, fates = split_run_numbers(setup.experiment, np.arange(low, high, dtype=np.int64))
    problem = setup.resolve_point(point)
    engine = Engine.MESA if setup.experiment.engine == "mesa" else Engine.COMPILED
    size = min(CHUNK[engine], high - low)
    job = Plan(setup.base, problem, setup.experiment.seed, assumptions, fates, engine, workers, size, keep_rounds=False)
    rows = []
    for chunk in simulate_chunks(job):
        rows.append(chunk.runs)
        on_progress(chunk.runs.shape[0])
    return np.concatenate(rows)


def describe_part(experiment: str, pieces: list[Piece]) -> bytes:
    """Describe which part of which experiment, under which code, a file holds: what its metadata says.

    Parameters
    ----------
    experiment
        Hash of everything the sweep's tables depend on.
    pieces
        Runs of the part.
    """
    identity = {"experiment": experiment, "pieces": [list(piece) for piece in pieces], "code": hash_code()}
    return json.dumps(identity, sort_keys=True).encode()


def run_part(
    setup: Setup, pieces: list[Piece], experiment: str, on_progress: Callable[[int], None], workers: int = 1
) -> bytes:
    """Run a part and return its Parquet file. A piece that fails is recorded in the file, and the rest goes on.

    Parameters
    ----------
    setup : Setup
        The experiment.
    pieces : list of Piece
        The part.
    experiment : str
        Hash of everything the sweep's tables depend on; the file carries it.
    on_progress : callable
        Called with the number of runs finished since the last call.
    workers : int
        Threads or processes.
    """
    rows: list[Floats] = []
    done: list[Piece] = []
    failures: list[Failure] = []
    for piece in pieces:
        counts = [0]

        def count(runs: int, counts: list[int] = counts) -> None:
            counts[0] += runs
            on_progress(runs)

        try:
            rows.append(simulate_piece(setup, setup.points[piece.point], piece.low, piece.high, count, workers))
            done.append(piece)
        except WorkerError:  # the point is not to blame
            raise
        except POINT_ERRORS as error:
            failures.append(Failure(*piece, f"{type(error).__name__}: {error}"))
            on_progress(piece.high - piece.low - counts[0])
    return _encode_part(build_table(setup, done, rows), failures, describe_part(experiment, pieces))


def build_table(setup: Setup, pieces: list[Piece], rows: list[Floats]) -> pa.Table:
    """Build one Arrow table of several pieces under the experiment's schema.

    Parameters
    ----------
    setup : Setup
        The experiment.
    pieces : list of Piece
        Pieces, in order.
    rows : list of ndarray
        Raw rows of each.
    """
    import pyarrow as pa

    names = setup.problem.names
    if not pieces:
        return build_schema(setup).empty_table()
    width = run_width(setup.problem.structure)
    run = np.concatenate([np.arange(low, high, dtype=np.int64) for _, low, high in pieces])
    point = np.concatenate([np.full(high - low, n, dtype=np.int32) for n, low, high in pieces])
    assumptions, fates = split_run_numbers(setup.experiment, run)
    whole = build_run_table(np.concatenate(rows).reshape(-1, width), run, assumptions, fates, names)
    schema = build_schema(setup)
    columns = [pa.array(point), *(whole.column(name) for name in schema.names[1:])]
    return pa.Table.from_arrays(columns, schema=schema)


def _encode_part(content: pa.Table, failures: list[Failure], identity: bytes) -> bytes:
    """Return a part's table and failures as the bytes of a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    failed = {FAILURES: json.dumps(failures).encode()} if failures else {}
    content = content.replace_schema_metadata({IDENTITY: identity, **failed})
    buffer = io.BytesIO()
    texts = [field.name for field in content.schema if pa.types.is_dictionary(field.type)]
    # Numbers hardly repeat: dictionaries for them cost time and space.
    options: dict[str, Any] = {"compression": "zstd", "compression_level": 1, "use_dictionary": texts or False}
    pq.write_table(content, buffer, row_group_size=ROW_GROUP, write_page_checksum=True, **options)
    return buffer.getvalue()


def read_failures(metadata: dict[bytes, bytes] | None) -> Iterator[Failure]:
    """Yield the failures that the metadata of a part's file record."""
    for entry in json.loads((metadata or {}).get(FAILURES, b"[]")):
        yield Failure(*entry)
