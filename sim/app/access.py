"""Scenarios opened on the page: other files are refused, and messages never quote their content."""

from __future__ import annotations

import os
from pathlib import Path

from sim.core.errors import ParleyError, ScenarioError
from sim.scenario.library import find_evidence, find_shipped, list_folders
from sim.scenario.load import MOST_BASES, Loaded, load
from sim.yamlio.reader import read

FOLDER = "PARLEY_APP_FOLDER"
"""Environment variable in which `parley app` passes the folder of the scenario it was started with."""


def open_scenario(name: str) -> Loaded:
    """Open a shipped scenario or a file.

    A file outside the folder that the page was started with is named in a message with its line, never with its
    content: whoever can reach the page could otherwise read any file of this user. What a file extends, and the
    documents it names, must lie beside it or be shipped.

    Parameters
    ----------
    name : str
        A shipped id or the path of a file.

    Returns
    -------
    Loaded

    Raises
    ------
    ScenarioError
        It cannot be used.
    """
    if "/" not in name and find_shipped(name) is not None:
        return load(name)
    path = Path(name)
    if path.suffix not in (".yaml", ".yml"):
        raise ScenarioError("no shipped scenario has this name, and the path of a file ends in .yaml", file=name)
    if not path.is_file():
        raise ScenarioError("no such file", file=name)
    path = path.resolve()
    try:
        _check_bases(path, path.parent, set())
        return load(path)
    except ParleyError as error:
        if is_inside(path, _list_open_folders()):
            raise
        line = getattr(error, "line", None) if getattr(error, "file", None) == path.name else None
        hint = "this is not a scenario that can be used; `parley check` gives the reason"
        raise ScenarioError(hint, file=name, line=line) from None


def is_inside(path: Path, folders: list[Path]) -> bool:
    """Whether a file lies in one of the folders or below it."""
    return any(path.is_relative_to(folder.resolve()) for folder in folders)


def _list_open_folders() -> list[Path]:
    """Folders whose files may be quoted: those shipped, and the one that the page was started with."""
    started = os.environ.get(FOLDER)
    return [*list_folders(), *([Path(started)] if started else [])]


def _check_bases(path: Path, folder: Path, known: set[Path]) -> None:
    """Refuse a base or a folder of documents elsewhere than in the folder of the scenario or among the shipped ones."""
    if path in known or len(known) > MOST_BASES:
        return
    known.add(path)
    document = read(path)
    allowed = [folder, *list_folders()]
    bases = document.data.get("extends", [])
    for base in bases if isinstance(bases, list) else [bases]:
        beside = path.parent / f"{str(base).removesuffix('.yaml')}.yaml"
        if beside.is_file():
            if not is_inside(beside.resolve(), allowed):
                problem = "a scenario opened on the page extends only files beside it and shipped ones"
                raise document.refuse(problem, ("extends",))
            _check_bases(beside.resolve(), folder, known)
    evidence = document.data.get("evidence")
    name = evidence.get("folder") if isinstance(evidence, dict) else None
    record = find_evidence(path.parent, name) if isinstance(name, str) else None
    if record is not None and not all(is_inside(file.resolve(), allowed) for file in [record, *record.rglob("*")]):
        raise document.refuse("documents lie beside the scenario or are shipped", ("evidence", "folder"))
