"""The library: the scenarios, cases and papers that come with the package.

A case is a folder `cases/NAME/` with the sources, issues and positions of one conflict and its dated scenarios. The
library lists the folders: adding a folder adds a case.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from sim.core.errors import ScenarioError, nearest
from sim.evidence.sources import Source, load_sources
from sim.yamlio.reader import read

_NO_SCENARIOS = {"papers", "sources", "issues"}


def shipped_folder() -> Path:
    """Return the folder of the scenarios that come with the package."""
    return Path(str(resources.files("scenarios")))


def list_folders() -> list[Path]:
    """List the folders that hold shipped scenarios: the common one, then every case in alphabetical order."""
    cases = (path for path in (shipped_folder() / "cases").glob("*") if path.is_dir())
    return [shipped_folder(), *sorted(cases)]


def list_files() -> list[Path]:
    """List the files of all shipped scenarios and their bases, in alphabetical order of their names."""
    files = (path for folder in list_folders() for path in folder.glob("*.yaml") if path.stem not in _NO_SCENARIOS)
    return sorted(files, key=lambda path: path.stem)


def shipped() -> list[str]:
    """List the ids of the shipped scenarios that can be run (files with an id), in alphabetical order."""
    return [path.stem for path in list_files() if "id" in read(path).data]


def find_shipped(name: str) -> Path | None:
    """Return the file of a shipped scenario or base; None where there is none of this name."""
    if name in _NO_SCENARIOS:
        return None
    files = (folder / f"{name}.yaml" for folder in list_folders())
    return next((file for file in files if file.is_file()), None)


def locate(name: str) -> Path:
    """Return the file behind a shipped id or a path.

    Raises
    ------
    ScenarioError
        No scenario of this id is shipped. Names the nearest one.
    """
    path = Path(name)
    if path.suffix in (".yaml", ".yml") or "/" in name or path.is_file():
        return path
    file = find_shipped(name)
    if file is not None:
        return file
    known = shipped()
    if Path(str(resources.files("experiments")), f"{name}.yaml").is_file():
        raise ScenarioError(f"`{name}` is an experiment, not a scenario; `parley sweep {name}` simulates it")
    if Path(f"{name}.yaml").is_file():
        raise ScenarioError(f"no scenario `{name}` is shipped; did you mean the file `{name}.yaml`?")
    raise ScenarioError(f"no scenario `{name}`; shipped: {', '.join(known)}{nearest(name, known)}, or give a path")


def find_evidence(beside: Path, name: str) -> Path | None:
    """Return the folder of the documents that `evidence.folder` names; None where no such folder has a sources.yaml.

    Parameters
    ----------
    beside : Path
        The folder of the scenario file.
    name : str
        A folder beside the scenario file, or a shipped case.
    """
    folders = (beside / name, shipped_folder() / "cases" / name)
    return next((folder for folder in folders if (folder / "sources.yaml").is_file()), None)


def load_papers() -> dict[str, Source]:
    """Load the scholarly papers that scenarios of all cases may cite, by id."""
    return load_sources(shipped_folder() / "papers.yaml")
