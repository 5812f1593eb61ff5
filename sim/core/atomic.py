"""Atomic output: files and folders of results that appear complete or not at all.

A file is written under a temporary name, synced to the disk and renamed; then its folder is synced, so that the new
name survives a power cut too. An interruption leaves what was there before.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sim.core.errors import ParleyError

if TYPE_CHECKING:
    from typing import BinaryIO

MANIFEST = "manifest.json"
LOCK = ".lock"
_STAGE = ".parley-unfinished"
_TEMPORARY = ".part"

_Kind = type[BaseException] | None


@contextmanager
def report_write_errors(path: Path, consequence: str = "nothing is left half-written") -> Iterator[None]:
    """Turn an error of the file system into one ParleyError that names `path`, the reason and the consequence."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise ParleyError(f"cannot write to `{path}`: {reason}; {consequence}") from error


def check_suffix(path: Path, *suffixes: str) -> None:
    """Refuse the name of an output file that does not end in one of `suffixes`. Raises ParleyError."""
    if path.suffix.lower() not in suffixes:
        raise ParleyError(f"`{path}`: the name of this file has to end in {' or '.join(suffixes)}")


def check_new_file(path: Path, *suffixes: str) -> None:
    """Refuse an output file before the work for it begins.

    Parameters
    ----------
    path
        The file.
    *suffixes
        Endings that its name may have; any without them.

    Raises
    ------
    ParleyError
        The file exists already, its folder does not, or its name ends otherwise.
    """
    with report_write_errors(path):  # the system may refuse even to look
        if path.exists():
            raise ParleyError(f"{path} is already there; choose another file")
        if not path.parent.is_dir():
            raise ParleyError(f"there is no folder {path.parent}")
    if suffixes:
        check_suffix(path, *suffixes)


def temporary_path(path: Path) -> Path:
    """Return the hidden name beside `path` under which the file is written; it keeps the suffix."""
    return path.with_name(f".{path.stem}{_TEMPORARY}{path.suffix}")


def remove_temporary_files(folder: Path) -> None:
    """Delete the temporary files that a killed process left in a folder (not in the folders below it)."""
    for path in folder.glob(f".*{_TEMPORARY}*"):
        path.unlink(missing_ok=True)


