"""The utility a party holds out for on a basket, between its floor and its full demand."""

from __future__ import annotations

import math

from sim.core.jit import inline_rule, rule
from sim.core.layout import Floats


@rule
def announced_concession(demand: Floats, reservation: Floats, announced: Floats, salience: Floats) -> float:
    """Return the salience-weighted mean concession that a party has already announced in public.

    Parameters
    ----------
    demand, reservation : (n,) float
        Demands and reservation values on the issues of a basket, in [0, 1].
    announced : (n,) float
        Points announced in public; NaN means nothing beyond the demand.
    salience : (n,) float
        Salience of the issues, at least 0.

    Returns
    -------
    float
        Mean concession in [0, 1]; 0 without any salience.
    """
    total, weight = 0.0, 0.0
    for i in range(demand.size):
        if not math.isnan(announced[i]):
            concession = (announced[i] - demand[i]) / (reservation[i] - demand[i])
            total += salience[i] * min(max(concession, 0.0), 1.0)
        weight += salience[i]
    return total / weight if weight > 0.0 else 0.0


@rule
def audience_cost(coefficient: float, publicity: float, concession: float, announced: float) -> float:
    """Return the audience cost of a concession: `a · publicity · (concession beyond what was announced)⁺`.

    Parameters
    ----------
    coefficient : float
        Audience cost `a` of a full concession in full publicity, at least 0, in units of aspiration.
    publicity : float
        Publicity of the venue, in [0, 1].
    concession, announced : float
        Concession of this round, and the concession announced before, in [0, 1].

    Returns
    -------
    float
        What the audience adds to the aspiration, at least 0.

    References
    ----------
    Fearon 1994, "Domestic Political Audiences and the Escalation of International Disputes", American Political Science
    Review 88.
    """
    return coefficient * publicity * max(concession - announced, 0.0)


@rule
def aspiration(
    floor: float, lowest: float, concession: float, hardening: float, audience: float, leverage: float
) -> float:
    """Return the aspiration of a round.

    It is `A = clip(F + (1 - F) clip(1 - C + hardening + audience, 0, 1) - leverage, F_min, 1)`.

    Parameters
    ----------
    floor, lowest : float
        The party's floor `F` on the basket, and the lowest `F_min` to which leverage can bring it, in utility.
    concession : float
        Concession `C` of the round, in [0, 1].
    hardening, audience : float
        What incidents and the audience add, at least 0.
    leverage : float
        What mediators' leverage takes off, at least 0, in utility.

    Returns
    -------
    float
        Utility in [F_min, 1].
    """
    share = min(max(1.0 - concession + hardening + audience, 0.0), 1.0)
    return min(max(floor + (1.0 - floor) * share - leverage, lowest), 1.0)


@inline_rule
def aspiration_at(last: float, target: float, floor: float, turn: int, turns: int) -> float:
    """Return the aspiration at a turn of the exchange, on a straight line from the last round's to this round's.

    A floor that rose since the last round raises the line with it: only leverage, in `target`, leads below the floor.

    Parameters
    ----------
    last, target : float
        Final aspiration of the last round and of this one, in utility.
    floor : float
        The party's floor, in utility.
    turn, turns : int
        The turn, from 0 (which takes the first step), and the number of turns a round.

    Returns
    -------
    float
        Aspiration in utility.
    """
    steps = min(turn + 1, turns)
    return max(last + (target - last) * steps / turns, min(floor, target))


@rule
def has_announced(announced: Floats) -> bool:
    """Whether a party has announced anything in public on a basket; without, `announced_concession` is 0.

    Parameters
    ----------
    announced : (n,) float
        Points announced in public; NaN means nothing beyond the demand.
    """
    for i in range(announced.size):
        if not math.isnan(announced[i]):
            return True
    return False


@rule
def concedes(aspiration: float) -> bool:
    """Whether a party concedes anything at an aspiration: at 1 it asks for its demand.

    Parameters
    ----------
    aspiration : float
        Utility, at most 1.
    """
    return aspiration < 1.0


@rule
def red_line_share(salience: Floats, red: Floats) -> float:
    """Return the share of a party's salience that lies on red-line issues.

    Parameters
    ----------
    salience : (n,) float
        Salience of the issues, at least 0.
    red : (n,) int
        1 on red-line issues, else 0.

    Returns
    -------
    float
        Share in [0, 1]; 0 without any salience.
    """
    total, weight = 0.0, 0.0
    for i in range(salience.size):
        if red[i] != 0:
            total += salience[i]
        weight += salience[i]
    return total / weight if weight > 0.0 else 0.0


@inline_rule
def next_utility(aspiration: float, cap_mean: float) -> float:
    """Return the utility of a party's own next offer: its aspiration, or what remains when every cap binds.

    Parameters
    ----------
    aspiration : float
        Aspiration at the next turn, in utility.
    cap_mean : float
        Salience-weighted mean of the caps on conceding, at least 0.

    Returns
    -------
    float
        Utility, at most 1.
    """
    return 1.0 - max(min(1.0 - aspiration, cap_mean), 0.0)
