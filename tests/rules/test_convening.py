"""Coming, rising, resuming, agenda: hand-worked numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.rules import agenda, convening


def test_chance():
    assert convening.chance(0.0) == 0.5
    assert convening.chance(math.log(3.0)) == pytest.approx(0.75)
    assert convening.chance(-math.log(3.0)) == pytest.approx(0.25)


def test_meeting_odds():
    """.5 + 2·.5 + 3·.5 + 1·.5 + 1·.5 - 2·1·(1 - .75) - 1·2 = 1.5."""
    odds = convening.meeting_odds(0.5, 2.0, 0.5, 3.0, 0.5, 1.0, 0.5, 1.0, 0.5, 2.0, 1.0, 0.75, 1.0, 2)
    assert odds == pytest.approx(1.5)


def test_a_sealed_venue_shuts_incidents_out():
    def odds(incidents):
        return convening.meeting_odds(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0, incidents, 1.0, 0.0, 0)

    assert odds(5.0) == odds(0.0)


def test_levels_and_procedure():
    assert convening.higher_level_odds(-4.0, 2.0, 0.5, 1.0, 0.25) == pytest.approx(-2.75)
    assert convening.procedural_odds(0.5, 1.0, 0.25, 2.0, 0.5) == pytest.approx(1.75)


def test_switched():
    """At a rate of ln 2 a day, something happens within a day with chance one half."""
    assert convening.has_occurred(math.log(2.0), 1.0, 0.499)
    assert not convening.has_occurred(math.log(2.0), 1.0, 0.501)
    assert not convening.has_occurred(0.0, 100.0, 1e-12)


def test_preconditions():
    assert agenda.is_precondition_binding(False, 0.0)  # the sequence is open
    assert agenda.is_precondition_binding(True, 0.5)  # settled the party's way
    assert not agenda.is_precondition_binding(True, 0.4)  # settled against it: waived


@pytest.mark.parametrize(
    ("edges", "deadlocked"),
    [
        ([(0, 1), (1, 0)], [True, True, False]),
        ([(0, 1), (1, 2), (2, 0)], [True, True, True]),
        ([(0, 1), (1, 2)], [False, False, False]),
        ([(0, 1), (1, 2), (2, 1)], [False, True, True]),  # waits for a circle without being on it
    ],
)
def test_circles(edges, deadlocked):
    matrix = np.zeros((3, 3), dtype=np.int64)
    for a, b in edges:
        matrix[a, b] = 1
    assert [bool(agenda.is_in_cycle(b, matrix, np.zeros(3, dtype=np.int64))) for b in range(3)] == deadlocked
