"""Best packages of a basket for the parties whose consent they have to find, two or more."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.agents.protocols import Basket, Party, Talks
from sim.core.layout import PI, Floats
from sim.solvers.multi_party import coalition_work, max_min_many, nash_many
from sim.solvers.two_party import WORK_ROWS, max_min_two, nash_two


def spread(model: Talks, parties: Sequence[Party], values: list[float]) -> Floats:
    """Values of some parties in an array over all parties."""
    array = np.zeros(len(model.parties))
    array[[p.index for p in parties]] = values
    return array


def greatest_surplus(model: Talks, basket: Basket, floors: Floats) -> float:
    """`max_x min_i (U_i - floors_i)` of a basket under red lines, with values not clipped below.

    Parameters
    ----------
    model : Talks
    basket : Basket
    floors : (P,) float
        What counts as 0 for each party, in utility.
    """
    x, s, text = model.structure, basket.slice, np.zeros(basket.size)
    d, w = model.theta.party_issue[PI.DEMAND], model.theta.party_issue[PI.SALIENCE]
    if len(basket.coalition) == 2:
        p, q = basket.coalition
        i, j = p.index, q.index
        first = (d[i, s], p.reservation[s], w[i, s], floors[i], x.red[i, s])
        second = (d[j, s], q.reservation[s], w[j, s], floors[j], x.red[j, s])
        order = np.zeros(x.issues, dtype=np.int64)
        return max_min_two(*first, *second, np.zeros((WORK_ROWS, x.issues)), order, text)
    work = coalition_work(x.parties, x.issues)
    points = np.array([party.reservation for party in model.parties])
    mask = model.coalition[:, basket.index]
    return max_min_many(d[:, s], points[:, s], w[:, s], floors, x.red[:, s], mask, work, text)


def nash_package(model: Talks, basket: Basket, floors: Floats, weights: Floats, points: Floats) -> Floats | None:
    """The package with the largest product of gains, or None where nothing gives every member its floor.

    Parameters
    ----------
    model : Talks
    basket : Basket
    floors : (P,) float
        Disagreement utilities.
    weights : (P,) float
        Powers of the product.
    points : (P, I) float
        Reservation values, or estimates of them.
    """
    x, s, text = model.structure, basket.slice, np.zeros(basket.size)
    d, w = model.theta.party_issue[PI.DEMAND], model.theta.party_issue[PI.SALIENCE]
    if len(basket.coalition) == 2:
        i, j = (party.index for party in basket.coalition)
        first = (d[i, s], points[i, s], w[i, s], floors[i], x.red[i, s], weights[i])
        second = (d[j, s], points[j, s], w[j, s], floors[j], x.red[j, s], weights[j])
        order = np.zeros(x.issues, dtype=np.int64)
        exists = nash_two(*first, *second, np.zeros((WORK_ROWS, x.issues)), order, text)
    else:
        work, mask = coalition_work(x.parties, x.issues), model.coalition[:, basket.index]
        exists = nash_many(d[:, s], points[:, s], w[:, s], floors, x.red[:, s], weights, mask, work, text)
    return text if exists else None
