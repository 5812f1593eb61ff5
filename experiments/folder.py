"""The folder of a sweep: complete files only, one sweep at a time, one experiment for good."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.core.atomic import (
    LOCK,
    lock_folder,
    remove_temporary_files,
    report_write_errors,
    sync_file,
    temporary_path,
    write_file,
)
from sim.core.differences import list_differences
from sim.core.errors import ParleyError
from sim.core.identity import hash_bytes

IDENTITY = "experiment.json"
"""The first file of a sweep: everything that its tables depend on."""

JOURNAL = "parts.jsonl"
"""A line a part with its hash, written before the part."""
_CONSEQUENCE = "finished parts stay; remove the cause and start the sweep again"


class SweepFolder:
    """A folder of results of a sweep.

    Parameters
    ----------
    path : str or Path
        The folder; `claim` creates it.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)

    def part_path(self, number: int) -> Path:
        """Return the file of a part."""
        return self.path / "runs" / f"part-{number:05d}.parquet"

    def part_name(self, number: int) -> str:
        """Return the name of a part's file relative to the folder."""
        return self.part_path(number).relative_to(self.path).as_posix()

    def list_parts(self) -> list[Path]:
        """List the files of the parts that are there."""
        return sorted((self.path / "runs").glob("part-*.parquet"))

    def write_part(self, number: int, content: bytes) -> None:
        """Write a part, its hash before it. Raises ParleyError."""
        line = json.dumps({"part": number, "hash": hash_bytes(content)}) + "\n"
        with report_write_errors(self.part_path(number), _CONSEQUENCE), (self.path / JOURNAL).open("ab") as journal:
            # A kill may have left half a line without an end.
            journal.write((line if journal.tell() == 0 else f"\n{line}").encode())
            sync_file(journal)
        self.write(self.part_name(number), content)

    def read_journal(self) -> dict[int, str]:
        """Read the hash of every part that was begun to be written; lines that cannot be read count for nothing."""
        hashes: dict[int, str] = {}
        try:
            lines = (self.path / JOURNAL).read_bytes().splitlines()
        except OSError:
            return hashes
        for line in lines:
            try:
                entry = json.loads(line)
                hashes[int(entry["part"])] = str(entry["hash"])
            except (ValueError, TypeError, KeyError):
                continue
        return hashes

    def write(self, name: str, content: bytes) -> None:
        """Write a file atomically. Raises ParleyError."""
        write_file(self.path / name, content, _CONSEQUENCE)

    def write_json(self, name: str, data: Any) -> None:
        """Write plain data as JSON, keys in their order. Raises ParleyError."""
        self.write(name, (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode())

    def read_json(self, name: str) -> Any:
        """Read plain data from a JSON file; None where there is no such file. Raises ParleyError."""
        try:
            return json.loads((self.path / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise ParleyError(f"{self.path / name} cannot be read: {error}") from None

    @contextlib.contextmanager
    def claim(self, identity: dict[str, Any]) -> Iterator[None]:
        """Create and lock the folder for one experiment.

        Parameters
        ----------
        identity : dict
            Everything that the tables depend on, as plain data.

        Raises
        ------
        ParleyError
            The folder holds something else or another experiment (the message lists the differences), another sweep
            is at work in it, or it cannot be written.
        """
        if self.path.exists() and not self.path.is_dir():
            raise ParleyError(f"`{self.path}` is a file; give a folder")
        with report_write_errors(self.path, _CONSEQUENCE):
            self._check_content()
            (self.path / "runs").mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as stack:
            with report_write_errors(self.path / LOCK, _CONSEQUENCE):
                stack.enter_context(lock_folder(self.path, "sweep"))
            self._check_identity(json.loads(json.dumps(identity)))
            for folder in (self.path, self.path / "runs"):
                remove_temporary_files(folder)
            yield

    def _check_content(self) -> None:
        """Refuse a folder with files that no sweep wrote: the manifest would overwrite one of them."""
        names = sorted(path.name for path in self.path.iterdir()) if self.path.is_dir() else []
        if IDENTITY in names:
            return
        # A sweep killed before it wrote its identity leaves these behind.
        remains = [LOCK, temporary_path(Path(IDENTITY)).name]
        runs = self.path / "runs"
        if runs.is_dir() and not any(runs.iterdir()):
            remains.append("runs")
        foreign = [name for name in names if name not in remains]
        if foreign:
            few = ", ".join(foreign[:3]) + (" …" if len(foreign) > 3 else "")
            raise ParleyError(f"`{self.path}` holds something else ({few}); give a new or an empty folder")

    def _check_identity(self, identity: dict[str, Any]) -> None:
        """Write the identity of a new sweep, or refuse an earlier one that differs."""
        earlier = self.read_json(IDENTITY)
        if earlier is None:
            self.write_json(IDENTITY, identity)
        elif earlier != identity:
            lines = "\n".join(f"  {line}" for line in list_differences(earlier, identity))
            raise ParleyError(
                f"{self.path} holds another experiment; choose another folder or undo the change:\n{lines}"
            )
