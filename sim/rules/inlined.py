"""The decorator for the private parts of a rule: code that is always melted into the rule that calls it.

Numba counts references to every array handed to a function that it does not inline; in a loop of some
nanoseconds the two atomic counters an array cost more than the arithmetic. A part has no life of its own: it
is compiled as often as it is called, keeps no cache, and is not for use from Python.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

_F = TypeVar("_F", bound=Callable[..., object])


def part(function: _F) -> _F:
    """Compile a part of a rule, inlined at machine level; arithmetic without reordering, as in `rule`."""
    return cast(_F, numba.njit(nogil=True, error_model="numpy", forceinline=True)(function))
