"""Numba's cache of machine code, confined to one folder, and read without what only compiling needs."""

from __future__ import annotations

import contextlib
import os
import pickle
from collections.abc import Callable
from typing import Any

from llvmlite import binding
from numba.core import caching

from sim.core.linkage import Linked

_DAMAGE = (
    OSError, EOFError, MemoryError, pickle.UnpicklingError, ArithmeticError, AttributeError, ImportError, LookupError,
    RuntimeError, TypeError, ValueError,
)  # fmt: skip
"""What reading a damaged file of the cache can raise."""

_LOCATOR: Any = getattr(caching, "UserProvidedCacheLocator", None) or caching._UserProvidedCacheLocator


class _Locator(_LOCATOR):
    """The chosen folder, which was checked once; numba would write a file into it for every function."""

    def ensure_cache_path(self) -> None:
        os.makedirs(self.get_cache_path(), exist_ok=True)


class _Files(caching.CompileResultCacheImpl):
    """Files in the chosen folder only: numba would otherwise go on to folders beside the sources."""

    _locator_classes = (_Locator,)


class _EntryFiles(_Files):
    """Files of functions that no compiled code links: without the bitcode, whose reading takes most of the time."""

    def reduce(self, cres: Any) -> Any:
        (name, kind, (machine_code, _)), described, *others = super().reduce(cres)
        symbols = (described.llvm_func_name, described.llvm_cpython_wrapper_name, described.llvm_cfunc_wrapper_name)
        text = "\n".join(f'define void @"{symbol}"() {{ unreachable }}' for symbol in symbols)  # numba asks for these
        return ((name, kind, (machine_code, binding.parse_assembly(text).as_bitcode())), described, *others)


class _Cache(caching.FunctionCache):
    """Numba's cache of one function; what cannot be read or written is compiled in memory instead."""

    _impl_class = _Files

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Load machine code, without the tables that numba needs for compiling: they take a third of a second."""
        try:
            with self._guard_against_spurious_io_errors():
                return self._load_overload(sig, target_context)
        except _DAMAGE:
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep machine code on disk, if there is any."""
        if isinstance(data.entry_point, Linked):
            return
        with contextlib.suppress(OSError):  # the disk is full, or the folder was removed meanwhile
            try:
                super().save_overload(sig, data)
            except _DAMAGE:  # the index cannot be read: it is begun again
                self.flush()
                super().save_overload(sig, data)


class _EntryCache(_Cache):
    """The cache of a function that no compiled code links."""

    _impl_class = _EntryFiles


def keep_on_disk(dispatcher: Any, function: Callable[..., object], is_entry: bool) -> None:
    """Give a function that numba compiles a cache in the folder that numba is set to.

    Parameters
    ----------
    dispatcher : numba dispatcher or callback
        What compiles the function.
    function : callable
        The function.
    is_entry : bool
        Whether it is called from Python or by its address only.
    """
    with contextlib.suppress(RuntimeError):  # the folder cannot be written: the function is compiled in memory
        dispatcher._cache = (_EntryCache if is_entry else _Cache)(function)
