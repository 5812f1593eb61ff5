"""The commitment problem (Fearon 1995): what signing is worth when the other may not comply."""

from __future__ import annotations

from sim.core.jit import EPS, rule

NEVER = 9.0
"""A floor no package can reach; utilities are at most 1."""


@rule
def compliance_chance(trust: float, guarantee: float, authority: float) -> float:
    """`π = legit · (1 - (1 - trust)(1 - guarantee))`, `authority` being the perceived authority of who signs."""
    return authority * (1.0 - (1.0 - trust) * (1.0 - guarantee))


@rule
def least_floor(pain: float, red_share: float) -> float:
    """`F_min = -pain (1 - red-line share of salience)`: how far below its reservation point pain can push a party."""
    return -pain * (1.0 - red_share)


@rule
def floor(chance: float, exposure: float, pain: float, lowest: float) -> float:
    """`F = max(((1 - π) L - pain)/π, F_min)`: the least utility at which signing beats fighting on."""
    if chance < EPS:
        return NEVER
    return min(max(((1.0 - chance) * exposure - pain) / chance, lowest), NEVER)
