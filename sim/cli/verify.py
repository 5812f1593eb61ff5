"""`parley verify`: whether every file of a folder of results is there and as it was written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from sim.core.counts import format_count


class Finding(NamedTuple):
    """What a folder holds: its kind, how many files were checked, and what is damaged and unknown, by name."""

    kind: str
    checked: int
    damaged: dict[str, str]
    unknown: list[str]


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def verify(
        folder: Annotated[Path, typer.Argument(help="Folder of results that parley wrote.", show_default=False)],
    ) -> None:
        """Check every file of a folder of results against the hash that was stored when it was written.

        The exit status is 0 if all is whole and 1 if anything is damaged. Files that are not part of the results are
        named.

        Example: parley verify out/river-border
        """
        report = verify_folder(folder)
        for name in report.unknown:
            typer.echo(f"{folder / name} is not part of these results", err=True)
        for name, problem in report.damaged.items():
            typer.echo(f"{folder / name} {problem}", err=True)
        if report.damaged:
            are, files = "is" if len(report.damaged) == 1 else "are", format_count(report.checked, "file")
            typer.echo(f"{len(report.damaged):,} of {files} of this {report.kind} {are} damaged", err=True)
            raise typer.Exit(1)
        if not report.checked:
            typer.echo(f"This {report.kind} has no finished part yet")
            return
        if report.checked == 1:
            typer.echo(f"The only file of this {report.kind} is as it was written")
            return
        typer.echo(f"All {report.checked:,} files of this {report.kind} are as they were written")


def verify_folder(folder: Path) -> Finding:
    """Check a folder of results.

    Raises
    ------
    ParleyError
        The folder holds no results, or none that can be checked.
    """
    from experiments.folder import IDENTITY
    from sim.core.errors import ParleyError
    from sim.results.reader import find_damage, find_unknown, list_hashes, read_manifest

    if not folder.is_dir():
        raise ParleyError(f"`{folder}` is not a folder")
    manifest = read_manifest(folder)
    if manifest is None and (folder / IDENTITY).is_file():
        return _verify_parts(folder)
    if manifest is None:
        raise ParleyError(f"`{folder}` holds no manifest: no results that parley wrote")
    hashes = list_hashes(manifest)
    if not hashes:
        raise ParleyError(f"the manifest of `{folder}` has no hashes: an earlier version wrote it")
    unknown = [name for name in find_unknown(folder, hashes, "") if not name.startswith("smc") and name not in _NOTES]
    return Finding(manifest["kind"], len(hashes), find_damage(folder, hashes), unknown)


_NOTES = ("experiment.json", "parts.jsonl")
"""Files of a sweep beside its tables: its identity and its journal."""


def _verify_parts(folder: Path) -> Finding:
    """Check the parts of an unfinished sweep."""
    from experiments.folder import SweepFolder
    from sim.results.reader import find_damage, find_unknown

    sweep = SweepFolder(folder)
    journal = {sweep.part_name(number): text for number, text in sweep.read_journal().items()}
    there = {name: text for name, text in journal.items() if (folder / name).exists()}
    return Finding(
        "unfinished sweep", len(there), find_damage(folder, there), find_unknown(folder, ["runs/none", *journal])
    )
