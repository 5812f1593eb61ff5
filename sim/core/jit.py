"""The one decorator through which rules are compiled, and the cache that never serves stale code.

Numba keys its disk cache by the file that holds a function; a rule changed in *another* file goes unnoticed and old
machine code is served. The cache folder here is named by a hash over every source that can end up in compiled code,
so any edit opens a fresh folder. Without a writable folder anywhere, code is compiled in memory only.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy
from numba.core import config as numba_config

EPS = 1e-9
"""Thresholds compare with this slack, so that both engines fall on the same side of a tie."""

_SIM = Path(__file__).resolve().parents[1]

SOURCES = ("core", "rules", "solvers", "compiled")
"""Folders of `sim` that compiled code can come from. Any change in them opens a new cache folder."""

_F = TypeVar("_F", bound=Callable[..., object])


def source_hash() -> str:
    """Hash of every file compiled code can come from, with the versions that shape the machine code."""
    digest = hashlib.blake2b(digest_size=12)
    versions = (numba.__version__, numpy.__version__, sys.version)
    digest.update(repr(versions).encode())
    files = [path for folder in SOURCES for path in (_SIM / folder).rglob("*.py")]
    for path in sorted(files):
        digest.update(path.relative_to(_SIM).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def cache_folder() -> Path | None:
    """The folder for compiled code, or None when nothing is writable.

    `PARLEY_CACHE_DIR` wins, then the user's cache folder, then the system's temporary folder.
    """
    named = os.environ.get("PARLEY_CACHE_DIR")
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    user = str(os.getuid()) if hasattr(os, "getuid") else "user"
    bases = [Path(named)] if named else []
    bases.append(Path(home) / "parley")
    with contextlib.suppress(FileNotFoundError):  # there may be no temporary folder at all
        bases.append(Path(tempfile.gettempdir()) / f"parley-{user}")
    key = source_hash()
    for base in bases:
        if _writable(base / key):
            return base / key
    return None


_CACHE = cache_folder()


COMPILING = threading.RLock()
"""Held while code is compiled or looked for: numba has one setting for all threads of where it is kept."""


@contextlib.contextmanager
def _cached() -> Iterator[None]:
    """What is decorated in here keeps its compiled code in the folder for it."""
    settings: Any = numba_config
    with COMPILING:
        kept = settings.CACHE_DIR
        try:
            if _CACHE is not None:
                settings.CACHE_DIR = str(_CACHE)
            yield
        finally:
            settings.CACHE_DIR = kept


def _compile(function: _F, **more: Any) -> _F:
    options: Any = {"cache": _CACHE is not None, "nogil": True, "error_model": "numpy", "_nrt": False, **more}
    with _cached():
        return cast(_F, numba.njit(no_cfunc_wrapper=True, **options)(function))


def callback(function: Callable[..., object], signature: Any) -> Any:
    """Compile a function of that signature at once, under the same rules, for calls through its `address`."""
    with _cached():
        return numba.cfunc(signature, cache=_CACHE is not None, error_model="numpy", _nrt=False)(function)


def rule(function: _F) -> _F:
    """Compile a rule: cached on disk, free of the global lock, IEEE arithmetic without reordering.

    Rules make no arrays, so reference counts are left out (`_nrt`): counting would cost more than many a rule.
    """
    return _compile(function)


def inlined(function: _F) -> _F:
    """A piece of the one compiled function around it, inlined before types are inferred: it is never compiled alone.

    For the outermost levels of the engine, and for what is called at one or two places: each level that is compiled on
    its own compiles all below it once more, and the first run of a fresh installation waits for it.
    """
    return cast(_F, numba.njit(inline="always", nogil=True, error_model="numpy", _nrt=False)(function))


def melted(function: _F) -> _F:
    """Compile a rule that is always melted into the compiled code that calls it: for short ones in inner loops."""
    return _compile(function, forceinline=True)
