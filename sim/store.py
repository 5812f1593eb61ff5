"""Results on disk: tables as Parquet, written while they are made, and a folder that is either complete or not there.

Files lie under a temporary name in the target folder until all of them are whole and on the disk; then they get their
names. An interrupted run leaves what was there before.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.ensemble import Plan, Progress, tables
from sim.errors import ParleyError
from sim.outcomes import round_schema, run_schema
from sim.provenance import manifest
from sim.summary import Summary

if TYPE_CHECKING:
    from typing import BinaryIO

ROW_GROUP = 65_536
"""Rows of a row group, whatever the chunks the rows came in."""

MANIFEST = "manifest.json"
_STAGE = ".parley-unfinished"

_Kind = type[BaseException] | None


@contextmanager
def writing(where: Path) -> Iterator[None]:
    """Turn what the system says about a file that cannot be written into one ParleyError."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise ParleyError(f"cannot write to `{where}`: {reason}; nothing is left half-written") from error


def new_file(path: Path) -> None:
    """Refuse to write a file before the work for it is done. Raises ParleyError where it is, or has no folder."""
    with writing(path):  # also where the system does not even let one look
        if path.exists():
            raise ParleyError(f"{path} is already there; choose another file")
        if not path.parent.is_dir():
            raise ParleyError(f"there is no folder {path.parent}")


@contextmanager
def placed(path: Path) -> Iterator[Path]:
    """Where to write a file that is to stand at `path`: it comes there whole and on the disk, or not at all."""
    beside = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        yield beside
        with beside.open("rb+") as file:
            _sync(file)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def write_whole(path: Path, text: str) -> None:
    """Write a text file whole or not at all; what is there before stays until then. Raises ParleyError.

    A device or a pipe is no file to replace.
    """
    target = path.resolve()
    with writing(path):
        if target.exists() and not target.is_file():
            target.write_text(text, encoding="utf-8")
            return
        with placed(target) as beside:
            beside.write_text(text, encoding="utf-8")


class TableSink:
    """A Parquet file written in row groups of fixed size, so that its bytes do not depend on how the rows came.

    Use as a context manager around `write`. Raises ParleyError, naming `folder`, when the disk does not take it.
    """

    def __init__(self, path: Path, schema: pa.Schema, folder: Path | None = None):
        self.folder = folder or path.parent
        named = [entry.name for entry in schema if pa.types.is_dictionary(entry.type) or pa.types.is_string(entry.type)]
        with writing(self.folder):
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
            with writing(self.folder):
                self._writer.write_table(whole.slice(0, done), row_group_size=ROW_GROUP)
            self._waiting, self._rows = [whole.slice(done)], whole.num_rows - done

    def _joined(self) -> pa.Table:
        """All waiting rows as one table: the dictionaries of the parts made one."""
        return pa.concat_tables(self._waiting).unify_dictionaries().combine_chunks()

    def close(self) -> None:
        """Write what is waiting and see that it is on the disk."""
        with writing(self.folder):
            if self._rows:
                self._writer.write_table(self._joined(), row_group_size=ROW_GROUP)
            self._waiting, self._rows = [], 0
            self._writer.close()
            _sync(self._file)
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


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


class Folder:
    """An output folder while it is filled: `path(name)` is where to write, and all files appear together at the end.

    A folder that holds something else is refused; one that holds a result of the same kind is replaced with `force`
    only (files that are not the result's stay); None is for a verb that knows no --force. Raises ParleyError. Use as a
    context manager.
    """

    def __init__(self, folder: str | Path, kind: str = "run", force: bool | None = False):
        self.folder = Path(folder)
        self.stage = self.folder / _STAGE
        self._made: list[Path] = []
        with writing(self.folder):
            self._check(kind, force)

    def _check(self, kind: str, force: bool | None) -> None:
        folder = self.folder
        if folder.exists() and not folder.is_dir():
            raise ParleyError(f"`{folder}` is a file; give a folder")
        held = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        if not held:
            return
        found = read_manifest(folder)
        if _STAGE not in held and (found is None or found.get("kind") != kind):
            raise ParleyError(f"`{folder}` holds something else ({_few(held)}); give a new or an empty folder")
        if not force:
            what = "an unfinished run, perhaps one under way" if _STAGE in held else f"the results of an earlier {kind}"
            way = "give another folder" if force is None else "--force replaces it, or give another folder"
            raise ParleyError(f"`{folder}` holds {what}; {way}")

    def path(self, name: str) -> Path:
        """Where to write a file that is to be called `name`."""
        return self.stage / name

    def __enter__(self) -> Folder:
        self._made = [path for path in (self.folder, *self.folder.parents) if not path.exists()]
        try:
            with writing(self.folder):
                self.folder.mkdir(parents=True, exist_ok=True)
                if self.stage.exists():
                    shutil.rmtree(self.stage)
                self.stage.mkdir()
        except ParleyError:
            self._clear()
            raise
        return self

    def __exit__(self, kind: _Kind, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                with writing(self.folder):
                    self._publish()
        finally:
            self._clear()

    def _clear(self) -> None:
        """Leave nothing unfinished behind, nor folders made for it."""
        shutil.rmtree(self.stage, ignore_errors=True)
        for path in self._made:
            with suppress(OSError):  # it holds the result, or was never made
                path.rmdir()

    def _publish(self) -> None:
        """Give all files and folders their names, the manifest last: where it is, all else is."""
        files = sorted(self.stage.iterdir(), key=lambda path: (path.name == MANIFEST, path.name))
        for path in filter(Path.is_file, self.stage.rglob("*")):
            with path.open("rb+") as file:
                _sync(file)
        before = read_manifest(self.folder) or {}
        for name in [MANIFEST, *before.get("files", [])]:
            if Path(name).name == name:
                (self.folder / name).unlink(missing_ok=True)
        for path in files:
            os.replace(path, self.folder / path.name)


def _few(names: list[str]) -> str:
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of a folder of results, or None where there is none that can be read."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and "parley" in found else None


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
    with Folder(folder, "run", force) as out:
        about = manifest(job)
        if figures:  # loading Matplotlib takes about as long as ten thousand runs, which need the lock but seldom
            threading.Thread(target=import_module, args=("sim.plots",), daemon=True).start()
        summary = _write_tables(job, out, progress)
        with writing(out.folder):
            if figures:
                from sim.plots import save_figures

                save_figures(summary, about, out.stage, figures)
            about["files"] = sorted([*(path.name for path in out.stage.iterdir()), MANIFEST])
            text = json.dumps(about, ensure_ascii=False, indent=1, allow_nan=False)
            out.path(MANIFEST).write_text(text + "\n", encoding="utf-8")
    return summary


def _write_tables(job: Plan, out: Folder, progress: Progress | None) -> Summary:
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
