"""Numbers that experts were asked for: each expert's distribution, and the linear pool with equal weights.

An expert states three quantiles (5%, 50%, 95%) or the lowest, likeliest and highest value. Between the quantiles the
density is even (Cooke 1991); the outer pieces end a tenth of the range of all experts beyond it, and no further than
the scenario allows. The lowest, likeliest and highest value make a triangle.

References
----------
Cooke, R. M. (1991). Experts in Uncertainty. Oxford University Press.
Stone, M. (1961). The opinion pool. Annals of Mathematical Statistics 32, 1339-1342.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Real
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

QUANTILES = (0.05, 0.5, 0.95)
MOST_EXPERTS = 200
_OVERSHOOT = 0.1
_TRIANGLE = ("low", "mode", "high")


class Judgement(BaseModel):
    """What one expert said about one number.

    Attributes
    ----------
    expert : str
        Name or number of the expert.
    form : {"quantiles", "triangle"}
        Whether the values are the 5%, 50% and 95% quantiles, or the lowest, likeliest and highest value.
    values : tuple of float
        The three values, rising.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    expert: str = Field(description="Name or number of the expert")
    form: Literal["quantiles", "triangle"] = Field(description="Quantiles of 5%, 50%, 95%, or low, mode, high")
    values: tuple[float, float, float] = Field(description="The three values, rising")

    def plain(self) -> Any:
        """Return the judgement in the form of a scenario file."""
        return list(self.values) if self.form == "quantiles" else dict(zip(_TRIANGLE, self.values, strict=True))


class Piece(NamedTuple):
    """A part of an expert's distribution: uniforms from `start` to `stop` give values from `low` to `high`."""

    kind: Literal["uniform", "triangular"]
    start: float
    stop: float
    low: float
    mode: float
    high: float


def read_judgements(raw: Any) -> tuple[Judgement, ...]:
    """Read `{expert: [5%, 50%, 95%]}` or `{expert: {low, mode, high}}`. Raises ValueError that says what is allowed."""
    if not isinstance(raw, dict) or not 1 <= len(raw) <= MOST_EXPERTS:
        raise ValueError(f"`elicited` takes 1 to {MOST_EXPERTS} experts: {{expert: [5%, 50%, 95%]}}")
    return tuple(_read_judgement(str(expert), stated) for expert, stated in raw.items())


def _read_judgement(expert: str, stated: Any) -> Judgement:
    """Read the judgement of one expert."""
    triangle = isinstance(stated, dict)
    values = [stated.get(key) for key in _TRIANGLE] if triangle else stated
    if triangle and set(stated) != set(_TRIANGLE):
        raise ValueError(f"expert `{expert}`: give low, mode and high, or a list of the 5%, 50% and 95% quantiles")
    if not isinstance(values, list | tuple) or len(values) != 3 or not all(map(_is_number, values)):
        raise ValueError(f"expert `{expert}`: expected three numbers, the 5%, 50% and 95% quantiles, got {values!r}")
    return make_judgement(expert, "triangle" if triangle else "quantiles", values)


def make_judgement(expert: str, form: Literal["quantiles", "triangle"], values: Sequence[float]) -> Judgement:
    """Make a judgement of three values. Raises ValueError where they do not rise."""
    low, middle, high = map(float, values)
    if not low <= middle <= high or low == high:
        names = "5%, 50% and 95% quantiles" if form == "quantiles" else "low, mode and high"
        raise ValueError(f"expert `{expert}`: {low:g}, {middle:g}, {high:g} do not rise; expected {names}")
    return Judgement(expert=expert, form=form, values=(low, middle, high))


def _is_number(value: Any) -> bool:
    """Whether a value is a finite number."""
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def find_ends(judgements: Sequence[Judgement]) -> tuple[float, float]:
    """Find the ends of a pool: a tenth beyond the range of all experts, where one of them stated quantiles."""
    low, high = min(j.values[0] for j in judgements), max(j.values[2] for j in judgements)
    if all(j.form == "triangle" for j in judgements):
        return low, high
    return low - _OVERSHOOT * (high - low), high + _OVERSHOOT * (high - low)


def list_pieces(judgement: Judgement, low: float, high: float) -> list[Piece]:
    """List the pieces of an expert's distribution; outer pieces of quantiles end at the ends of the pool."""
    values = judgement.values
    if judgement.form == "triangle":
        return [Piece("triangular", 0.0, 1.0, *values)]
    edges, levels = (min(low, values[0]), *values, max(high, values[2])), (0.0, *QUANTILES, 1.0)
    return [
        Piece("uniform", levels[k], levels[k + 1], edges[k], (edges[k] + edges[k + 1]) / 2, edges[k + 1])
        for k in range(4)
    ]


def compute_share(piece: Piece, x: float) -> float:
    """Compute the share of a piece's values that lie at or below `x`."""
    if x <= piece.low:
        return 0.0 if x < piece.low or piece.high > piece.low else 1.0
    if x >= piece.high:
        return 1.0
    width = piece.high - piece.low
    if piece.kind == "uniform":
        return (x - piece.low) / width
    if x < piece.mode:
        return (x - piece.low) ** 2 / (width * (piece.mode - piece.low))
    return 1.0 - (piece.high - x) ** 2 / (width * (piece.high - piece.mode))


def compute_pool(judgements: Sequence[Judgement], low: float, high: float, x: float) -> float:
    """Compute the distribution function of the linear pool at `x`: the mean of the experts' own."""
    total = 0.0
    for judgement in judgements:
        for piece in list_pieces(judgement, low, high):
            total += (piece.stop - piece.start) * compute_share(piece, x)
    return total / len(judgements)


def find_quantile(judgements: Sequence[Judgement], low: float, high: float, u: float) -> float:
    """Find a quantile of the linear pool, by halving its range until the ends agree."""
    a, b = low, high
    for _ in range(80):
        middle = (a + b) / 2
        if compute_pool(judgements, low, high, middle) < u:
            a = middle
        else:
            b = middle
    return (a + b) / 2
