"""A folder of GENIUS (XML) or GeniusWeb (JSON) files as a domain, or as a scenario that approximates it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.core.errors import ScenarioError
from sim.interop import genius, geniusweb
from sim.interop.approximation import build_scenario, fit, report
from sim.interop.candidates import Kind, classify_files
from sim.interop.domain import Domain
from sim.interop.files import make_name, write_scenario

FORMATS = {".xml": genius, ".json": geniusweb}


def read(source: Path, domain: str | None = None, profiles: Sequence[str] = ()) -> Domain:
    """Read a domain with the profiles of its sides; `source` is a folder, or a domain file in one.

    Parameters and errors are those of `genius.read`. The format is that of the files named; where none is named, that
    of the profiles in the folder.
    """
    if domain is None and source.suffix in FORMATS and source.is_file():
        source, domain = source.parent, source.name
    if not source.is_dir():
        raise ScenarioError("no such folder", file=source.name or str(source))
    return FORMATS[_choose_suffix(source, [*([domain] if domain else []), *profiles])].read(source, domain, profiles)


def _choose_suffix(folder: Path, names: Sequence[str]) -> str:
    """The format's suffix. Raises ScenarioError where the folder holds profiles of both and none is named."""
    suffixes = {Path(name).suffix for name in names}.intersection(FORMATS)
    if len(suffixes) > 1:
        raise ScenarioError("files of GENIUS (.xml) and of GeniusWeb (.json) are named together", file=folder.name)
    if suffixes:
        return suffixes.pop()
    if not any(folder.glob("*.json")):
        return ".xml"
    holding = [
        suffix
        for suffix, module in FORMATS.items()
        if any(c.kind is Kind.PROFILE for c in classify_files(folder, suffix, module.classify))
    ]
    if len(holding) > 1:
        problem = "holds profiles of GENIUS (.xml) and of GeniusWeb (.json); name --domain and --profile"
        raise ScenarioError(problem, file=folder.name)
    return holding[0] if holding else ".xml"


def convert(
    source: Path, out: Path, domain: str | None = None, profiles: Sequence[str] = (), approximate: bool = False
) -> tuple[Domain, list[str]]:
    """Read a domain and write a scenario that approximates it.

    Parameters
    ----------
    source, domain, profiles
        As in `read`.
    out : Path
        The scenario file; it must not exist.
    approximate : bool
        Write it whatever the error of the straight lines at the exact solutions.

    Returns
    -------
    tuple of Domain and list of str
        The domain, and a description of the error of the straight lines.

    Raises
    ------
    ParleyError
        A file cannot be used, or the error is too large; no file is written then.
    """
    table = read(source, domain, profiles)
    lines = fit(table)
    errors = report(table, lines, approximate)
    name = make_name(out.stem, fallback="genius").replace("_", "-")
    head = [
        f"Imported from the domain {table.name}, sides {', '.join(profile.name for profile in table.profiles)}.",
        "Straight lines stand in place of its tables; `parley analyse` and `parley tactics` on the folder are exact.",
        *errors,
        *(f"Note: {note}" for note in table.notes),
    ]
    write_scenario(build_scenario(table, lines, name, errors), out, "\n".join(head))
    return table, errors
