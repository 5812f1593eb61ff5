"""The sweep runner: an experiment into a folder, on this machine or on a Dask cluster, resumable after any kill."""

from __future__ import annotations

import queue
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

from experiments.folder import SweepFolder
from experiments.identity import FORMAT, describe_identity
from experiments.setup import Setup
from experiments.spec import Experiment, read_experiment
from experiments.sweep_parts import IDENTITY, Piece, describe_part, run_part, split_parts
from experiments.tables import write_tables
from experiments.validation import check_plans, check_values
from sim.compiled.pool import workers_available
from sim.core.atomic import MANIFEST
from sim.core.errors import ParleyError
from sim.core.identity import hash_bytes, hash_data, hash_file, seal
from sim.results.analyses import remove_analyses
from sim.results.manifest import (
    describe_environment,
    describe_software,
    describe_time,
    hash_files,
    list_citations,
    to_plain_data,
)
from sim.results.reader import find_damage, find_unknown, open_table, read_manifest
from sim.scenario.load import Loaded

TABLES = ("points.parquet", "summary.parquet")
"""The tables that are made of all parts."""

Progress = Callable[[int, int], None]
"""Called with the runs finished since the last call and the runs of the whole sweep."""

Notice = Callable[[str], None]
"""Called with one line on what was found damaged or unknown."""


def _ignore(done: int, total: int) -> None:
    """Ignore progress."""


def _warn(line: str) -> None:
    """Warn whoever called from Python."""
    warnings.warn(line, stacklevel=3)


def run_sweep(
    source: str | Path | Mapping[str, Any] | Experiment,
    folder: str | Path,
    *,
    workers: int | None = None,
    dask: str | None = None,
    progress: Progress = _ignore,
    notice: Notice = _warn,
    base: Loaded | None = None,
) -> dict[str, Any]:
    """Carry out an experiment, or the rest of it, into a folder.

    Parameters
    ----------
    source : str, Path, mapping or Experiment
        As `read_experiment` takes it.
    folder : str or Path
        A new folder, or that of the same experiment so far.
    workers : int, optional
        Threads on this machine (default: one a processor).
    dask : str, optional
        Address of a Dask scheduler, to run on its workers instead.
    progress : callable
        Called with the runs finished since the last call and the runs of the whole sweep.
    notice : callable
        Called with one line on every file that is damaged, which is made again, or unknown, which is ignored.
    base : Loaded, optional
        The scenario with the changes that all points share; loaded by its name where it is left out.

    Returns
    -------
    dict
        The manifest.

    Raises
    ------
    ParleyError
        A path, value or design is wrong (before anything runs), the folder holds something else or another experiment,
        or it cannot be written.
    """
    setup = Setup.load(read_experiment(source), base)
    parts = split_parts(setup.experiment, len(setup.points))
    check_values(setup)
    check_plans(setup)
    experiment, target = describe_identity(setup), SweepFolder(folder)
    identity = hash_data(experiment)
    with target.claim(experiment):
        before = _read_manifest(target, notice)
        done = find_parts(target, parts, identity, before, notice)
        sessions = before.get("sessions", [])
        started = time.monotonic()
        session: dict[str, Any] = {"started": describe_time(), "parts_found": len(done), "dask": dask is not None}
        total = sum(p.high - p.low for pieces in parts for p in pieces)
        progress(sum(p.high - p.low for n in done for p in parts[n]), total)
        open_ = {n: pieces for n, pieces in enumerate(parts) if n not in set(done)}
        for number, content in _run_parts(setup, open_, identity, workers, dask, lambda runs: progress(runs, total)):
            target.write_part(number, content)
        session |= {"parts_made": len(open_), "seconds": round(time.monotonic() - started, 3)}
        stale = before.get("plans") != setup.experiment.dump_plans()
        if open_ or stale or not before.get("complete") or _find_damaged_tables(target, before, notice):
            tables = write_tables(setup, target, len(parts))
            manifest = _build_manifest(setup, experiment, target, len(parts), tables, [*sessions, session])
            analyses = before.get("analyses", {})
            target.write_json(MANIFEST, seal({**manifest, "analyses": analyses}) if analyses else manifest)
            if analyses and manifest["hash"] != before["hash"]:
                remove_analyses(target.path)
        _name_unknown_files(target, len(parts), notice)
        finished: dict[str, Any] = target.read_json(MANIFEST)
        return finished


def _read_manifest(target: SweepFolder, notice: Notice) -> dict[str, Any]:
    """Read the manifest of an earlier session; empty where there is none, or a damaged one, which is named."""
    try:
        manifest = read_manifest(target.path)
    except ParleyError as error:
        notice(f"{error}; it is made again")
        return {}
    return manifest if manifest and manifest["kind"] == "sweep" else {}


