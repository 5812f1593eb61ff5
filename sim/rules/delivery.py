"""Effects of a delivery: trust for the share met, and a shortfall that counts as an incident."""

from __future__ import annotations

from sim.core.jit import rule
from sim.rules.incidents import lose_trust
from sim.rules.trust import gain_trust


@rule
def shortfall_severity(share: float, severity: float) -> float:
    """Return the severity of a shortfall as an incident: `(1 - share) · severity`.

    Parameters
    ----------
    share : float
        Share of the obligation that was met, in [0, 1].
    severity : float
        Severity of no delivery at all, in [0, 1].

    Returns
    -------
    float
        Severity in [0, 1].
    """
    return (1.0 - share) * severity


@rule
def update_trust(trust: float, gain: float, share: float, effect: float, attribution: float, severity: float) -> float:
    """Update the trust in a party whose obligation fell due: gain for the share met, then loss for the shortfall.

    Parameters
    ----------
    trust : float
        Trust in the party before, in [0, 1].
    gain : float
        Share of the distrust that a full delivery removes, in [0, 1].
    share : float
        Share of the obligation that was met, in [0, 1].
    effect : float
        Share of trust that an incident of full severity and attribution costs, at least 0.
    attribution : float
        How far the observer holds the party responsible for the shortfall, in [0, 1].
    severity : float
        Severity of the shortfall, in [0, 1], from `shortfall_severity`.

    Returns
    -------
    float
        Trust after the delivery, in [0, 1].
    """
    return lose_trust(gain_trust(trust, gain, share), effect, attribution, severity)


@rule
def harden(hardening: float, severity: float, attribution: float, effect: float) -> float:
    """Harden an observer over a shortfall: `hardening + severity · attribution · effect`.

    Parameters
    ----------
    hardening : float
        Hardening before, at least 0, in units of aspiration.
    severity : float
        Severity of the shortfall, in [0, 1].
    attribution : float
        How far the observer holds the party responsible, in [0, 1].
    effect : float
        Hardening of a shortfall of full severity and attribution, at least 0.

    Returns
    -------
    float
        Hardening after the shortfall.
    """
    return hardening + severity * attribution * effect
