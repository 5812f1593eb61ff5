"""Files that are there whole or not at all, and folders of results that are complete or were never begun.

What is written lies under a temporary name until all of it is on the disk; then it gets its name. Whatever interrupts
that leaves what was there before.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sim.core.errors import ParleyError

if TYPE_CHECKING:
    from typing import BinaryIO

MANIFEST = "manifest.json"
_STAGE = ".parley-unfinished"

_Kind = type[BaseException] | None


@contextmanager
def writing(where: Path) -> Iterator[None]:
    """Turn what the system says about a file that cannot be written into one ParleyError."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise ParleyError(f"cannot write to `{where}`: {reason}; nothing is left half-written") from error


def new_file(path: Path) -> None:
    """Refuse to write a file before the work for it is done. Raises ParleyError where it is, or has no folder."""
    with writing(path):  # also where the system does not even let one look
        if path.exists():
            raise ParleyError(f"{path} is already there; choose another file")
        if not path.parent.is_dir():
            raise ParleyError(f"there is no folder {path.parent}")


@contextmanager
def placed(path: Path) -> Iterator[Path]:
    """Where to write a file that is to stand at `path`: it comes there whole and on the disk, or not at all."""
    beside = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        yield beside
        with beside.open("rb+") as file:
            sync(file)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def write_whole(path: Path, text: str) -> None:
    """Write a text file whole or not at all; what is there before stays until then. Raises ParleyError.

    A device or a pipe is no file to replace.
    """
    target = path.resolve()
    with writing(path):
        if target.exists() and not target.is_file():
            target.write_text(text, encoding="utf-8")
            return
        with placed(target) as beside:
            beside.write_text(text, encoding="utf-8")


def sync(file: BinaryIO) -> None:
    """See that what was written to a file is on the disk."""
    file.flush()
    os.fsync(file.fileno())


class Folder:
    """An output folder while it is filled: `path(name)` is where to write, and all files appear together at the end.

    A folder that holds something else is refused; one that holds a result of the same kind is replaced with `force`
    only (files that are not the result's stay); None is for a verb that knows no --force. Raises ParleyError. Use as a
    context manager.
    """

    def __init__(self, folder: str | Path, kind: str = "run", force: bool | None = False):
        self.folder = Path(folder)
        self.stage = self.folder / _STAGE
        self._made: list[Path] = []
        with writing(self.folder):
            self._check(kind, force)

    def _check(self, kind: str, force: bool | None) -> None:
        folder = self.folder
        if folder.exists() and not folder.is_dir():
            raise ParleyError(f"`{folder}` is a file; give a folder")
        held = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        if not held:
            return
        found = read_manifest(folder)
        if _STAGE not in held and (found is None or found.get("kind") != kind):
            raise ParleyError(f"`{folder}` holds something else ({_few(held)}); give a new or an empty folder")
        if not force:
            what = "an unfinished run, perhaps one under way" if _STAGE in held else f"the results of an earlier {kind}"
            way = "give another folder" if force is None else "--force replaces it, or give another folder"
            raise ParleyError(f"`{folder}` holds {what}; {way}")

    def path(self, name: str) -> Path:
        """Where to write a file that is to be called `name`."""
        return self.stage / name

    def __enter__(self) -> Folder:
        self._made = [path for path in (self.folder, *self.folder.parents) if not path.exists()]
        try:
            with writing(self.folder):
                self.folder.mkdir(parents=True, exist_ok=True)
                if self.stage.exists():
                    shutil.rmtree(self.stage)
                self.stage.mkdir()
        except ParleyError:
            self._clear()
            raise
        return self

    def __exit__(self, kind: _Kind, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                with writing(self.folder):
                    self._publish()
        finally:
            self._clear()

    def _clear(self) -> None:
        """Leave nothing unfinished behind, nor folders made for it."""
        shutil.rmtree(self.stage, ignore_errors=True)
        for path in self._made:
            with suppress(OSError):  # it holds the result, or was never made
                path.rmdir()

    def _publish(self) -> None:
        """Give all files and folders their names, the manifest last: where it is, all else is."""
        files = sorted(self.stage.iterdir(), key=lambda path: (path.name == MANIFEST, path.name))
        for path in filter(Path.is_file, self.stage.rglob("*")):
            with path.open("rb+") as file:
                sync(file)
        before = read_manifest(self.folder) or {}
        for name in [MANIFEST, *before.get("files", [])]:
            if Path(name).name == name:
                (self.folder / name).unlink(missing_ok=True)
        for path in files:
            os.replace(path, self.folder / path.name)


def _few(names: list[str]) -> str:
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of a folder of results, or None where there is none that can be read."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and "parley" in found else None
