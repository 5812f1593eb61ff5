"""Floors: what signing is worth when the other may not comply (Fearon 1995), on hand-worked numbers."""

from __future__ import annotations

import pytest

from sim.rules import commitment


@pytest.mark.parametrize(
    ("trust", "guarantee", "authority", "expected"),
    [(0.4, 0.0, 1.0, 0.4), (0.4, 0.5, 1.0, 0.7), (0.4, 0.5, 0.5, 0.35), (0.0, 1.0, 1.0, 1.0), (1.0, 1.0, 0.0, 0.0)],
)
def test_chance(trust, guarantee, authority, expected):
    assert commitment.compliance_chance(trust, guarantee, authority) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("chance", "exposure", "pain", "lowest", "expected"),
    [
        (0.5, 0.4, 0.0, 0.0, 0.4),  # (.5 · .4)/.5
        (0.5, 0.4, 0.1, 0.0, 0.2),
        (0.5, 0.4, 0.3, -0.3, -0.2),  # (.2 - .3)/.5
        (0.5, 0.4, 0.3, -0.1, -0.1),  # but never below F_min
        (1.0, 0.4, 0.0, 0.0, 0.0),  # sure compliance: no floor above 0
        (0.2, 0.0, 0.0, 0.0, 0.0),  # a simultaneous swap needs no trust
        (0.2, 0.5, 0.0, 0.0, 2.0),  # above 1: nothing is acceptable
        (0.0, 0.0, 0.0, 0.0, commitment.UNREACHABLE),
        (1e-3, 0.9, 0.0, 0.0, commitment.UNREACHABLE),
    ],
)
def test_floor(chance, exposure, pain, lowest, expected):
    assert commitment.floor(chance, exposure, pain, lowest) == pytest.approx(expected)


def test_signing_at_the_floor_is_worth_fighting_on():
    """π·F - (1 - π)·L = -pain wherever F_min does not bind."""
    for chance, exposure, pain in ((0.3, 0.2, 0.05), (0.8, 0.6, 0.1)):
        at = commitment.floor(chance, exposure, pain, -1.0)
        assert chance * at - (1.0 - chance) * exposure == pytest.approx(-pain)


def test_red_lines_hold_against_pain():
    assert commitment.least_floor(0.4, 0.0) == -0.4
    assert commitment.least_floor(0.4, 0.75) == pytest.approx(-0.1)
    assert commitment.least_floor(0.4, 1.0) == 0.0
