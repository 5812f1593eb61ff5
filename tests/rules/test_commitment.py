"""Floors: what signing is worth when the other may not comply (Fearon 1995), on hand-worked numbers."""

from __future__ import annotations

import pytest

from sim.rules import commitment
from sim.rules.commitment import CertainLoss, Relief


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
    assert commitment.floor(Relief.ON_SIGNING, CertainLoss.NEVER, chance, exposure, pain, lowest) == pytest.approx(
        expected
    )


@pytest.mark.parametrize(("exposure", "expected"), [(0.05, -0.1), (0.1, -0.1), (0.2, commitment.UNREACHABLE)])
def test_floor_without_compliance_is_weighed(exposure, expected):
    """A pull of .1 outweighs a certain loss of .05: then no package is too poor, down to F_min = -.1."""
    assert commitment.floor(Relief.ON_SIGNING, CertainLoss.WEIGHED, 0.0, exposure, 0.1, -0.1) == expected


@pytest.mark.parametrize(("chance", "expected"), [(1.0, -0.1), (0.5, 0.1), (0.25, 0.5), (0.0, commitment.UNREACHABLE)])
def test_floor_with_relief_on_compliance(chance, expected):
    """(1 - π)·.2/π - .1: falls in π."""
    at = commitment.floor(Relief.ON_COMPLIANCE, CertainLoss.WEIGHED, chance, 0.2, 0.1, -0.5)
    assert at == pytest.approx(expected)


def test_floor_with_relief_on_signing_may_rise_in_compliance():
    """The doubt behind the switch: where the pull exceeds the loss, a surer partner makes this floor higher."""
    unsure, sure = (
        commitment.floor(Relief.ON_SIGNING, CertainLoss.WEIGHED, chance, 0.1, 0.3, -9.0) for chance in (0.2, 1.0)
    )
    assert (unsure, sure) == pytest.approx((-1.1, -0.3))


def test_floor_with_an_unknown_relief():
    with pytest.raises(ValueError, match="unknown kind of relief"):
        commitment.floor(9, CertainLoss.WEIGHED, 0.5, 0.2, 0.1, -0.5)


def test_signing_at_the_floor_is_worth_fighting_on():
    """π·F - (1 - π)·L = -pain wherever F_min does not bind."""
    for chance, exposure, pain in ((0.3, 0.2, 0.05), (0.8, 0.6, 0.1)):
        at = commitment.floor(Relief.ON_SIGNING, CertainLoss.NEVER, chance, exposure, pain, -1.0)
        assert chance * at - (1.0 - chance) * exposure == pytest.approx(-pain)


def test_red_lines_hold_against_pain():
    assert commitment.least_floor(0.4, 0.0) == -0.4
    assert commitment.least_floor(0.4, 0.75) == pytest.approx(-0.1)
    assert commitment.least_floor(0.4, 1.0) == 0.0
