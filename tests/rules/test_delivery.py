"""Effects of a delivery on hand-worked numbers."""

from __future__ import annotations

import pytest

from sim.rules import delivery


def test_the_shortfall_is_an_incident():
    assert delivery.shortfall_severity(0.75, 0.8) == pytest.approx(0.2)
    assert delivery.shortfall_severity(1.0, 0.8) == 0.0


def test_trust_rises_by_the_share_met_and_falls_by_the_shortfall():
    # .2 + .5 · .8 · .5 = .4, less .5 · .5 · .4 · .4 = .04
    assert delivery.update_trust(0.2, 0.5, 0.5, 0.5, 0.5, 0.4) == pytest.approx(0.36)
    assert delivery.update_trust(0.2, 0.5, 0.5, 0.5, 0.0, 0.4) == pytest.approx(0.4)


def test_a_shortfall_hardens():
    assert delivery.harden(0.1, 0.4, 0.5, 0.3) == pytest.approx(0.16)
