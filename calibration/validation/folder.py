"""The folder of a validation: new, or of the same validation so far."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from calibration.validation.theories import Theory
from calibration.validation.units import Unit
from calibration.validation.validation import Size
from sim.core.atomic import lock_folder, read_manifest, remove_temporary_files, report_write_errors, write_file
from sim.core.differences import list_differences
from sim.core.errors import ParleyError
from sim.results.reader import read_json

KIND = "validation"
"""Kind of results, as in the manifest."""
IDENTITY = "validation.json"
"""The first file of a validation: what was asked for."""
STORE = "runs"
"""Folder of what was simulated."""
_CONSEQUENCE = "what was simulated stays; start the same command again"


def describe_identity(units: Sequence[Unit], theories: Sequence[Theory], size: Size) -> dict[str, Any]:
    """Describe what a validation is asked for: size, seed, theories, and the scenario of every case."""
    return {
        "seed": size.seed,
        "size": {"draws": size.draws, "plays": size.plays, "accept": size.accept},
        "theories": [theory.id for theory in theories],
        "cases": {unit.id: unit.scenario for unit in units},
    }


@contextmanager
def claim_folder(folder: Path, identity: Mapping[str, Any]) -> Iterator[Path]:
    """Create and lock the folder of one validation.

    Parameters
    ----------
    folder : Path
        A new or an empty folder, or that of the same validation so far.
    identity : mapping
        As `describe_identity` returns it.

    Yields
    ------
    Path
        The folder below it for what is simulated.

    Raises
    ------
    ParleyError
        It is a file, holds something else or another validation (the message lists the differences), another
        validation is at work in it, or it cannot be written. Nothing has been written then.
    """
    with report_write_errors(folder, _CONSEQUENCE):
        check_folder(folder, identity)
        (folder / STORE).mkdir(parents=True, exist_ok=True)
    with lock_folder(folder, KIND):
        check_folder(folder, identity)  # another process may have begun meanwhile
        write_file(folder / IDENTITY, json.dumps(identity, indent=1, ensure_ascii=False) + "\n", _CONSEQUENCE)
        for place in (folder, folder / STORE):
            remove_temporary_files(place)
        yield folder / STORE


def check_folder(folder: Path, identity: Mapping[str, Any]) -> None:
    """Refuse a folder that holds anything but this validation so far. Raises ParleyError."""
    if folder.exists() and not folder.is_dir():
        raise ParleyError(f"`{folder}` is a file; give a folder")
    earlier = _read_identity(folder)
    if earlier is None:
        _check_empty(folder)
    elif earlier != identity:
        lines = "\n".join(f"  {line}" for line in list_differences(earlier, dict(identity)))
        raise ParleyError(f"`{folder}` holds another validation; give another folder or undo the change:\n{lines}")


def _read_identity(folder: Path) -> Any:
    """Read what the validation in a folder was asked for; None where there is none. Raises ParleyError."""
    if (folder / IDENTITY).is_file():
        return read_json(folder / IDENTITY)
    manifest = read_manifest(folder) or {}
    if manifest.get("kind") != KIND:
        return None
    # An earlier version wrote the manifest only.
    cases = {name: unit.get("scenario") for name, unit in manifest.get("units", {}).items()}
    about = {"seed": manifest.get("seed"), "size": manifest.get("size")}
    return {**about, "theories": list(manifest.get("theories", {})), "cases": cases}


def _check_empty(folder: Path) -> None:
    """Refuse a folder with files, except what a validation leaves that was killed at once. Raises ParleyError."""
    names = sorted(path.name for path in folder.iterdir() if path.name[0] != ".") if folder.is_dir() else []
    store = folder / STORE
    foreign = [name for name in names if name != STORE or not store.is_dir() or any(store.iterdir())]
    if foreign:
        few = ", ".join(foreign[:3]) + (" …" if len(foreign) > 3 else "")
        raise ParleyError(f"`{folder}` holds something else ({few}); give a new or an empty folder")
