"""The folder of compiled code, which nobody else may write to.

Numba unpickles what it finds in its cache, so a file that another user left there would run as this user. Only a folder
that belongs to this user, with mode 0700 and nothing foreign inside, is used. Where there is none, a fresh one is made
for this process and its children, and removed at the end.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

NAMED = "PARLEY_CACHE_DIR"
"""Environment variable that names the folder below which compiled code is kept."""

class Choice(NamedTuple):
    """The folder for compiled code, or None, and why others were refused."""

    folder: Path | None
    refusals: tuple[str, ...] = ()


class Refusal(Exception):
    """A folder in which compiled code is not safe, and why."""


def choose_folder(key: str) -> Choice:
    """Choose the folder for the compiled code of one version.

    Parameters
    ----------
    key
        Name of the folder: a hash of the sources.

    Returns
    -------
    Choice
        `PARLEY_CACHE_DIR` wins, then the user's cache folder, then the system's temporary folder. If the first that can
        be written is not safe and no later one is, a fresh private folder; None where nothing can be written.
    """
    refusals: list[str] = []
    for base in _list_bases():
        try:
            return Choice(claim_folder(base / key), tuple(refusals))
        except Refusal as refusal:
            refusals.append(str(refusal))
        except OSError:  # cannot be written: the next one may
            continue
    return Choice(_make_fresh_folder(key) if refusals else None, tuple(refusals))


def _list_bases() -> Iterator[Path]:
    """Folders below which compiled code may be kept, the best first."""
    if folder := os.environ.get(NAMED):
        yield Path(folder)
    yield Path(os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")) / "parley"
    user = str(os.getuid()) if hasattr(os, "getuid") else "user"
    with contextlib.suppress(FileNotFoundError):  # there may be no temporary folder at all
        yield Path(tempfile.gettempdir()) / f"parley-{user}"


def claim_folder(folder: Path) -> Path:
    """Make a folder that only this user can read or write, or check that an existing one is such.

    Returns
    -------
    Path
        The folder, absolute.

    Raises
    ------
    Refusal
        It belongs to somebody else, is open to others, or holds something foreign; or others can rename it.
    OSError
        It cannot be made or written.
    """
    folder = Path(os.path.abspath(folder))
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    if hasattr(os, "getuid"):  # Windows keeps temporary and user folders apart by user
        _check_parents(folder)
        _check_own(folder, folder.lstat())
        if stat.S_IMODE(folder.lstat().st_mode) != 0o700:
            raise Refusal(f"`{folder}` is open to others; its mode has to be 0700")
        _check_content(folder)
    with tempfile.TemporaryFile(dir=folder):
        return folder


def _check_parents(folder: Path) -> None:
    """Refuse a folder if another user can replace one of the folders above it."""
    for parent in folder.resolve().parents:
        status = parent.stat()
        open_to_all = status.st_mode & stat.S_IWOTH and not status.st_mode & stat.S_ISVTX
        if status.st_uid not in (0, os.geteuid()) or open_to_all:
            raise Refusal(f"`{folder}` lies in `{parent}`, which others can change")


def _check_own(path: str | Path, status: os.stat_result) -> None:
    """Refuse what belongs to somebody else, and what is neither a file nor a folder."""
    if status.st_uid != os.geteuid():
        raise Refusal(f"`{path}` belongs to another user")
    if not (stat.S_ISDIR(status.st_mode) or stat.S_ISREG(status.st_mode)):
        raise Refusal(f"`{path}` is neither a file nor a folder")


def _check_content(folder: str | Path) -> None:
    """Check everything below a folder, of which there are thousands of files after a while; links are not followed."""
    with os.scandir(folder) as entries:
        for entry in entries:
            _check_own(entry.path, entry.stat(follow_symlinks=False))
            if entry.is_dir(follow_symlinks=False):
                _check_content(entry.path)


def _make_fresh_folder(key: str) -> Path | None:
    """Make a private folder for this process and its children; None where nothing can be written."""
    try:
        folder = Path(tempfile.mkdtemp(prefix="parley-"))
    except OSError:
        return None
    os.environ[NAMED] = str(folder)
    owner = os.getpid()

    def remove() -> None:
        if os.getpid() == owner:  # a forked child leaves it to its parent
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    (folder / key).mkdir(mode=0o700)
    return folder / key
