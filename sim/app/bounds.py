"""How far a slider reaches: far enough to try things out, and never to what the schema refuses."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from sim.scenario.numbers import Number, make_convention
from sim.scenario.schema import Scenario
from sim.yamlio.validation import find_annotation


def bounds(steps: tuple[str, ...], number: Number) -> tuple[float, float, float]:
    """Ends of the slider of the number at a path, and its step. What lies beyond the ends can be typed."""
    least, most = _reach(steps, number)
    kind = find_annotation(Scenario, steps)
    if not _allowed(kind, most):
        least, most = max(least, -1.0), 1.0  # what has an upper bound is a share, or lies between -1 and 1
    step = 10.0 ** math.floor(math.log10((most - least) / 100 + 1e-12) + 1e-9)
    if not _allowed(kind, least):
        least = min(step, number.low)
    return least, most, step


def _reach(steps: tuple[str, ...], number: Number) -> tuple[float, float]:
    if "leaning" in steps:
        return -1.0, 1.0
    if number.low < 0:
        far = _round_up(2 * max(-number.low, number.high))
        return -far, far
    if number.high == 0 or 0.05 < number.high <= 1:
        return 0.0, 1.0
    return 0.0, _round_up(3 * number.high)


def _round_up(x: float) -> float:
    size: float = 10.0 ** math.floor(math.log10(x))
    return next(size * k for k in (1, 2, 5, 10) if size * k >= x * (1 - 1e-9))


@lru_cache(maxsize=1000)
def _allowed(kind: Any, value: float) -> bool:
    try:
        TypeAdapter(kind).validate_python(make_convention(value, "tried"))
    except ValidationError:
        return False
    return True
