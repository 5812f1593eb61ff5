"""Salience of issues to a party, and the salience that it believes the others attach to them."""

from __future__ import annotations

from sim.core.jit import inline_rule, rule
from sim.core.layout import Floats, Ints


@rule
def total(w: Floats) -> float:
    """Return the sum of saliences.

    Parameters
    ----------
    w : (n,) float
        Salience of the issues of a basket, at least 0.

    Returns
    -------
    float
        Their sum.
    """
    s = 0.0
    for i in range(w.size):
        s += w[i]
    return s


@rule
def compute_shares(w: Floats, out: Floats) -> None:
    """Compute saliences as shares of their sum; equal shares where nothing is salient.

    Parameters
    ----------
    w : (n,) float
        Salience of the issues of a basket, at least 0.
    out : (n,) float
        Receives the shares, which add up to 1.
    """
    s = total(w)
    for i in range(w.size):
        out[i] = w[i] / s if s > 0.0 else 1.0 / w.size


@rule
def compute_others_shares(w: Floats, active: Ints, me: int, out: Floats) -> None:
    """Compute the other parties' mean salience shares; equal shares where there is no other party.

    Parameters
    ----------
    w : (P, n) float
        Saliences of all parties, at least 0.
    active : (P,) int
        1 for parties with a stake in the basket, else 0.
    me : int
        Index of the party that is left out.
    out : (n,) float
        Receives the shares, which add up to 1.
    """
    n = out.size
    others = 0
    for i in range(n):
        out[i] = 0.0
    for p in range(w.shape[0]):
        if p != me and active[p] != 0:
            others += 1
            s = total(w[p])
            for i in range(n):
                out[i] += w[p, i] / s if s > 0.0 else 1.0 / n
    for i in range(n):
        out[i] = out[i] / others if others > 0 else 1.0 / n


@inline_rule
def estimate_shares(true: Floats, information: float, out: Floats) -> None:
    """Estimate the others' mean salience shares: `information · true + (1 - information)/n`.

    Parameters
    ----------
    true : (n,) float
        The others' true mean shares, from `compute_others_shares`.
    information : float
        Information in [0, 1]: at 0 the estimate is uniform, at 1 true.
    out : (n,) float
        Receives the estimate.
    """
    n = out.size
    for i in range(n):
        out[i] = information * true[i] + (1.0 - information) / n
