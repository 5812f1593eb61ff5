"""The epistemic layer: ranged numbers, drawn once a run at an assumption index, and what follows from them at once."""

from __future__ import annotations

from sim.core.distributions import triangular, uniform_between
from sim.core.draws import uniform, uniforms
from sim.core.jit import rule
from sim.core.layout import Floats, Pool, Priors

LEAST_DISTANCE = 0.05
"""Least distance of a reservation value from the demand, on the issue's scale."""


@rule
def draw_theta(priors: Priors, index: int, draws: Floats, out: Floats) -> None:
    """Draw the numbers of one assumption: every range at its own uniform, addressed by its path.

    Parameters
    ----------
    priors : Priors
        The numbers (N,) and the ranges (n,) of a scenario.
    index : int
        Assumption index.
    draws : (n,) float
        Receives the uniforms of the ranges.
    out : (N,) float
        Receives the numbers.
    """
    uniforms(priors.key, index, 0, 0, draws)
    for n in range(out.size):
        out[n] = priors.base[n]
    for n in range(priors.place.size):
        u = draws[n]
        if priors.kind[n] == 1:
            out[priors.place[n]] = uniform_between(u, priors.low[n], priors.high[n])
        else:
            out[priors.place[n]] = triangular(u, priors.low[n], priors.mode[n], priors.high[n])
    if priors.pool.place.size > 0:
        draw_pool(priors.pool, index, out)


@rule
def choose_expert(u: float, experts: int) -> int:
    """Choose an expert; each is as likely as the others.

    Parameters
    ----------
    u : float
        Uniform in (0, 1).
    experts : int
        How many there are.

    Returns
    -------
    int
        Index of the expert.
    """
    return min(int(u * experts), experts - 1)


@rule
def draw_pool(pool: Pool, index: int, out: Floats) -> None:
    """Draw the elicited numbers of one assumption: all from one expert, each at its own uniform.

    Over the indices each number follows the linear pool of its experts. Where the chosen expert did not judge a number,
    the number's uniform also chooses among those who did.

    Parameters
    ----------
    pool : Pool
        Pieces (m,) of the experts' distributions.
    index : int
        Assumption index.
    out : (N,) float
        Receives the numbers.

    References
    ----------
    Stone 1961, "The Opinion Pool", Annals of Mathematical Statistics 32.
    """
    expert = choose_expert(uniform(pool.chooser[0], index, 0, 0), pool.size[0])
    for n in range(pool.place.size):
        if pool.expert[n] != expert:
            continue
        u = uniform(pool.key[n], index, 0, 0)
        if u < pool.start[n] or u >= pool.stop[n]:
            continue
        within = (u - pool.start[n]) / (pool.stop[n] - pool.start[n])
        if pool.kind[n] == 1:
            out[pool.place[n]] = uniform_between(within, pool.low[n], pool.high[n])
        else:
            out[pool.place[n]] = triangular(within, pool.low[n], pool.mode[n], pool.high[n])


@rule
def clip_reservation(demand: float, reservation: float, direction: float) -> float:
    """Move a reservation value onto the scale and at least `LEAST_DISTANCE` from the demand.

    Parameters
    ----------
    demand, reservation : float
        Demand in [0, 1], and the reservation value before, on the same scale or beyond it.
    direction : float
        Side of the demand on which the reservation value lies: +1 or -1.

    Returns
    -------
    float
        Reservation value in [0, 1].
    """
    if direction > 0.0:
        low = min(demand + LEAST_DISTANCE, 1.0)
        return min(max(reservation, low), 1.0)
    high = max(demand - LEAST_DISTANCE, 0.0)
    return max(min(reservation, high), 0.0)


@rule
def derive_reservation(
    demand: float,
    concession: float,
    age: float,
    withdrawn: float,
    quantile: float,
    half_life: float,
    withdrawn_discount: float,
    margin: float,
) -> float:
    """Derive a reservation value from the furthest concession on record.

    It is `r = d + (x* - d) ρ`, with ρ between `2^(-age/half-life) (1 - δ · withdrawn)` and `1 + m`.

    Parameters
    ----------
    demand, concession : float
        Demand `d` and the furthest point `x*` ever conceded, on the issue's scale [0, 1].
    age, half_life : float
        Age of that concession and the half-life of its weight, in days.
    withdrawn : float
        1 where the concession was withdrawn, else 0.
    quantile : float
        Where ρ lies in its range, in [0, 1].
    withdrawn_discount : float
        Discount `δ` of a withdrawn concession, in [0, 1].
    margin : float
        Margin `m` beyond the concession that stays possible, at least 0.

    Returns
    -------
    float
        Reservation value in [0, 1], at least `LEAST_DISTANCE` from the demand.
    """
    low = 2.0 ** (-age / half_life) * (1.0 - withdrawn_discount * withdrawn)
    share = low + quantile * (1.0 + margin - low)
    direction = 1.0 if concession > demand else -1.0
    return clip_reservation(demand, demand + (concession - demand) * share, direction)


@rule
def shift_reservation(demand: float, reservation: float, gain: float, side: float, balance_change: float) -> float:
    """Shift a reservation value with the balance of forces, toward the demand of the party that the change favours.

    Parameters
    ----------
    demand, reservation : float
        Demand and the reservation value at the start, in [0, 1].
    gain : float
        Shift on the issue's scale for a full change of the balance, at least 0.
    side : float
        The party's side in the balance: +1, -1, or between for a party it concerns less.
    balance_change : float
        Change of the balance since the start, in [-1, 1].

    Returns
    -------
    float
        Reservation value in [0, 1], at least `LEAST_DISTANCE` from the demand.

    References
    ----------
    Fearon 1995, "Rationalist Explanations for War", International Organization 49.
    """
    direction = 1.0 if reservation > demand else -1.0
    return clip_reservation(demand, reservation - direction * gain * side * balance_change, direction)
