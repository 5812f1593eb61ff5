"""Two-level games (Putnam 1988): ratification, amendment and collapse of settlements."""

from __future__ import annotations

import math

from sim.core.jit import rule
from sim.core.layout import Floats
from sim.rules.assumption import clip_reservation
from sim.rules.value import value


@rule
def ratifier_reservation(demand: float, reservation: float, reach: float) -> float:
    """Return a ratifier's own reservation value: `d + reach (r - d)`.

    Parameters
    ----------
    demand, reservation : float
        The party's demand `d` and reservation value `r` on an issue, in [0, 1].
    reach : float
        How far the ratifier would go, at least 0; below 1 it is more demanding than the government.

    Returns
    -------
    float
        Reservation value in [0, 1].

    References
    ----------
    Putnam 1988, "Diplomacy and Domestic Politics: The Logic of Two-Level Games", International Organization 42.
    """
    direction = 1.0 if reservation > demand else -1.0
    return clip_reservation(demand, demand + reach * (reservation - demand), direction)


@rule
def ratifier_utility(x: Floats, demand: Floats, reservation: Floats, salience: Floats, reach: float) -> float:
    """Return the utility of a package to a ratifier: the salience-weighted mean value.

    Parameters
    ----------
    x : (n,) float
        The package on the issues of a basket, in [0, 1].
    demand, reservation : (n,) float
        The party's demands and reservation values, in [0, 1].
    salience : (n,) float
        Its saliences, at least 0.
    reach : float
        How far the ratifier would go, at least 0.

    Returns
    -------
    float
        Utility in [-2, 1]; 0 without any salience.
    """
    total, weight = 0.0, 0.0
    for i in range(x.size):
        total += salience[i] * value(x[i], demand[i], ratifier_reservation(demand[i], reservation[i], reach))
        weight += salience[i]
    return total / weight if weight > 0.0 else 0.0


@rule
def worst_issue(x: Floats, demand: Floats, reservation: Floats, reach: float) -> int:
    """Return the issue of least value to the ratifier: the one that comes back amended.

    Parameters
    ----------
    x : (n,) float
        The package on the issues of a basket, in [0, 1].
    demand, reservation : (n,) float
        The party's demands and reservation values, in [0, 1].
    reach : float
        How far the ratifier would go, at least 0.

    Returns
    -------
    int
        Index of the issue in the basket; the first one at a tie.
    """
    worst, least = 0, math.inf
    for i in range(x.size):
        v = value(x[i], demand[i], ratifier_reservation(demand[i], reservation[i], reach))
        if v < least:
            worst, least = i, v
    return worst


@rule
def ratification_chance(utility: float, status_quo: float, width: float) -> float:
    """Return the chance that a ratifier approves: `P = Λ((U^R(x) - U^R(status quo))/σ_R)`.

    Parameters
    ----------
    utility, status_quo : float
        The ratifier's utility of the package, and of the status quo.
    width : float
        Scale `σ_R` of its noise, above 0, in utility.

    Returns
    -------
    float
        Chance in (0, 1).

    References
    ----------
    Putnam 1988, "Diplomacy and Domestic Politics: The Logic of Two-Level Games", International Organization 42.
    """
    return 1.0 / (1.0 + math.exp(-(utility - status_quo) / width))


@rule
def collapse_chance(
    hazard: float,
    by_leverage: float,
    leverage_then: float,
    leverage_now: float,
    by_margin: float,
    margin: float,
    by_balance: float,
    balance_then: float,
    balance_now: float,
    days: float,
) -> float:
    """Return the chance that a settlement collapses within some days.

    The hazard is `h0 exp(a · leverage gone - b · margin + c · |change of balance|)` a day, where
    `leverage gone = (leverage then - leverage now)⁺`.

    Parameters
    ----------
    hazard : float
        Hazard `h0` a day, at least 0.
    by_leverage, by_margin, by_balance : float
        Coefficients `a`, `b` and `c`.
    leverage_then, leverage_now : float
        Leverage of mediators at the settlement and now, in [0, 1].
    margin : float
        Least utility over the floor among the parties with a stake; infinite without any.
    balance_then, balance_now : float
        Balance of forces at the settlement and now, in [0, 1].
    days : float
        Length of the gap in days, at least 0.

    Returns
    -------
    float
        Chance in [0, 1].

    References
    ----------
    Beardsley 2008, "Agreement without Peace? International Mediation and Time Inconsistency Problems", American Journal
    of Political Science.
    """
    leverage_gone = max(leverage_then - leverage_now, 0.0)
    balance_change = balance_now - balance_then
    rate = hazard * math.exp(by_leverage * leverage_gone - by_margin * margin + by_balance * abs(balance_change))
    return 1.0 - math.exp(-rate * days)
