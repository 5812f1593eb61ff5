"""Decorators that compile rules, and a disk cache that never serves stale code.

| Decorator | For | Compiled |
| --- | --- | --- |
| `rule` | any rule, and any larger part of the compiled engine | alone, kept on disk, callable from Python |
| `inline_rule` | a short rule in an inner loop | as `rule`, and inlined in machine code wherever it is called |
| `inline_part` | a private part of one rule or solver | inlined in machine code, not kept, not called from Python |
| `inline_step` | an outer level of the compiled engine | never alone: its source is inlined before types are inferred |

All four compile without fast-math: IEEE arithmetic, never reordered.

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
    """Return a hash of every file that compiled code can come from, and of the versions that shape machine code.

    Returns
    -------
    str
        24 hexadecimal digits.
    """
    digest = hashlib.blake2b(digest_size=12)
    versions = (numba.__version__, numpy.__version__, sys.version)
    digest.update(repr(versions).encode())
    files = [path for folder in SOURCES for path in (_SIM / folder).rglob("*.py")]
    for path in sorted(files):
        digest.update(path.relative_to(_SIM).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _is_writable(folder: Path) -> bool:
    """Whether a folder exists or can be created, and takes a file."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def cache_folder() -> Path | None:
    """Return the folder for compiled code.

    `PARLEY_CACHE_DIR` wins, then the user's cache folder, then the system's temporary folder.

    Returns
    -------
    Path or None
        None when no folder is writable.
    """
    chosen = os.environ.get("PARLEY_CACHE_DIR")
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    user = str(os.getuid()) if hasattr(os, "getuid") else "user"
    bases = [Path(chosen)] if chosen else []
    bases.append(Path(home) / "parley")
    with contextlib.suppress(FileNotFoundError):  # there may be no temporary folder at all
        bases.append(Path(tempfile.gettempdir()) / f"parley-{user}")
    key = source_hash()
    for base in bases:
        if _is_writable(base / key):
            return base / key
    return None


_CACHE = cache_folder()


COMPILE_LOCK = threading.RLock()
"""Held while code is compiled or looked for: numba has one setting of the cache folder for all threads."""


@contextlib.contextmanager
def _cache_set() -> Iterator[None]:
    """Let numba keep what is decorated in this context in the folder for compiled code."""
    settings: Any = numba_config
    with COMPILE_LOCK:
        before = settings.CACHE_DIR
        try:
            if _CACHE is not None:
                settings.CACHE_DIR = str(_CACHE)
            yield
        finally:
            settings.CACHE_DIR = before


def _compile(function: _F, **more: Any) -> _F:
    """Compile a function that is kept on disk; `_nrt` off leaves out reference counts, for rules make no arrays."""
    options: Any = {"cache": _CACHE is not None, "nogil": True, "error_model": "numpy", "_nrt": False, **more}
    with _cache_set():
        return cast(_F, numba.njit(no_cfunc_wrapper=True, **options)(function))


def compile_callback(function: Callable[..., object], signature: Any) -> Any:
    """Compile a function of a known signature at once, for calls through its `address`.

    Parameters
    ----------
    function : callable
        The function.
    signature : numba signature
        Its types.

    Returns
    -------
    numba.core.ccallback.CFunc
        The compiled function.
    """
    with _cache_set():
        return numba.cfunc(signature, cache=_CACHE is not None, error_model="numpy", _nrt=False)(function)


def rule(function: _F) -> _F:
    """Compile a rule: kept on disk, free of the global lock, IEEE arithmetic without reordering.

    Rules make no arrays, so reference counts are left out: counting would cost more than many a rule.
    """
    return _compile(function)


def inline_rule(function: _F) -> _F:
    """Compile a short rule that is inlined in machine code wherever compiled code calls it: for inner loops."""
    return _compile(function, forceinline=True)


def inline_part(function: _F) -> _F:
    """Compile a private part of one rule or solver, inlined in machine code where it is called.

    In a loop of some nanoseconds the call of a function with a dozen arrays, each passed as seven words, costs more
    than the arithmetic. A part is compiled with the rule that calls it, is not kept on disk, and is not for use from
    Python.
    """
    options: Any = {"nogil": True, "error_model": "numpy", "_nrt": False, "forceinline": True}
    return cast(_F, numba.njit(**options)(function))


def inline_step(function: _F) -> _F:
    """Inline a step of the compiled engine into the function around it, before types are inferred.

    For the outermost levels of the engine, and for functions with one or two callers: each level that is compiled on
    its own compiles all below it once more, and the first run of a fresh installation waits for it.
    """
    return cast(_F, numba.njit(inline="always", nogil=True, error_model="numpy", _nrt=False)(function))
