"""The folder of a fit: new, or of the same fit so far."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from pathlib import Path

from calibration.fit_file import FitFile
from sim.core.atomic import report_write_errors
from sim.core.errors import ParleyError

TABLE = "reference.npz"
"""The first file of a fit: a folder without it holds none."""


def report_errors(folder: Path) -> AbstractContextManager[None]:
    """Return a context that turns an error of the file system into one ParleyError."""
    return report_write_errors(folder, "finished parts stay; remove the cause and start the fit again")


def claim_folder(folder: Path, file: FitFile) -> None:
    """Create the folder of a fit.

    Raises
    ------
    ParleyError
        It is a file, or holds something else than this fit so far.
    """
    if folder.exists() and not folder.is_dir():
        raise ParleyError(f"`{folder}` is a file; give a folder")
    folder.mkdir(parents=True, exist_ok=True)
    names = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    if names and TABLE not in names:
        few = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
        raise ParleyError(f"`{folder}` holds something else ({few}); give a new or an empty folder")
    note = folder / "smc.json"
    if note.is_file():
        other = json.loads(note.read_text(encoding="utf-8"))["fit"]["id"]
        if other != file.id:
            raise ParleyError(f"`{folder}` holds the fit `{other}`; give another folder")
