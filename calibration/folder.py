"""The folder of a fit: new, or this fit's own so far; what cannot be written to it is said in one message."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from calibration.fit_file import FitFile
from sim.core.errors import ParleyError

TABLE = "reference.npz"
"""The first file of a fit: a folder without it holds none."""


@contextmanager
def filling(folder: Path) -> Iterator[None]:
    """Turn what the system says about a file of the fit that cannot be written into one ParleyError."""
    try:
        yield
    except OSError as error:
        reason = f"cannot write to `{folder}`: {error.strerror or error}"
        raise ParleyError(f"{reason}. What is finished is kept; put this right and start the fit again") from error


def claim(folder: Path, file: FitFile) -> None:
    """Make the folder. Raises ParleyError where it is none, or holds something else than this fit so far."""
    if folder.exists() and not folder.is_dir():
        raise ParleyError(f"`{folder}` is a file; give a folder")
    folder.mkdir(parents=True, exist_ok=True)
    held = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    if held and TABLE not in held:
        few = ", ".join(held[:3]) + (" …" if len(held) > 3 else "")
        raise ParleyError(f"`{folder}` holds something else ({few}); give a new or an empty folder")
    note = folder / "smc.json"
    if note.is_file():
        other = json.loads(note.read_text(encoding="utf-8"))["fit"]["id"]
        if other != file.id:
            raise ParleyError(f"`{folder}` holds the fit `{other}`; give another folder")