@contextmanager
def replace_file(path: Path) -> Iterator[Path]:
    """Yield the temporary path to write to; on success the file is synced and renamed to `path`.

    Any exception inside the block removes the temporary file and leaves `path` as it was. Errors of the file system
    stay OSErrors: see `report_write_errors`.
    """
    temporary = temporary_path(path)
    try:
        yield temporary
        with temporary.open("rb+") as file:
            sync_file(file)
        os.replace(temporary, path)
        sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def write_file(path: Path, content: str | bytes, consequence: str = "nothing is left half-written") -> None:
    """Write a file (text as UTF-8) atomically; a link is followed, and a device or a pipe is written to directly.

    Parameters
    ----------
    path
        The file. An earlier version stays until the new one is complete.
    content
        Text or bytes.
    consequence
        How the message ends when the file cannot be written.

    Raises
    ------
    ParleyError
        The system refuses.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    target = path.resolve()
    with report_write_errors(path, consequence):
        if target.exists() and not target.is_file():
            target.write_bytes(data)
            return
        with replace_file(target) as temporary:
            temporary.write_bytes(data)


def sync_file(file: BinaryIO) -> None:
    """Force what was written to a file onto the disk."""
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Force the names in a folder onto the disk, where the system can sync folders (Windows cannot)."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network file systems cannot sync folders either
            raise
    finally:
        os.close(handle)


@contextmanager
def lock_folder(folder: Path, task: str = "process") -> Iterator[None]:
    """Hold the lock of a folder for one task; the system frees it however the process ends.

    Raises
    ------
    ParleyError
        Another process or thread holds the lock.
    OSError
        The lock file cannot be made: see `report_write_errors`.
    """
    from filelock import FileLock, Timeout  # slow to import and seldom needed

    lock = FileLock(folder / LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise ParleyError(f"another {task} is at work in {folder}") from None
    try:
        yield
    finally:
        with suppress(OSError):
            os.unlink(folder / LOCK)
        lock.release()


class OutputFolder:
    """A folder of results whose files appear together when the `with` block ends without an exception.

    Inside the block the folder is locked and files wait in a folder of this process. What killed ones left is removed.

    Parameters
    ----------
    folder
        The folder. One that holds anything else than results of the same kind is refused.
    kind
        Kind of results, as in the manifest: `run`, `comparison`, …
    force
        Whether to replace earlier results of this kind (other files stay); None for a verb without `--force`.

    Raises
    ------
    ParleyError
        The folder cannot be used, or another process is at work in it. Nothing has been written then.
    """

    def __init__(self, folder: str | Path, kind: str = "run", force: bool | None = False):
        self.folder = Path(folder)
        self.stage = self.folder / f"{_STAGE}-{os.getpid()}-{os.urandom(4).hex()}"
        self._kind, self._force = kind, force
        self._new_folders: list[Path] = []
        self._held = ExitStack()
        with report_write_errors(self.folder):
            self._check()

    def _check(self) -> None:
        """Refuse a folder that holds something else, or results that may not be replaced."""
        folder, kind = self.folder, self._kind
        if folder.exists() and not folder.is_dir():
            raise ParleyError(f"`{folder}` is a file; give a folder")
        names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        killed = any(name.startswith(_STAGE) for name in names)
        names = [name for name in names if not name.startswith(_STAGE) and name != LOCK]
        if not names:
            return
        manifest = read_manifest(folder)
        if not killed and (manifest is None or manifest.get("kind") != kind):
            raise ParleyError(f"`{folder}` holds something else ({_few(names)}); give a new or an empty folder")
        if not self._force:
            content = f"an unfinished {kind}" if manifest is None else f"the results of an earlier {kind}"
            remedy = "give another folder" if self._force is None else "--force replaces it, or give another folder"
            raise ParleyError(f"`{folder}` holds {content}; {remedy}")

    def path(self, name: str) -> Path:
        """Return where to write the file that will be called `name`."""
        return self.stage / name

    def __enter__(self) -> OutputFolder:
        self._new_folders = [path for path in (self.folder, *self.folder.parents) if not path.exists()]
        try:
            with report_write_errors(self.folder):
                self.folder.mkdir(parents=True, exist_ok=True)
                self._held.enter_context(lock_folder(self.folder, self._kind))
                self._check()  # another process may have finished meanwhile
                for rest in self.folder.glob(f"{_STAGE}*"):
                    shutil.rmtree(rest)
                self.stage.mkdir()
        except BaseException:
            self._clear()
            raise
        return self

    def __exit__(self, kind: _Kind, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                with report_write_errors(self.folder):
                    self._publish()
        finally:
            self._clear()

    def _clear(self) -> None:
        """Remove the stage, and the folders made for it unless they hold the results; free the folder."""
        shutil.rmtree(self.stage, ignore_errors=True)
        self._held.close()
        for path in self._new_folders:
            with suppress(OSError):  # it holds the results, or was never made
                path.rmdir()

    def _publish(self) -> None:
        """Move all files and folders to their names, the manifest last: a folder with a manifest is complete."""
        for path in self.stage.rglob("*"):
            if path.is_dir():
                sync_folder(path)
            else:
                with path.open("rb+") as file:
                    sync_file(file)
        for name in [MANIFEST, *_list_files(read_manifest(self.folder) or {})]:
            if isinstance(name, str) and Path(name).name == name:
                (self.folder / name).unlink(missing_ok=True)
        for path in sorted(self.stage.iterdir()):
            if path.name != MANIFEST:
                os.replace(path, self.folder / path.name)
        sync_folder(self.folder)
        if self.path(MANIFEST).exists():
            os.replace(self.path(MANIFEST), self.folder / MANIFEST)
        for folder in (self.folder, *(path.parent for path in self._new_folders)):
            sync_folder(folder)


def _list_files(manifest: dict[str, Any]) -> list[Any]:
    """List the files that a manifest names, those of analyses beside the results too."""
    files, analyses = manifest.get("files"), manifest.get("analyses")
    names = list(files) if isinstance(files, list | dict) else []
    for entry in analyses.values() if isinstance(analyses, dict) else ():
        names += list(entry.get("files", {})) if isinstance(entry, dict) else []
    return names


def _few(names: list[str]) -> str:
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of a folder of results, or None where there is no readable one."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) and "parley" in manifest else None
