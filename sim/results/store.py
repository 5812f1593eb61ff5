"""Results on disk: one folder with tables as Parquet, written chunk by chunk, a manifest and figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.core.atomic import OutputFolder, report_write_errors, sync_file
from sim.results.manifest import manifest, write_manifest
from sim.results.party_source import read_source
from sim.results.plan import Plan
from sim.results.progress import Progress
from sim.results.simulation import draw_values, simulate_named_tables
from sim.results.trajectory import count_measured, simulate_trajectory
from sim.tables.assumptions import build_assumption_schema
from sim.tables.kinds import ROUND_KINDS
from sim.tables.offers import build_offer_schema
from sim.tables.schema import build_round_schema, build_run_schema
from sim.tables.summary import Summary

if TYPE_CHECKING:
    from typing import BinaryIO

    from sim.core.columns import Chunk
    from sim.figures.process import FigureProcess
    from sim.tables.trajectory import Trajectory

POSTERIOR = "posterior.parquet"
"""The posterior from which a run was drawn."""
PARTY_SOURCE = "party_class.py"
"""The module of the party class of a run."""
ROW_GROUP = 65_536
"""Rows of a row group."""
BATCH = 1_024
"""Rows that Arrow encodes at once. Chunks end at whole batches, so that the length of a chunk changes no byte."""
SUMMARISED = 10_000
"""Runs that are summarised at once, which takes little longer than one chunk of them."""

_Kind = type[BaseException] | None


class TableWriter:
    """Writer of a Parquet file in row groups of fixed size: the bytes do not depend on the division into chunks.

    Use it as a context manager around `write`.

    Parameters
    ----------
    path : Path
        The file.
    schema : pyarrow.Schema
        Schema of the table.
    folder : Path, optional
        Folder that messages name; that of the file by default.

    Raises
    ------
    ParleyError
        The disk refuses.
    """

    def __init__(self, path: Path, schema: pa.Schema, folder: Path | None = None):
        self.folder = folder or path.parent
        labels = [
            entry.name for entry in schema if pa.types.is_dictionary(entry.type) or pa.types.is_string(entry.type)
        ]
        with report_write_errors(self.folder):
            self._file: BinaryIO = path.open("wb")
            options: dict[str, Any] = {"compression": "zstd", "use_dictionary": labels, "write_page_checksum": True}
            self._writer = pq.ParquetWriter(self._file, schema, **options)
        self._pool = pa.system_memory_pool()  # Arrow's own keeps some fifty megabytes that nobody uses
        self._parts: list[pa.Table] = []  # as they came, until they make a batch
        self._batches: list[pa.Table] = []  # whole batches, until they make a row group
        self._rows = 0

    def write(self, table: pa.Table) -> None:
        """Add rows under the schema of the file."""
        self._parts.append(table)
        self._rows += table.num_rows
        table = self._join()
        stop = table.num_rows - table.num_rows % BATCH
        self._batches.append(table.slice(0, stop))
        self._parts = [table.slice(stop)]
        if self._rows >= ROW_GROUP:
            ready = pa.concat_tables(self._batches)
            stop = self._rows - self._rows % ROW_GROUP
            self._write(ready.slice(0, stop))
            self._batches = [ready.slice(stop)]
            self._rows -= stop

    def _join(self) -> pa.Table:
        """Join the parts that wait into one table with one dictionary a column."""
        return pa.concat_tables(self._parts).unify_dictionaries(self._pool).combine_chunks(self._pool)

    def _write(self, table: pa.Table) -> None:
        """Write row groups. Numbers stay apart in batches, for a copy of all would take as much memory again."""
        with report_write_errors(self.folder):
            table = table.unify_dictionaries(self._pool)
            for k, entry in enumerate(table.schema):
                if pa.types.is_dictionary(entry.type):  # Arrow's statistics of labels depend on where they are cut
                    table = table.set_column(k, entry, table.column(k).combine_chunks(self._pool))
            self._writer.write_table(table, row_group_size=ROW_GROUP)

    def close(self) -> None:
        """Write the waiting rows and force the file onto the disk."""
        if self._rows:
            self._write(pa.concat_tables([*self._batches, *self._parts]))
        self._parts, self._batches, self._rows = [], [], 0
        with report_write_errors(self.folder):
            self._writer.close()
            sync_file(self._file)
            self._file.close()

    def discard(self) -> None:
        """Close a file that will not be finished."""
        for end in (self._writer.close, self._file.close):
            with suppress(OSError, ValueError):
                end()
        self._writer.is_open = False  # else it would write its footer again when it is collected

    def __enter__(self) -> TableWriter:
        return self

    def __exit__(self, kind: _Kind, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self.close()
        finally:
            if not self._file.closed:
                self.discard()


def write_ensemble(
    job: Plan,
    folder: str | Path,
    progress: Progress | None = None,
    *,
    force: bool = False,
    figures: tuple[str, ...] = ("png", "svg"),
    offers: bool = False,
    assumptions: bool = False,
    figure_process: FigureProcess | None = None,
    on_summary: Callable[[Summary], object] | None = None,
    on_sample: Callable[[Plan, Chunk], object] | None = None,
) -> Summary:
    """Simulate a plan and write `runs.parquet`, `rounds.parquet`, `manifest.json` and figures into a folder.

    Memory holds a few chunks, whatever the number of runs.

    Parameters
    ----------
    job : Plan
        The ensemble.
    folder : str or Path
        The folder; its files appear together when all are written.
    progress : callable, optional
        Called with the number of runs finished since the last call.
    force : bool
        Whether to replace the results of an earlier run in the folder.
    figures : tuple of str
        Formats of the figures; none for no figures.
    offers : bool
        Whether to write `offers.parquet` too: every party's offer on every issue after every planned round.
    assumptions : bool
        Whether to write `assumptions.parquet` too: the values drawn for all ranged numbers, one row a run.
    figure_process : FigureProcess, optional
        A process that draws the figures meanwhile; without it this process draws them at the end.
    on_summary : callable, optional
        Called with the summary before figures and manifest are complete, to prepare a report meanwhile.
    on_sample : callable, optional
        Called with the plan of the runs measured by day, and each of its chunks, which hold all offers.

    Returns
    -------
    Summary
        Summary of the ensemble.

    Raises
    ------
    ParleyError
        The folder cannot be used.
    """
    with OutputFolder(folder, "run", force) as out:
        tables = simulate_named_tables(job, progress, offers=offers, assumptions=assumptions)  # it begins now
        about = manifest(job)
        trajectory = simulate_trajectory(job, on_chunk=on_sample) if figures and count_measured(job) else None
        if figure_process is not None and trajectory is not None:
            figure_process.send(None, about, out.stage, figures, trajectory)
        names = job.problem.names
        schemas = {"runs": build_run_schema(names), "rounds": build_round_schema(names)}
        if offers:
            schemas["offers"] = build_offer_schema()
        if assumptions:
            schemas["assumptions"] = build_assumption_schema(list(draw_values(job, job.assumptions[:1])))

        def send(summary: Summary) -> None:
            if figure_process is not None and figures:
                figure_process.send(summary, about, out.stage, figures, is_last=True)

        summary = _write_tables(tables, schemas, out, send)
        if on_summary is not None:
            on_summary(summary)
        _finish(job, out, about, summary, figures, trajectory, figure_process)
    return summary


def save_tables(
    job: Plan,
    tables: dict[str, pa.Table],
    about: Mapping[str, Any],
    folder: str | Path,
    trajectory: Trajectory | None,
    *,
    force: bool = False,
    figures: tuple[str, ...] = ("png",),
) -> None:
    """Write tables in memory into a folder, as `write_ensemble` writes those of a plan.

    Parameters
    ----------
    job : Plan
        What was simulated.
    tables : dict of str to pyarrow.Table
        `runs` and `rounds` of the ensemble.
    about : mapping
        Its manifest.
    folder : str or Path
        The folder; its files appear together when all are written.
    trajectory : Trajectory, optional
        How it converges; needed for figures.
    force : bool
        Whether to replace the results of an earlier run in the folder.
    figures : tuple of str
        Formats of the figures; none for no figures.

    Raises
    ------
    ParleyError
        The folder cannot be used.
    """
    with OutputFolder(folder, "run", force) as out:
        summary = _write_tables([tables], {name: table.schema for name, table in tables.items()}, out)
        _finish(job, out, dict(about), summary, figures, trajectory)


def _finish(
    job: Plan,
    out: OutputFolder,
    about: dict[str, Any],
    summary: Summary,
    figures: tuple[str, ...],
    trajectory: Trajectory | None,
    figure_process: FigureProcess | None = None,
) -> None:
    """Write what a repetition needs, the trajectory with the figures, then the manifest with the hash of every file."""
    with report_write_errors(out.folder):
        _write_inputs(job, out)
        if trajectory is not None:
            with TableWriter(out.path("trajectory.parquet"), (table := trajectory.to_table()).schema) as writer:
                writer.write(table)
        if figures and not (figure_process is not None and figure_process.finish()):
            from sim.figures.ensemble import save_figures

            save_figures(summary, about, out.stage, figures, trajectory)
        write_manifest(out, about)


def _write_inputs(job: Plan, out: OutputFolder) -> None:
    """Write what a repetition needs and the manifest cannot hold: the posterior, the module of a party class."""
    if job.posterior is not None and job.posterior.content:
        out.path(POSTERIOR).write_bytes(job.posterior.content)
    source = read_source(job.party_class) if job.party_class is not None else None
    if source is not None:
        out.path(PARTY_SOURCE).write_text(source, encoding="utf-8")


def _write_tables(
    tables: Iterable[dict[str, pa.Table]],
    schemas: dict[str, pa.Schema],
    out: OutputFolder,
    on_count: Callable[[Summary], object] | None = None,
) -> Summary:
    """Write tables part by part, and summarise runs and rounds; `on_count` takes the summary before the last rows."""
    summary = Summary.from_tables(schemas["runs"])
    with ExitStack() as stack:
        writers = {
            name: stack.enter_context(TableWriter(out.path(f"{name}.parquet"), schema, out.folder))
            for name, schema in schemas.items()
        }
        waiting: list[tuple[pa.Table, pa.Table]] = []
        for part in tables:
            waiting.append((part["runs"], part["rounds"].select(list(ROUND_KINDS))))
            if sum(runs.num_rows for runs, _ in waiting) >= SUMMARISED:
                _summarise(waiting, summary)
            for name, writer in writers.items():
                writer.write(part[name])
        _summarise(waiting, summary)
        if on_count is not None:
            on_count(summary)
    return summary


def _summarise(waiting: list[tuple[pa.Table, pa.Table]], summary: Summary) -> None:
    """Add waiting runs and their rounds to a summary, all at once; none wait any more."""
    if waiting:
        runs, rounds = zip(*waiting, strict=True)
        summary.add(pa.concat_tables(runs), pa.concat_tables(rounds))
        waiting.clear()
