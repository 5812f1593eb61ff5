"""Results on disk: tables as Parquet, written while they are made, with manifest and figures in one folder."""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from sim.core.atomic import MANIFEST, OutputFolder, report_write_errors, sync_file
from sim.core.identity import hash_file, seal
from sim.results.ensemble import Progress, tables
from sim.results.manifest import manifest
from sim.results.plan import Plan
from sim.tables.schema import round_schema, run_schema
from sim.tables.summary import Summary

if TYPE_CHECKING:
    from typing import BinaryIO

ROW_GROUP = 65_536
"""Rows of a row group, whatever the chunks the rows came in."""

_Kind = type[BaseException] | None


class TableSink:
    """A Parquet file written in row groups of fixed size, so that its bytes do not depend on how the rows came.

    Use as a context manager around `write`. Raises ParleyError, naming `folder`, when the disk does not take it.
    """

    def __init__(self, path: Path, schema: pa.Schema, folder: Path | None = None):
        self.folder = folder or path.parent
        named = [entry.name for entry in schema if pa.types.is_dictionary(entry.type) or pa.types.is_string(entry.type)]
        with report_write_errors(self.folder):
            self._file: BinaryIO = path.open("wb")
            self._writer = pq.ParquetWriter(self._file, schema, compression="zstd", use_dictionary=named)
        self._waiting: list[pa.Table] = []
        self._rows = 0

    def write(self, table: pa.Table) -> None:
        """Take some more rows under the sink's schema."""
        self._waiting.append(table)
        self._rows += table.num_rows
        if self._rows >= ROW_GROUP:
            whole = self._joined()
            done = whole.num_rows - whole.num_rows % ROW_GROUP
            with report_write_errors(self.folder):
                self._writer.write_table(whole.slice(0, done), row_group_size=ROW_GROUP)
            self._waiting, self._rows = [whole.slice(done)], whole.num_rows - done

    def _joined(self) -> pa.Table:
        """All waiting rows as one table: the dictionaries of the parts made one."""
        return pa.concat_tables(self._waiting).unify_dictionaries().combine_chunks()

    def close(self) -> None:
        """Write what is waiting and see that it is on the disk."""
        with report_write_errors(self.folder):
            if self._rows:
                self._writer.write_table(self._joined(), row_group_size=ROW_GROUP)
            self._waiting, self._rows = [], 0
            self._writer.close()
            sync_file(self._file)
            self._file.close()

    def abandon(self) -> None:
        """Let go of a file that will not be finished."""
        for end in (self._writer.close, self._file.close):
            with suppress(OSError, ValueError):
                end()
        self._writer.is_open = False  # else it would try to write its footer once more when it is forgotten

    def __enter__(self) -> TableSink:
        return self

    def __exit__(self, kind: _Kind, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self.close()
        finally:
            if not self._file.closed:
                self.abandon()


def write_ensemble(
    job: Plan,
    folder: str | Path,
    progress: Progress | None = None,
    *,
    force: bool = False,
    figures: tuple[str, ...] = ("png", "svg"),
) -> Summary:
    """Run a plan and write `runs.parquet`, `rounds.parquet`, `manifest.json` and the figures in the named formats.

    What memory holds does not grow with the number of runs. Raises ParleyError when the folder cannot be used.
    """
    with OutputFolder(folder, "run", force) as out:
        about = manifest(job)
        if figures:  # loading Matplotlib takes about as long as ten thousand runs, which need the lock but seldom
            threading.Thread(target=import_module, args=("sim.figures.ensemble",), daemon=True).start()
        summary = _write_tables(job, out, progress)
        with report_write_errors(out.folder):
            if figures:
                from sim.figures.ensemble import save_figures

                save_figures(summary, about, out.stage, figures)
            names = sorted(path.name for path in out.stage.iterdir())
            about["files"] = sorted([*names, MANIFEST])
            about["hashes"] = {name: hash_file(out.path(name)) for name in names}
            text = json.dumps(seal(about), ensure_ascii=False, indent=1, allow_nan=False)
            out.path(MANIFEST).write_text(text + "\n", encoding="utf-8")
    return summary


def _write_tables(job: Plan, out: OutputFolder, progress: Progress | None) -> Summary:
    names = job.problem.names
    summary = Summary.of(run_schema(names))
    with (
        TableSink(out.path("runs.parquet"), run_schema(names), out.folder) as run_sink,
        TableSink(out.path("rounds.parquet"), round_schema(names), out.folder) as round_sink,
    ):
        for runs, rounds in tables(job, progress):
            summary.add(runs, rounds)
            run_sink.write(runs)
            round_sink.write(rounds)
    return summary
