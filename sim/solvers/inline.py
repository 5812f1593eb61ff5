"""The decorator for the private parts of a rule: code that is always melted into the rule that calls it.

In a loop of some nanoseconds the call of a function with a dozen arrays, each handed over as seven words, costs more
than the arithmetic. A part has no life of its own: it is compiled with the rule that calls it, keeps no cache, and is
not for use from Python.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

_F = TypeVar("_F", bound=Callable[..., object])


def part(function: _F) -> _F:
    """Compile a part of a rule, inlined at machine level; arithmetic without reordering, as in `rule`."""
    options: Any = {"nogil": True, "error_model": "numpy", "_nrt": False, "forceinline": True}
    return cast(_F, numba.njit(**options)(function))
