"""The folder a sweep writes into: whole files or none, one sweep at a time, never two experiments."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.core.errors import ParleyError

ASKED = "experiment.json"
_LOCK = ".lock"
_TEMPORARY = ".tmp"


class Folder:
    """A results folder. All errors of the file system become ParleyError and leave finished files as they are."""

    def __init__(self, path: str | Path):
        self.path = Path(path)

    def part(self, number: int) -> Path:
        """The file of a part."""
        return self.path / "runs" / f"part-{number:05d}.parquet"

    def done(self, count: int) -> list[int]:
        """Numbers of the parts whose files are there; a file that is there is whole."""
        return [n for n in range(count) if self.part(n).is_file()]

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole or not at all: temporary file, flush to disk, rename. Raises ParleyError."""
        target = self.path / name
        temporary = target.with_name(target.name + _TEMPORARY)
        try:
            with open(temporary, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(temporary, target)
            _flush_folder(target.parent)
        except OSError as error:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise ParleyError(_refusal(target, error)) from None

    def write_json(self, name: str, data: Any) -> None:
        """Write plain data as JSON."""
        self.write(name, (json.dumps(data, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode())

    def read_json(self, name: str) -> Any:
        """Plain data of a JSON file, or None where there is no such file. Raises ParleyError."""
        try:
            return json.loads((self.path / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise ParleyError(f"{self.path / name} cannot be read: {error}") from None

    def _refuse_foreign(self) -> None:
        """Refuse a folder that holds what no sweep wrote: its manifest would be overwritten. Raises ParleyError."""
        try:
            held = sorted(path.name for path in self.path.iterdir()) if self.path.is_dir() else []
            runs = self.path / "runs"
            begun = runs.is_dir() and not any(runs.iterdir())
        except OSError as error:
            raise ParleyError(_refusal(self.path, error)) from None
        if ASKED in held:
            return
        # A sweep killed before it wrote what was asked leaves these behind.
        foreign = [name for name in held if name not in (_LOCK, ASKED + _TEMPORARY) and not (name == "runs" and begun)]
        if foreign:
            few = ", ".join(foreign[:3]) + (" …" if len(foreign) > 3 else "")
            raise ParleyError(f"`{self.path}` holds something else ({few}); give a new or an empty folder")

    @contextlib.contextmanager
    def claimed(self, asked: dict[str, Any]) -> Iterator[None]:
        """The folder made, locked, and held to one experiment. Raises ParleyError showing what differs."""
        self._refuse_foreign()
        try:
            (self.path / "runs").mkdir(parents=True, exist_ok=True)
            lock = open(self.path / _LOCK, "w")  # noqa: SIM115 (held until the sweep ends)
        except OSError as error:
            raise ParleyError(_refusal(self.path, error)) from None
        with lock:
            _lock(lock.fileno(), self.path)
            kept = self.read_json(ASKED)
            if kept is None:
                self.write_json(ASKED, asked)
            elif kept != json.loads(json.dumps(asked)):
                shown = "\n".join(f"  {line}" for line in differences(kept, json.loads(json.dumps(asked))))
                raise ParleyError(
                    f"{self.path} holds another experiment; choose another folder or undo the change:\n{shown}"
                )
            for stray in [*self.path.glob(f"*{_TEMPORARY}"), *self.path.glob(f"runs/*{_TEMPORARY}")]:
                stray.unlink(missing_ok=True)
            yield


def _refusal(path: Path, error: OSError) -> str:
    reason = (error.strerror or str(error)).lower()
    return f"cannot write {path}: {reason}. What is finished is kept; put this right and start the sweep again"


def _flush_folder(folder: Path) -> None:
    """Make a rename last through a power cut, where the system lets folders be opened."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _lock(handle: int, path: Path) -> None:
    """One sweep a folder; the system frees the lock however the process ends."""
    if sys.platform == "win32":
        return
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise ParleyError(f"another sweep is at work in {path}") from None


def differences(before: Any, after: Any, path: str = "", most: int = 12) -> list[str]:
    """`key: old → new` for everything that differs between two plain data, at most `most` lines."""
    found = list(_differences(before, after, path))
    return found if len(found) <= most else [*found[:most], f"… and {len(found) - most} more"]


def _differences(before: Any, after: Any, path: str) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            below = f"{path}.{key}" if path else key
            yield from _differences(before.get(key, _ABSENT), after.get(key, _ABSENT), below)
    elif before != after:
        yield f"{path}: {_shown(before)} → {_shown(after)}"


_ABSENT = object()


def _shown(value: Any) -> str:
    if value is _ABSENT:
        return "(nothing)"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:77] + "…"
