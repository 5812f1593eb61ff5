"""What spoilers and coercion answer, on hand-worked numbers (Stedman 1997; Kydd & Walter 2002)."""

from __future__ import annotations

import pytest

from sim.rules import spoilers
from sim.rules.spoilers import SurgeMode, SurgeReading


@pytest.mark.parametrize(("kind", "expected"), [(SurgeReading.GAP, 0.3), (SurgeReading.DEAL, 0.7)])
def test_what_spoilers_read(kind, expected):
    assert spoilers.perceive_chance(kind, 0.3, 0.7) == expected


def test_unknown_reading():
    with pytest.raises(ValueError, match="unknown"):
        spoilers.perceive_chance(9, 0.3, 0.7)


def test_coercion_does_not_wait_for_a_deal():
    assert spoilers.surge_strength(SurgeMode.AGREEMENT, 0.0) == 0.0
    assert spoilers.surge_strength(SurgeMode.AGREEMENT, 0.7) == 0.7
    assert spoilers.surge_strength(SurgeMode.COERCIVE, 0.0) == 1.0
