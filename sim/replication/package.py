"""Replication packages: one ZIP file with results and all that it takes to repeat them."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sim.core.atomic import MANIFEST, check_new_file, replace_file, report_write_errors
from sim.core.errors import ParleyError
from sim.core.identity import hash_bytes, hash_file
from sim.replication.archive import extract_archive
from sim.results.reader import check_files, list_hashes, read_manifest
from sim.scenario.library import shipped_folder

RESULTS = "results"
"""Folder of a package that holds the results."""
_TIME = (1980, 1, 1, 0, 0, 0)
"""Time of every entry: equal results make equal packages."""
_KINDS = ("run", "comparison", "sweep", "calibration")


@contextmanager
def open_results(source: Path, scratch: Path) -> Iterator[Path]:
    """Open results for a repetition.

    Parameters
    ----------
    source : Path
        A folder of results, a forecast, or a package.
    scratch : Path
        Folder for the content of a package.

    Yields
    ------
    Path
        The folder of the results, or the file of the forecast.

    Raises
    ------
    ParleyError
        A package is damaged, larger than what is read, or leads out of its folder.
    """
    if source.is_dir() or source.suffix == ".json":
        yield source
        return
    target = scratch / "package"
    extract_archive(source, target)
    if not (target / RESULTS / MANIFEST).is_file():
        raise ParleyError(f"`{source}` is not a package of `parley pack`: it has no {RESULTS}/{MANIFEST}")
    yield target / RESULTS


def write_package(folder: Path, out: Path) -> list[str]:
    """Write a replication package.

    Parameters
    ----------
    folder : Path
        Folder that `run`, `compare`, `sweep` or `calibrate` wrote.
    out : Path
        New ZIP file; its name ends in .zip.

    Returns
    -------
    list of str
        What is not in the package, and why.

    Raises
    ------
    ParleyError
        The folder holds no such results, a file is not as it was written, or the package cannot be written.
    """
    check_new_file(out, ".zip")
    manifest = read_manifest(folder)
    if manifest is None or manifest["kind"] not in _KINDS or "rules" not in manifest:
        raise ParleyError(f"`{folder}` holds no results of run, compare, sweep or calibrate that can be repeated")
    check_files(folder, manifest)
    inputs, missing = _find_inputs(manifest)
    texts = {
        "README.md": _describe_package(manifest, missing),
        "requirements.txt": _list_versions(manifest),
        "scenario.json": json.dumps(_collect_scenarios(manifest), ensure_ascii=False, indent=1) + "\n",
    }
    files = {f"{RESULTS}/{name}": folder / name for name in (*sorted(list_hashes(manifest)), MANIFEST)}
    files |= {f"inputs/{name}": path for name, path in sorted(inputs.items())}
    with report_write_errors(out), replace_file(out) as temporary:
        _write_archive(temporary, texts, files)
    return missing


def _write_archive(path: Path, texts: dict[str, str], files: dict[str, Path]) -> None:
    """Write texts, files, and a list of the hashes of all."""
    hashes = {name: hash_bytes(text.encode()) for name, text in texts.items()}
    hashes |= {name: hash_file(source) for name, source in files.items()}
    checksums = "".join(f"{text}  {name}\n" for name, text in sorted(hashes.items()))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**texts, "CHECKSUMS.txt": checksums}.items():
            _write_entry(archive, name, io.BytesIO(text.encode()))
        for name, source in files.items():
            with source.open("rb") as stream:
                _write_entry(archive, name, stream)


def _write_entry(archive: zipfile.ZipFile, name: str, stream: Any) -> None:
    """Write one entry block by block."""
    entry = zipfile.ZipInfo(name, _TIME)
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    with archive.open(entry, "w", force_zip64=True) as target:
        while block := stream.read(1 << 20):
            target.write(block)


def _find_inputs(manifest: dict[str, Any]) -> tuple[dict[str, Path], list[str]]:
    """Find the files a result was made from, by their name in the package; and what is no longer as it was."""
    recorded: dict[str, str] = {}
    for entry in [manifest, manifest.get("scenario"), *manifest.get("scenarios", [])]:
        files = entry.get("source_files", {}) if isinstance(entry, dict) else {}
        recorded |= {str(name): str(text) for name, text in files.items()} if isinstance(files, dict) else {}
    shipped = [Path(name) for name in recorded if shipped_folder() in Path(name).parents]
    own = [Path(name) for name in recorded if Path(name) not in shipped]
    above = Path(os.path.commonpath([path.parent for path in own])) if own else Path()
    names = {path: f"shipped/{path.relative_to(shipped_folder()).as_posix()}" for path in shipped}
    names |= {path: path.relative_to(above).as_posix() for path in own}
    missing = [
        f"{path.name} is not in the package: it was changed or moved after the results were written"
        for path in names
        if path.is_symlink() or not path.is_file() or hash_file(path) != recorded[str(path)]
    ]
    gone = {line.split(" is not")[0] for line in missing}
    return {name: path for path, name in names.items() if path.name not in gone}, missing


def _collect_scenarios(manifest: dict[str, Any]) -> dict[str, Any]:
    """Collect the resolved scenarios of a result by label."""
    if manifest["kind"] == "comparison":
        return {entry["label"]: entry["resolved"] for entry in manifest["scenarios"]}
    if manifest["kind"] == "sweep":
        return {"base": manifest["asked"]["scenario"]}
    return {"scenario": manifest["scenario"]["resolved"]} if manifest["kind"] == "run" else {}


def _list_versions(manifest: dict[str, Any]) -> str:
    """List the packages that computed a result, one a line, as pip reads them."""
    versions = manifest.get("environment", {}).get("versions", {})
    return "".join(f"{name}=={version}\n" for name, version in sorted(versions.items()))


def _describe_package(manifest: dict[str, Any], missing: list[str]) -> str:
    """Describe a package: what it holds, and the two commands that repeat it."""
    environment, git = manifest.get("environment", {}), manifest.get("git")
    commit = f" (commit {git['commit']}{', with changes' if git['dirty'] else ''})" if isinstance(git, dict) else ""
    title = manifest.get("title") or manifest.get("scenario", {}).get("title", "")
    trust = " --trust-code" if manifest.get("party_source") else ""
    lines = [
        f"# {title}",
        "",
        f"Results of parley {manifest['parley']}{commit}, fingerprint {manifest.get('fingerprint')}, made with Python "
        f"{environment.get('python')} on {environment.get('machine')} ({environment.get('processor')}).",
        "They are conditional on the assumptions of the scenario; they are not a forecast.",
        "",
        "Two commands repeat them. The first goes into a fresh environment of the same Python version, in which parley "
        f"{manifest['parley']} is installed already:",
        "",
        "    pip install -r requirements.txt",
        f"    parley rerun PACKAGE.zip{trust}",
        "",
        "With the same versions and the same type of processor, tables are equal to the byte and figures by pixels.",
        "",
        "- `results/`: tables, figures and manifest as they were written",
        "- `scenario.json`: the scenario with every number resolved",
        "- `inputs/`: files of the scenario and its documents",
        "- `requirements.txt`: exact versions; `CHECKSUMS.txt`: BLAKE2b hashes (16 bytes) of all other files",
    ]
    if trust:
        lines += ["", "`results/party_class.py` is code. Read it before you run it with `--trust-code`."]
    return "\n".join([*lines, *(["", "Missing:", ""] if missing else []), *(f"- {line}" for line in missing), ""])
