"""Numba's cache of machine code, confined to one folder, and read without what only compiling needs."""

from __future__ import annotations

import contextlib
import os
import pickle
from collections.abc import Callable
from typing import Any

from numba.core import caching

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
        with contextlib.suppress(OSError):  # the disk is full, or the folder was removed meanwhile
            try:
                super().save_overload(sig, data)
            except _DAMAGE:  # the index cannot be read: it is begun again
                self.flush()
                super().save_overload(sig, data)


def keep_on_disk(dispatcher: Any, function: Callable[..., object]) -> None:
    """Give a function that numba compiles a cache in the folder that numba is set to."""
    with contextlib.suppress(RuntimeError):  # the folder cannot be written: the function is compiled in memory
        dispatcher._cache = _Cache(function)
