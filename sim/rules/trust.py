"""Trust of one party in another, in [0, 1]: gains, and the drift to its baseline. Losses are in `incidents`."""

from __future__ import annotations

from sim.core.jit import EPS, rule


@rule
def gain_trust(trust: float, gain: float, share: float) -> float:
    """Raise trust by a share of the distrust that is left: `trust + g (1 - trust) share`.

    Parameters
    ----------
    trust : float
        Trust before, in [0, 1].
    gain : float
        Share `g` of the distrust that a full delivery or concession removes, in [0, 1].
    share : float
        Share of the delivery or concession; clipped to [0, 1].

    Returns
    -------
    float
        Trust in [0, 1].
    """
    return trust + gain * (1.0 - trust) * min(max(share, 0.0), 1.0)


@rule
def reciprocate(trust: float, gain: float, share: float, concession: float, concession_before: float) -> float:
    """Raise trust in a party that conceded in a round in which the party itself conceded too.

    Parameters
    ----------
    trust : float
        Trust in the other party before, in [0, 1].
    gain : float
        Share of the distrust that a full concession removes, in [0, 1].
    share : float
        What the other party conceded, in the party's own utility; nothing changes unless it is above 0.
    concession, concession_before : float
        The party's own concession in this round and the last, in [0, 1].

    Returns
    -------
    float
        Trust in [0, 1].
    """
    if concession > concession_before + EPS and share > 0.0:
        return gain_trust(trust, gain, share)
    return trust


@rule
def drift_to_baseline(trust: float, baseline: float, factor: float) -> float:
    """Let trust drift to its baseline: `baseline + (trust - baseline) · factor`.

    Parameters
    ----------
    trust, baseline : float
        Trust before, and the trust to which it returns, in [0, 1].
    factor : float
        Share of the distance that is left, in [0, 1], from `incidents.decay_factor`.

    Returns
    -------
    float
        Trust in [0, 1].
    """
    return baseline + (trust - baseline) * factor
