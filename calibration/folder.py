"""The folder of a fit: new, or of the same fit so far."""

from __future__ import annotations

import json
import os
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from calibration.fit_file import FitFile
from sim.core.atomic import MANIFEST, read_manifest, report_write_errors, write_file
from sim.core.errors import ParleyError
from sim.core.identity import hash_code, hash_data, hash_file, seal
from sim.results.manifest import describe_environment, describe_software, describe_time, to_plain_data
from sim.results.reader import read_json
from sim.scenario.dump import scenario_hash
from sim.scenario.load import load

TABLE = "reference.npz"
"""The first file of a fit: a folder without it holds none."""
NOTE = "smc.json"
"""What the database belongs to."""
DATABASE = "smc.db"
_KEPT = (".npz", ".json", ".csv", ".png", ".md", ".parquet")
"""Endings of the files whose hashes a manifest holds. SQLite may write to the database when it is only opened."""


def report_errors(folder: Path) -> AbstractContextManager[None]:
    """Return a context that turns an error of the file system into one ParleyError."""
    return report_write_errors(folder, "finished parts stay; remove the cause and start the fit again")


def claim_folder(folder: Path, file: FitFile) -> None:
    """Create the folder of a fit.

    Raises
    ------
    ParleyError
        It is a file, or holds something else than this fit so far. Its manifest stays then.
    """
    if folder.exists() and not folder.is_dir():
        raise ParleyError(f"`{folder}` is a file; give a folder")
    folder.mkdir(parents=True, exist_ok=True)
    names = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    if names and TABLE not in names:
        few = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
        raise ParleyError(f"`{folder}` holds something else ({few}); give a new or an empty folder")
    other = read_note(folder).get("fit", {}).get("id", file.id)
    if other != file.id:
        raise ParleyError(f"`{folder}` holds the fit `{other}`; give another folder")
    manifest = read_manifest(folder) or {}
    settings, finished = describe_settings(file), manifest.get("fit", {})
    note = read_note(folder).get("fit", settings) if (folder / DATABASE).is_file() else settings
    other_size = finished.get("reference", {}).get("size", file.reference.size) != file.reference.size
    if manifest.get("kind", "calibration") != "calibration" or note != settings or other_size:
        raise ParleyError(f"`{folder}` holds a fit of another file or version; choose an empty folder")
    (folder / MANIFEST).unlink(missing_ok=True)  # written again when the fit is finished


def describe_settings(file: FitFile) -> dict[str, Any]:
    """Describe what the database of a fit belongs to; more generations of the same fit continue it."""
    settings = file.model_dump(mode="json", include={"id", "seed", "targets", "parameters", "smc"})
    settings["smc"].pop("generations")
    return settings


def read_note(folder: Path) -> dict[str, Any]:
    """Read what the database of a fit belongs to; empty where there is no note, or a damaged one."""
    try:
        note = read_json(folder / NOTE)
    except ParleyError:
        return {}
    return note if isinstance(note, dict) and isinstance(note.get("fit"), dict) else {}


def set_database_aside(folder: Path) -> Path:
    """Give a database that cannot be used another name, with what SQLite keeps beside it; returns the name."""
    count = sum(1 for _ in folder.glob("smc-damaged-*.db"))
    target = folder / f"smc-damaged-{count + 1}.db"
    for ending in ("-journal", "-wal", "-shm", ""):
        path = folder / f"{DATABASE}{ending}"
        if path.exists():
            os.replace(path, target.with_name(target.name + ending))
    return target


def hash_inputs(file: FitFile) -> dict[str, str]:
    """Return the hash of every scenario of a fit and of every file of the record, by name."""
    scenarios = dict.fromkeys(target.scenario for target in file.targets)
    record = Path(__file__).parent / "record"
    files = sorted(path for path in record.rglob("*") if path.suffix in (".csv", ".yaml"))
    hashes = {f"scenario {name}": scenario_hash(load(name)) for name in scenarios}
    return hashes | {f"record/{path.relative_to(record).as_posix()}": hash_file(path) for path in files}


def write_manifest(folder: Path, file: FitFile) -> None:
    """Write the manifest of a finished fit: the hash of every file. Raises ParleyError."""
    names = sorted(p.name for p in folder.iterdir() if p.is_file() and p.suffix in _KEPT and p.name != MANIFEST)
    about = file.model_dump(mode="json")
    inputs = hash_inputs(file)
    record = {
        "kind": "calibration",
        **describe_software(),
        "fingerprint": hash_data({"fit": about, "inputs": inputs, "code": hash_code()})[:12],
        "title": file.title,
        "seed": file.seed,
        "fit": about,
        "inputs": inputs,
        "hashes": {name: hash_file(folder / name) for name in names},
        "environment": describe_environment(),
        "created": describe_time(),
    }
    write_file(folder / MANIFEST, json.dumps(seal(to_plain_data(record)), indent=1, ensure_ascii=False) + "\n")
