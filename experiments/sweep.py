"""The sweep runner: an experiment into a folder, on this machine or on a Dask cluster, resumable after any kill."""

from __future__ import annotations

import datetime
import hashlib
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

from experiments.folder import SweepFolder
from experiments.setup import Setup
from experiments.spec import Experiment, read_experiment
from experiments.tables import write_tables
from experiments.tasks import Piece, count_part_runs, run_part, select_columns, split_parts
from experiments.validation import check_values
from sim.compiled.pool import workers_available
from sim.core.atomic import MANIFEST
from sim.core.errors import ParleyError
from sim.core.jit import source_hash
from sim.core.version import __version__
from sim.results.manifest import citations, environment, plain
from sim.scenario.dump import resolved

FORMAT = 1

Progress = Callable[[int, int], None]
"""Called with the runs finished since the last call and the runs of the whole sweep."""


def _ignore(done: int, total: int) -> None:
    """Tell nobody."""


def run_sweep(
    source: str | Path | Mapping[str, Any] | Experiment,
    folder: str | Path,
    *,
    workers: int | None = None,
    dask: str | None = None,
    progress: Progress = _ignore,
) -> dict[str, Any]:
    """Carry out an experiment into a folder, or what of it is not yet there; returns the manifest.

    `workers` threads on this machine (default: one a processor), or `dask`, the address of a scheduler. Raises
    ParleyError: a wrong path, value or design before anything runs; a changed experiment; a folder that holds something
    else or cannot be written.
    """
    setup = Setup.of(read_experiment(source))
    check_values(setup)
    experiment = describe_identity(setup)
    target, parts = SweepFolder(folder), split_parts(setup.experiment, len(setup.points))
    with target.claim(experiment):
        done = target.list_parts(len(parts))
        sessions = (target.read_json(MANIFEST) or {}).get("sessions", [])
        started = time.monotonic()
        session: dict[str, Any] = {"started": _now(), "parts_found": len(done), "dask": dask is not None}
        total = sum(p.high - p.low for pieces in parts for p in pieces)
        progress(sum(p.high - p.low for n in done for p in parts[n]), total)
        open_ = {n: pieces for n, pieces in enumerate(parts) if n not in set(done)}
        for number, content in _run_parts(setup, open_, workers, dask, lambda runs: progress(runs, total)):
            target.write(str(target.part_path(number).relative_to(target.path)), content)
        session |= {"parts_made": len(open_), "seconds": round(time.monotonic() - started, 3)}
        if open_ or not (target.read_json(MANIFEST) or {}).get("complete"):
            tables = write_tables(setup, target, len(parts))
            target.write_json(MANIFEST, _build_manifest(setup, experiment, target, tables, [*sessions, session]))
        manifest: dict[str, Any] = target.read_json(MANIFEST)
        return manifest


def describe_identity(setup: Setup) -> dict[str, Any]:
    """Everything the tables depend on: two sweeps with equal identity have the same bytes."""
    import numpy
    import pyarrow

    experiment = setup.experiment.model_dump(mode="json", exclude={"title", "question", "scenario"})
    factors = experiment["factors"].items()
    experiment["factors"] = {name: {k: v for k, v in f.items() if not _is_default(v)} for name, f in factors}
    return {
        "format": FORMAT,
        "experiment": plain(experiment),
        "scenario": plain(resolved(setup.base)),
        "points": len(setup.points),
        "part_runs": count_part_runs(setup.experiment, len(setup.points)),
        "columns": select_columns(setup),
        "software": {
            "parley": __version__,
            "rules": source_hash(),
            "numpy": numpy.__version__,
            "pyarrow": pyarrow.__version__,
        },
    }


def _is_default(value: Any) -> bool:
    """Whether a key of a factor was not given. Zero was: it equals False, but is the end of a range."""
    return value is None or value is False or value in ([], "")


def _run_parts(
    setup: Setup,
    parts: dict[int, list[Piece]],
    workers: int | None,
    dask: str | None,
    on_progress: Callable[[int], None],
) -> Iterator[tuple[int, bytes]]:
    if not parts:
        return iter(())
    if dask is not None:
        from experiments.cluster import run_on_cluster

        return run_on_cluster(setup, parts, dask, on_progress)
    count = workers_available() if workers is None else workers
    if count < 1:
        raise ParleyError("workers is 1 or more")
    return run_on_threads(setup, parts, count, on_progress)


def run_on_threads(
    setup: Setup, parts: dict[int, list[Piece]], workers: int, on_progress: Callable[[int], None]
) -> Iterator[tuple[int, bytes]]:
    """Parts as they are finished, on threads of this process: compiled code runs without the global lock.

    The Mesa engine is plain Python: one thread here, and as many processes below it as there are workers.
    """
    alone = setup.experiment.engine == "mesa"
    stop = threading.Event()
    counts: queue.SimpleQueue[int] = queue.SimpleQueue()

    def tell(runs: int) -> None:
        counts.put(runs)
        if stop.is_set():
            raise _StopPart

    waiting = iter(parts.items())
    with ThreadPoolExecutor(1 if alone else workers) as pool:
        under_way: dict[Future[bytes], int] = {}
        try:
            while True:
                while len(under_way) <= (1 if alone else workers) and (item := next(waiting, None)):
                    under_way[pool.submit(run_part, setup, item[1], tell, workers if alone else 1)] = item[0]
                if not under_way:
                    return
                finished, _ = wait(under_way, timeout=0.2, return_when=FIRST_COMPLETED)
                while not counts.empty():
                    on_progress(counts.get())
                for future in sorted(finished, key=under_way.__getitem__):
                    yield under_way.pop(future), future.result()
        finally:
            stop.set()
            for future in under_way:
                future.cancel()


class _StopPart(BaseException):
    """Ends a part's work when nobody waits for it any more; no error of a point."""


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _build_manifest(
    setup: Setup,
    experiment: dict[str, Any],
    target: SweepFolder,
    tables: dict[str, Any],
    sessions: list[dict[str, Any]],
) -> dict[str, Any]:
    """What the tables stand on, with their hashes; the only file with times in it."""
    files = sorted(target.path.glob("runs/*.parquet")) + sorted(target.path.glob("*.parquet"))
    hashes = {str(f.relative_to(target.path)): _hash(f.read_bytes()) for f in files}
    whole = _hash(repr(sorted(hashes.items())).encode())
    return {
        "kind": "sweep",
        "format": FORMAT,
        "parley": __version__,
        "title": setup.experiment.title,
        "question": setup.experiment.question,
        "seed": setup.experiment.seed,
        "asked": experiment,
        "citations": citations(setup.base),
        "tables": tables,
        "files": hashes,
        "hash": whole,
        "complete": True,
        "environment": environment(),
        "sessions": sessions,
    }


def _hash(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()
