"""The epistemic layer: ranged numbers, drawn once a run at an assumption index, and what follows from them at once."""

from __future__ import annotations

from sim.core.draws import triangular, uniform_between, uniforms
from sim.core.jit import rule
from sim.core.layout import Floats, Priors

MIN_ROOM = 0.05
"""Least distance of a reservation point from the demand (specification, section 2)."""


@rule
def draw_theta(priors: Priors, index: int, drawn: Floats, out: Floats) -> None:
    """Fill `out` (N,) with the numbers of assumption `index`: every range at its own uniform, addressed by its path.

    `drawn` (n,), as many as there are ranges, is filled with those uniforms.
    """
    uniforms(priors.key, index, 0, 0, drawn)
    for n in range(out.size):
        out[n] = priors.base[n]
    for n in range(priors.place.size):
        u = drawn[n]
        if priors.kind[n] == 1:
            out[priors.place[n]] = uniform_between(u, priors.low[n], priors.high[n])
        else:
            out[priors.place[n]] = triangular(u, priors.low[n], priors.mode[n], priors.high[n])


@rule
def admissible(demand: float, reservation: float, away: float) -> float:
    """A reservation point moved onto the scale, at least `MIN_ROOM` from the demand, on the side `away` (+1 or -1)."""
    if away > 0.0:
        low = min(demand + MIN_ROOM, 1.0)
        return min(max(reservation, low), 1.0)
    high = max(demand - MIN_ROOM, 0.0)
    return max(min(reservation, high), 0.0)


@rule
def derived_reservation(
    demand: float,
    conceded: float,
    age: float,
    withdrawn: float,
    quantile: float,
    half_life: float,
    withdrawn_discount: float,
    margin: float,
) -> float:
    """`r = d + (x* - d) ρ`, ρ between `2^(-age/half-life) (1 - δ withdrawn)` and `1 + m` (specification, section 2).

    `age` and `half_life` in days; `quantile` in [0, 1] is where ρ lies in its range.
    """
    low = 2.0 ** (-age / half_life) * (1.0 - withdrawn_discount * withdrawn)
    share = low + quantile * (1.0 + margin - low)
    away = 1.0 if conceded > demand else -1.0
    return admissible(demand, demand + (conceded - demand) * share, away)


@rule
def shifted_reservation(demand: float, reservation: float, gain: float, side: float, balance_change: float) -> float:
    """The reservation point under the present balance: toward the demand of whom the change favours (Fearon 1995)."""
    away = 1.0 if reservation > demand else -1.0
    return admissible(demand, reservation - away * gain * side * balance_change, away)
