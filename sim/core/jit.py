"""The one decorator through which rules are compiled, and the cache that never serves stale code.

Numba keys its disk cache by the file that holds a function; a rule changed in *another* file goes unnoticed and old
machine code is served. The cache folder here is named by a hash over every source that can end up in compiled code,
so any edit opens a fresh folder. Without a writable folder anywhere, code is compiled in memory only.
"""

from __future__ import annotations

import contextlib
import hashlib
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy
from numba.core import config as numba_config
from numba.core import sigutils
from numba.core.ccallback import CFunc

from sim.core.code_cache import choose_folder, keep_on_disk

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


_CHOICE = choose_folder(source_hash())
_CACHE = _CHOICE.folder


def cache_folder() -> Path | None:
    """Return the folder for compiled code, or None when nothing can be written."""
    return _CACHE


def cache_refusals() -> tuple[str, ...]:
    """Return why folders were refused that compiled code would otherwise be kept in."""
    return _CHOICE.refusals


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
    options: Any = {"nogil": True, "error_model": "numpy", "_nrt": False, **more}
    compiled = numba.njit(no_cfunc_wrapper=True, **options)(function)
    if compiled is not function:  # it is where numba is told to compile nothing
        _keep(compiled, function)
    return cast(_F, compiled)


def _keep(compiled: Any, function: Callable[..., object]) -> None:
    """Keep the machine code of a function on disk where there is a folder for it."""
    with _cached():
        if _CACHE is not None:
            keep_on_disk(compiled, function)


def callback(function: Callable[..., object], signature: Any) -> Any:
    """Compile a function of that signature at once, under the same rules, for calls through its `address`."""
    options = {"error_model": "numpy", "_nrt": False}
    compiled = CFunc(function, sigutils.normalize_signature(signature), locals={}, options=options)
    with _cached():
        _keep(compiled, function)
        compiled.compile()
    return compiled


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