def find_parts(
    target: SweepFolder, parts: list[list[Piece]], identity: str, manifest: Mapping[str, Any], notice: Notice
) -> list[int]:
    """Find the parts that are whole and of this experiment; what is damaged is named.

    Parameters
    ----------
    target
        Folder of the sweep.
    parts
        Runs of every part.
    identity
        Hash of everything the tables depend on.
    manifest
        Of a finished sweep, else empty.
    notice
        Called for every damaged part.

    Returns
    -------
    list of int
        Numbers of the parts that need not be made.
    """
    files = {target.part_path(n): n for n in range(len(parts))}
    there = {files[path] for path in (target.path / "runs").glob("*.parquet") if path in files}
    if manifest:  # a finished sweep had them all
        there = set(range(len(parts)))
    hashes = {target.part_name(n): text for n, text in target.read_journal().items()} | manifest.get("files", {})
    expected = {target.part_name(n): hashes.get(target.part_name(n), "") for n in sorted(there)}
    damage = find_damage(target.path, expected)
    done = []
    for number in sorted(there):
        name = target.part_name(number)
        if name not in damage and _read_identity(target.part_path(number)) != describe_part(identity, parts[number]):
            damage[name] = "is part of another experiment or was made by other code"
        if name in damage:
            notice(f"{target.path / name} {damage[name]}; it is made again")
        else:
            done.append(number)
    return done


def _read_identity(path: Path) -> bytes | None:
    """Read what a part says it is; None where it cannot be read."""
    try:
        with open_table(path, {}) as file:
            return (file.schema_arrow.metadata or {}).get(IDENTITY)
    except ParleyError:
        return None


def _find_damaged_tables(target: SweepFolder, manifest: Mapping[str, Any], notice: Notice) -> bool:
    """Return whether a table of a finished sweep is missing or damaged; it is named."""
    tables = {name: manifest["files"].get(name, "") for name in TABLES}
    damage = find_damage(target.path, tables)
    for name, problem in damage.items():
        notice(f"{target.path / name} {problem}; it is made again")
    return bool(damage)


def _name_unknown_files(target: SweepFolder, count: int, notice: Notice) -> None:
    """Name tables in the folder that the sweep did not write."""
    known = [*TABLES, *(target.part_name(n) for n in range(count))]
    for name in find_unknown(target.path, known):
        notice(f"{target.path / name} is not of this sweep and is ignored")


def _run_parts(
    setup: Setup,
    parts: dict[int, list[Piece]],
    identity: str,
    workers: int | None,
    dask: str | None,
    on_progress: Callable[[int], None],
) -> Iterator[tuple[int, bytes]]:
    """Yield the number and the bytes of each part that remains, as it is finished."""
    if not parts:
        return iter(())
    if dask is not None:
        from experiments.cluster import run_on_cluster

        return run_on_cluster(setup, parts, identity, dask, on_progress)
    count = workers_available() if workers is None else workers
    if count < 1:
        raise ParleyError("workers is 1 or more")
    return run_on_threads(setup, parts, identity, count, on_progress)


def run_on_threads(
    setup: Setup, parts: dict[int, list[Piece]], identity: str, workers: int, on_progress: Callable[[int], None]
) -> Iterator[tuple[int, bytes]]:
    """Run parts on threads of this process: compiled code runs without the global lock.

    The Mesa engine takes one part at a time and spreads it over processes.

    Parameters
    ----------
    setup : Setup
        The experiment.
    parts : dict of int to list of Piece
        Parts by number.
    identity : str
        Hash of everything the tables depend on.
    workers : int
        Threads.
    on_progress : callable
        Called with the number of runs finished since the last call.

    Yields
    ------
    tuple of int and bytes
        Number and Parquet file of a part, as it is finished.
    """
    alone = setup.experiment.engine == "mesa"
    below = workers if alone else 1
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
                    under_way[pool.submit(run_part, setup, item[1], identity, tell, below)] = item[0]
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


def _build_manifest(
    setup: Setup,
    experiment: dict[str, Any],
    target: SweepFolder,
    parts: int,
    tables: dict[str, Any],
    sessions: list[dict[str, Any]],
) -> dict[str, Any]:
    """Build the manifest: what the tables depend on, and their hashes; the only file with times in it."""
    journal = target.read_journal()
    hashes = {target.part_name(n): journal.get(n) or hash_file(target.part_path(n)) for n in range(parts)}
    hashes |= {name: hash_file(target.path / name) for name in sorted(TABLES)}
    whole = hash_bytes(repr(sorted(hashes.items())).encode())
    manifest = {
        "kind": "sweep",
        **describe_software(),
        "format": FORMAT,
        "fingerprint": hash_data(experiment)[:12],
        "title": setup.experiment.title,
        "question": setup.experiment.question,
        "seed": setup.experiment.seed,
        "source": setup.experiment.scenario,
        "source_files": hash_files(setup.base),
        "asked": experiment,
        "plans": setup.experiment.dump_plans(),
        "citations": list_citations(setup.base),
        "tables": tables,
        "files": hashes,
        "hash": whole,
        "complete": True,
        "environment": describe_environment(),
        "sessions": sessions,
    }
    return seal(to_plain_data(manifest))
