"""Decorators that compile rules, and a disk cache that never serves stale code.

| Decorator | For | Compiled |
| --- | --- | --- |
| `rule` | any rule, and any larger part of the compiled engine | once for all callers; alone if Python calls it |
| `entry_point` | what Python calls and no compiled code does | alone, kept on disk without what callers would link |
| `inline_rule` | a short rule in an inner loop | as `rule`, and inlined in machine code wherever it is called |
| `inline_part` | a private part of a rule or solver, a step of the engine | as `inline_rule`, never for Python |

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
import threading
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy

from sim.core.code_cache import Choice, choose_folder

EPS = 1e-9
"""Thresholds compare with this slack, so that both engines fall on the same side of a tie."""

_SIM = Path(__file__).resolve().parents[1]

SOURCES = ("core", "rules", "solvers", "compiled")
"""Folders of `sim` that compiled code can come from. Any change in them opens a new cache folder."""

PLAIN = os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")
"""Whether rules stay plain Python. Numba, which is slow to load, is not needed then."""

_OPTIONS = {"nogil": True, "error_model": "numpy", "_nrt": False}
"""Of all that is compiled; `_nrt` off leaves out reference counts, for rules make no arrays."""

_F = TypeVar("_F", bound=Callable[..., object])


def source_hash() -> str:
    """Return a hash of every file that compiled code can come from, and of the versions that shape machine code.

    Returns
    -------
    str
        24 hexadecimal digits.
    """
    digest = hashlib.blake2b(digest_size=12)
    versions = (version("numba"), numpy.__version__, sys.version)  # numba itself is slow to import
    digest.update(repr(versions).encode())
    files = [path for folder in SOURCES for path in (_SIM / folder).rglob("*.py")]
    for path in sorted(files):
        digest.update(path.relative_to(_SIM).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


_CHOICE = Choice(None) if PLAIN else choose_folder(source_hash())
_CACHE = _CHOICE.folder


def cache_folder() -> Path | None:
    """Return the folder for compiled code.

    `PARLEY_CACHE_DIR` wins, then the user's cache folder, then the system's temporary folder; one that others can write
    to is refused.

    Returns
    -------
    Path or None
        None when no folder is writable.
    """
    return _CACHE


def cache_refusals() -> tuple[str, ...]:
    """Return why folders were refused that compiled code would otherwise be kept in."""
    return _CHOICE.refusals


READY = "ready-"
"""Begins the name of the files that say what has been compiled and kept."""


def has_compiled() -> bool:
    """Whether the engine has been compiled on this machine, for some scenario, and kept."""
    return _CACHE is not None and any(_CACHE.glob(f"{READY}*"))


COMPILE_LOCK = threading.RLock()
"""Held while code is compiled or looked for: numba has one setting of the cache folder for all threads."""


@contextlib.contextmanager
def _cache_set() -> Iterator[None]:
    """Let numba keep what is decorated in this context in the folder for compiled code."""
    from numba.core import config

    settings: Any = config
    with COMPILE_LOCK:
        before = settings.CACHE_DIR
        try:
            if _CACHE is not None:
                settings.CACHE_DIR = str(_CACHE)
            yield
        finally:
            settings.CACHE_DIR = before


def _compile(function: _F, is_entry: bool = False, **more: Any) -> _F:
    """Compile a function that is kept on disk once it has machine code."""
    if PLAIN:
        return function
    from sim.core.linkage import make_dispatcher

    compiled = make_dispatcher(function, no_cfunc_wrapper=True, **_OPTIONS, **more)
    if compiled is not function:  # it is where a file of settings tells numba to compile nothing
        _keep(compiled, function, is_entry)
    return cast(_F, compiled)


def _keep(compiled: Any, function: Callable[..., object], is_entry: bool) -> None:
    """Keep the machine code of a function on disk where there is a folder for it."""
    from sim.core.numba_cache import keep_on_disk

    with _cache_set():
        if _CACHE is not None:
            keep_on_disk(compiled, function, is_entry)


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
    from numba.core import sigutils
    from numba.core.ccallback import CFunc

    options = {name: _OPTIONS[name] for name in ("error_model", "_nrt")}
    compiled = CFunc(function, sigutils.normalize_signature(signature), locals={}, options=options)
    with _cache_set():
        _keep(compiled, function, is_entry=True)
        compiled.compile()
    return compiled


def rule(function: _F) -> _F:
    """Compile a rule: free of the global lock, IEEE arithmetic without reordering.

    Where compiled code calls it, `sim.core.linkage` compiles it into its callers; what Python calls is kept on disk.
    Rules make no arrays, so reference counts are left out: counting would cost more than many a rule.
    """
    return _compile(function)


def entry_point(function: _F) -> _F:
    """Compile a function that only Python calls: as `rule`, and faster to load, for no compiled code can call it."""
    return _compile(function, is_entry=True)


def inline_rule(function: _F) -> _F:
    """Compile a short rule that is inlined in machine code wherever compiled code calls it: for inner loops."""
    return _compile(function, forceinline=True)


def inline_part(function: _F) -> _F:
    """Compile a private part of one rule or solver, or a step of the compiled engine, inlined where it is called.

    In a loop of some nanoseconds the call of a function with a dozen arrays, each passed as seven words, costs more
    than the arithmetic. A part is compiled with what calls it, is not kept on disk, and is not for use from Python.
    """
    if PLAIN:
        return function
    from sim.core.linkage import make_dispatcher

    inlined = make_dispatcher(function, no_cpython_wrapper=True, no_cfunc_wrapper=True, forceinline=True, **_OPTIONS)
    return cast(_F, inlined)
