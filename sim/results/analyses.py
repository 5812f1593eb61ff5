"""Files that are computed from finished results and stand beside them, recorded in the manifest by analysis."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sim.core.atomic import MANIFEST, lock_folder, report_write_errors, write_file
from sim.core.errors import ParleyError
from sim.core.identity import hash_file, seal
from sim.results.reader import read_manifest


def record_analysis(folder: Path, name: str, request: dict[str, Any], files: Iterable[Path]) -> None:
    """Record the files of an analysis in the manifest of the results that it was computed from.

    Files that an earlier analysis of the same name wrote, and this one did not, are removed.

    Parameters
    ----------
    folder : Path
        Folder of finished results.
    name : str
        Analysis: `overview`, `sensitivity`, `discovery` or `disagreement`.
    request : dict
        What repeats it beside the results, as plain data.
    files : iterable of Path
        Files in the folder, or below it.

    Raises
    ------
    ParleyError
        The folder holds no results, or its manifest cannot be written.
    """
    hashes = {path.relative_to(folder).as_posix(): hash_file(path) for path in files}
    with report_write_errors(folder), lock_folder(folder, "analysis"):
        manifest = _read(folder)
        analyses = manifest.get("analyses", {})
        others = {key: entry for key, entry in analyses.items() if key != name}
        remaining = {*hashes, *(file for entry in others.values() for file in entry["files"])}
        _remove_files(folder, set(analyses.get(name, {}).get("files", {})) - remaining)
        _write(folder, {**manifest, "analyses": {**others, name: {"request": request, "files": hashes}}})


def remove_analyses(folder: Path) -> None:
    """Remove the files of all analyses, as their results have changed. Raises ParleyError."""
    with report_write_errors(folder):
        manifest = _read(folder)
        analyses = manifest.pop("analyses", {})
        _remove_files(folder, {file for entry in analyses.values() for file in entry["files"]})
        _write(folder, manifest)


def _read(folder: Path) -> dict[str, Any]:
    """Read the manifest. Raises ParleyError where there is none."""
    manifest = read_manifest(folder)
    if manifest is None:
        raise ParleyError(f"`{folder}` holds no manifest: no results that parley wrote")
    return manifest


def _write(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest, sealed again."""
    write_file(folder / MANIFEST, json.dumps(seal(manifest), indent=1, ensure_ascii=False) + "\n")


def _remove_files(folder: Path, names: Iterable[str]) -> None:
    """Remove files by their names; a name that leads out of the folder is left alone."""
    for name in names:
        path = folder / name
        inside = path.resolve().is_relative_to(folder.resolve()) and not path.is_symlink()
        if inside and path.is_file():
            path.unlink()
